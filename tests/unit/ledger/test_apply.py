"""A plan comes into the books in order, each posting once, with as few writes as possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from intacct.documents import Document, Payment
from intacct.errors import OutcomeUnknownError, PeriodClosedError, RejectedError
from shared.ledger.outcomes import OutcomeKind
from shared.ledger.records import LEASE, SETTLE
from shared.ledger.run import Run
from tests.unit.ledger.apply_rig import ADVANCE, APPLY, INVOICE, PK, Rig


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
