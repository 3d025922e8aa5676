"""Amounts of money: a decimal and its ISO 4217 currency, never a binary float.

Rules R-0.3, R-0.4 and R-9.1 to R-9.4 of the accounting reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, cast

# ISO 4217 minor units that are not two (list one, as published by the maintenance agency).
_MINOR_UNITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_LARGEST = Decimal(10) ** 15
_SMALLEST = -_LARGEST
_CURRENCY = re.compile(r"[A-Z]{3}")


_UNBELIEVABLE = "an amount of money beyond a thousand million million is not believed"


class MoneyError(ValueError):
    """An amount that is no amount, or arithmetic across two currencies."""


def minor_units(currency: str) -> int:
    """How many decimals the currency has in ISO 4217: JPY 0, USD 2, KWD 3."""
    return _MINOR_UNITS.get(currency, 2)


@lru_cache(maxsize=256)
def _is_currency(text: str) -> bool:
    return bool(_CURRENCY.fullmatch(text))


@lru_cache(maxsize=256)
def _unit(currency: str) -> Decimal:
    """One minor unit of the currency."""
    return Decimal(1).scaleb(-minor_units(currency))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency; the digits received are kept until `rounded`."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not a finite amount of a three-letter currency."""
        if not self.amount.is_finite():
            message = "an amount of money must be a finite decimal"
            raise MoneyError(message)
        if not _SMALLEST < self.amount < _LARGEST:
            raise MoneyError(_UNBELIEVABLE)
        if not _is_currency(self.currency):
            message = "a currency is three capital letters of ISO 4217"
            raise MoneyError(message)

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Money from a decimal string, an integer or a Decimal.

        Raises:
            MoneyError: the text is not a finite decimal number, or it is a float.
        """
        if isinstance(amount, float):
            message = "a float is never money"
            raise MoneyError(message)
        try:
            return cls(Decimal(amount), currency)
        except InvalidOperation as exc:
            message = "an amount of money must be a decimal number"
            raise MoneyError(message) from exc

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money, in that currency."""
        return _zero(currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} do not mix"
            raise MoneyError(message)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return _computed(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return _computed(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return _computed(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return _computed(abs(self.amount), self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.plain()} {self.currency}"

    @property
    def is_negative(self) -> bool:
        """Whether the amount is below zero."""
        return self.amount < 0

    def rounded(self) -> Money:
        """The amount at the currency's minor unit, half up (R-9.1)."""
        units = self.amount.quantize(_unit(self.currency), rounding=ROUND_HALF_UP)
        return _computed(units, self.currency)

    def plain(self) -> str:
        """The rounded amount as text with all its decimals, as the wire and people want it."""
        return format(self.rounded().amount, "f")


# A frozen dataclass sets its fields by name, which arithmetic need not pay for each time.
_set_amount = cast("Any", Money).amount.__set__
_set_currency = cast("Any", Money).currency.__set__


def _computed(amount: Decimal, currency: str) -> Money:
    """Money made of money: its currency was judged before, and finite amounts stay finite."""
    if not _SMALLEST < amount < _LARGEST:
        raise MoneyError(_UNBELIEVABLE)
    money = object.__new__(Money)
    _set_amount(money, amount)
    _set_currency(money, currency)
    return money


@lru_cache(maxsize=256)
def _zero(currency: str) -> Money:
    return Money(Decimal(0), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of `amounts`, zero of `currency` when there are none."""
    result = Decimal(0)
    for amount in amounts:
        if amount.currency != currency:
            message = f"{currency} and {amount.currency} do not mix"
            raise MoneyError(message)
        result += amount.amount
    return Money(result, currency)


def allocate(whole: Money, weights: Sequence[Decimal]) -> list[Money]:
    """Split `whole` over `weights` so that the parts add up to it exactly (R-9.3).

    Each share is floored to the minor unit; the missing units go to the largest remainders, ties to
    the lowest index. A negative whole is split by its absolute value. All weights zero: the first
    part takes everything.

    Raises:
        MoneyError: there is no weight, or one is negative, or `whole` has parts of a minor unit.
    """
    if not weights or any(weight < 0 for weight in weights):
        message = "allocation needs at least one weight, and none below zero"
        raise MoneyError(message)
    if whole.rounded().amount != whole.amount:
        message = "only whole minor units can be allocated"
        raise MoneyError(message)
    if whole.is_negative:
        return [-part for part in allocate(-whole, weights)]
    unit = _unit(whole.currency)
    units = whole.amount / unit
    sum_of_weights = sum(weights)
    if sum_of_weights == 0:
        weights = [Decimal(1), *[Decimal(0)] * (len(weights) - 1)]
        sum_of_weights = Decimal(1)
    exact = [units * weight / sum_of_weights for weight in weights]
    floors = [share.to_integral_value(rounding=ROUND_FLOOR) for share in exact]
    missing = int(units - sum(floors))
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for index in by_remainder[:missing]:
        floors[index] += 1
    return [Money(share * unit, whole.currency) for share in floors]
