"""One order at a simulated company that is spoken to over one protocol: it lives and is undone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from commerce.orders import Facts
from intacct.capabilities import Protocol
from intacct.documents import Contact, Customer, Document, DocumentResult, Side
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, UndoRequest, order_pk
from shared.ledger.apply import Applier, results_of
from shared.ledger.driving import drive_one
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import Record
from shared.ledger.states import Write
from shared.ports import Books, Found
from shared.posting.by_entity import EntityAppliers
from shared.posting.closed_periods import ClosedPeriods
from shared.posting.closings import Calendars
from shared.posting.doubts import begun
from shared.posting.entering import enter
from shared.postings.book import StoreBook
from shared.postings.planner import plan
from shared.undo.undo_order import Undoer
from tests.accounting.lives import OrderLife
from tests.contract.actions.teller import Teller
from tests.fake_day_book import MemoryDayBook
from tests.fakes import (
    FakeClock,
    MemoryClosings,
    MemoryFacts,
    MemoryLateItems,
    MemoryLedger,
    counting_ids,
)
from tests.integration.order_posting_rig import tenant

ALL = bool(os.environ.get("UNDO_ALL"))
"""Whether every life is undone over both protocols (`make undo`), not some of them over XML."""

PK = order_pk("acme", "shop", "order-1")
START = datetime(2026, 4, 20, 12, tzinfo=UTC)


class Crash(BaseException):
    """The process ends here."""


@dataclass
class CrashingBooks:
    """Books that end the process before or after one call of `create`, or lose its answer."""

    books: Books
    at: int = 0
    when: str = ""
    error: BaseException | None = None
    calls: int = 0

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        self.calls += 1
        hits = self.calls == self.at
        if hits and self.when == "before":
            raise self.error or Crash
        made = self.books.create(document, control_id=control_id, idempotency_key=idempotency_key)
        if hits:
            raise self.error or Crash
        return made

    def find(self, document: Document) -> Sequence[Found]:
        return self.books.find(document)

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        return self.books.find_customers(email=email, customer_id=customer_id)

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        return self.books.ensure_contact(contact, control_id=control_id)


class CrashingLedger(MemoryLedger):
    """A ledger under which the process ends before or after one of its writes."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self.when = ""
        self.writes = 0

    def commit(self, *writes: Write) -> tuple[Record, ...]:
        self.writes += 1
        hits = self.writes == self.at
        if hits and self.when == "before":
            raise Crash
        done = super().commit(*writes)
        if hits:
            raise Crash
        return done


@dataclass
class UndoRig:
    """One order's ledger and facts, and the company that it is posted to."""

    teller: Teller
    books: CrashingBooks = field(init=False)
    ledger: CrashingLedger = field(default_factory=CrashingLedger)
    facts: MemoryFacts = field(default_factory=MemoryFacts)
    days: MemoryDayBook = field(default_factory=MemoryDayBook)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    closed: ClosedPeriods | None = None

    def __post_init__(self) -> None:
        self.books = CrashingBooks(self.teller.books)
        self.teller.post(Customer("C-ADA", "Ada Example"))
        web = {"id": "WEB", "name": "Web shop", "parent": "100"}
        self.teller.company.books.create("location", web)

    @property
    def applier(self) -> Applier:
        ids = counting_ids(f"worker-{self.clock.now.timestamp()}")
        return Applier(
            self.ledger, self.books, clock=self.clock, ids=ids, pause=self.clock.pass_time
        )

    @property
    def undoer(self) -> Undoer:
        ids = counting_ids("undo")
        return Undoer(self.facts, self.ledger, self.days, self.clock, ids, self.closed)

    def learns(self) -> MemoryLateItems:
        """From now on closed periods are learned from refusals; the late-items list."""
        late = MemoryLateItems()
        reads = self.teller.reads
        calendars = Calendars(MemoryClosings(), lambda *_: reads.periods(), clock=self.clock)
        self.closed = ClosedPeriods(calendars, late)
        return late

    @property
    def deadline(self) -> datetime:
        return self.clock.now + timedelta(hours=1)

    def live(self, life: OrderLife, *, book: StoreBook | None = None) -> FactsRecord:
        """Post each stage of the life; the order's record."""
        chosen = book or life.book
        for stage in life.stages:
            self._post(stage, chosen)
        self.facts.records[PK] = FactsRecord(
            PK,
            life.stages[-1],
            version=1,
            status=FactsStatus.READY,
            receipts=ReceiptSource.TRANSACTIONS,
            customer="C-ADA",
        )
        return self.kept

    def _post(self, stage: Facts, book: StoreBook) -> None:
        chain = self.ledger.chain(PK)
        posted = results_of(chain)
        planned = plan(stage, posted, book, begun(chain))
        assert not planned.findings, planned.findings
        outcome = self.applier.apply(PK, planned.postings, posted, self.deadline, records=chain)
        assert outcome.kind is OutcomeKind.COMPLETE, outcome

    def enter(self, life: OrderLife, book: StoreBook) -> None:
        """Enter the life's events in their days, as a summary channel does."""
        known = life.stages[-1]
        enter(self.days, PK, book, plan(known, {}, book))
        self.facts.records[PK] = FactsRecord(
            PK, known, 1, FactsStatus.READY, receipts=ReceiptSource.TRANSACTIONS
        )

    def entered_sums(self) -> dict[tuple[date, str], dict[str, Decimal]]:
        """Of each day and account the events' amounts, debits positive, summed."""
        sums: dict[tuple[date, str], dict[str, Decimal]] = {}
        kept = [
            (day.on, one.entry)
            for day in self.days.due("acme", now=self.clock.now)
            for one in self.days.entries(day)
        ]
        for on, entry in kept:
            for line in entry.lines:
                sign = 1 if line.side is Side.DEBIT else -1
                of_day = sums.setdefault((on, line.account), {})
                known = of_day.get(entry.event, Decimal(0))
                of_day[entry.event] = known + sign * line.amount.amount
        return sums

    @property
    def kept(self) -> FactsRecord:
        return self.facts.records[PK]

    def ask(self, *, open_from: date | None = None) -> None:
        """What `ops order undo --apply` writes."""
        request = UndoRequest("ada", open_from)
        self.facts.records[PK] = replace(
            self.kept, status=FactsStatus.UNDOING, undo=request, due_at=self.clock.now
        )

    def undo(self, book: StoreBook) -> Outcome:
        """One run of the worker."""
        record = self.kept
        revised = book.for_revision(record.revision)
        appliers = EntityAppliers(lambda _entity: self.applier, book.entity)
        steps = self.undoer.steps(appliers, tenant(), record, revised, self.deadline)
        return drive_one(steps, clock=self.clock)

    def undo_at_last(self, book: StoreBook) -> Outcome:
        """Run after run, as the sweeper brings it back, until nothing is left to wait for."""
        outcome = self.undo(book)
        for _ in range(8):
            if outcome.kind is not OutcomeKind.PARKED:
                break
            assert outcome.due_at is not None
            self.clock.now = max(self.clock.now, outcome.due_at)
            outcome = self.undo(book)
        return outcome

    def balances(self) -> dict[str, Decimal]:
        """Debits less credits of each account, those of zero left out."""
        found: dict[str, Decimal] = {}
        for row in self.teller.company.books.trial_balance():
            found[row.account] = found.get(row.account, Decimal(0)) + row.debit - row.credit
        return {account: amount for account, amount in found.items() if amount}

    def documents(self) -> int:
        """How many documents the company has, reversals among them."""
        return sum(
            len(list(self.teller.company.books.select(table, private=True))) for table in _TABLES
        )

    def open_receivables(self) -> list[str]:
        """Documents of receivables of which something is due, or not used up yet."""
        books = self.teller.company.books
        return [
            f"{table} {record['id']}"
            for table in ("ar_invoice", "ar_adjustment")
            for record in books.select(table, private=True)
            if record["state"] not in ("reversed", "reversal") and record["total"] != record["paid"]
        ]


_TABLES = (
    "sales_document",
    "ar_invoice",
    "ar_advance",
    "ar_payment",
    "ar_adjustment",
    "customer_refund",
    "journal_entry",
)


def told(protocol: Protocol) -> UndoRig:
    """A fresh company over that protocol, wherever it offers the action."""
    return UndoRig(Teller(protocol))
