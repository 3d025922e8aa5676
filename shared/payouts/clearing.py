"""What stands on a clearing account, order by order with its age (R-6.2), so that it adds up.

Pure. Each receipt and refund of an order is money that a payout must settle, in the currency it was
taken in; what payouts moved beside orders, as a transfer that failed, is listed under the payout in
the entity's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from commerce.kinds import PaymentKind
from commerce.money import Money
from commerce.orders import Facts
from intacct.documents import Side
from shared.payouts.moved_money import is_on, money_of
from shared.payouts.planner import EntityPosting, plan_payout, rows_by_entry
from shared.payouts.records import PayoutRecord
from shared.payouts.worths import is_buyers
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.payout_entries import cleared
from shared.postings.plan import DayEntry
from shared.postings.rates import table_rate

_NOTHING: Mapping[str, Money] = {}

_Open = tuple[str, str]
"""What is listed, and the currency that it is in."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Money of one order, or of a payout beside orders, that is on the clearing account.

    `captured` is what came in less what was given back, `settled` what payouts took of it;
    `amount` is what is left, below zero where more was settled than captured. `since` is when the
    oldest movement of it happened. `rate` is what the mapping's table says that one unit of the
    currency is worth in the entity's; None where it says nothing.
    """

    subject: str
    captured: Money
    settled: Money
    since: datetime
    base_currency: str
    rate: Decimal | None = None

    @property
    def amount(self) -> Money:
        """What is left on the account, debits positive."""
        return self.captured - self.settled

    @property
    def worth(self) -> Money | None:
        """What is left in the entity's currency: exact in that currency, else by the table."""
        if self.amount.currency == self.base_currency:
            return self.amount
        if self.rate is None:
            return None
        return Money(self.amount.amount * self.rate, self.base_currency).rounded()

    def age_days(self, now: datetime) -> int:
        """How many whole days it has been there."""
        return (now - self.since).days


@dataclass(slots=True)
class Clearing:
    """Gathers the movements of one store's clearing account, in any order, and lists what is open.

    Give it the facts of orders that are posted and the payouts that are booked. What a thrifty
    channel takes stands on its invoices until a payout both brings and settles it: such orders are
    never open here. With `until`, only what happened up to that ledger date counts, by the dates of
    the events and before any shift out of a closed period.
    """

    book: StoreBook
    until: date | None = None
    _captured: dict[_Open, Money] = field(default_factory=dict)
    _settled: dict[_Open, Money] = field(default_factory=dict)
    _since: dict[_Open, datetime] = field(default_factory=dict)
    _elsewhere: set[str] = field(default_factory=set)

    @property
    def account(self) -> str:
        """The account; empty where the mapping names none."""
        return self.book.mapping.accounts.get(Role.PAYOUT_CLEARING, "")

    def add_order(self, facts: Facts, fees: Mapping[str, Money] = _NOTHING) -> None:
        """Take in an order's receipts and refunds at the gateways of this account.

        Args:
            facts: of the order.
            fees: what it booked itself of what gateways kept, by their payments (R-6.3).
        """
        order = facts.order
        if order is not None and self.book.for_placed(order.placed_at).is_thrifty:
            self._elsewhere.add(f"order {facts.ref.id}")
        for payment in money_of(facts):
            on = self.book.ledger_on(payment.processed_at)
            if is_on(self.account, payment, self.book) and not self._is_later(on):
                is_back = payment.kind is PaymentKind.REFUND
                amount = -payment.amount if is_back else payment.amount
                subject = f"order {facts.ref.id}"
                self._add(self._captured, subject, amount.rounded(), payment.processed_at)
                if (fee := fees.get(payment.ref.id)) is not None:
                    self._add(self._captured, subject, -fee, payment.processed_at)

    def add_sale(self, entry: DayEntry) -> None:
        """Take in an event that a payout's journal holds (`summary_payout`).

        Other events of such an order are not in the books, and nothing of them is on the account.
        """
        if not self._is_later(entry.ledger_on):
            amount = cleared(entry, self.account)
            self._add(self._captured, f"order {entry.order_id}", amount, entry.occurred_at)

    def add_payout(self, record: PayoutRecord, booked: Collection[str] | None = None) -> None:
        """Take in what a payout's entries moved on this account.

        Args:
            record: the payout with its lines.
            booked: the purposes of those that are in the books; None for all.
        """
        payout = record.payout
        entries = [
            entry
            for entry in plan_payout(record, self.book).entries
            if (booked is None or entry.purpose in booked)
            and not self._is_later(entry.posting.true_on)
        ]
        left = self._effect(entries)
        valuation = record.history.valuation
        valued = {worth.line_id: worth for worth in valuation.worths} if valuation else {}
        told = {entry.purpose for entry in entries}
        settled = rows_by_entry(record, self.book).items() if told else ()
        for line in (row for name, rows in settled if name in told for row in rows):
            if is_buyers(line) and line.order_id:
                worth = valued.get(line.id)
                taken, base = (worth.taken, worth.base) if worth else (line.amount, line.amount)
                self._add(self._settled, f"order {line.order_id}", taken, line.occurred_at)
                left += base
        if left:
            subject = f"payout {payout.ref.id}"
            self._add(self._captured, subject, left, payout.initiated_at)

    def unsettled(self, on: date) -> list[Unsettled]:
        """Everything that is open, the oldest first; together it is the account's balance.

        Args:
            on: the day whose rate of the table counts for other currencies than the entity's.
        """
        found = [
            self._open(name, since, on)
            for name, since in self._since.items()
            if name[0] not in self._elsewhere
        ]
        open_ = [each for each in found if each.amount]
        return sorted(open_, key=lambda each: (each.since, each.subject, each.amount.currency))

    def _open(self, name: _Open, since: datetime, on: date) -> Unsettled:
        subject, currency = name
        zero, base = Money.zero(currency), self.book.base_currency
        captured, settled = self._captured.get(name, zero), self._settled.get(name, zero)
        rate = table_rate(self.book.mapping.fx_rates, currency, on)
        return Unsettled(subject, captured, settled, since, base, rate)

    def _is_later(self, on: date | None) -> bool:
        return self.until is not None and on is not None and on > self.until

    def _effect(self, entries: Iterable[EntityPosting]) -> Money:
        """What entries leave on the account, debits positive."""
        effect = Money.zero(self.book.base_currency)
        for entry in entries:
            for line in entry.posting.effect:
                if entry.entity == self.book.entity and line.account == self.account:
                    effect += line.amount if line.side is Side.DEBIT else -line.amount
        return effect

    def _add(self, sums: dict[_Open, Money], subject: str, amount: Money, at: datetime) -> None:
        name = (subject, amount.currency)
        sums[name] = sums.get(name, Money.zero(amount.currency)) + amount
        self._since[name] = min(self._since.get(name, at), at)
