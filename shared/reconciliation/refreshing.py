"""Makes the rows anew whose facts or postings changed; the others stand as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.gl.days import DayBook, DayKey
from shared.gl.payout_days import PayoutDays
from shared.ledger.port import Ledger
from shared.ledger.records import Record
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.planner import told_on
from shared.payouts.records import PayoutRecord
from shared.payouts.settling import order_ids, settle
from shared.payouts.store import PayoutKey, Payouts
from shared.policy.choices import PostingMode
from shared.ports import Clock
from shared.posting.store_books import store_book
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.reconciliation.book import ProofBook, Sources
from shared.reconciliation.days import day_row
from shared.reconciliation.orders import order_row, unbooked_row
from shared.reconciliation.payout_journals import PayoutJournals, payout_journals
from shared.reconciliation.payouts import payout_row
from shared.reconciliation.row_heads import RowHeads
from shared.reconciliation.rows import Row, day_name, order_name, payout_name
from shared.tenants.models import Tenant

OVERLAP = timedelta(hours=1)
"""How far before the last proof changes are looked for: longer than a posting is under way."""


class OutOfTimeError(Exception):
    """The invocation ends before all rows are made; the next run goes on with the others."""


@dataclass(frozen=True, slots=True)
class RefreshParts:
    """What making rows needs of the outside."""

    book: ProofBook
    sources: Sources
    ledger: Ledger
    payouts: Payouts
    days: DayBook
    books: OrderBooks
    orders: OrderMoneyReader
    clock: Clock
    payout_days: PayoutDays


@dataclass(slots=True)
class _Store:
    """One store on its way through a refresh."""

    book: StoreBook
    days: set[DayKey] = field(default_factory=set)


def refresh(
    parts: RefreshParts, tenant: Tenant, *, since: datetime | None, deadline: datetime
) -> int:
    """Bring every row of a tenant up to date; how many were made.

    Args:
        parts: the outside.
        tenant: whose stores.
        since: when the last proof was begun, None for everything.
        deadline: when this process must have ended.

    Raises:
        OutOfTimeError: there was not enough time for all of them.
    """
    with RowHeads() as heads:
        return _Refresh(parts, tenant, since, deadline, heads).run()


@dataclass(slots=True)
class _Refresh:
    parts: RefreshParts
    tenant: Tenant
    since: datetime | None
    deadline: datetime
    heads: RowHeads
    made: int = 0

    def run(self) -> int:
        stores = self._stores()
        self._take_sent()
        for store, order_id, version in self.parts.sources.order_versions(self.tenant.id):
            known = stores.get(store)
            if known is None:
                continue
            name = order_name(order_id)
            pk = f"ORD#{self.tenant.id}#{store}#{order_id}"
            if self.heads.is_stale(store, name, version) or self.heads.was_sent(pk):
                self._order(known, order_id)
        for store, known in stores.items():
            self._payouts(known)
            self._find_days(known, store)
            for key in sorted(known.days):
                self._day(known, key)
        return self.made

    def _stores(self) -> dict[str, _Store]:
        found = {}
        for store in self.tenant.stores:
            book = store_book(self.tenant, store.id)
            if book is not None:
                self.heads.take(store.id, self.parts.book.heads(self.tenant.id, store.id))
                found[store.id] = _Store(book)
        return found

    def _take_sent(self) -> None:
        if self.since is not None:
            found = self.parts.sources.sent_since(self.tenant.id, self.since - OVERLAP)
            self.heads.take_sent(found)

    def _order(self, store: _Store, order_id: str) -> None:
        state = self.parts.sources.order(self.tenant.id, store.book.store, order_id)
        if state is None:
            return
        known = self._known(store, order_name(order_id))
        choice = self.parts.books.choose(self.tenant, state.record, state.chain)
        if choice.book is None:
            row = unbooked_row(state, store.book, choice.findings, known)
        else:
            row = order_row(state, choice.book, known)
        self._put(row)
        days = {*row.days, *(known.days if known else ())}
        store.days |= {
            DayKey(self.tenant.id, store.book.store, currency, on) for currency, on in days
        }

    def _payouts(self, store: _Store) -> None:
        for head in self.parts.payouts.heads(self.tenant.id, store.book.store):
            key = PayoutKey(self.tenant.id, store.book.store, head.payout.ref.id)
            name = payout_name(key.payout_id)
            is_stale = self.heads.is_stale(key.store, name, head.version)
            if not is_stale and not self.heads.was_sent(key.ledger_pk):
                continue
            record = self.parts.payouts.load(key)
            if record is not None:
                chain = self.parts.ledger.chain(key.ledger_pk)
                known = self._known(store, name)
                paid = payments_of(self.parts, self.tenant, store.book, record)
                journals = self._journals(record, chain, store)
                row = payout_row(record, chain, store.book, known, payments=paid, journals=journals)
                self._put(row)

    def _journals(
        self, record: PayoutRecord, chain: Mapping[str, Record], store: _Store
    ) -> PayoutJournals | None:
        claims = self.parts.payout_days
        return payout_journals(record, chain, store.book, self.parts.days, claims)

    def _find_days(self, store: _Store, name: str) -> None:
        """Days with events that are free, whose journal travelled, or that were open before."""
        if store.book.policy.posting_mode is not PostingMode.DETAIL or store.days:
            due = self.parts.days.due(self.tenant.id, now=self.deadline)
            store.days |= {key for key in due if key.store == name}
        by_date = defaultdict(set)
        for head in self.heads.days(name):
            _, on, currency = head.name.split("#", 2)
            by_date[on].add(currency)
            if head.is_open:
                store.days.add(_day_key(self.tenant.id, name, on, currency))
        moved = self.heads.sent(f"GL#{self.tenant.id}#{name}#")
        for on in moved:
            for currency in by_date[on] or {store.book.base_currency}:
                store.days.add(_day_key(self.tenant.id, name, on, currency))

    def _day(self, store: _Store, key: DayKey) -> None:
        day = self.parts.days.read(key)
        if not day.entries and not day.batches:
            return
        chain = self.parts.ledger.chain(key.ledger_pk)
        known = self._known(store, day_name(key.currency, key.on))
        self._put(day_row(day, chain, store.book, known))

    def _known(self, store: _Store, name: str) -> Row | None:
        if not self.heads.is_known(store.book.store, name):
            return None
        return self.parts.book.row(self.tenant.id, store.book.store, name)

    def _put(self, row: Row) -> None:
        self.parts.book.put(self.tenant.id, row)
        self.made += 1
        if self.parts.clock() > self.deadline:
            raise OutOfTimeError


def payments_of(
    parts: RefreshParts, tenant: Tenant, book: StoreBook, record: PayoutRecord
) -> tuple[Posting, ...]:
    """What a thrifty channel's payout pays of its orders' invoices; nothing of any other's."""
    if not book.is_thrifty:
        return ()
    money = {}
    for order_id in order_ids(record):
        order = parts.orders.read(tenant, book.store, order_id)
        money[order_id] = order.money if order else None
    return tuple(settle(record, book, money, told_on(record.payout.initiated_at, book)).postings)


def _day_key(tenant: str, store: str, on: str, currency: str) -> DayKey:
    return DayKey(tenant, store, currency, date.fromisoformat(on))
