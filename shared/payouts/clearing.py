"""What stands on a clearing account, order by order with its age (R-6.2), so that it adds up.

Pure. Each receipt and refund of an order is money that a payout must settle; what payouts moved
beside orders, as a transfer that failed, is listed under the payout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from commerce.kinds import PaymentKind, PaymentState
from commerce.money import Money
from commerce.orders import Facts, Payment
from commerce.payouts import PayoutLineKind
from intacct.documents import Side
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord
from shared.policy.mapping import Role
from shared.postings.book import StoreBook

_BUYERS = (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Money of one order, or of a payout beside orders, that is on the clearing account.

    `captured` is what came in less what was given back, `settled` what payouts took of it;
    `amount` is what is left, below zero where more was settled than captured. `since` is when the
    oldest movement of it happened.
    """

    subject: str
    captured: Money
    settled: Money
    since: datetime

    @property
    def amount(self) -> Money:
        """What is left on the account, debits positive."""
        return self.captured - self.settled

    def age_days(self, now: datetime) -> int:
        """How many whole days it has been there."""
        return (now - self.since).days


@dataclass(slots=True)
class Clearing:
    """Gathers the movements of one store's clearing account, in any order, and lists what is open.

    Give it the facts of orders that are posted and the payouts that are booked. What a thrifty
    channel takes stands on its invoices until a payout both brings and settles it: such orders are
    never open here.
    """

    book: StoreBook
    _captured: dict[str, Money] = field(default_factory=dict)
    _settled: dict[str, Money] = field(default_factory=dict)
    _since: dict[str, datetime] = field(default_factory=dict)
    _elsewhere: set[str] = field(default_factory=set)

    @property
    def account(self) -> str:
        """The account; empty where the mapping names none."""
        return self.book.mapping.accounts.get(Role.PAYOUT_CLEARING, "")

    def add_order(self, facts: Facts, fees: Iterable[Money] = ()) -> None:
        """Take in an order's receipts and refunds at the gateways of this account.

        Args:
            facts: of the order.
            fees: what it booked itself of what gateways kept of them (R-6.3).
        """
        order = facts.order
        if order is not None and self.book.for_placed(order.placed_at).is_thrifty:
            self._elsewhere.add(f"order {facts.ref.id}")
        for payment in _money_of(facts):
            if self._is_here(payment):
                is_back = payment.kind is PaymentKind.REFUND
                amount = -payment.amount if is_back else payment.amount
                subject = f"order {facts.ref.id}"
                self._add(self._captured, subject, amount.rounded(), payment.processed_at)
        for fee in fees:
            self._captured[f"order {facts.ref.id}"] -= fee

    def add_payout(self, record: PayoutRecord) -> None:
        """Take in what a payout's entries moved on this account."""
        payout = record.payout
        left = self._effect(record)
        for line in record.booked_lines:
            if line.kind in _BUYERS and line.is_recognized and line.order_id:
                subject = f"order {line.order_id}"
                self._add(self._settled, subject, line.amount, line.occurred_at)
                left += line.amount
        if left:
            subject = f"payout {payout.ref.id}"
            self._add(self._captured, subject, left, payout.initiated_at)

    def unsettled(self) -> list[Unsettled]:
        """Everything that is open, the oldest first; together it is the account's balance."""
        zero = Money.zero(self.book.base_currency)
        found = [
            Unsettled(
                subject,
                self._captured.get(subject, zero),
                self._settled.get(subject, zero),
                since,
            )
            for subject, since in self._since.items()
            if subject not in self._elsewhere
        ]
        open_ = [each for each in found if each.amount]
        return sorted(open_, key=lambda each: (each.since, each.subject))

    def _effect(self, record: PayoutRecord) -> Money:
        """What the payout's entries leave on the account, debits positive."""
        effect = Money.zero(self.book.base_currency)
        for entry in plan_payout(record, self.book).entries:
            for line in entry.posting.effect:
                if entry.entity == self.book.entity and line.account == self.account:
                    effect += line.amount if line.side is Side.DEBIT else -line.amount
        return effect

    def _is_here(self, payment: Payment) -> bool:
        is_ours = payment.amount.currency == self.book.base_currency and not payment.is_test
        return is_ours and any(
            tender.account == self.account
            for tender in self.book.mapping.tenders
            if tender.gateway.casefold() == payment.gateway.casefold()
        )

    def _add(self, sums: dict[str, Money], subject: str, amount: Money, at: datetime) -> None:
        sums[subject] = sums.get(subject, Money.zero(self.book.base_currency)) + amount
        self._since[subject] = min(self._since.get(subject, at), at)


def _money_of(facts: Facts) -> Iterator[Payment]:
    """Receipts, and refunds that succeeded, each once."""
    told: Iterable[Payment] = (
        *facts.payments,
        *(payment for refund in facts.refunds for payment in refund.transactions),
    )
    moved = {payment.ref.id: payment for payment in told if _has_moved(payment)}
    yield from moved.values()


def _has_moved(payment: Payment) -> bool:
    is_back = payment.kind is PaymentKind.REFUND and payment.state is PaymentState.SUCCESS
    return payment.is_receipt or is_back
