"""A fraction of an amount, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from commerce.money import Money, minor_units


def share_of(whole: Money, share: Fraction) -> Money:
    """That fraction of an amount, half up at the minor unit by its absolute value (R-9.1)."""
    if share == 1:
        return whole.rounded()
    scale = Decimal(10) ** minor_units(whole.currency)
    units = abs(Fraction(whole.amount) * Fraction(scale)) * share
    rounded = (units + Fraction(1, 2)).__floor__()
    amount = Money(Decimal(rounded) / scale, whole.currency).rounded()
    return -amount if whole.is_negative else amount
