"""`python -m tests.benchmarks.gl_export`: a day of 1,000, 10,000 and 100,000 orders exported.

CPU seconds are those of this process without the table's own. Memory is the peak of what Python
allocated while the day was exported. Runs are invocations of at most `_RUN_SECONDS` by a clock that
moves with each call of the table as DynamoDB would take it.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from intacct.statistics import StatisticalLine
from shared.gl.calendar import day_end
from shared.gl.days import DayKey
from shared.gl.posting import Asked, DayPoster, DayPosterParts
from shared.gl.sealing import Frozen, OutOfTimeError, Sealer
from shared.gl.store import DynamoDbDayBook
from shared.ledger.apply import Applier
from shared.policy.mapping import Definitions, Mapping
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.accounting.lives import LIVES
from tests.benchmarks.disk_table import DiskTable
from tests.fake_sage_side import FakeSageSide
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, counting_ids

ON = date(2026, 3, 2)
KEY = DayKey("acme", "shop", "USD", ON)
BOOK = StoreBook(
    "acme",
    "100",
    "America/New_York",
    "USD",
    "shop",
    Mapping("1", {}, definitions=Definitions(statistical_journal="STJ")),
)
SIZES = (1_000, 10_000, 100_000)
_RUN_SECONDS = 300.0
_CALL_SECONDS = 0.03
"""What a page of a query or a transaction of a hundred items is taken to last at DynamoDB."""
_DEPARTMENTS = ("APP", "HOME", "GARDEN", "KIDS", "TOYS", "FOOD", "BOOKS", "MUSIC")
_DAY_ENDS = day_end(ON, BOOK.zone)


@dataclass(frozen=True, slots=True)
class Exported:
    """What a day of so many orders cost."""

    orders: int
    cpu_seconds: float
    peak_bytes: int
    runs: int
    table_calls: int
    transactions: int
    members: int


def measure(
    orders: int, folder: Path, *, is_traced: bool, page_bytes: int = 1024 * 1024
) -> Exported:
    """Fill a day and export it; with `is_traced` memory is measured, and the time is not."""
    with closing(DiskTable(folder / f"{orders}.sqlite", page_bytes=page_bytes)) as table:
        return _measured(orders, table, is_traced=is_traced)


def _measured(orders: int, table: DiskTable, *, is_traced: bool) -> Exported:
    days = DynamoDbDayBook(table, "orders")  # type: ignore[arg-type]  # its calls, on disk
    for number in range(orders):
        days.enter(f"ORD#{number}", "acme", sale(number), due_at=_DAY_ENDS)
    table.calls, table.seconds = 0, 0.0
    clock, books = FakeClock(_DAY_ENDS + timedelta(hours=1)), FakeBooks()
    if is_traced:
        tracemalloc.start()
    started, runs = time.process_time(), 0
    frozen = None
    while frozen is None:
        runs += 1
        frozen = _sealed(days, table, clock)
    _post(days, books, clock, frozen)
    seconds = time.process_time() - started - table.seconds
    peak = tracemalloc.get_traced_memory()[1] if is_traced else 0
    tracemalloc.stop()
    return Exported(
        orders, seconds, peak, runs, table.calls, len(books.documents), frozen.batch.members
    )


def _sealed(days: DynamoDbDayBook, table: DiskTable, clock: FakeClock) -> Frozen | None:
    """One invocation: as far as it comes in its time."""
    begun, calls = clock.now, table.calls

    def now() -> datetime:
        return begun + timedelta(seconds=(table.calls - calls) * _CALL_SECONDS)

    try:
        return Sealer(days, now).seal(KEY, BOOK, begun + timedelta(seconds=_RUN_SECONDS))
    except OutOfTimeError:
        return None


def _post(days: DynamoDbDayBook, books: FakeBooks, clock: FakeClock, frozen: Frozen) -> None:
    tenant = Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "C", "user_id": "U"},
            "entities": [{"id": "100", "zone": BOOK.zone, "base_currency": "USD"}],
        }
    )
    ledger = MemoryLedger()
    parts = DayPosterParts(
        days,
        ledger,
        lambda *_: Applier(ledger, books, clock=clock, ids=counting_ids()),
        lambda *_: FakeSageSide(books),
        clock,
    )
    asked = Asked(clock.now + timedelta(seconds=_RUN_SECONDS))
    booked = DayPoster(parts, Sealer(days, clock)).post(tenant, BOOK, KEY, frozen, asked)
    assert len(booked.planned) == len(books.documents), booked.outcome


def sale(number: int) -> DayEntry:
    """A sale of one article with its tax and shipping, in one of eight departments."""
    money = Money.of(Decimal(2000 + number % 5000) / 100, "USD")
    tax, sent = Money.of("1.78", "USD"), Money.of("4.95", "USD")
    place = Dimensions(location="100")
    goods = replace(place, department=_DEPARTMENTS[number % len(_DEPARTMENTS)])
    return DayEntry(
        event=f"sale:{number:07d}",
        store="shop",
        currency="USD",
        ledger_on=ON,
        occurred_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
        lines=(
            JournalLine("1100", Side.DEBIT, money + tax + sent, place),
            JournalLine("2100-NYS", Side.CREDIT, tax, place),
            JournalLine("4000", Side.CREDIT, money, goods),
            JournalLine("4010", Side.CREDIT, sent, place),
        ),
        order_id=f"{number:07d}",
        mapping_version="1",
        counts=(StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(1), goods),),
    )


def transactions_in_detail(orders: int) -> int:
    """Sage transactions of so many orders posted one by one: ordered, paid, shipped, settled."""
    life = LIVES["order_a"]()
    return orders * len(plan(life.stages[-1], {}, life.book).postings)


def main(sizes: Sequence[int]) -> int:
    """Measure each size twice, for time and for memory, and print one table."""
    table = Table(
        "orders", "CPU s", "per 10,000", "peak MB", "runs", "table calls", "Sage", "events"
    )
    with tempfile.TemporaryDirectory() as name:
        for orders in sizes:
            timed = measure(orders, Path(name), is_traced=False)
            traced = measure(orders, Path(name), is_traced=True)
            table.add_row(
                f"{orders:,}",
                f"{timed.cpu_seconds:.1f}",
                f"{timed.cpu_seconds * 10_000 / orders:.2f}",
                f"{traced.peak_bytes / 2**20:.1f}",
                str(timed.runs),
                f"{timed.table_calls:,}",
                str(timed.transactions),
                f"{timed.members:,}",
            )
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(table)
    console.print(
        f"Sage transactions per 10,000 orders of a day: {transactions_in_detail(10_000):,} in "
        "detail, known customers and no batches; as a summary those of the table, whatever the "
        "number of orders."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or SIZES))
