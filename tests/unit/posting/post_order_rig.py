"""One order whose plan is scripted, posted into books in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from commerce.money import Money
from commerce.orders import Facts, Ref
from intacct.documents import Advance, MoneyPlace
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.apply import Applier
from shared.messages import OrderReady
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.reports import PostingReport
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry, Finding, Plan, Posted, Posting, PostingKind
from shared.reviews.records import Stage, order_subject
from shared.tenants.models import Tenant
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeBooks, FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids

DAY = date(2026, 3, 2)
SUBJECT = order_subject("shop", "1001", Stage.POSTING)


def tenant(**changes: Any) -> Tenant:
    members = {
        "id": "acme",
        "intacct": {"company_id": "C", "user_id": "U"},
        "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
        "stores": [
            {
                "id": "shop",
                "cart": "shopify",
                "entity": "100",
                "mapping": {"version": "1", "accounts": {}},
            }
        ],
    }
    return Tenant.model_validate({**members, **changes})


def advance(key: str, order: str) -> Posting:
    document = Advance(
        reference=f"{order}-{key}",
        customer="C-1",
        received_on=DAY,
        amount=Money.of("10.00", "USD"),
        place=MoneyPlace(undeposited_account="1100"),
        account="2050",
    )
    return Posting(f"{order}/{key}", PostingKind.ADVANCE, document)


class Rig:
    """A poster over fakes; `keys` are the postings that every order of the test needs."""

    def __init__(self, *keys: str) -> None:
        self.clock = FakeClock()
        self.facts = MemoryFacts()
        self.ledger = MemoryLedger()
        self.reviews = MemoryReviews()
        self.days = MemoryDayBook()
        self.books = FakeBooks()
        self.tenant = tenant()
        self.versions: dict[int, Tenant] = {}
        self.keys = keys
        self.findings: tuple[Finding, ...] = ()
        self.day_entries: tuple[DayEntry, ...] = ()
        self.begun: list[Collection[str]] = []
        self.insists_on_customer = True
        self.poster = OrderPoster(
            OrderPosterParts(
                tenant_of=lambda _: self.tenant,
                books=OrderBooks(lambda _, number: self.versions[number], self.days),
                facts=self.facts,
                ledger=self.ledger,
                days=self.days,
                reviews=self.reviews,
                applier_of=self._applier,
                plan=self._plan,
                clock=self.clock,
                ids=counting_ids("poster"),
            )
        )

    def _applier(self, _tenant: Tenant, entity: str) -> Applier:
        assert entity == "100"
        return Applier(
            self.ledger, self.books, clock=self.clock, ids=counting_ids(), pause=lambda _: None
        )

    def _plan(self, facts: Facts, posted: Posted, book: StoreBook, begun: Collection[str]) -> Plan:
        assert book.customer == "C-1" or not self.insists_on_customer
        self.begun.append(begun)
        wanted = [advance(key, facts.ref.id) for key in self.keys]
        missing = tuple(posting for posting in wanted if posting.key not in posted)
        if self.findings:
            return Plan(findings=self.findings)
        return Plan(postings=missing, day_entries=self.day_entries)

    def keep(self, order_id: str = "1001", **changes: Any) -> FactsRecord:
        ref = Ref("shopify", "shop", "order", order_id)
        record = FactsRecord(
            order_pk("acme", "shop", order_id),
            Facts(ref),
            status=FactsStatus.READY,
            customer="C-1",
            configured=1,
            due_at=self.clock(),
        )
        return self.facts.save(replace(record, **changes))

    def post(self, order_id: str = "1001", *, cause: str = "event") -> PostingReport:
        message = OrderReady(
            tenant="acme", store="shop", order_id=order_id, facts_version=1, cause=cause
        )
        return self.poster.post(message, self.clock() + timedelta(seconds=75))

    def due_at(self, order_id: str = "1001") -> datetime | None:
        record = self.facts.load(order_pk("acme", "shop", order_id))
        assert record is not None
        return record.due_at
