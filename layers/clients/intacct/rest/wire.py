"""Small shapes that all REST payloads share: references, dimensions, amounts, paths.

An empty reference is refused by Sage (`{"id": ""}`, REST reference §5), so empty means left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from commerce.money import Money, MoneyError
from intacct.documents import CustomFields, Dimensions, KeyOf, Reference

_NAMESPACE = "nsp::"


class UnresolvedReferenceError(LookupError):
    """A reference still stands for another posting's result: the caller forgot to resolve it."""


Json = dict[str, Any]
"""A JSON object as it is sent or was read."""


def by_id(identifier: str) -> Json | None:
    """A reference by business id, or None when there is none."""
    return {"id": identifier} if identifier else None


def by_key(reference: Reference) -> Json | None:
    """A reference by system key, or None when there is none."""
    key = resolved(reference)
    return {"key": key} if key else None


def resolved(reference: Reference) -> str:
    """The Sage key itself.

    Raises:
        UnresolvedReferenceError: it still stands for another posting's result.
    """
    if isinstance(reference, KeyOf):
        message = f"the reference to {reference.posting_key} was not resolved before sending"
        raise UnresolvedReferenceError(message)
    return reference


def present(members: Mapping[str, Any]) -> Json:
    """The members that say something: None, empty text, and empty collections are left out."""
    return {name: value for name, value in members.items() if value not in (None, "", {}, [])}


def dimensions(values: Dimensions) -> Json:
    """The `dimensions` object of a line; user-defined ones are referred to by key (§16.12)."""
    own = {prefixed(name): {"key": value} for name, value in values.custom if value}
    return present(
        {
            "location": by_id(values.location),
            "department": by_id(values.department),
            "class": by_id(values.class_id),
            "project": by_id(values.project),
            "customer": by_id(values.customer),
            "item": by_id(values.item),
            "warehouse": by_id(values.warehouse),
            **own,
        }
    )


def custom(fields: CustomFields) -> Json:
    """Custom fields as the top-level properties they are in REST (§16.14)."""
    return {prefixed(name): value for name, value in fields}


def prefixed(name: str) -> str:
    """A name of the company's own with the prefix of its namespace, once."""
    return name if name.startswith(_NAMESPACE) else f"{_NAMESPACE}{name}"


def merged(parts: Iterable[Json]) -> Json:
    """One object of several: groups that stand in more than one part are put together."""
    whole: Json = {}
    for part in parts:
        for name, value in part.items():
            known = whole.get(name)
            if isinstance(known, dict) and isinstance(value, dict):
                whole[name] = merged((known, value))
            else:
                whole[name] = value
    return whole


def filled(value: Json) -> Json:
    """The object without what says nothing, at any depth: how a record is created."""
    return present(
        {
            name: filled(member) if isinstance(member, dict) else member
            for name, member in value.items()
        }
    )


def clearing(value: Json) -> Json:
    """The object with null for empty text, at any depth: how a record is changed (§5)."""
    return {
        name: clearing(member) if isinstance(member, dict) else (None if member == "" else member)
        for name, member in value.items()
    }


def amount(money: Money) -> str:
    """An amount as it travels: text with the currency's decimals, never a number."""
    return money.plain()


def decimal(number: Decimal) -> str:
    """A quantity or unit price as text, with all its decimals and without an exponent."""
    return format(number, "f")


def money(text: Any, currency: Any) -> Money | None:
    """An amount that Sage stated, or None when it did not state one in a known currency."""
    if text in (None, "") or isinstance(text, float) or not currency:
        return None
    try:
        return Money.of(Decimal(str(text)), str(currency))
    except (MoneyError, InvalidOperation):
        return None


def text(value: Any) -> str:
    """A member of an answer as text; null and absent are empty."""
    return "" if value is None else str(value)


def typed_document(definition: str) -> str:
    """The object name of an Order Entry document, as the query service wants it."""
    return f"order-entry/document::{definition}"


def object_path(name: str, key: str = "") -> str:
    """The path of an object, or of one record of it; what a person named is URL-encoded (§1)."""
    object_name, separator, definition = name.partition("::")
    path = f"/objects/{object_name}{separator}{quote(definition, safe='')}"
    return f"{path}/{quote(key, safe='')}" if key else path
