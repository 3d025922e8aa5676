"""A fraction of an amount, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from commerce.money import Money, minor_units


def share_of(whole: Money, share: Fraction) -> Money:
    """That fraction of an amount, half up at the minor unit by its absolute value (R-9.1)."""
    if share == 1:
        return whole.rounded()
    numerator, denominator = abs(whole.amount).as_integer_ratio()
    units = 2 * numerator * 10 ** minor_units(whole.currency) * share.numerator
    parts = denominator * share.denominator
    rounded = Decimal((units + parts) // (2 * parts)).scaleb(-minor_units(whole.currency))
    return Money(-rounded if whole.is_negative else rounded, whole.currency)


def at_most(amount: Money, limit: Money) -> Money:
    """`amount`, but no further from zero than `limit`, and nothing on the other side of zero."""
    if amount.is_negative:
        return -at_most(-amount, -limit)
    zero = Money.zero(amount.currency)
    return max(zero, min(amount, limit), key=lambda money: money.amount)
