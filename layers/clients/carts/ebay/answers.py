"""The shapes that all of eBay's answers share."""

from __future__ import annotations

from typing import Any

from carts.adapter import CartApiError

Json = dict[str, Any]


def as_object(document: Any) -> Json:
    """The document as an object.

    Raises:
        CartApiError: it is something else.
    """
    if not isinstance(document, dict):
        raise another_shape()
    return document


def as_list(value: Any) -> list[Json]:
    """A list of objects; an absent one is empty.

    Raises:
        CartApiError: it is something else.
    """
    found = [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise another_shape()
    return found


def as_count(document: Json) -> int:
    """How many entries the whole list has.

    Raises:
        CartApiError: the answer does not tell it.
    """
    count = document.get("total")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise another_shape()
    return count


def another_shape() -> CartApiError:
    """EBay's answer cannot be what it says it is."""
    message = "eBay's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)
