"""`python -m tests.benchmarks.proof_costs`: days of 1,000, 10,000 and 100,000 orders proved.

Facts and ledger are those of one order of the accounting reference under many names. They, the rows
and what Sage has lie on disk, and each size is proved by a process of its own, so that its memory
is the proof's. Seconds are of processor time without the time of those files.
"""

from __future__ import annotations

import json
import math
import pickle
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from commerce.money import Money
from intacct.deletions import Deletion
from intacct.documents import DocumentResult
from intacct.reading import AccountBalance, CountLine, Kept, LedgerLine, Marked, ReadBack
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.evidence import expected_of
from shared.ledger.records import Record
from shared.payouts.order_money import OrderMoneyReader
from shared.posting.versions import OrderBooks
from shared.postings.plan import Posting
from shared.postings.planner import plan
from shared.reconciliation.book import RowHead
from shared.reconciliation.budget import Budget
from shared.reconciliation.day_proof import ProverParts
from shared.reconciliation.documents import MARKED_AS, effect_of
from shared.reconciliation.orders import OrderState
from shared.reconciliation.prove import Prover
from shared.reconciliation.refreshing import RefreshParts
from shared.reconciliation.rows import Row
from shared.reconciliation.store import DynamoDbProofBook
from tests.accounting.journals import play
from tests.accounting.lives import order_a
from tests.benchmarks.disk_table import DiskTable
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeClock, MemoryFacts, MemoryLedger
from tests.unit.payouts.claims import MemoryPayoutDays
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.reconciliation.memory import MemoryProofBook
from tests.unit.reconciliation.told import done
from tests.unit.reconciliation.world import ENTITY, TENANT, company_tenant, order_facts

ON = date(2026, 3, 2)
_AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
_REFERENCES, _LINES = 1000, 2000


SIZES = (1_000, 10_000, 100_000)
_TABLES = """
CREATE TABLE thing (kind TEXT, name TEXT, content BLOB);
"""


class Shelf:
    """Things by kind and name in a file; the time that it takes is counted."""

    def __init__(self, file: Path) -> None:
        """`file` is made."""
        self._rows = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000"):
            self._rows.execute(f"PRAGMA {pragma}")
        self._rows.executescript(_TABLES)
        self.seconds = 0.0

    def close(self) -> None:
        """Let the file go."""
        self._rows.close()

    def put(self, kind: str, name: str, thing: Any) -> None:
        """Keep a thing; `done` must follow before any is asked for."""
        self._rows.execute("INSERT INTO thing VALUES (?, ?, ?)", (kind, name, pickle.dumps(thing)))

    def done(self) -> None:
        """Make what was put findable."""
        self._rows.execute("CREATE INDEX place ON thing (kind, name)")

    def names(self, kind: str) -> Iterator[str]:
        """The names of a kind."""
        found = self._rows.execute("SELECT name FROM thing WHERE kind = ? ORDER BY name", (kind,))
        return (name for (name,) in found)

    def all(self, kind: str, name: str) -> Iterator[Any]:
        """Every thing of that name."""
        started = time.process_time()
        found = self._rows.execute(
            "SELECT content FROM thing WHERE kind = ? AND name = ?", (kind, name)
        )
        for (content,) in found:
            thing = pickle.loads(content)  # noqa: S301  # our own
            self.seconds += time.process_time() - started
            yield thing
            started = time.process_time()


class PagedSage:
    """A company that holds exactly what was posted, and counts the calls that reading it takes."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.calls = shelf, 0
        self.lines: dict[date, int] = defaultdict(int)
        self.sums: dict[tuple[date, str], Decimal] = defaultdict(Decimal)

    def book(self, reference: str, key: str, posting: Posting) -> None:
        """Hold a posting as Sage does, with its lines."""
        on = posting.posted_on or posting.true_on or ON
        totals = expected_of(posting.document).totals
        total: Money | None = totals[0] if totals else None
        marked = MARKED_AS[posting.kind]
        read = ReadBack(marked, reference, key, key, total=total, dated_on=on)
        self.shelf.put("document", reference, read)
        module = {Marked.SALES_DOCUMENT: "8.SO", Marked.JOURNAL_ENTRY: "2.GL"}.get(marked, "4.AR")
        for account, amount in effect_of(posting.effect):
            line = LedgerLine("", on, account, amount, amount, "USD", module, "", "", record=key)
            self.shelf.put("line", on.isoformat(), line)
            self.lines[on] += 1
            self.sums[on, account] += amount

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        """Documents by our references, a thousand to a call."""
        wanted = list(references)
        self.calls += math.ceil(len(wanted) / _REFERENCES)
        found = (read for one in wanted for read in self.shelf.all("document", one))
        return (read for read in found if read.kind is kind)

    def modified(self, _kind: Marked, _since: datetime) -> Iterator[ReadBack]:
        """Nobody changed anything."""
        self.calls += 1
        return iter(())

    def deletions(self, _kind: Kept, _since: datetime) -> Iterator[Deletion]:
        """Nobody deleted anything."""
        self.calls += 1
        return iter(())

    def count_lines(self, _keys: Iterable[str]) -> Iterator[CountLine]:
        """Nothing was counted."""
        self.calls += 1
        return iter(())

    def ledger_lines(self, start_on: date, _end_on: date) -> Iterator[LedgerLine]:
        """The lines of a day, two thousand to a call."""
        self.calls += self.lines[start_on] // _LINES + 1
        return self.shelf.all("line", start_on.isoformat())

    def trial_balance(self, _start_on: date, end_on: date) -> Iterator[AccountBalance]:
        """What was posted up to a day."""
        self.calls += 1
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for (on, account), amount in self.sums.items():
            sums[account] += amount if on <= end_on else 0
        return (AccountBalance(account, net, Decimal(0)) for account, net in sums.items())


@dataclass(slots=True)
class ManyOrders:
    """Orders that are posted whole, by id."""

    shelf: Shelf

    def order_versions(self, _tenant: str) -> Iterator[tuple[str, str, int]]:
        return (("shop", name, 1) for name in self.shelf.names("order"))

    def known(self, _tenant: str, _store: str, order_ids: Iterable[str]) -> set[str]:
        return {one for one in order_ids if any(self.shelf.all("order", one))}

    def order(self, _tenant: str, _store: str, order_id: str) -> OrderState | None:
        return next(self.shelf.all("order", order_id), None)

    def sent_since(self, _tenant: str, _since: datetime) -> Iterator[str]:
        return iter(())


class DiskBook(MemoryProofBook):
    """A proof book whose rows lie on disk, in the shape that they have in the table."""

    def __init__(self, table: DiskTable) -> None:
        """`table` keeps the rows; statements are few and stay in memory."""
        super().__init__()
        unused: Any = None
        told: Any = table
        self._rows = DynamoDbProofBook(told, "orders", unused, "proofs")

    def heads(self, tenant: str, store: str) -> Iterator[RowHead]:
        """Every row of a store without what is in it."""
        return self._rows.heads(tenant, store)

    def row(self, tenant: str, store: str, name: str) -> Row | None:
        """One row, or None."""
        return self._rows.row(tenant, store, name)

    def rows(self, tenant: str, store: str) -> Iterator[Row]:
        """Every row of a store, a page at a time."""
        return self._rows.rows(tenant, store)

    def put(self, tenant: str, row: Row) -> None:
        """Store a row."""
        self._rows.put(tenant, row)


def sell(count: int, shelf: Shelf) -> PagedSage:
    """So many orders of the reference, in the ledger and in Sage."""
    sage = PagedSage(shelf)
    for number in range(count):
        life = order_a()
        life = replace(life, book=replace(life.book, policy=company_tenant().stores[0].policy))
        named = order_facts(f"{number:06}", life.stages[-1])
        pk = order_pk(TENANT, "shop", named.ref.id)
        chain: dict[str, Record] = {}
        for posting in play(replace(life, stages=(named,))).postings.values():
            key = f"{number}.{len(chain)}"
            record = done(posting, DocumentResult(key=key), pk=pk)
            record = replace(record, dated_on=posting.posted_on or posting.true_on)
            chain[posting.key] = record
            sage.book(record.document_number, key, posting)
        facts = FactsRecord(pk, named, version=1, status=FactsStatus.READY, customer="C-ADA")
        shelf.put("order", named.ref.id, OrderState(facts, chain, {}))
    shelf.done()
    return sage


@dataclass(frozen=True, slots=True)
class Proved:
    """What proving a day of so many orders cost; `again` is the next day, on which nothing came."""

    orders: int
    seconds: float
    again: float
    megabytes: int
    transactions: int


def measure(count: int, folder: Path) -> Proved:
    """Prove a day of so many orders, and the next one."""
    with (
        closing(Shelf(folder / "orders.sqlite")) as shelf,
        closing(DiskTable(folder / "rows.sqlite")) as table,
    ):
        sage = sell(count, shelf)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        prover = _prover(sage, DiskBook(table))
        first = _timed(prover, ON, shelf, table)
        calls = sage.calls
        again = _timed(prover, ON + timedelta(days=1), shelf, table)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Proved(count, first, again, (peak - before) // 1024, calls)


def _timed(prover: Prover, on: date, shelf: Shelf, table: DiskTable) -> float:
    others = shelf.seconds + table.seconds
    started = time.process_time()
    report = prover.prove(company_tenant(), ENTITY, on, _AT + timedelta(hours=1))
    assert report.state == "equal", report
    return time.process_time() - started - (shelf.seconds + table.seconds - others)


def _prover(sage: PagedSage, book: DiskBook) -> Prover:
    tenant, clock, days = company_tenant(), FakeClock(_AT), MemoryDayBook()
    books = OrderBooks(lambda _tenant, _number: tenant, days)
    refresh = RefreshParts(
        book=book,
        sources=ManyOrders(sage.shelf),
        ledger=MemoryLedger(),
        payouts=MemoryPayouts(),
        days=days,
        books=books,
        orders=OrderMoneyReader(MemoryFacts(), MemoryLedger(), books, plan),
        clock=clock,
        payout_days=MemoryPayoutDays(days),
    )
    budget = Budget(lambda _: sage.calls, lambda _tenant, _month: {}, lambda _tenant, _count: None)
    return Prover(ProverParts(refresh, lambda _tenant, _entity: sage, budget, _raise))


def _raise(_tenant: str, _entity: str, _on: date, error: Exception) -> None:
    raise error


def _in_its_own_process(size: int) -> Proved:
    command = [sys.executable, "-m", "tests.benchmarks.proof_costs", "--one", str(size)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603  # ourselves
    return Proved(**json.loads(told.stdout))


def main() -> None:
    """Print a table for the sizes on the command line, 1,000, 10,000 and 100,000 otherwise."""
    if sys.argv[1:2] == ["--one"]:
        with tempfile.TemporaryDirectory() as folder:
            told = asdict(measure(int(sys.argv[2]), Path(folder)))
        sys.stdout.write(json.dumps(told))
        return
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    sys.stdout.write("| orders | first proof s | next day s | MB more | API transactions |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    for size in sizes:
        one = _in_its_own_process(size)
        sys.stdout.write(
            f"| {one.orders} | {one.seconds:.1f} | {one.again:.1f} | {one.megabytes}"
            f" | {one.transactions} |\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
