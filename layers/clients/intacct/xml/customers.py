"""Customers read back: the fields that are asked for, and the customer of a row (§12.1)."""

from __future__ import annotations

from intacct.documents import Contact, Customer
from intacct.xml.elements import Element, text_at
from intacct.xml.queries import Filter, Query

FIELDS = ("RECORDNO", "CUSTOMERID", "NAME", "STATUS", "CURRENCY", "TERMNAME", "TAXID")
CONTACT_FIELDS = (
    "DISPLAYCONTACT.CONTACTNAME",
    "DISPLAYCONTACT.PRINTAS",
    "DISPLAYCONTACT.EMAIL1",
)
_INACTIVE = "inactive"


def customer_query(condition: Filter, *, ignores_case: bool = False) -> Query:
    """Customers that meet the condition, those too that only one entity sees."""
    return Query(
        "CUSTOMER",
        (*FIELDS, *CONTACT_FIELDS),
        condition,
        is_case_insensitive=ignores_case,
        shows_private=True,
    )


def customer_from(row: Element) -> Customer:
    """The customer of a query row with `FIELDS` and `CONTACT_FIELDS`."""
    name = text_at(row, "DISPLAYCONTACT.CONTACTNAME")
    contact = Contact(
        id=name,
        print_as=text_at(row, "DISPLAYCONTACT.PRINTAS"),
        email=text_at(row, "DISPLAYCONTACT.EMAIL1"),
    )
    return Customer(
        id=text_at(row, "CUSTOMERID"),
        name=text_at(row, "NAME"),
        contact=contact if name or contact.email else None,
        currency=text_at(row, "CURRENCY"),
        term=text_at(row, "TERMNAME"),
        is_active=text_at(row, "STATUS").lower() != _INACTIVE,
        tax_id=text_at(row, "TAXID"),
    )
