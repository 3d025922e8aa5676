"""The currency of a document: left out where it is the entity's own, else with its rate (§14.5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from intacct.xml.elements import (
    Element,
    add,
    add_given,
    add_legacy_date,
    date_text,
    decimal_text,
)

DAILY_RATE = "Intacct Daily Rate"


def add_legacy_currency(
    function: Element,
    currency: str,
    *,
    base_currency: str,
    rate: Decimal | None = None,
    rate_on: date | None = None,
) -> None:
    """Append the currency group of a legacy function: currency, then a rate or a rate type.

    The schema takes no currency without one of the two, so a foreign one without a rate gets
    Sage's daily rate: that of `rate_on`, where it is given.
    """
    if not currency or currency == base_currency:
        return
    add_given(function, [("basecurr", base_currency), ("currency", currency)])
    if rate:
        add(function, "exchrate", decimal_text(rate))
        return
    if rate_on is not None:
        add_legacy_date(function, "exchratedate", rate_on)
    add(function, "exchratetype", DAILY_RATE)


def generic_currency(
    currency: str,
    *,
    base_currency: str,
    rate: Decimal | None = None,
    rate_on: date | None = None,
) -> list[tuple[str, str]]:
    """The currency fields of a generic object; none for the entity's own currency."""
    if not currency or currency == base_currency:
        return []
    on = date_text(rate_on) if rate_on else ""
    if rate:
        return [
            ("CURRENCY", currency),
            ("EXCH_RATE_DATE", on),
            ("EXCHANGE_RATE", decimal_text(rate)),
        ]
    return [("CURRENCY", currency), ("EXCH_RATE_DATE", on), ("EXCH_RATE_TYPE_ID", DAILY_RATE)]
