"""Rounding lines: how large one may be, which no setting raises, and how it is known (R-9.5)."""

from __future__ import annotations

from decimal import Decimal

from commerce.money import Money, minor_units

MOST_UNITS = 5
"""Minor units that a rounding line may have at most, however many lines its document has."""


ROUNDING = "rounding:"
"""What the purposes of postings begin with that settle a rounding difference."""


def is_rounding(posting_key: str) -> bool:
    """Whether the posting of that key is a rounding line, which is to be counted."""
    _, _, purpose = posting_key.partition(":")
    return purpose.startswith(ROUNDING)


def most_rounding(lines: int, currency: str) -> Money:
    """The largest rounding line of a document with so many lines: one minor unit for each."""
    units = min(MOST_UNITS, lines)
    return Money(Decimal(units).scaleb(-minor_units(currency)), currency)
