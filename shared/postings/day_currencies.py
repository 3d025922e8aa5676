"""What a daily journal cannot say of an order in another currency than its entity's (R-8.3, R-8.4).

Sage converts a journal at the daily rate of its date and shows that rate to nobody. Where goods,
money and what is given back are of one day, this is the rate of each document. Where they are not,
single documents have a rate each, and Sage books what these differ by as realised (J-8.2, J-8.5):
a journal without receivables has no place for that, and never pretends otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.policy.choices import FxRate
from shared.postings.plan import Finding, Reason
from shared.postings.preparation import Prepared

_HINT = "post the orders of this currency in detail"


def currency_findings(prepared: Prepared) -> Iterator[Finding]:
    """What keeps an order in another currency out of daily journals; nothing of any other."""
    order, book = prepared.order, prepared.book
    if order.currency == book.base_currency:
        return
    if book.policy.fx_rate is not FxRate.ERP_DAILY:
        yield Finding(
            Reason.OUT_OF_SCOPE,
            "policy.fx_rate",
            f"a daily journal in {order.currency} takes Sage's rate of its day alone",
            f"{_HINT}, or let Sage's daily rate count (erp_daily)",
        )
    days = _days(prepared)
    if len(days) > 1:
        told = ", ".join(day.isoformat() for day in sorted(days))
        yield Finding(
            Reason.OUT_OF_SCOPE,
            "order.currency",
            f"money and documents in {order.currency} are of several days ({told}), and what their"
            " rates differ by has no place in a daily journal",
            _HINT,
        )


def _days(prepared: Prepared) -> set[date]:
    """The ledger days of all that takes a rate of its own: documents, receipts and refunds."""
    life = prepared.life
    moments = [sale.at for sale in (*life.billed, *life.recognised)]
    moments += [correction.at for correction in life.corrections]
    moments += [event.refund.created_at for event in prepared.refunds]
    moments += [paid.processed_at for event in prepared.refunds for paid in event.money.settled]
    if life.billed or life.credits:
        moments += [taking.at for taking in prepared.takings]
    return {prepared.book.ledger_on(moment) for moment in moments}
