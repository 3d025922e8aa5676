"""What orders have for a payout, from their facts: events that no journal holds yet (R-11.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from commerce.orders import Facts
from shared.facts.record import FactsRecord, FactsStatus, FactsStore, StaleFactsError, order_pk
from shared.gl.days import BatchMovedError, DayKey
from shared.gl.payout_days import PayoutDays
from shared.ledger.apply import results_of
from shared.ledger.port import Ledger
from shared.payouts.members import OrderEvents
from shared.payouts.store import PayoutKey
from shared.policy.choices import PostingMode
from shared.posting.doubts import begun
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posted
from shared.tenants.models import Tenant

Planner = Callable[[Facts, Posted, StoreBook, Collection[str]], Plan]
"""`shared.postings.planner.plan`: facts, what is in the books, the book, what was begun."""


@dataclass(frozen=True, slots=True)
class Member:
    """An order as it was read for a payout.

    `events` is what it has for it, `holders` which parts of this payout hold some of that already,
    `number` the version of the configuration that it was planned under.
    """

    events: OrderEvents
    record: FactsRecord
    holders: dict[str, DayKey]
    number: int


@dataclass(frozen=True, slots=True)
class MemberOrders:
    """Reads the orders of payouts; `books` chooses under which version each is planned."""

    facts: FactsStore
    ledger: Ledger
    days: PayoutDays
    books: OrderBooks
    plan: Planner

    def read(
        self, tenant: Tenant, key: PayoutKey, order_id: str, *, anew: bool = False
    ) -> Member | None:
        """What the order has for the payout; None where it is not known.

        Args:
            tenant: as it is configured now.
            key: the payout.
            order_id: the order.
            anew: under today's configuration, whatever the order was posted under before.
        """
        pk = order_pk(tenant.id, key.store, order_id)
        record = self.facts.load(pk)
        if record is None:
            return None
        chain = self.ledger.chain(pk)
        told = replace(record, configured=0) if anew else record
        choice = self.books.choose(tenant, told, chain)
        order = record.known.order
        if choice.book is None or order is None or record.status is not FactsStatus.READY:
            found = OrderEvents(problem=_problem(record))
            return Member(found, record, {}, choice.number)
        book = choice.book
        placed_on = book.ledger_on(order.placed_at)
        if book.policy.mode_on(placed_on) is not PostingMode.SUMMARY_PAYOUT:
            return Member(OrderEvents(is_elsewhere=True), record, {}, choice.number)
        planned = self.plan(record.facts, results_of(chain), book, begun(chain))
        if planned.findings:
            why = ", ".join(f"{each.reason.value} {each.place}" for each in planned.findings)
            return Member(OrderEvents(problem=why), record, {}, choice.number)
        return self._events(key, record, planned, choice.number)

    def _events(self, key: PayoutKey, record: FactsRecord, planned: Plan, number: int) -> Member:
        holders = self.days.holders(record.pk)
        ours = {name: day for name, day in holders.items() if day.payout == key.payout_id}
        free = tuple(
            entry
            for entry in planned.payout_entries
            if entry.event in ours or entry.event not in holders
        )
        taken = frozenset(entry.event for entry in free if entry.event in ours)
        return Member(OrderEvents(free, taken, waiting=planned.waiting), record, ours, number)

    def stamp(self, member: Member) -> None:
        """From now on the order is planned under the version that its events were made under.

        Raises:
            BatchMovedError: its facts changed just now: the next run reads them.
        """
        newest = self.facts.load(member.record.pk)
        if newest is None or newest.known != member.record.known:
            raise BatchMovedError
        if newest.configured == member.number:
            return
        try:
            self.facts.save(replace(newest, configured=member.number))
        except StaleFactsError:
            raise BatchMovedError from None


def _problem(record: FactsRecord) -> str:
    if record.known.order is None:
        return "only its payments or shipments are known"
    if record.status is FactsStatus.READY:
        return "its configuration cannot be read"
    return f"it is {record.status.value}"
