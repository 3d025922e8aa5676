"""Customers by what is known of a buyer, over REST (REST reference §16.1)."""

from __future__ import annotations

from collections.abc import Mapping

from intacct.customer_search import MOST_FOUND, CustomerBy, CustomerSearch, KnownCustomer
from intacct.documents import Contact, Customer, PostalAddress
from intacct.rest.client import RestClient
from intacct.rest.customers import OBJECT
from intacct.rest.query import Filter, Query, Row, equal, first_rows, one_of
from intacct.rest.wire import prefixed, text

_DISPLAY = "contacts.default"
_ADDRESS = f"{_DISPLAY}.mailingAddress"
_PLACES: Mapping[CustomerBy, str] = {
    CustomerBy.ID: "id",
    CustomerBy.NAME: "name",
    CustomerBy.EMAIL: f"{_DISPLAY}.email1",
    CustomerBy.PHONE: f"{_DISPLAY}.phone1",
}
_FIELDS = (
    "id",
    "name",
    "status",
    "currency",
    "term.id",
    "taxId",
    "contacts.billTo.id",
    "contacts.shipTo.id",
    *(
        f"{_DISPLAY}.{name}"
        for name in (
            "key",
            "id",
            "printAs",
            "firstName",
            "lastName",
            "companyName",
            "email1",
            "phone1",
            "tax.isTaxable",
        )
    ),
    *(
        f"{_ADDRESS}.{name}"
        for name in (
            "addressLine1",
            "addressLine2",
            "city",
            "state",
            "postCode",
            "isoCountryCode",
        )
    ),
)


def found(client: RestClient, search: CustomerSearch, *, entity: str) -> list[KnownCustomer]:
    """At most `MOST_FOUND` customers that meet the search, those too that one entity alone sees."""
    place = prefixed(search.field) if search.field else _PLACES[search.by]
    query = Query(
        OBJECT,
        (*_FIELDS, place) if search.field else _FIELDS,
        (_condition(place, search.values),),
        include_private=True,
        ignores_case=search.by.ignores_case,
    )
    rows = first_rows(client, query, entity=entity, limit=MOST_FOUND)
    return [_known(row, place if search.field else "") for row in rows]


def _condition(place: str, values: tuple[str, ...]) -> Filter:
    return equal(place, values[0]) if len(values) == 1 else one_of(place, values)


def _known(row: Row, field: str) -> KnownCustomer:
    return KnownCustomer(
        key=text(row["key"]),
        contact_key=text(row.get(f"{_DISPLAY}.key")),
        customer=Customer(
            id=text(row.get("id")),
            name=text(row.get("name")),
            contact=_contact(row),
            currency=text(row.get("currency")),
            term=text(row.get("term.id")),
            is_active=text(row.get("status")) == "active",
            tax_id=text(row.get("taxId")),
            bill_to=text(row.get("contacts.billTo.id")),
            ship_to=text(row.get("contacts.shipTo.id")),
        ),
        field=text(row.get(field)) if field else "",
    )


def _contact(row: Row) -> Contact:
    taxable = row.get(f"{_DISPLAY}.tax.isTaxable")
    return Contact(
        id=text(row.get(f"{_DISPLAY}.id")),
        print_as=text(row.get(f"{_DISPLAY}.printAs")),
        first_name=text(row.get(f"{_DISPLAY}.firstName")),
        last_name=text(row.get(f"{_DISPLAY}.lastName")),
        company_name=text(row.get(f"{_DISPLAY}.companyName")),
        email=text(row.get(f"{_DISPLAY}.email1")),
        phone=text(row.get(f"{_DISPLAY}.phone1")),
        address=PostalAddress(
            line1=text(row.get(f"{_ADDRESS}.addressLine1")),
            line2=text(row.get(f"{_ADDRESS}.addressLine2")),
            city=text(row.get(f"{_ADDRESS}.city")),
            state=text(row.get(f"{_ADDRESS}.state")),
            postal_code=text(row.get(f"{_ADDRESS}.postCode")),
            country=text(row.get(f"{_ADDRESS}.isoCountryCode")).upper(),
        ),
        tax_exempt=None if not isinstance(taxable, bool) else not taxable,
    )
