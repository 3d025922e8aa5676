"""Exact amounts for the books: Decimal in, Decimal out, rounded by ISO 4217 and half up.

Binary floats never become money (accounting reference R-0.3). How Sage rounds amounts with more
decimals than the currency has is unconfirmed (XML reference §17 no. 13); half up is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)
RATE_PLACES = Decimal("0.0000000001")
DEFAULT_MINOR_UNITS = 2
MAX_DIGITS = 24
_MINOR_UNITS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3}


def minor_units(currency: str) -> int:
    """Say how many decimals amounts of a currency have (accounting reference R-0.4)."""
    return _MINOR_UNITS.get(currency, DEFAULT_MINOR_UNITS)


def to_decimal(value: object) -> Decimal:
    """Read a number from text, int or Decimal.

    Raises:
        ValueError: it is a float, a truth value, not a number, infinite or absurdly long.
    """
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        message = "a number is given as text, int or Decimal"
        raise ValueError(message)  # noqa: TRY004  # one kind of error for every unreadable number
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as exc:
        message = "not a number"
        raise ValueError(message) from exc
    is_readable = number.is_finite() and abs(number.adjusted()) < MAX_DIGITS
    if not is_readable or len(number.as_tuple().digits) > MAX_DIGITS:
        message = "not a number the books can hold"
        raise ValueError(message)
    return number


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round an amount half up to the currency's minor unit."""
    places = Decimal(1).scaleb(-minor_units(currency))
    return amount.quantize(places, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts exactly; nothing gives zero."""
    return sum(amounts, start=ZERO)


def text(amount: Decimal, currency: str = "") -> str:
    """Write an amount with the currency's decimals, never in exponent form."""
    return format(rounded(amount, currency), "f")
