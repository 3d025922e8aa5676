"""Lists that have page numbers and a total, and nothing better to go on by.

What leaves such a list while it is read shifts what follows it to the page before. So it is read
again from the start when its total changes between two pages (carts reference §2.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from carts.adapter import CartApiError

MOST_PAGES = 1000
"""More pages than that are no list that anybody can finish reading."""

_MOST_RESTARTS = 5

Page = tuple[list[Any], int]
"""The entries of one page, and how many the whole list has."""


def numbered_pages(ask: Callable[[int], Page], what: str) -> Iterator[list[Any]]:
    """All pages of a list, those before a restart as well.

    Args:
        ask: gives the page of a number; the first one is 0.
        what: names what is listed, in errors.

    Raises:
        CartApiError: it has too many pages, or kept changing.
    """
    for _ in range(_MOST_RESTARTS):
        expected: int | None = None
        seen = 0
        for number in range(MOST_PAGES):
            entries, count = ask(number)
            if expected is not None and count != expected:
                break
            expected = count
            seen += len(entries)
            yield entries
            if seen >= count or not entries:
                return
        else:
            message = f"more than {MOST_PAGES} pages of {what}"
            raise CartApiError(message, is_lasting=True)
    message = f"the cart's {what} kept changing while they were listed"
    raise CartApiError(message)
