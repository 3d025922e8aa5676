"""What the lines of a payout in several currencies are made of: rows by what was booked of them."""

from __future__ import annotations

from collections.abc import Sequence

from commerce.money import Money, total
from commerce.payouts import PayoutLine
from intacct.documents import JournalLine, Side
from shared.payouts.chart import PayoutChart
from shared.payouts.records import PayoutRecord
from shared.policy.mapping import Role

Share = tuple[str, Money, str]
"""What it is, its amount in the line's currency and direction, and the order it belongs to."""


def exchanged_shares(
    line: JournalLine, rows: Sequence[PayoutLine], record: PayoutRecord, chart: PayoutChart
) -> list[Share] | None:
    """The shares of a line that stands in a currency of its own; None where rows tell of it.

    Args:
        line: of an entry of the payout.
        rows: those that the entry is about.
        record: the payout with what it is worth.
        chart: the accounts of its store.
    """
    valuation = record.history.valuation
    accounts = chart.book.mapping.accounts
    if valuation is None:
        return None
    if line.account == accounts.get(Role.REALISED_FX):
        return [("what the rates differ by", line.amount, "")]
    known = {worth.line_id: worth for worth in valuation.worths}
    valued = [(row, known[row.id]) for row in rows if row.id in known]
    currency, sign = line.amount.currency, 1 if line.side is Side.CREDIT else -1
    if line.account == accounts.get(Role.PAYOUT_CLEARING):
        own = [(row, worth) for row, worth in valued if worth.taken.currency == currency]
        one_way = [(r, w) for r, w in own if w.taken.is_negative is (line.side is Side.DEBIT)]
        for those in (own, one_way):
            if total((worth.taken * sign for _, worth in those), currency) == line.amount:
                return [
                    (f"payout row {row.id}: {row.kind.value}", worth.taken * sign, row.order_id)
                    for row, worth in those
                ]
        if currency == record.payout.currency:
            return [("what else the payout moves on the account", line.amount, "")]
    if currency != record.payout.currency:
        return [("the payout's net, as its bank has it", line.amount, "")]
    return None
