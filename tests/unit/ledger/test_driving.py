"""Many orders, few requests: who travels together, and that each is alone in what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from intacct.documents import Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
)
from shared.ledger import states
from shared.ledger.apply import Applier, results_of
from shared.ledger.driving import Job, drive
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import SETTLE, Record, State, Transition
from shared.postings.plan import Posting, PostingKind, Reason
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, counting_ids
from tests.unit.ledger.apply_rig import advance, sales_document


class Rig:
    """Orders of two companies over one ledger."""

    def __init__(self, *, hard_unique: tuple[str, ...] = ()) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        self.books = {company: FakeBooks() for company in ("acme", "zeta")}
        self.ids = counting_ids()
        self.hard_unique = hard_unique
        self.pauses: list[float] = []

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.pass_time(seconds)

    def job(
        self, order: str, *, company: str = "acme", queue: str = "", seconds: float = 75
    ) -> Job[Outcome]:
        applier = Applier(
            self.ledger,
            self.books[company],
            clock=self.clock,
            ids=self.ids,
            hard_unique=self.hard_unique,
            pause=self._pause,
        )
        records = self.ledger.chain(order)
        steps = applier.steps(
            order,
            postings(order),
            results_of(records),
            self.clock() + timedelta(seconds=seconds),
            records=records,
        )
        return Job(steps, company=company, queue=queue or order)

    def drive(self, *jobs: Job[Outcome]) -> list[Outcome]:
        outcomes = drive(jobs, clock=self.clock)
        assert all(isinstance(outcome, Outcome) for outcome in outcomes)
        return [outcome for outcome in outcomes if isinstance(outcome, Outcome)]

    def record(self, order: str, key: str = "advance") -> Record:
        return self.ledger.chain(order)[f"{order}/{key}"]


def postings(order: str) -> list[Posting]:
    return [
        Posting(f"{order}/advance", PostingKind.ADVANCE, advance(f"{order}-ADV")),
        Posting(f"{order}/invoice", PostingKind.INVOICE, sales_document(f"{order}-INV")),
    ]


def while_sending(books: FakeBooks, happen: Callable[[], None]) -> None:
    """Let something happen while each request of several documents is under way."""
    create_many = books.create_many

    def slowly(
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> Sequence[DocumentResult | IntacctError]:
        happen()
        return create_many(documents, control_ids=control_ids, idempotency_keys=idempotency_keys)

    books.create_many = slowly  # type: ignore[method-assign]


def test_ten_orders_travel_in_one_request_for_each_step_of_their_chains() -> None:
    rig = Rig()

    outcomes = rig.drive(*[rig.job(f"o{n}") for n in range(10)])

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.COMPLETE}
    assert rig.books["acme"].batches == [10, 10]
    assert len({control for control, _ in rig.books["acme"].sent}) == 20
    assert {record.state for record in rig.ledger.records.values()} == {State.DONE}


def test_every_intent_is_written_before_the_request_they_share_leaves() -> None:
    rig = Rig()
    seen: list[set[State]] = []
    while_sending(
        rig.books["acme"],
        lambda: seen.append({rig.record(order).state for order in ("o1", "o2")}),
    )

    rig.drive(rig.job("o1"), rig.job("o2"))

    assert seen[0] == {State.SENT}


def test_a_refused_row_refuses_that_order_only() -> None:
    rig = Rig()
    rig.books["acme"].faults = [None, ("before", RejectedError("no such item"))]

    first, second, third = rig.drive(rig.job("o1"), rig.job("o2"), rig.job("o3"))

    assert (first.kind, third.kind) == (OutcomeKind.COMPLETE, OutcomeKind.COMPLETE)
    assert second.kind is OutcomeKind.HELD
    assert rig.record("o2").state is State.REFUSED
    assert rig.books["acme"].batches == [3, 2]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_request_leaves_each_order_in_doubt_by_itself(when: str) -> None:
    rig = Rig()
    books = rig.books["acme"]
    books.batch_faults = [(when, OutcomeUnknownError("read timeout"))]

    lost = rig.drive(rig.job("o1"), rig.job("o2"))
    rig.clock.pass_time(SETTLE.total_seconds() + 62)
    found = rig.drive(rig.job("o1"), rig.job("o2"))

    assert [outcome.reason for outcome in lost] == ["IN_DOUBT", "IN_DOUBT"]
    assert {outcome.kind for outcome in found} == {OutcomeKind.COMPLETE}
    assert sorted(books.marks()) == ["o1-ADV", "o1-INV", "o2-ADV", "o2-INV"]


def test_two_looks_at_many_orders_in_doubt_share_their_pause_and_then_a_request() -> None:
    rig = Rig()
    books = rig.books["acme"]
    books.batch_faults = [("before", OutcomeUnknownError("read timeout"))]
    rig.drive(*[rig.job(f"o{n}") for n in range(4)])
    rig.clock.pass_time(SETTLE.total_seconds() + 62)

    outcomes = rig.drive(*[rig.job(f"o{n}") for n in range(4)])

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.COMPLETE}
    assert rig.pauses == [5.0]
    assert books.batches == [4, 4, 4]


@pytest.mark.parametrize(
    "error", [RateLimitedError("429", retry_after_seconds=7), NotSentError("503")]
)
def test_a_request_turned_away_rests_its_company_and_the_others_go_on(error: IntacctError) -> None:
    rig = Rig()
    rig.books["acme"].batch_faults = [("before", error)]
    jobs = [rig.job("o1"), rig.job("z1", company="zeta"), rig.job("o2"), rig.job("o3", queue="o1")]

    outcomes = rig.drive(*jobs)

    assert [outcome.kind for outcome in outcomes] == [
        OutcomeKind.PARKED,
        OutcomeKind.COMPLETE,
        OutcomeKind.PARKED,
        OutcomeKind.PARKED,
    ]
    assert rig.books["acme"].batches == [2]
    assert rig.books["acme"].sent == []
    assert all(outcome.is_outage for outcome in outcomes if outcome.kind is OutcomeKind.PARKED)
    assert rig.record("o3").state is State.READY
    assert rig.record("o3").attempts == 0


def test_a_refused_login_stops_whoever_of_the_company_had_its_turn_later() -> None:
    rig = Rig()
    rig.books["acme"].fail("before", CredentialsError("login refused"))

    first, second = rig.drive(rig.job("o1", queue="q"), rig.job("o2", queue="q"))

    assert (first.kind, second.kind) == (OutcomeKind.STOPPED, OutcomeKind.STOPPED)
    assert second.findings[0].reason is Reason.REAUTH_REQUIRED
    assert len(rig.books["acme"].sent) == 1


def test_orders_of_one_queue_go_one_after_the_other() -> None:
    rig = Rig()

    rig.drive(rig.job("o1", queue="q"), rig.job("o2", queue="q"))

    assert rig.books["acme"].marks() == ["o1-ADV", "o1-INV", "o2-ADV", "o2-INV"]
    assert rig.books["acme"].batches == []


def test_companies_take_turns_at_each_step() -> None:
    rig = Rig()
    order: list[str] = []
    for company, books in rig.books.items():
        while_sending(books, lambda company=company: order.append(company))  # type: ignore[misc]
    jobs = [rig.job(f"{c}{n}", company=c) for n in range(2) for c in ("acme", "zeta")]

    rig.drive(*jobs)

    assert order == ["acme", "zeta", "acme", "zeta"]


def test_a_claim_that_waited_too_long_for_its_turn_is_armed_anew_before_it_is_sent() -> None:
    rig = Rig()
    while_sending(rig.books["acme"], lambda: rig.clock.pass_time(25))
    jobs = [
        *[rig.job(f"o{n}", seconds=300) for n in range(2)],
        *[rig.job(f"z{n}", company="zeta", seconds=300) for n in range(2)],
    ]

    outcomes = rig.drive(*jobs)

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.COMPLETE}
    assert rig.record("z0", "invoice").resends == 0
    assert len({control for control, _ in rig.books["zeta"].sent}) == 4


def test_what_was_not_sent_for_want_of_time_is_ready_and_not_in_doubt() -> None:
    rig = Rig()
    for books in rig.books.values():
        while_sending(books, lambda: rig.clock.pass_time(16))

    outcomes = rig.drive(
        rig.job("o1"), rig.job("o2"), rig.job("z1", company="zeta"), rig.job("z2", company="zeta")
    )

    assert [outcome.reason for outcome in outcomes[:2]] == ["DEADLINE", "DEADLINE"]
    states_left = {record.state for record in rig.ledger.records.values()}
    assert State.SENT not in states_left


def test_an_order_that_breaks_off_leaves_the_others_alone() -> None:
    rig = Rig()
    commit = rig.ledger.commit

    def broken(*writes: states.Write) -> tuple[Record, ...]:
        if writes[0].pk == "o1" and writes[0].transition is Transition.FINISH:
            message = "the table is gone"
            raise OSError(message)
        return commit(*writes)

    rig.ledger.commit = broken  # type: ignore[method-assign]

    first, second = drive([rig.job("o1"), rig.job("o2")], clock=rig.clock)

    assert isinstance(first, OSError)
    assert isinstance(second, Outcome)
    assert second.kind is OutcomeKind.COMPLETE
    assert rig.record("o1").state is State.SENT


@pytest.mark.parametrize(("seconds", "reason"), [(20.0, "LEASED"), (61.0, "OVERTAKEN")])
def test_a_claim_that_another_worker_took_while_it_waited_for_its_turn_is_not_sent(
    seconds: float, reason: str
) -> None:
    rig = Rig()

    def meanwhile() -> None:
        rig.clock.pass_time(seconds)
        if "z1/invoice" in rig.ledger.chain("z1"):
            waiting = rig.record("z1", "invoice")
            taken = states.take_over(waiting, owner="other", now=rig.clock())
            rig.ledger.records["z1", "z1/invoice"] = states.after(taken, waiting)

    while_sending(rig.books["acme"], meanwhile)
    jobs = [rig.job(f"o{n}", seconds=600) for n in range(2)]

    *_, outcome = rig.drive(*jobs, rig.job("z1", company="zeta", seconds=600))

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, reason)
    assert rig.books["zeta"].marks() == ["z1-ADV"]
    assert rig.record("z1", "invoice").owner == "other"
