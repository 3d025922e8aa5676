from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.documents import (
    Advance,
    Application,
    CreditKind,
    Document,
    KeyOf,
    MoneyPlace,
    Payment,
    SalesDocument,
    SalesLine,
)
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PeriodClosedError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    SageFinding,
)
from shared.ledger import states
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import LEASE, SETTLE, Record, State
from shared.ledger.run import Run
from shared.postings.plan import Posting, PostingKind, Reason
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, counting_ids

PK = "ORD#acme#shop#1001"
DAY = date(2026, 3, 2)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def advance(reference: str = "1001-ADV", amount: str = "100.00") -> Advance:
    return Advance(
        reference=reference,
        customer="C-1",
        received_on=DAY,
        amount=usd(amount),
        place=MoneyPlace(undeposited_account="1100"),
        account="2050",
    )


def sales_document(reference: str, definition: str = "Sales Invoice") -> SalesDocument:
    line = SalesLine("TEE", Decimal(1), "Each", usd("100.00"))
    return SalesDocument(definition, reference, "C-1", DAY, "USD", (line,))


ADVANCE = Posting("advance", PostingKind.ADVANCE, advance())
INVOICE = Posting("invoice", PostingKind.INVOICE, sales_document("1001-INV"))
APPLY = Posting(
    "apply",
    PostingKind.ADVANCE_APPLICATION,
    Payment(
        reference="1001-APP",
        customer="C-1",
        received_on=DAY,
        amount=usd("0"),
        place=MoneyPlace(undeposited_account="1100"),
        applications=(
            Application(
                invoice=KeyOf("invoice"),
                amount=usd("100.00"),
                credit_kind=CreditKind.ADVANCE,
                credit=KeyOf("advance"),
            ),
        ),
    ),
    needs=("advance", "invoice"),
)


class Rig:
    def __init__(self, *, hard_unique: tuple[str, ...] = (), is_unique: bool = False) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        self.books = FakeBooks(is_unique=is_unique)
        self.pauses: list[float] = []
        self.applier = Applier(
            self.ledger,
            self.books,
            clock=self.clock,
            ids=counting_ids(),
            hard_unique=hard_unique,
            pause=self._pause,
        )

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.pass_time(seconds)

    def apply(self, *postings: Posting, seconds: float = 75, reopen_by: str = "") -> Outcome:
        records = self.ledger.chain(PK)
        return self.applier.apply(
            PK,
            postings,
            results_of(records),
            self.clock() + timedelta(seconds=seconds),
            records=records,
            reopen_by=reopen_by,
        )

    def record(self, key: str = "advance") -> Record:
        return self.ledger.chain(PK)[key]

    def until(self, outcome: Outcome) -> None:
        assert outcome.due_at is not None
        self.clock.now = outcome.due_at


def test_a_plan_comes_into_the_books_in_order_with_its_references_resolved() -> None:
    rig = Rig()

    outcome = rig.apply(ADVANCE, INVOICE, APPLY)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert outcome.done == ("advance", "invoice", "apply")
    assert rig.books.marks() == ["1001-ADV", "1001-INV", "1001-APP"]
    payment = rig.books.documents[2][0]
    assert isinstance(payment, Payment)
    assert (payment.applications[0].invoice, payment.applications[0].credit) == ("R2", "1")


def test_each_completion_and_the_next_claim_are_one_write() -> None:
    rig = Rig()

    rig.apply(ADVANCE, INVOICE, APPLY)

    assert [len(writes) for writes in rig.ledger.commits] == [1, 2, 2, 1]


def test_the_same_plan_again_sends_nothing() -> None:
    rig = Rig()
    rig.apply(ADVANCE, INVOICE)

    outcome = rig.apply(ADVANCE, INVOICE)

    assert (outcome.kind, outcome.done) == (OutcomeKind.COMPLETE, ())
    assert len(rig.books.sent) == 2


def test_the_marks_are_the_same_for_every_try() -> None:
    rig = Rig()
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))
    rig.until(rig.apply(ADVANCE))

    rig.apply(ADVANCE)

    assert len(rig.books.sent) == 2
    assert len(set(rig.books.sent)) == 1


def test_a_lost_answer_leads_to_one_document() -> None:
    rig = Rig()
    rig.books.fail("after", OutcomeUnknownError("read timeout"))
    parked = rig.apply(ADVANCE)
    rig.until(parked)

    outcome = rig.apply(ADVANCE)

    assert (parked.kind, parked.reason) == (OutcomeKind.PARKED, "IN_DOUBT")
    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]


def test_a_lost_request_waits_out_the_settle_window_and_looks_twice_before_it_is_sent_again() -> (
    None
):
    rig = Rig()
    sent_at = rig.clock()
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))
    waiting = rig.apply(ADVANCE)
    looks_before = rig.books.looks
    assert waiting.due_at is not None
    rig.until(waiting)

    outcome = rig.apply(ADVANCE)

    assert waiting.due_at > sent_at + SETTLE
    assert rig.books.looks - looks_before == 2
    assert rig.pauses == [5.0]
    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.record().resends == 1
    assert rig.books.marks() == ["1001-ADV"]


def test_a_request_that_lands_late_is_found_and_not_sent_again() -> None:
    rig = Rig()
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))
    waiting = rig.apply(ADVANCE)
    rig.books.land(ADVANCE.document)
    rig.until(waiting)

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert len(rig.books.sent) == 1


def test_where_sage_keeps_the_number_unique_a_lost_request_is_sent_again_at_once() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.clock() < rig.ledger.chain(PK)["advance"].settle_at  # type: ignore[operator]
    assert rig.pauses == []


def test_a_worker_killed_after_the_document_came_is_succeeded_without_a_second_one() -> None:
    rig = Rig()
    rig.books.fail("after", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        rig.apply(ADVANCE)
    leased = rig.apply(ADVANCE)
    rig.until(leased)

    outcome = rig.apply(ADVANCE)

    assert (leased.kind, leased.reason) == (OutcomeKind.PARKED, "LEASED")
    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]
    assert rig.record().fence == 2


def test_duplicate_is_good_news() -> None:
    rig = Rig()
    rig.books.land(ADVANCE.document)
    rig.books.fail("before", DuplicateDocumentError("number in use"))

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.record().state is State.DONE
    assert rig.books.marks() == ["1001-ADV"]


def test_a_duplicate_that_queries_do_not_show_yet_is_looked_up_again_later() -> None:
    rig = Rig()
    rig.books.fail("before", DuplicateDocumentError("number in use"))
    parked = rig.apply(ADVANCE)
    rig.books.land(ADVANCE.document)
    rig.until(parked)

    outcome = rig.apply(ADVANCE)

    assert parked.kind is OutcomeKind.PARKED
    assert outcome.kind is OutcomeKind.COMPLETE
    assert len(rig.books.sent) == 1


@pytest.mark.parametrize("foreign", [advance(amount="99.99"), replace(advance(), customer="C-2")])
def test_another_document_under_our_number_goes_to_a_person(foreign: Document) -> None:
    rig = Rig()
    rig.books.land(foreign)
    rig.books.fail("before", DuplicateDocumentError("number in use"))

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.HELD
    assert [finding.reason for finding in outcome.findings] == [Reason.READBACK_DIFFERS]
    assert rig.record().state is State.REVIEW


def test_two_documents_under_our_number_go_to_a_person() -> None:
    rig = Rig()
    rig.books.land(ADVANCE.document)
    rig.books.land(ADVANCE.document)
    rig.books.fail("before", DuplicateDocumentError("number in use"))

    outcome = rig.apply(ADVANCE)

    assert [finding.reason for finding in outcome.findings] == [Reason.DUPLICATE_FOUND]


def test_a_request_that_is_lost_every_time_is_sent_four_times_and_then_shown_to_a_person() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    for _ in range(9):
        rig.books.fail("before", OutcomeUnknownError("reset"))
    outcome = rig.apply(ADVANCE)
    while outcome.kind is OutcomeKind.PARKED:
        rig.until(outcome)
        outcome = rig.apply(ADVANCE)

    assert [finding.reason for finding in outcome.findings] == [Reason.RESEND_LIMIT]
    assert len(rig.books.sent) == 4
    assert rig.record().state is State.REVIEW


def test_what_was_turned_away_unread_is_sent_again_after_growing_pauses() -> None:
    rig = Rig()
    for _ in range(6):
        rig.books.fail("before", NotSentError("connection refused"))
    pauses = []
    outcome = rig.apply(ADVANCE)
    while outcome.kind is OutcomeKind.PARKED:
        assert outcome.due_at is not None
        assert outcome.is_outage
        pauses.append((outcome.due_at - rig.clock()).total_seconds())
        rig.until(outcome)
        outcome = rig.apply(ADVANCE)

    assert pauses == [30, 120, 480, 1800, 7200, 21600]
    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.looks == 0


def test_what_is_turned_away_seven_times_goes_to_a_person() -> None:
    rig = Rig()
    for _ in range(7):
        rig.books.fail("before", NotSentError("connection refused"))
    outcome = rig.apply(ADVANCE)
    while outcome.kind is OutcomeKind.PARKED:
        rig.until(outcome)
        outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.HELD
    assert len(rig.books.sent) == 7


def test_sage_is_given_the_pause_it_asks_for() -> None:
    rig = Rig()
    rig.books.fail("before", RateLimitedError("slow down", retry_after_seconds=90))

    outcome = rig.apply(ADVANCE)

    assert outcome.due_at == rig.clock() + timedelta(seconds=90)
    assert rig.record().state is State.READY


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RejectedError("no", findings=(SageFinding("BL01", "bad account"),)), "REFUSED_BY_SAGE"),
        (PeriodClosedError("closed"), "PERIOD_CLOSED"),
        (PermissionDeniedError("role"), "PERMISSION"),
    ],
)
def test_a_refusal_is_an_answer_that_a_person_sees_and_stops_the_chain(
    error: IntacctError, reason: str
) -> None:
    rig = Rig()
    rig.books.fail("before", error)

    outcome = rig.apply(ADVANCE, INVOICE)
    again = rig.apply(ADVANCE, INVOICE)

    assert outcome.kind is OutcomeKind.HELD
    assert [finding.reason.value for finding in outcome.findings] == [reason]
    assert again.findings == outcome.findings
    assert rig.record().state is State.REFUSED
    assert len(rig.books.sent) == 1


def test_a_refusal_repeated_from_sages_memory_brings_a_new_key_and_a_new_verdict() -> None:
    rig = Rig()
    rig.books.fail("before", RejectedError("stored", is_replay=True))

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.COMPLETE
    keys = [key.rpartition(".")[2] for _, key in rig.books.sent]
    assert keys == ["0", "1"]


def test_the_key_never_changes_while_a_posting_is_in_doubt() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.books.fail("before", NotSentError("refused"))
    for _ in range(2):
        rig.until(rig.apply(ADVANCE))

    rig.apply(ADVANCE)

    assert {key.rpartition(".")[2] for _, key in rig.books.sent} == {"0"}


def test_refused_credentials_stop_the_company_and_use_up_no_tries() -> None:
    rig = Rig()
    for _ in range(9):
        rig.books.fail("before", CredentialsError("login refused"))
    outcomes = []
    for _ in range(9):
        outcomes.append(rig.apply(ADVANCE))
        rig.until(outcomes[-1])

    finished = rig.apply(ADVANCE)

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.STOPPED}
    assert outcomes[0].findings[0].reason is Reason.REAUTH_REQUIRED
    assert finished.kind is OutcomeKind.COMPLETE


def test_credentials_refused_during_a_look_leave_the_posting_in_doubt() -> None:
    rig = Rig()
    rig.books.fail("after", OutcomeUnknownError("read timeout"))
    rig.until(rig.apply(ADVANCE))
    rig.books.find_faults.append(CredentialsError("login refused"))

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.STOPPED
    assert rig.record().state is State.SENT


def test_a_look_that_fails_decides_nothing() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))
    rig.books.find_faults.append(NotSentError("503"))

    outcome = rig.apply(ADVANCE)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "IN_DOUBT")
    assert rig.record().state is State.SENT
    assert len(rig.books.sent) == 1


def test_nothing_is_sent_when_too_little_time_is_left() -> None:
    rig = Rig()

    outcome = rig.apply(ADVANCE, seconds=45)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "DEADLINE")
    assert outcome.due_at == rig.clock()
    assert rig.books.sent == []
    assert rig.ledger.records == {}


def test_the_next_posting_is_not_claimed_when_there_is_no_time_to_send_it() -> None:
    rig = Rig()
    slow = rig.books.create

    def create(document: Document, *, control_id: str, idempotency_key: str) -> object:
        rig.clock.pass_time(35)
        return slow(document, control_id=control_id, idempotency_key=idempotency_key)

    rig.books.create = create  # type: ignore[method-assign,assignment]

    outcome = rig.apply(ADVANCE, INVOICE)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "DEADLINE")
    assert outcome.done == ("advance",)
    assert "invoice" not in rig.ledger.chain(PK)


def test_other_content_under_a_key_in_the_books_is_a_conflict_too() -> None:
    rig = Rig()
    rig.apply(ADVANCE)
    changed = replace(ADVANCE, document=advance(amount="101.00"))

    outcome = rig.applier.apply(PK, [changed], {}, rig.clock() + timedelta(seconds=75))

    assert [finding.reason for finding in outcome.findings] == [Reason.CONTENT_CONFLICT]
    assert len(rig.books.sent) == 1


def test_what_was_turned_away_may_be_made_anew_from_newer_facts() -> None:
    rig = Rig()
    rig.books.fail("before", NotSentError("refused"))
    rig.until(rig.apply(ADVANCE))
    changed = replace(ADVANCE, document=advance(amount="101.00"))

    outcome = rig.apply(changed)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.documents[0][0] == changed.document


def test_a_worker_that_was_overtaken_believes_the_newer_one() -> None:
    rig = Rig()
    create = rig.books.create

    def paused(document: Document, *, control_id: str, idempotency_key: str) -> object:
        result = create(document, control_id=control_id, idempotency_key=idempotency_key)
        rig.clock.pass_time(61)
        other = rig.ledger.commit(states.take_over(rig.record(), owner="other", now=rig.clock()))
        rig.ledger.commit(states.finish(other[0], result, now=rig.clock()))
        return result

    rig.books.create = paused  # type: ignore[method-assign,assignment]

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.record().owner == "other"


def test_a_person_lets_a_refused_posting_go_again_and_it_is_told_who() -> None:
    rig = Rig()
    rig.books.fail("before", PeriodClosedError("closed"))
    rig.apply(ADVANCE)

    outcome = rig.apply(ADVANCE, reopen_by="ops:kim")

    assert outcome.kind is OutcomeKind.HELD  # an earlier request could still land
    rig.clock.now += SETTLE + LEASE
    outcome = rig.apply(ADVANCE, reopen_by="ops:kim")
    assert outcome.kind is OutcomeKind.COMPLETE
    assert any("by ops:kim" in line for line in rig.record().history)


def test_a_person_who_retries_what_is_in_the_books_posts_nothing_twice() -> None:
    rig = Rig()
    rig.books.fail("before", RejectedError("no"))
    rig.apply(ADVANCE)
    rig.books.land(ADVANCE.document)
    rig.clock.now += SETTLE + LEASE

    outcome = rig.apply(ADVANCE, reopen_by="ops:kim")

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]


def test_a_posting_that_needs_what_nobody_plans_goes_to_a_person() -> None:
    rig = Rig()

    outcome = rig.apply(APPLY)

    assert (outcome.kind, outcome.key) == (OutcomeKind.HELD, "apply")
    assert "advance, invoice" in outcome.findings[0].message
    assert rig.books.sent == []


def test_the_first_claim_needs_no_read_of_the_ledger() -> None:
    rig = Rig()

    outcome = rig.applier.apply(PK, [ADVANCE], {}, rig.clock() + timedelta(seconds=75))

    assert outcome.kind is OutcomeKind.COMPLETE
    assert len(rig.ledger.commits) == 2


def test_a_run_counts_its_time_from_the_deadline() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    run = Run(pk=PK, deadline=now + timedelta(seconds=46), results={}, records={})

    assert run.has_time(now)
    assert not run.has_time(now + timedelta(seconds=1))
