"""The export of days against fakes of everything around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from commerce.money import Money
from intacct.documents import Document, DocumentResult, JournalEntry, JournalLine, Side
from intacct.errors import PeriodClosedError
from intacct.statistics import StatisticalEntry, StatisticalLine
from shared.gl.days import DayKey
from shared.gl.export import LAG, DayExporter, DayExporterParts
from shared.gl.posting import Asked
from shared.gl.reports import DayReport, DayState
from shared.ledger.apply import Applier
from shared.policy.switches import PostingPolicy
from shared.postings.plan import DayEntry, Plan
from shared.tenants.models import Tenant
from tests.fake_day_book import MemoryDayBook
from tests.fake_sage_side import FakeSageSide
from tests.fakes import FakeBooks, FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids

ON = date(2026, 3, 2)
KEY = DayKey("acme", "outlet", "USD", ON)
ENDS_AT = datetime(2026, 3, 3, 5, tzinfo=UTC)  # midnight in New York

TENANT = Tenant.model_validate(
    {
        "id": "acme",
        "intacct": {"company_id": "C", "user_id": "U"},
        "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
        "stores": [
            {
                "id": "outlet",
                "cart": "shopify",
                "entity": "100",
                "mapping": {"version": "1", "accounts": {}, "definitions": {"journal": "SJ"}},
            }
        ],
    }
)


def entry(
    event: str, amount: str, *, account: str = "4000", credit: str = "", orders: int = 0
) -> DayEntry:
    lines = (
        JournalLine("1100", Side.DEBIT, Money.of(amount, "USD")),
        JournalLine(account, Side.CREDIT, Money.of(credit or amount, "USD")),
    )
    occurred_at = datetime(2026, 3, 2, 15, tzinfo=UTC)
    count = StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(orders))
    return DayEntry(
        event,
        "outlet",
        "USD",
        ON,
        occurred_at,
        lines,
        order_id=event.partition(":")[2],
        mapping_version="1",
        counts=(count,) if orders else (),
    )


class OpenBacklog:
    def __init__(self) -> None:
        self.missing: tuple[str, ...] = ()
        self.asked: list[datetime] = []

    def unfinished(self, _tenant: str, _store: str, *, before: datetime) -> tuple[str, ...]:
        self.asked.append(before)
        return self.missing


class ClosingBooks(FakeBooks):
    """Books that refuse what is dated through a day, as Sage does after a close."""

    def __init__(self) -> None:
        super().__init__()
        self.closed_through = date.min

    def land(self, document: Document) -> DocumentResult:
        posted_on = getattr(document, "posted_on", date.max)
        if posted_on <= self.closed_through:
            message = "the period is closed"
            raise PeriodClosedError(message)
        return super().land(document)


class Rig:
    def __init__(self) -> None:
        self.clock = FakeClock(ENDS_AT + LAG)
        self.days = MemoryDayBook()
        self.ledger = MemoryLedger()
        self.reviews = MemoryReviews()
        self.facts = MemoryFacts()
        self.books = ClosingBooks()
        self.sage = FakeSageSide(self.books)
        self.plans: dict[str, Plan] = {}
        self.backlog = OpenBacklog()
        self.appliers: list[str] = []
        self.tenant = TENANT
        self.failures: list[tuple[DayKey, Exception]] = []
        self.exporter = DayExporter(
            DayExporterParts(
                tenants=lambda: [self.tenant],
                tenant_of=lambda _: self.tenant,
                days=self.days,
                facts=self.facts,
                ledger=self.ledger,
                reviews=self.reviews,
                backlog=self.backlog,
                applier_of=self._applier,
                sage_side_of=lambda *_: self.sage,
                replan=lambda record, _book: self.plans[record.pk],
                clock=self.clock,
                on_failure=lambda key, error: self.failures.append((key, error)),
            )
        )

    def _applier(self, _tenant: Tenant, entity: str) -> Applier:
        self.appliers.append(entity)
        return Applier(
            self.ledger, self.books, clock=self.clock, ids=counting_ids(), pause=lambda _: None
        )

    def enter(self, *entries: DayEntry) -> None:
        for number, one in enumerate(entries):
            self.days.enter(f"ORD#{one.event}#{number}", "acme", one, due_at=ENDS_AT)

    def due(self) -> list[DayReport]:
        return self.exporter.export_due(self.clock() + timedelta(seconds=300))

    def by_hand(self, **options: Any) -> DayReport:
        deadline = self.clock() + timedelta(seconds=300)
        (report,) = self.exporter.export("acme", "outlet", ON, Asked(deadline, **options))
        return report

    def configured(self, *, statistics: bool = False, **policy: str) -> None:
        """Give the store another policy, or a journal for its counts."""
        (store,) = self.tenant.stores
        definitions = replace(
            store.mapping.definitions, statistical_journal="STJ" if statistics else ""
        )
        store = store.model_copy(
            update={
                "policy": TypeAdapter(PostingPolicy).validate_python(policy),
                "mapping": replace(store.mapping, definitions=definitions),
            }
        )
        self.tenant = self.tenant.model_copy(update={"stores": (store,)})

    def balances(self) -> dict[tuple[date, str], str]:
        """Debits less credits of all posted journals by date and account, without zeros."""
        sums: dict[tuple[date, str], Decimal] = {}
        for journal in self.journals():
            for line in () if journal.is_draft else journal.lines:
                signed = line.amount.amount if line.side is Side.DEBIT else -line.amount.amount
                place = (journal.posted_on, line.account)
                sums[place] = sums.get(place, Decimal(0)) + signed
        return {place: f"{amount:.2f}" for place, amount in sums.items() if amount}

    def counts(self) -> dict[tuple[date, str], Decimal]:
        """What the statistical accounts hold by date, without zeros."""
        sums: dict[tuple[date, str], Decimal] = {}
        for document, _ in self.books.documents:
            if isinstance(document, StatisticalEntry):
                for line in document.lines:
                    signed = line.quantity if line.side is Side.DEBIT else -line.quantity
                    place = (document.posted_on, line.account)
                    sums[place] = sums.get(place, Decimal(0)) + signed
        return {place: count for place, count in sums.items() if count}

    def journals(self) -> list[JournalEntry]:
        found = [document for document, _ in self.books.documents]
        return [document for document in found if isinstance(document, JournalEntry)]


APRIL = date(2026, 4, 1)
IN_APRIL = datetime(2026, 4, 3, 12, tzinfo=UTC)


def exported(*, statistics: bool = False, **policy: str) -> Rig:
    """A day with two sales that is in the books."""
    rig = Rig()
    rig.configured(statistics=statistics, **policy)
    rig.enter(entry("sale:1", "10.00", orders=1), entry("sale:2", "5.50", orders=1))
    (report,) = rig.due()
    assert report.state is DayState.POSTED
    return rig


def late(rig: Rig) -> None:
    rig.enter(entry("sale:3", "32.66", orders=1))
