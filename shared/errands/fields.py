"""Which fields of a customer Sage owns and a cart takes, and where the two differ: pure.

Fields go by the names of the ownership table, members of an account by those of
`carts.accounts.Account`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from carts.accounts import Account, AccountAddress
from intacct.documents import Contact, Customer, PostalAddress
from shared.customers.comparing import email_key, folded, phone_key, postal_key
from shared.ownership.table import Kind, Ownership, Side

TAKEN: Mapping[str, str] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company_name",
    "email": "email",
    "phone": "phone",
    "address": "address",
    "tax_id": "tax_id",
    "tax_exempt": "tax_exempt",
    "term": "term",
}
"""What an account has, and where the ownership table speaks of it."""

_DIGEST_CHARACTERS = 10


def carried(ownership: Ownership) -> frozenset[str]:
    """The members of accounts that the connector may set in carts."""
    return frozenset(
        member
        for member, name in TAKEN.items()
        if ownership.may_write(Kind.CUSTOMER, name, Side.CART).is_allowed
    )


def wanted(customer: Customer, members: Iterable[str]) -> dict[str, Any]:
    """What Sage says of those members; what it says nothing of is left out, and clears nothing."""
    contact = customer.contact or Contact("", "")
    said: dict[str, Any] = {
        "first_name": contact.first_name.strip(),
        "last_name": contact.last_name.strip(),
        "company": contact.company_name.strip(),
        "email": contact.email.strip(),
        "phone": contact.phone.strip(),
        "address": _address(contact.address),
        "tax_id": customer.tax_id.strip(),
        "tax_exempt": contact.tax_exempt,
        "term": customer.term.strip(),
    }
    return {name: said[name] for name in members if said[name] not in ("", None)}


def differing(shown: Account, said: Mapping[str, Any]) -> dict[str, Any]:
    """What of it the cart shows otherwise; spelled differently, numbers and places are the same."""
    return {
        name: value
        for name, value in said.items()
        if _compared(name, getattr(shown, name)) != _compared(name, value)
    }


def digest(customer: str, value: object) -> str:
    """A digest of a value, salted with the customer's id: equal values of two do not show."""
    said = tuple(_place(value)) if isinstance(value, AccountAddress) else value
    return hashlib.sha256(f"{customer}\n{said!r}".encode()).hexdigest()[:_DIGEST_CHARACTERS]


def _address(address: PostalAddress) -> AccountAddress | None:
    """The address, where it is one that a parcel finds."""
    if not address.line1.strip() or not address.country.strip():
        return None
    return AccountAddress(
        line1=address.line1.strip(),
        line2=address.line2.strip(),
        city=address.city.strip(),
        region=address.state.strip(),
        postal_code=address.postal_code.strip(),
        country=address.country.strip().upper(),
    )


def _compared(name: str, value: object) -> object:
    if isinstance(value, AccountAddress):
        return [*map(folded, _place(value)[:-1]), postal_key(value.postal_code)]
    if not isinstance(value, str):
        return value
    if name == "email":
        return email_key(value)
    if name == "phone":
        return phone_key(value) or value.strip()
    return " ".join(value.split())


def _place(address: AccountAddress) -> list[str]:
    """All that an address says, the postal code last."""
    return [
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.country,
        address.postal_code,
    ]
