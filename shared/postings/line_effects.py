"""What each line of an Order Entry invoice does to the ledger, one by one.

Sage turns every line into the entity's currency by itself, so that lines taken together come to
other cents there (J-8.6). Who takes such an invoice back does it line by line.
"""

from __future__ import annotations

from collections.abc import Iterable

from intacct.documents import JournalLine, SalesLine, Side
from shared.policy.mapping import Role
from shared.postings.preparation import Prepared
from shared.postings.sales_lines import Row


def parts_of(prepared: Prepared, drawn: Iterable[tuple[Row, SalesLine]]) -> tuple[JournalLine, ...]:
    """The ledger line of each document line; `drawn` are the lines with their rows."""
    pieces = {piece.id: piece for piece in prepared.pieces.pieces}
    parts = []
    for row, line in drawn:
        amount = (line.unit_price * line.quantity).rounded()
        side = Side.DEBIT if amount.is_negative else Side.CREDIT
        if row.is_deferred:
            account = prepared.chart.account(Role.DEFERRED_REVENUE)
            dimensions = prepared.chart.balance_dimensions
        else:
            account, dimensions = pieces[min(row.pieces)].account, row.dimensions
        parts.append(JournalLine(account, side, abs(amount), dimensions))
    return tuple(part for part in parts if part.amount)
