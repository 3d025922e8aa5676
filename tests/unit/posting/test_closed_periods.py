"""Postings of a closed month: moved, held or retried by policy, planned again after a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from intacct.documents import Document
from intacct.errors import NotSentError, PeriodClosedError
from intacct.reading import ReportingPeriod
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.apply import Applier
from shared.messages import OrderReady
from shared.policy.choices import ClosedPeriod
from shared.posting.closed_periods import ClosedPeriods
from shared.posting.closings import Calendars
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.reports import PostingReport, PostingState
from shared.posting.versions import OrderBooks
from shared.postings.periods import posting_date
from shared.postings.plan import Reason
from shared.postings.planner import plan
from shared.reviews.records import Stage, order_subject
from shared.tenants.models import Tenant
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import facts, mapping
from tests.fake_day_book import MemoryDayBook
from tests.fakes import (
    FakeBooks,
    FakeClock,
    MemoryClosings,
    MemoryFacts,
    MemoryLateItems,
    MemoryLedger,
    MemoryReviews,
    counting_ids,
)

PK = order_pk("acme", "shop", "order-1")
SUBJECT = order_subject("shop", "order-1", Stage.POSTING)
MOVES = {"closed_period_invoices": ClosedPeriod.NEXT_OPEN}


def months(*numbers: int) -> list[ReportingPeriod]:
    ends = {3: 31, 4: 30, 5: 31}
    periods = [
        ReportingPeriod(
            str(n), f"2026-{n}", date(2026, n, 1), date(2026, n, ends[n]), is_active=True
        )
        for n in numbers
    ]
    year = ReportingPeriod("y", "2026", date(2026, 1, 1), date(2026, 12, 31), is_active=True)
    return [*periods, year]


class ClosingBooks(FakeBooks):
    """Books that are closed through a day."""

    def __init__(self, closed_through: date | None) -> None:
        super().__init__()
        self.closed_through = closed_through
        self.refused: list[date] = []

    def create(self, document: Document, *, control_id: str, idempotency_key: str) -> Any:
        day = posting_date(document)
        if day is not None and self.closed_through is not None and day <= self.closed_through:
            self.refused.append(day)
            message = "closed"
            raise PeriodClosedError(message)
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)

    def dates(self) -> set[date | None]:
        return {posting_date(document) for document, _ in self.documents}


class Rig:
    """A poster with the real planner over books that are closed through March."""

    def __init__(self, **policy: ClosedPeriod) -> None:
        self.clock = FakeClock(datetime(2026, 4, 3, 12, tzinfo=UTC))
        self.books = ClosingBooks(date(2026, 3, 31))
        self.facts, self.ledger, self.reviews = MemoryFacts(), MemoryLedger(), MemoryReviews()
        self.late, self.closings = MemoryLateItems(), MemoryClosings()
        self.periods: Sequence[ReportingPeriod] | None = months(3, 4, 5)
        self.reads = 0
        self.tenant = _tenant(policy)
        self.poster = self.another_process()

    def another_process(self) -> OrderPoster:
        calendars = Calendars(self.closings, self._read, clock=self.clock)
        return OrderPoster(
            OrderPosterParts(
                tenant_of=lambda _: self.tenant,
                books=OrderBooks(lambda _tenant, _number: self.tenant, MemoryDayBook()),
                facts=self.facts,
                ledger=self.ledger,
                days=MemoryDayBook(),
                reviews=self.reviews,
                applier_of=lambda _tenant, _entity: Applier(
                    self.ledger,
                    self.books,
                    clock=self.clock,
                    ids=counting_ids(),
                    pause=lambda _: None,
                ),
                plan=plan,
                clock=self.clock,
                ids=counting_ids("poster"),
                closed=ClosedPeriods(calendars, self.late),
            )
        )

    def _read(self, tenant: Tenant, entity: str) -> Sequence[ReportingPeriod]:
        assert (tenant.id, entity) == ("acme", "100")
        self.reads += 1
        if self.periods is None:
            message = "no network"
            raise NotSentError(message)
        return self.periods

    def keep(self, *parts: Any) -> None:
        known = facts(order_a_placed(), *parts)
        record = self.facts.load(PK) or FactsRecord(PK, known, status=FactsStatus.READY)
        self.facts.save(replace(record, known=known, customer="C-ADA", due_at=self.clock()))

    def post(self, cause: str = "event") -> PostingReport:
        message = OrderReady(
            tenant="acme", store="shop", order_id="order-1", facts_version=1, cause=cause
        )
        return self.poster.post(message, self.clock() + timedelta(seconds=600))

    def review(self) -> set[Reason]:
        review = self.reviews.records["acme", SUBJECT]
        return set(review.reasons)


def _tenant(policy: dict[str, Any]) -> Tenant:
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "C", "user_id": "U"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [
                {
                    "id": "shop",
                    "cart": "shopify",
                    "entity": "100",
                    "mapping": mapping(),
                    "policy": policy,
                }
            ],
        }
    )


def test_what_the_policy_moves_is_posted_on_the_first_day_of_the_first_open_period() -> None:
    rig = Rig(**MOVES)
    rig.keep(PAID, SHIPPED, one_tee_back())

    report = rig.post()

    assert report.state is PostingState.POSTED
    assert rig.books.dates() == {date(2026, 4, 1), None}
    assert rig.books.refused == [date(2026, 3, 1)]
    memos = [getattr(document, "description", "") for document, _ in rig.books.documents]
    assert "Received, order #2001 (of 2026-03-01)" in memos


def test_what_is_moved_is_listed_with_both_dates_amount_and_reason() -> None:
    rig = Rig(**MOVES)
    rig.keep(PAID, SHIPPED)

    rig.post()

    items = {item.key.split("/")[2]: item for item in rig.late.all("acme")}
    assert set(items) == {"ADVANCE", "INVOICE", "APPLY"}
    invoice = items["INVOICE"]
    assert (invoice.true_on, invoice.posted_on) == (date(2026, 3, 2), date(2026, 4, 1))
    assert str(invoice.amount) == "76.20 USD"
    assert invoice.reason == "the books were closed through 2026-03-31"
    assert invoice.order_pk == PK


def test_an_invoice_waits_for_a_person_by_default_and_its_receipt_is_posted() -> None:
    rig = Rig()
    rig.keep(PAID, SHIPPED)

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "PERIOD_CLOSED")
    assert [key.split("/")[2] for key in report.done] == ["SO_CREATE", "ADVANCE"]
    assert rig.review() == {Reason.PERIOD_CLOSED}
    assert rig.facts.records[PK].due_at is None


def test_a_person_who_opened_the_period_releases_the_order_to_its_true_date() -> None:
    rig = Rig()
    rig.keep(PAID, SHIPPED)
    rig.post()
    rig.books.closed_through = date(2026, 2, 28)

    report = rig.post(cause="release:ada")

    assert report.state is PostingState.POSTED
    assert date(2026, 3, 2) in rig.books.dates()


def test_a_release_while_the_period_is_still_closed_holds_the_order_again() -> None:
    rig = Rig()
    rig.keep(PAID, SHIPPED)
    rig.post()

    report = rig.post(cause="release:ada")

    assert (report.state, report.reason) == (PostingState.HELD, "PERIOD_CLOSED")


def test_a_requested_reopening_is_tried_again_by_itself() -> None:
    rig = Rig(closed_period_invoices=ClosedPeriod.REQUEST_REOPEN)
    rig.keep(PAID, SHIPPED)
    report = rig.post()
    assert (report.state, report.reason) == (PostingState.PARKED, "PERIOD_CLOSED")
    assert rig.review() == {Reason.PERIOD_CLOSED}
    due_at = rig.facts.records[PK].due_at
    assert due_at == rig.clock() + timedelta(hours=6)

    rig.books.closed_through = None
    rig.clock.now = due_at
    report = rig.post()

    assert report.state is PostingState.POSTED
    assert date(2026, 3, 2) in rig.books.dates()


def test_nothing_is_posted_into_the_future_where_no_period_is_open_yet() -> None:
    rig = Rig(**MOVES)
    rig.clock.now = datetime(2026, 3, 31, 15, tzinfo=UTC)
    rig.keep(PAID, SHIPPED)
    report = rig.post()
    assert (report.state, report.reason) == (PostingState.PARKED, "PERIOD_CLOSED")
    assert rig.books.dates() == {None}

    rig.clock.now = datetime(2026, 4, 1, 15, tzinfo=UTC)

    assert rig.post().state is PostingState.POSTED
    assert rig.books.dates() == {date(2026, 4, 1), None}


def test_several_closed_months_are_learned_one_after_the_other() -> None:
    rig = Rig(**MOVES)
    rig.clock.now = datetime(2026, 5, 20, 15, tzinfo=UTC)
    rig.books.closed_through = date(2026, 4, 30)
    rig.keep(PAID, SHIPPED)

    assert rig.post().state is PostingState.POSTED
    assert rig.books.dates() == {date(2026, 5, 1), None}
    assert rig.books.refused == [date(2026, 3, 1), date(2026, 4, 1)]


def test_what_one_process_learned_is_known_to_the_others_before_they_plan() -> None:
    rig = Rig(**MOVES)
    rig.keep(PAID)
    rig.post()
    rig.poster = rig.another_process()
    rig.keep(PAID, SHIPPED)

    assert rig.post().state is PostingState.POSTED
    assert len(rig.books.refused) == 1
    assert rig.reads == 1


@pytest.mark.parametrize("periods", [[], months(4, 5)[:2]], ids=["none", "none of that day"])
def test_a_refusal_that_no_period_explains_is_for_a_person(
    periods: list[ReportingPeriod],
) -> None:
    rig = Rig(**MOVES)
    rig.periods = periods
    rig.keep(PAID)

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "PERIOD_CLOSED")


def test_a_refusal_is_for_a_person_where_the_periods_cannot_be_read() -> None:
    rig = Rig(**MOVES)
    rig.periods = None
    rig.keep(PAID)

    assert rig.post().state is PostingState.HELD
