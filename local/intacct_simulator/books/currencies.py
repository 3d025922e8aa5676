"""Exchange rates: what one unit of a transaction currency is worth in a base currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.money import RATE_PLACES, rounded
from local.intacct_simulator.books.store import Store

DAILY_RATE = "Intacct Daily Rate"


@dataclass(frozen=True)
class Exchange:
    """How amounts of `currency` become amounts of `base_currency`, as of a day."""

    currency: str
    base_currency: str
    rate: Decimal
    on: date
    rate_type: str = DAILY_RATE

    def to_base(self, amount: Decimal) -> Decimal:
        """Convert an amount, rounded to the base currency."""
        return rounded(amount * self.rate, self.base_currency)

    def fields(self) -> dict[str, Any]:
        """Give the fields that a document keeps of its rate."""
        return {
            "currency": self.currency,
            "base_currency": self.base_currency,
            "exchange_rate": self.rate,
            "exchange_rate_date": self.on,
            "exchange_rate_type": self.rate_type,
        }


class Currencies:
    """Looks up rates by currency pair and day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def exists(self, currency: str) -> bool:
        """Tell whether the company transacts in a currency."""
        return bool(self._store.find("txn_currency", id=currency))

    def exchange(self, fields: Mapping[str, Any], base_currency: str, on: date) -> Exchange:
        """Decide the rate of a document: the given one, or the newest rate up to its day.

        Raises:
            BusinessError: the currency is unknown or no rate is kept for the day.
        """
        currency = fields.get("currency") or base_currency
        if not self.exists(currency):
            raise errors.invalid("currency", currency, "the company does not transact in it")
        day = fields.get("exchange_rate_date") or on
        if currency == base_currency:
            return Exchange(currency, base_currency, Decimal(1), day)
        given = fields.get("exchange_rate")
        if given is not None:
            return Exchange(currency, base_currency, given, day, "Custom")
        return Exchange(currency, base_currency, self.rate(currency, base_currency, day), day)

    def rate(self, currency: str, base_currency: str, on: date) -> Decimal:
        """Give the newest rate up to a day, the inverse pair counting too.

        Raises:
            BusinessError: no rate is kept for that day.
        """
        direct = self._newest(currency, base_currency, on)
        if direct is not None:
            return direct
        inverse = self._newest(base_currency, currency, on)
        if inverse is None:
            pair = f"{currency}/{base_currency}"
            raise errors.invalid("exchange_rate", pair, f"no rate is kept for {on}")
        return (Decimal(1) / inverse).quantize(RATE_PLACES)

    def _newest(self, currency: str, base_currency: str, on: date) -> Decimal | None:
        rows = self._store.find("exchange_rate", from_currency=currency, to_currency=base_currency)
        valid = [row for row in rows if row["effective_date"] <= on]
        newest = max(valid, key=lambda row: row["effective_date"], default=None)
        return None if newest is None else newest["rate"]
