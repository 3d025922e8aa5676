from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import Facts, Ref
from intacct.documents import Advance, JournalLine, MoneyPlace, Side
from intacct.errors import (
    CredentialsError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
)
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.days import DayKey
from shared.ledger.apply import Applier
from shared.ledger.records import Record, State
from shared.messages import OrderReady
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.reports import PostingReport, PostingState
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry, Finding, Plan, Posted, Posting, PostingKind, Reason
from shared.reviews.records import ReviewStatus, Stage, order_subject
from shared.tenants.models import Tenant
from tests.fakes import (
    FakeBooks,
    FakeClock,
    MemoryDayBook,
    MemoryFacts,
    MemoryLedger,
    MemoryReviews,
    counting_ids,
)

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


def sale(amount: str = "10.00", event: str = "sale:1001") -> DayEntry:
    money = Money.of(amount, "USD")
    lines = (JournalLine("1100", Side.DEBIT, money), JournalLine("4000", Side.CREDIT, money))
    occurred_at = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
    return DayEntry(event, "shop", "USD", DAY, occurred_at, lines)


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


def test_an_order_is_posted_and_is_not_due_any_more() -> None:
    rig = Rig("ADV", "INV")
    rig.keep()

    report = rig.post()

    assert report.state is PostingState.POSTED
    assert report.done == ("1001/ADV", "1001/INV")
    assert rig.books.marks() == ["1001-ADV", "1001-INV"]
    assert rig.due_at() is None


def test_the_same_message_again_posts_nothing() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.post()

    report = rig.post()

    assert (report.state, report.done) == (PostingState.POSTED, ())
    assert rig.books.marks() == ["1001-ADV"]


def test_an_order_with_nothing_to_post_yet_is_left_alone() -> None:
    rig = Rig()
    rig.keep()

    report = rig.post()

    assert report.state is PostingState.IDLE
    assert rig.due_at() is None


@pytest.mark.parametrize("status", [FactsStatus.HELD, FactsStatus.WAITING, FactsStatus.SKIPPED])
def test_an_order_whose_facts_may_not_be_booked_is_not_planned(status: FactsStatus) -> None:
    rig = Rig("ADV")
    rig.keep(status=status)

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.IDLE, status.value)
    assert rig.begun == []


def test_an_order_that_nobody_knows_is_acknowledged() -> None:
    report = Rig("ADV").post()

    assert (report.state, report.reason) == (PostingState.IDLE, "unknown")


def test_a_plan_with_findings_holds_the_order_with_all_of_them_and_posts_nothing() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.findings = (
        Finding(Reason.MAPPING_MISSING, "lines[0].sku", "unknown"),
        Finding(Reason.TAX_UNMAPPED, "taxes[0]", "unknown"),
    )

    report = rig.post()

    assert report.state is PostingState.HELD
    assert rig.reviews.records[("acme", SUBJECT)].findings == rig.findings
    assert rig.books.sent == []
    assert rig.due_at() is None


def test_a_held_order_whose_cause_is_mended_is_posted_and_its_review_closed() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.findings = (Finding(Reason.MAPPING_MISSING, "lines[0].sku", "unknown"),)
    rig.post()
    rig.findings = ()

    report = rig.post(cause="release:kim")

    assert report.state is PostingState.POSTED
    assert not rig.reviews.is_open("acme", SUBJECT)


def test_a_refusal_by_sage_holds_the_order_and_names_the_reason() -> None:
    rig = Rig("ADV", "INV")
    rig.keep()
    rig.books.fail("before", RejectedError("no"))

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "REFUSED_BY_SAGE")
    assert rig.reviews.is_open("acme", SUBJECT)
    assert len(rig.books.sent) == 1


def test_an_order_in_doubt_is_parked_and_blocks_nobody_else() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", OutcomeUnknownError("reset"))

    first = rig.post("1001")
    second = rig.post("1002")

    assert (first.state, second.state) == (PostingState.PARKED, PostingState.POSTED)
    assert rig.due_at("1001") == first.due_at
    assert first.due_at is not None
    assert first.due_at > rig.clock()


def test_what_is_in_doubt_is_told_to_the_planner() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.books.fail("after", OutcomeUnknownError("reset"))
    report = rig.post()
    assert report.due_at is not None
    rig.clock.now = report.due_at

    report = rig.post(cause="due")

    assert set(rig.begun[1]) == {"1001/ADV"}
    assert report.state is PostingState.POSTED
    assert rig.books.marks() == ["1001-ADV"]


@pytest.mark.parametrize(
    "error",
    [NotSentError("refused"), RateLimitedError("slow down", retry_after_seconds=20)],
)
def test_an_outage_parks_the_other_orders_of_the_company_without_asking_sage_again(
    error: Exception,
) -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", error)

    first = rig.post("1001")
    second = rig.post("1002")

    assert (first.state, second.state) == (PostingState.PARKED, PostingState.PARKED)
    assert len(rig.books.sent) == 1
    assert rig.due_at("1002") is not None


def test_after_an_outage_the_company_goes_on() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", NotSentError("refused"))
    rig.post("1001")
    rig.clock.pass_time(61)

    reports = [rig.post(order, cause="due") for order in ("1001", "1002")]

    assert [report.state for report in reports] == [PostingState.POSTED] * 2


def test_refused_credentials_stop_the_company_until_they_are_replaced() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", CredentialsError("login refused"))

    states = [rig.post(order).state for order in ("1001", "1002")]
    rig.clock.pass_time(601)
    recovered = [rig.post(order, cause="due").state for order in ("1001", "1002")]

    assert states == [PostingState.STOPPED, PostingState.STOPPED]
    assert recovered == [PostingState.POSTED, PostingState.POSTED]
    # One order shows what is wrong, not each; it is closed when the cause is gone.
    (review,) = rig.reviews.records.values()
    assert (review.reasons, review.status) == ((Reason.REAUTH_REQUIRED,), ReviewStatus.CLOSED)


def test_a_paused_company_is_parked_and_nothing_is_sent() -> None:
    rig = Rig("ADV")
    rig.tenant = tenant(is_paused=True)
    rig.keep()

    report = rig.post()

    assert report.state is PostingState.PARKED
    assert rig.books.sent == []
    assert rig.due_at() == rig.clock() + timedelta(minutes=10)


def test_a_store_that_is_not_configured_is_held_and_named() -> None:
    rig = Rig("ADV")
    rig.tenant = tenant(stores=[])
    rig.keep()

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "CONFIGURATION_MISSING")
    assert rig.reviews.records[("acme", SUBJECT)].findings[0].place == "store shop"


def test_newer_facts_that_came_meanwhile_keep_the_order_due() -> None:
    rig = Rig("ADV")
    record = rig.keep()
    newer = rig.clock() + timedelta(minutes=3)
    create = rig.books.create

    def slow(*args: Any, **kwargs: Any) -> Any:
        rig.facts.save(replace(record, due_at=newer))
        return create(*args, **kwargs)

    rig.books.create = slow  # type: ignore[method-assign]

    rig.post()

    assert rig.due_at() == newer


def test_newer_facts_that_were_held_while_a_release_was_posted_are_looked_at_again() -> None:
    rig = Rig("ADV")
    record = rig.keep(due_at=None)
    finding = Finding(Reason.PERIOD_CLOSED, "posting", "the period is closed")
    rig.reviews.open("acme", SUBJECT, (finding,), at=rig.clock())
    create = rig.books.create

    def slow(*args: Any, **kwargs: Any) -> Any:
        rig.facts.save(replace(record, due_at=None))
        return create(*args, **kwargs)

    rig.books.create = slow  # type: ignore[method-assign]

    report = rig.post(cause="release:kim")

    assert (report.state, report.done) == (PostingState.PARKED, ("1001/ADV",))
    assert rig.due_at() == rig.clock()
    assert rig.reviews.is_open("acme", SUBJECT)


def test_events_of_a_summary_channel_go_into_the_day_book_once() -> None:
    rig = Rig()
    rig.keep()
    rig.day_entries = (sale(),)

    first, second = rig.post(), rig.post()

    day = rig.days.read(DayKey("acme", "shop", "USD", DAY))
    assert (first.state, first.entered, second.entered) == (PostingState.POSTED, 1, 0)
    assert day.free == (sale(),)
    # 2 March ends at midnight in New York.
    assert day.due_at == datetime.fromisoformat("2026-03-03T05:00:00+00:00")


def test_an_event_that_changes_after_it_was_entered_is_shown_to_a_person() -> None:
    rig = Rig()
    rig.keep()
    rig.day_entries = (sale("10.00"),)
    rig.post()
    rig.day_entries = (sale("11.00"),)

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "CONTENT_CONFLICT")
    day = rig.days.read(DayKey("acme", "shop", "USD", DAY))
    assert day.free == (sale("10.00"),)


def test_an_event_whose_day_moved_is_not_entered_a_second_time() -> None:
    rig = Rig()
    rig.keep()
    rig.day_entries = (sale(),)
    rig.post()
    rig.day_entries = (replace(sale(), ledger_on=date(2026, 3, 3)),)

    rig.post()

    assert len(rig.days.entries_of) == 1


def test_what_was_turned_away_and_is_not_wanted_any_more_is_cancelled() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.books.fail("before", NotSentError("refused"))
    rig.post()
    rig.keys = ()
    rig.clock.pass_time(61)

    report = rig.post(cause="due")

    chain = rig.ledger.chain(order_pk("acme", "shop", "1001"))
    assert [record.state for record in chain.values()] == [State.CANCELLED]
    assert report.state is PostingState.IDLE
    assert rig.books.marks() == []


def test_what_newer_facts_want_is_not_cancelled_by_whoever_read_older_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig("ADV")
    known = rig.keep()
    rig.books.fail("before", NotSentError("refused"))
    rig.post()
    read_chain = rig.ledger.chain

    def chain(pk: str) -> Mapping[str, Record]:
        newest = rig.facts.load(known.pk)
        assert newest is not None
        rig.facts.save(newest)
        return read_chain(pk)

    rig.clock.pass_time(61)
    rig.keys = ()
    with monkeypatch.context() as late:
        late.setattr(rig.ledger, "chain", chain)
        rig.post(cause="due")
    rig.keys = ("ADV",)

    assert rig.post(cause="due").state is PostingState.POSTED
    assert rig.books.marks() == ["1001-ADV"]


def test_too_little_time_parks_the_order_for_the_next_minute() -> None:
    rig = Rig("ADV")
    rig.keep()
    message = OrderReady(tenant="acme", store="shop", order_id="1001", facts_version=1)

    report = rig.poster.post(message, rig.clock() + timedelta(seconds=30))

    assert (report.state, report.reason) == (PostingState.PARKED, "DEADLINE")
    assert rig.due_at() == rig.clock()
    assert rig.books.sent == []


def test_an_order_is_stamped_with_its_version_before_anything_is_sent() -> None:
    rig = Rig("k1")
    rig.keep(configured=0)

    rig.post()

    stored = rig.facts.load(order_pk("acme", "shop", "1001"))
    assert stored is not None
    assert stored.configured == 1


def test_an_order_with_findings_is_not_stamped_anew() -> None:
    rig = Rig("k1")
    rig.findings = (Finding(Reason.MAPPING_MISSING, "x", "y"),)
    before = rig.keep(configured=0)

    rig.post()

    stored = rig.facts.load(before.pk)
    assert stored is not None
    assert (stored.configured, stored.version) == (0, before.version)


def test_facts_that_changed_before_the_stamp_are_left_to_whoever_changed_them() -> None:
    rig = Rig("k1")
    known = rig.keep(configured=0)
    real = rig.facts.save

    def beaten(record: FactsRecord) -> FactsRecord:
        real(replace(known, configured=1))
        return real(record)

    rig.facts.save = beaten  # type: ignore[method-assign]  # somebody else comes first

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.PARKED, "NEWER_FACTS")
    assert rig.books.documents == []
