"""The shapes that answers of carts must have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carts.adapter import AccessRefusedError, CartApiError
from carts.catalogue import WriteOutcome, Written

Json = dict[str, Any]


def another_shape() -> CartApiError:
    """The cart's answer cannot be what its documentation says it is."""
    message = "the cart's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)


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


def written(write: Callable[[], Written]) -> Written:
    """What became of one write: a lasting error refuses it, of any other nobody knows.

    Raises:
        AccessRefusedError: the store takes nothing of the kind from this key.
    """
    try:
        return write()
    except AccessRefusedError:
        raise
    except CartApiError as exc:
        outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
        return Written(outcome, str(exc))
