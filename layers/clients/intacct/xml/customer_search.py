"""Customers by what is known of a buyer, over XML (XML reference §12.1)."""

from __future__ import annotations

from collections.abc import Mapping

from intacct.customer_search import CustomerBy, CustomerSearch, KnownCustomer
from intacct.documents import Contact, Customer, PostalAddress
from intacct.xml.elements import Element, text_at
from intacct.xml.queries import Query, has_one_of

_DISPLAY = "DISPLAYCONTACT"
_ADDRESS = f"{_DISPLAY}.MAILADDRESS"
_PLACES: Mapping[CustomerBy, str] = {
    CustomerBy.ID: "CUSTOMERID",
    CustomerBy.NAME: "NAME",
    CustomerBy.EMAIL: f"{_DISPLAY}.EMAIL1",
    CustomerBy.PHONE: f"{_DISPLAY}.PHONE1",
}
_FIELDS = (
    "RECORDNO",
    "CUSTOMERID",
    "NAME",
    "STATUS",
    "CURRENCY",
    "TERMNAME",
    "TAXID",
    "BILLTOCONTACT.CONTACTNAME",
    "SHIPTOCONTACT.CONTACTNAME",
    *(
        f"{_DISPLAY}.{name}"
        for name in (
            "RECORDNO",
            "CONTACTNAME",
            "PRINTAS",
            "FIRSTNAME",
            "LASTNAME",
            "COMPANYNAME",
            "EMAIL1",
            "PHONE1",
            "TAXABLE",
        )
    ),
    *(
        f"{_ADDRESS}.{name}"
        for name in ("ADDRESS1", "ADDRESS2", "CITY", "STATE", "ZIP", "COUNTRYCODE")
    ),
)


def query_of(search: CustomerSearch) -> Query:
    """The query for the customers that meet the search, those too that one entity alone sees."""
    place = search.field or _PLACES[search.by]
    return Query(
        "CUSTOMER",
        (*_FIELDS, place) if search.field else _FIELDS,
        has_one_of(place, search.values),
        is_case_insensitive=search.by.ignores_case,
        shows_private=True,
    )


def known_from(row: Element, search: CustomerSearch) -> KnownCustomer:
    """The customer of a row of `query_of`."""
    return KnownCustomer(
        key=text_at(row, "RECORDNO"),
        contact_key=text_at(row, f"{_DISPLAY}.RECORDNO"),
        customer=Customer(
            id=text_at(row, "CUSTOMERID"),
            name=text_at(row, "NAME"),
            contact=_contact(row),
            currency=text_at(row, "CURRENCY"),
            term=text_at(row, "TERMNAME"),
            is_active=text_at(row, "STATUS").lower() != "inactive",
            tax_id=text_at(row, "TAXID"),
            bill_to=text_at(row, "BILLTOCONTACT.CONTACTNAME"),
            ship_to=text_at(row, "SHIPTOCONTACT.CONTACTNAME"),
        ),
        field=text_at(row, search.field) if search.field else "",
    )


def _contact(row: Element) -> Contact:
    taxable = text_at(row, f"{_DISPLAY}.TAXABLE").lower()
    return Contact(
        id=text_at(row, f"{_DISPLAY}.CONTACTNAME"),
        print_as=text_at(row, f"{_DISPLAY}.PRINTAS"),
        first_name=text_at(row, f"{_DISPLAY}.FIRSTNAME"),
        last_name=text_at(row, f"{_DISPLAY}.LASTNAME"),
        company_name=text_at(row, f"{_DISPLAY}.COMPANYNAME"),
        email=text_at(row, f"{_DISPLAY}.EMAIL1"),
        phone=text_at(row, f"{_DISPLAY}.PHONE1"),
        address=PostalAddress(
            line1=text_at(row, f"{_ADDRESS}.ADDRESS1"),
            line2=text_at(row, f"{_ADDRESS}.ADDRESS2"),
            city=text_at(row, f"{_ADDRESS}.CITY"),
            state=text_at(row, f"{_ADDRESS}.STATE"),
            postal_code=text_at(row, f"{_ADDRESS}.ZIP"),
            country=text_at(row, f"{_ADDRESS}.COUNTRYCODE").upper(),
        ),
        tax_exempt={"true": False, "false": True}.get(taxable),
    )
