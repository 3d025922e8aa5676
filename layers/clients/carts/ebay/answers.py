"""The shapes that all of eBay's answers share."""

from __future__ import annotations

from typing import Any

from carts.answers import another_shape

Json = dict[str, Any]


def as_count(document: Json) -> int:
    """How many entries the whole list has.

    Raises:
        CartApiError: the answer does not tell it.
    """
    count = document.get("total")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise another_shape()
    return count
