"""Customers (REST reference §16.1); the e-mail address lives on the default contact."""

from __future__ import annotations

from intacct.documents import Contact, Customer, DocumentResult
from intacct.rest import contacts
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, equal, first_rows
from intacct.rest.wire import Json, by_id, custom, filled, merged, text
from intacct.results import Found

OBJECT = "accounts-receivable/customer"
_EMAIL = "contacts.default.email1"
_CONTACT = "contacts.default.id"
_PRINT_AS = "contacts.default.printAs"
_FIELDS = ("id", "name", "status", "currency", "term.id", "taxId", _CONTACT, _PRINT_AS, _EMAIL)


def payload(customer: Customer) -> Json:
    """The customer as it is created, with its contact inline."""
    return filled(merged(({"id": customer.id}, *parts(customer).values())))


def parts(customer: Customer) -> dict[str, Json]:
    """What each field of a customer is on the wire, by the field's name."""
    contact = customer.contact
    return {
        "name": {"name": customer.name},
        "is_active": {"status": "active" if customer.is_active else "inactive"},
        "currency": {"currency": customer.currency},
        "term": {"term": by_id(customer.term)},
        "tax_id": {"taxId": customer.tax_id},
        "contact": {"contacts": {"default": contacts.whole(contact) if contact else None}},
        "custom": custom(customer.custom),
        "attachment": {"attachment": by_id(customer.attachment)},
        "bill_to": {"contacts": {"billTo": by_id(customer.bill_to)}},
        "ship_to": {"contacts": {"shipTo": by_id(customer.ship_to)}},
    }


def find(client: RestClient, customer_id: str, *, entity: str) -> list[Found]:
    """The customer of exactly that id, in a list of at most one."""
    return [
        Found(
            DocumentResult(
                key=text(row["key"]), id=text(row.get("id")), state=text(row.get("status"))
            ),
            reference=text(row.get("id")),
            customer=text(row.get("id")),
        )
        for row in first_rows(client, _by("id", customer_id), entity=entity)
    ]


def matching(
    client: RestClient, *, entity: str, email: str = "", customer_id: str = ""
) -> list[Customer]:
    """Customers whose id, or whose default contact's e-mail address, is exactly that value.

    Addresses are compared without case, ids with it.

    Raises:
        ValueError: neither or both were given.
    """
    if bool(email) == bool(customer_id):
        message = "customers are found by e-mail address or by id, one of the two"
        raise ValueError(message)
    query = _by(_EMAIL, email, ignores_case=True) if email else _by("id", customer_id)
    return [_customer(row) for row in first_rows(client, query, entity=entity)]


def _by(field: str, value: str, *, ignores_case: bool = False) -> Query:
    condition = equal(field, value)
    return Query(OBJECT, _FIELDS, (condition,), include_private=True, ignores_case=ignores_case)


def _customer(row: Row) -> Customer:
    contact = Contact(
        id=text(row.get(_CONTACT)),
        print_as=text(row.get(_PRINT_AS)),
        email=text(row.get(_EMAIL)),
    )
    return Customer(
        id=text(row.get("id")),
        name=text(row.get("name")),
        contact=contact if contact.id or contact.email else None,
        currency=text(row.get("currency")),
        term=text(row.get("term.id")),
        is_active=text(row.get("status")) == "active",
        tax_id=text(row.get("taxId")),
    )
