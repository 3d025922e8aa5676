"""The currency of a document: left out where it is the entity's own, else with its rate (§14.5)."""

from __future__ import annotations

from decimal import Decimal

from intacct.xml.elements import Element, add_given, decimal_text

DAILY_RATE = "Intacct Daily Rate"


def add_legacy_currency(
    function: Element, currency: str, *, base_currency: str, rate: Decimal | None = None
) -> None:
    """Append the currency group of a legacy function: currency, then a rate or a rate type.

    The schema takes no currency without one of the two, so a foreign one without a rate gets
    Sage's daily rate.
    """
    if not currency or currency == base_currency:
        return
    add_given(
        function,
        [
            ("basecurr", base_currency),
            ("currency", currency),
            ("exchratetype", "" if rate else DAILY_RATE),
            ("exchrate", decimal_text(rate) if rate else ""),
        ],
    )


def generic_currency(currency: str, *, base_currency: str) -> list[tuple[str, str]]:
    """The currency fields of a generic object; none for the entity's own currency."""
    if not currency or currency == base_currency:
        return []
    return [("CURRENCY", currency), ("EXCH_RATE_TYPE_ID", DAILY_RATE)]
