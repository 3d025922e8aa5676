"""What the parts of an order's life do to the accounts: sales, recognitions, credits, corrections.

One place, asked by whoever writes documents and by whoever compares a life with the books.
"""

from __future__ import annotations

from collections.abc import Iterable

from commerce.money import Money
from commerce.orders import AdjustmentKind, RefundAdjustment
from shared.policy.choices import RefundPresentation
from shared.policy.mapping import Role
from shared.policy.switches import PostingPolicy
from shared.postings.chart import Chart
from shared.postings.effects import Amount, credit, debit, ledger_lines
from shared.postings.meter import Amounts
from shared.postings.parts import Correction, Credit, Sale
from shared.postings.pieces import OrderPieces, Piece, PieceKind


class Entries:
    """The accounts of one order's parts, as signed amounts."""

    def __init__(self, chart: Chart, order: OrderPieces, policy: PostingPolicy) -> None:
        """`order` has the pieces that the parts name."""
        self._chart = chart
        self._pieces = {piece.id: piece for piece in order.pieces}
        self._currency = order.currency
        self._policy = policy
        self._is_deferred = policy.recognise_on is not policy.invoice_on

    def invoice(self, sale: Sale) -> list[Amount]:
        """Receivable against revenue or deferred revenue, discounts and taxes."""
        receivable = self._chart.account(Role.RECEIVABLE)
        owed = debit(receivable, sale.total(self._currency), self._chart.balance_dimensions)
        return [owed, *self.sold(sale.amounts)]

    def is_invoiced(self, sale: Sale) -> bool:
        """Whether the part has an invoice: what comes to nothing, line by line, has none (R-0.5).

        Revenue and its discount meet on the one account of deferred revenue.
        """
        return bool(ledger_lines(self.sold(sale.amounts)))

    def sold(self, amounts: Amounts) -> list[Amount]:
        """What billing credits: deferrable pieces to deferred revenue where the policy says so."""
        if not self._is_deferred:
            return [_own(piece, amount) for piece, amount in self._of(amounts)]
        waiting = Money.zero(self._currency)
        lines = []
        for piece, amount in self._of(amounts):
            if piece.is_deferrable:
                waiting += amount
            else:
                lines.append(_own(piece, amount))
        deferred = self._chart.account(Role.DEFERRED_REVENUE)
        return [credit(deferred, waiting, self._chart.balance_dimensions), *lines]

    def recognition(self, sale: Sale) -> list[Amount]:
        """Deferred revenue given up for revenue at list and discounts."""
        earned = [(p, amount) for p, amount in self._of(sale.amounts) if p.is_deferrable]
        waiting = sum((amount for _, amount in earned), Money.zero(self._currency))
        deferred = self._chart.account(Role.DEFERRED_REVENUE)
        return [
            debit(deferred, waiting, self._chart.balance_dimensions),
            *(_own(piece, amount) for piece, amount in earned),
        ]

    def credit_memo(self, item: Credit) -> list[Amount]:
        """A refund's side of the books and the buyer's."""
        return [*self.taken_back(item), self._owed_back(item.total)]

    def taken_back(self, item: Credit) -> list[Amount]:
        """The refund's side of the books without the buyer's: returns, discounts, taxes, fees."""
        amounts = []
        for piece, amount in self._of(item.recognised):
            undone = item.undone.get(piece.id, amount * 0)
            amounts += [self._given_up(piece, amount - undone), _own(piece, -undone)]
        deferred = [-amount for amount in item.deferred.values()]
        if deferred:
            waiting = sum(deferred[1:], deferred[0])
            account = self._chart.account(Role.DEFERRED_REVENUE)
            amounts.append(Amount(account, waiting, self._chart.balance_dimensions))
        return [*amounts, *(self._adjustment(part) for part in item.adjustments)]

    def correction(self, item: Correction) -> list[Amount]:
        """What an edit takes off, with the buyer's side."""
        return [*self.never_sold(item.amounts), self._owed_back(item.total(self._currency))]

    def never_sold(self, changes: Amounts) -> list[Amount]:
        """On the accounts that were credited: what an edit takes off was never sold."""
        waiting = self._chart.account(Role.DEFERRED_REVENUE) if self._is_deferred else ""
        amounts = []
        for piece, change in self._of(changes):
            if self._is_deferred and piece.is_deferrable:
                amounts.append(Amount(waiting, change, self._chart.balance_dimensions))
            else:
                amounts.append(Amount(piece.account, change, piece.dimensions))
        return amounts

    def _owed_back(self, amount: Money) -> Amount:
        receivable = self._chart.account(Role.RECEIVABLE)
        return credit(receivable, amount, self._chart.balance_dimensions)

    def _given_up(self, piece: Piece, amount: Money) -> Amount:
        """What was sold, taken back with the dimensions of its sale (R-13.5)."""
        is_revenue = piece.kind is PieceKind.GOODS and not piece.is_liability
        presentation = self._policy.refund_presentation
        if not is_revenue or presentation is not RefundPresentation.RETURNS_ACCOUNT:
            return Amount(piece.account, -amount, piece.dimensions, piece.hits)
        account = self._chart.account(Role.RETURNS)
        kept = (hit for hit in piece.hits if hit.field not in ("item", "account"))
        hits = (*kept, *self._chart.usual_hits(account))
        return Amount(account, -amount, piece.dimensions, hits)

    def _adjustment(self, part: RefundAdjustment) -> Amount:
        """Fees kept are revenue; allowances and unexplained differences reduce it (R-3.6)."""
        roles = {
            AdjustmentKind.RESTOCKING_FEE: Role.RESTOCKING_FEE_REVENUE,
            AdjustmentKind.RETURN_SHIPPING_FEE: Role.SHIPPING_REVENUE,
        }
        account = self._chart.account(roles.get(part.kind, Role.RETURNS))
        return debit(account, part.amount, self._chart.result_dimensions)

    def _of(self, amounts: Amounts) -> Iterable[tuple[Piece, Money]]:
        return ((self._pieces[piece_id], amount) for piece_id, amount in amounts.items())


def _own(piece: Piece, amount: Money) -> Amount:
    return Amount(piece.account, amount, piece.dimensions, piece.hits)
