"""The fields of a customer that follow the cart: digests of what was sent, and what differs.

Names are those of the ownership table (`shared.ownership.table.FIELDS`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from intacct.changes import UpdateMaster
from intacct.customer_search import KnownCustomer
from intacct.documents import Contact, Customer

OF_CUSTOMER = ("name", "tax_id", "currency", "term")
OF_CONTACT = (
    "print_as",
    "first_name",
    "last_name",
    "company_name",
    "email",
    "phone",
    "address",
    "tax_exempt",
)
_OF_A_PLACE = ("email", "phone")
PLACES = ("bill_to", "ship_to")
"""The contacts that documents take; the ownership table calls them `contacts`."""

_DIGEST_CHARACTERS = 10


def digests(customer: Customer) -> dict[str, str]:
    """A digest per field of what the customer says of itself; what is empty is left out.

    Salted with the customer's id, so that equal values of two buyers do not show.
    """
    return {name: _digest(customer.id, value) for name, value in _stated(customer)}


def contact_digest(contact: Contact) -> str:
    """A digest of each field that may change of the contact of one address and person."""
    return " ".join(_digest(contact.id, getattr(contact, name)) for name in _OF_A_PLACE)


def changed_of_contact(contact: Contact, sent: str) -> frozenset[str]:
    """The fields of a contact that say something else than was sent; see `contact_digest`."""
    pairs = zip(_OF_A_PLACE, contact_digest(contact).split(), sent.split(), strict=True)
    return frozenset(
        name for name, now, before in pairs if now != before and getattr(contact, name)
    )


def owned_name(field: str) -> str:
    """What the ownership table calls the field."""
    return "contacts" if field in PLACES else field


def changed(sent: Mapping[str, str], wanted: Mapping[str, str]) -> frozenset[str]:
    """The fields that say something else than was sent; what says nothing now changes nothing."""
    return frozenset(name for name, digest in wanted.items() if sent.get(name) != digest)


def updates(
    known: KnownCustomer, wanted: Customer, fields: Collection[str]
) -> Iterator[UpdateMaster]:
    """The changes that bring these fields to what is wanted; what is so already is left alone.

    One for the customer and one for its display contact, each with the fields that differ.
    """
    standing = known.customer
    of_customer = frozenset(
        name
        for name in (*OF_CUSTOMER, *PLACES)
        if name in fields and getattr(standing, name) != getattr(wanted, name)
    )
    if of_customer:
        yield UpdateMaster(known.key, replace(wanted, contact=None), of_customer)
    if standing.contact is None or wanted.contact is None:
        return
    there, mine = standing.contact, wanted.contact
    differing = {
        name: getattr(mine, name)
        for name in OF_CONTACT
        if name in fields and getattr(there, name) != getattr(mine, name)
    }
    if differing and known.contact_key:
        contact = replace(mine, id=there.id)
        yield UpdateMaster(known.contact_key, contact, frozenset(differing))
    elif differing:
        # Without a key of its own the contact goes with its customer, all else of it as it was.
        whole = replace(standing, contact=replace(there, **differing))
        yield UpdateMaster(known.key, whole, frozenset({"contact"}))


def _stated(customer: Customer) -> Iterator[tuple[str, object]]:
    for name in (*OF_CUSTOMER, *PLACES):
        if getattr(customer, name):
            yield name, getattr(customer, name)
    contact = customer.contact or Contact("", "")
    for name in OF_CONTACT:
        value = getattr(contact, name)
        if name == "address" and not value.line1 and not value.country:
            continue
        if value not in ("", None):
            yield name, value


def _digest(salt: str, value: object) -> str:
    return hashlib.sha256(f"{salt}\n{value!r}".encode()).hexdigest()[:_DIGEST_CHARACTERS]
