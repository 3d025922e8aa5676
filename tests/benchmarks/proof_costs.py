"""What a proof costs: processor time, memory and API transactions by the number of orders of a day.

Facts and ledger are those of one order of the accounting reference under many names; Sage answers
from memory, a page at a time, so that what is measured is ours. `python -m` this prints a table.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from commerce.money import Money
from intacct.deletions import Deletion
from intacct.documents import DocumentResult
from intacct.reading import AccountBalance, Kept, LedgerLine, Marked, ReadBack
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.evidence import expected_of
from shared.ledger.records import Record
from shared.payouts.order_money import OrderMoneyReader
from shared.posting.versions import OrderBooks
from shared.postings.plan import Posting
from shared.postings.planner import plan
from shared.reconciliation.budget import Budget
from shared.reconciliation.day_proof import ProverParts
from shared.reconciliation.documents import MARKED_AS, effect_of
from shared.reconciliation.orders import OrderState
from shared.reconciliation.prove import Prover
from shared.reconciliation.refreshing import RefreshParts
from tests.accounting.journals import play
from tests.accounting.lives import order_a
from tests.fakes import FakeClock, MemoryDayBook, MemoryFacts, MemoryLedger
from tests.unit.payouts.claims import MemoryPayoutDays
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.reconciliation.memory import MemoryProofBook
from tests.unit.reconciliation.told import done
from tests.unit.reconciliation.world import ENTITY, TENANT, company_tenant, order_facts

ON = date(2026, 3, 2)
_AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
_REFERENCES, _LINES = 1000, 2000


@dataclass(slots=True)
class PagedSage:
    """A company that holds exactly what was posted, and counts the calls that reading it takes."""

    documents: dict[str, ReadBack] = field(default_factory=dict)
    lines: dict[date, list[LedgerLine]] = field(default_factory=dict)
    calls: int = 0

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        wanted = list(references)
        self.calls += math.ceil(len(wanted) / _REFERENCES)
        return (self.documents[one] for one in wanted if self.documents[one].kind is kind)

    def modified(self, _kind: Marked, _since: datetime) -> Iterator[ReadBack]:
        self.calls += 1
        return iter(())

    def deletions(self, _kind: Kept, _since: datetime) -> Iterator[Deletion]:
        self.calls += 1
        return iter(())

    def ledger_lines(self, start_on: date, _end_on: date) -> Iterator[LedgerLine]:
        found = self.lines.get(start_on, [])
        self.calls += len(found) // _LINES + 1
        return iter(found)

    def trial_balance(self, _start_on: date, end_on: date) -> Iterator[AccountBalance]:
        self.calls += 1
        sums: dict[str, Decimal] = {}
        for on, lines in self.lines.items():
            for line in lines if on <= end_on else ():
                sums[line.account] = sums.get(line.account, Decimal(0)) + line.amount
        return (AccountBalance(account, net, Decimal(0)) for account, net in sums.items())


@dataclass(slots=True)
class ManyOrders:
    """Orders that are posted whole, by id."""

    states: Mapping[str, OrderState]

    def order_versions(self, _tenant: str) -> Iterator[tuple[str, str, int]]:
        return (("shop", name, 1) for name in self.states)

    def known(self, _tenant: str, _store: str, order_ids: Iterable[str]) -> set[str]:
        return self.states.keys() & set(order_ids)

    def order(self, _tenant: str, _store: str, order_id: str) -> OrderState | None:
        return self.states.get(order_id)

    def sent_since(self, _tenant: str, _since: datetime) -> Iterator[str]:
        return iter(())


def sold(count: int) -> tuple[ManyOrders, PagedSage]:
    """So many orders of the reference, in the ledger and in Sage."""
    sage, states = PagedSage(), {}
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
            _book(sage, record.document_number, key, posting)
        states[named.ref.id] = OrderState(
            FactsRecord(pk, named, version=1, status=FactsStatus.READY, customer="C-ADA"), chain, {}
        )
    return ManyOrders(states), sage


def _book(sage: PagedSage, reference: str, key: str, posting: Posting) -> None:
    on = posting.posted_on or posting.true_on or ON
    totals = expected_of(posting.document).totals
    total: Money | None = totals[0] if totals else None
    marked = MARKED_AS[posting.kind]
    sage.documents[reference] = ReadBack(marked, reference, key, key, total=total, dated_on=on)
    module = {Marked.SALES_DOCUMENT: "8.SO", Marked.JOURNAL_ENTRY: "2.GL"}.get(marked, "4.AR")
    for account, amount in effect_of(posting.effect):
        sage.lines.setdefault(on, []).append(
            LedgerLine("", on, account, amount, amount, "USD", module, "", "", record=key)
        )


def measured(count: int) -> tuple[float, float, int, int]:
    """Seconds of making rows and of proving, megabytes at most, and API transactions."""
    orders, sage = sold(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock, book, days = FakeClock(_AT), MemoryProofBook(), MemoryDayBook()
    tenant = company_tenant()
    refresh = RefreshParts(
        book=book,
        sources=orders,
        ledger=MemoryLedger(),
        payouts=MemoryPayouts(),
        days=days,
        books=OrderBooks(lambda _tenant, _number: tenant, days),
        orders=OrderMoneyReader(
            MemoryFacts(), MemoryLedger(), OrderBooks(lambda _tenant, _number: tenant, days), plan
        ),
        clock=clock,
        payout_days=MemoryPayoutDays(days),
    )
    budget = Budget(lambda _: sage.calls, lambda _tenant, _month: {}, lambda _tenant, _count: None)
    parts = ProverParts(refresh, lambda _tenant, _entity: sage, budget, _raise)
    started = time.process_time()
    prover = Prover(parts)
    deadline = _AT + timedelta(hours=1)
    first = prover.prove(tenant, ENTITY, ON, deadline)
    proved = time.process_time() - started
    assert first.state == "equal", first
    calls = sage.calls
    started = time.process_time()
    prover.prove(tenant, ENTITY, ON + timedelta(days=1), deadline)
    again = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return proved, again, (peak - before) // 1024, calls


def _raise(_tenant: str, _entity: str, _on: date, error: Exception) -> None:
    raise error


def main() -> None:
    """Print a table for the sizes on the command line, 1,000 and 10,000 orders otherwise."""
    sizes = [int(text) for text in sys.argv[1:]] or [1000, 10_000]
    sys.stdout.write("| orders | first proof s | next day s | MB more | API transactions |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    for size in sizes:
        proved, again, megabytes, calls = measured(size)
        sys.stdout.write(f"| {size} | {proved:.1f} | {again:.1f} | {megabytes} | {calls} |\n")


if __name__ == "__main__":
    main()
