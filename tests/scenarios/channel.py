"""A summary channel whose days are exported to a simulated company, over either protocol."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.orders import Facts
from local.intacct_simulator.books.store import Record
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.correcting import planned_by
from shared.gl.days import DayKey
from shared.gl.export import DayExporter, DayExporterParts
from shared.gl.inspecting import JournalsAtSage
from shared.gl.posting import Asked
from shared.gl.reports import DayReport
from shared.ledger.apply import Applier
from shared.policy.choices import CustomerMode, PostingMode
from shared.policy.mapping import Definitions, ItemRule, Role
from shared.policy.switches import PostingPolicy
from shared.posting.entering import enter
from shared.posting.store_books import store_book
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.accounting.journals import Entry
from tests.accounting.shop import (
    mapping,
)
from tests.contract.actions.teller import Teller
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids

SECOND = date(2026, 3, 2)
COUNTED = {
    Role.STATISTICAL_ORDERS: "STAT-ORDERS",
    Role.STATISTICAL_UNITS: "STAT-UNITS",
    Role.STATISTICAL_REFUNDS: "STAT-REFUNDS",
}
GATEWAY = {Role.PAYOUT_CLEARING: "1100", Role.PROCESSING_FEES: "6100"}


class Nothing:
    """No order of the store is held or late."""

    def unfinished(self, *_: Any, **__: Any) -> tuple[str, ...]:
        return ()


@dataclass
class Shop:
    """A summary channel whose days are exported to the simulated company."""

    teller: Teller
    clock: FakeClock = field(
        default_factory=lambda: FakeClock(datetime(2026, 3, 4, 12, tzinfo=UTC))
    )
    days: MemoryDayBook = field(default_factory=MemoryDayBook)
    facts: MemoryFacts = field(default_factory=MemoryFacts)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    tenant: Tenant = field(init=False)

    def __post_init__(self) -> None:
        self.configure()

    def configure(self, *item_rules: ItemRule, **policy: Any) -> None:
        """The shop's mapping and policy from now on."""
        chart = mapping(definitions=Definitions(statistical_journal="STJ"))
        accounts = {**chart.accounts, **COUNTED, **GATEWAY}
        chart = replace(chart, accounts=accounts, item_rules=(*item_rules, *chart.item_rules))
        rules = {
            "posting_mode": PostingMode.SUMMARY_DAILY,
            "customer_mode": CustomerMode.CHANNEL,
            **policy,
        }
        self.tenant = Tenant.model_validate(
            {
                "id": "acme",
                "intacct": {"company_id": "C", "user_id": "U"},
                "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
                "stores": [
                    {
                        "id": "shop",
                        "cart": "shopify",
                        "entity": "100",
                        "mapping": {**asdict(chart), "channel_customer": "C-ADA"},
                        "policy": asdict(PostingPolicy(**rules)),
                    }
                ],
            }
        )

    def sell(self, known: Facts) -> None:
        """Facts of an order come in, and its events enter their days."""
        assert known.order is not None
        pk = order_pk("acme", "shop", known.order.ref.id)
        record = self.facts.load(pk) or FactsRecord(pk, known, status=FactsStatus.READY)
        self.facts.save(replace(record, known=known))
        book = store_book(self.tenant, "shop")
        assert book is not None
        planned = plan(known, {}, book)
        assert not planned.findings, planned.findings
        enter(self.days, pk, book, planned)

    def export(self, **asked: Any) -> list[DayReport]:
        """What is due, or the second of March as asked."""
        deadline = self.clock() + timedelta(seconds=300)
        if asked:
            return self._exporter().export("acme", "shop", SECOND, Asked(deadline, **asked))
        return self._exporter().export_due(deadline)

    def close(self, through: date) -> None:
        """The company closes its books."""
        self.teller.company.books.periods.close("", through)
        self.teller.company.books.periods.close("100", through)

    def entries(self, *, is_statistical: bool = False) -> list[tuple[date, Entry]]:
        """The journals in the books, in the order in which they came there."""
        books = self.teller.company.books
        return [
            (record["posting_date"], self._lines(record))
            for record in sorted(books.select("journal_entry", private=True), key=_by_key)
            if bool(record["is_statistical"]) is is_statistical
        ]

    def counts(self) -> list[tuple[date, dict[str, int]]]:
        """The statistical entries, what adds above and what takes away below zero."""
        return [
            (on, {of: int(n if side == "Dr" else -n) for (of, side), n in entry.items()})
            for on, entry in self.entries(is_statistical=True)
        ]

    def balances(self) -> dict[str, Decimal]:
        """Debits less credits of each account."""
        found: dict[str, Decimal] = {}
        for row in self.teller.company.books.trial_balance():
            found[row.account] = found.get(row.account, Decimal(0)) + row.debit - row.credit
        return found

    def _lines(self, record: Record) -> Entry:
        books, entry = self.teller.company.books, Entry()
        for row in books.lines("journal_entry", record["key"]):
            account = books.get("account", row["account"])
            assert account is not None
            place = (str(account["id"]), "Dr" if row["side"] == "debit" else "Cr")
            entry[place] = entry.get(place, Decimal(0)) + row["amount"]
        return entry

    def _exporter(self) -> DayExporter:
        def failed(key: DayKey, error: Exception) -> None:
            raise AssertionError(key) from error

        return DayExporter(
            DayExporterParts(
                tenants=lambda: [self.tenant],
                tenant_of=lambda _: self.tenant,
                days=self.days,
                facts=self.facts,
                ledger=self.ledger,
                reviews=MemoryReviews(),
                backlog=Nothing(),
                applier_of=lambda *_: Applier(
                    self.ledger,
                    self.teller.books,
                    clock=self.clock,
                    ids=counting_ids(),
                    pause=lambda _: None,
                ),
                sage_side_of=lambda *_: JournalsAtSage(
                    lambda: self.teller.reads, base_currency="USD"
                ),
                replan=planned_by(plan),
                clock=self.clock,
                on_failure=failed,
            )
        )


def _by_key(record: Record) -> int:
    return int(record["key"])
