"""What a worker does when another one was faster, or time runs out between two steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from intacct.documents import Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from shared.ledger import states
from shared.ledger.outcomes import OutcomeKind
from shared.ledger.records import LEASE, SETTLE, Intent, State
from shared.postings.plan import Reason
from tests.unit.ledger.apply_rig import ADVANCE, INVOICE, PK, Rig, advance


def meanwhile(rig: Rig, happen: Callable[[], object]) -> None:
    """Let something happen while the next request is under way, after it took effect."""
    create = rig.books.create

    def create_slowly(
        document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        rig.books.create = create  # type: ignore[method-assign]
        try:
            return create(document, control_id=control_id, idempotency_key=idempotency_key)
        finally:
            happen()

    rig.books.create = create_slowly  # type: ignore[method-assign]


def overtake(rig: Rig) -> None:
    """Another worker takes the advance over, a minute later."""
    rig.clock.pass_time(61)
    rig.ledger.commit(states.take_over(rig.record(), owner="other", now=rig.clock()))


def test_what_another_worker_finished_is_taken_as_it_is() -> None:
    rig = Rig()
    rig.apply(ADVANCE)

    outcome = rig.applier.apply(PK, [ADVANCE], {}, rig.clock() + timedelta(seconds=75))

    assert (outcome.kind, outcome.done) == (OutcomeKind.COMPLETE, ())
    assert outcome.result("advance") == rig.record().result
    assert len(rig.books.sent) == 1


def test_a_next_posting_that_another_worker_holds_does_not_keep_this_one_from_finishing() -> None:
    rig = Rig()
    intent_of_other = replace(_intent(rig), key="invoice")
    meanwhile(
        rig,
        lambda: rig.ledger.commit(
            states.claim(intent_of_other, None, owner="other", now=rig.clock())
        ),
    )

    outcome = rig.apply(ADVANCE, INVOICE)

    assert rig.record("advance").state is State.DONE
    assert rig.record("invoice").owner == "other"
    assert outcome.kind is not OutcomeKind.COMPLETE
    assert len(rig.books.sent) == 1


def _intent(rig: Rig) -> Intent:
    """The marks of the advance as an applier makes them."""
    probe = Rig()
    probe.apply(ADVANCE)
    known = probe.record()
    assert rig.ledger.records == {}
    return Intent(PK, known.key, known.document_number, known.control_id, known.content_hash)


def test_a_worker_that_was_overtaken_leaves_the_posting_to_the_newer_one() -> None:
    rig = Rig()
    meanwhile(rig, lambda: overtake(rig))

    outcome = rig.apply(ADVANCE)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "OVERTAKEN")
    assert rig.record().owner == "other"


@pytest.mark.parametrize("error", [NotSentError("429"), RejectedError("no")])
def test_a_late_refusal_does_not_undo_the_newer_workers_claim(error: IntacctError) -> None:
    rig = Rig()
    rig.books.fail("before", error)
    meanwhile(rig, lambda: overtake(rig))

    outcome = rig.apply(ADVANCE)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "OVERTAKEN")
    assert (rig.record().state, rig.record().owner) == (State.SENT, "other")


def test_a_worker_that_was_overtaken_shows_what_the_newer_one_asked_a_person() -> None:
    rig = Rig()

    def overtake_and_ask() -> None:
        overtake(rig)
        asked = states.refuse(
            rig.record(), now=rig.clock(), state=State.REVIEW, reason="DUPLICATE_FOUND"
        )
        rig.ledger.commit(asked)

    meanwhile(rig, overtake_and_ask)

    outcome = rig.apply(ADVANCE)

    assert [finding.reason for finding in outcome.findings] == [Reason.DUPLICATE_FOUND]


def test_a_cancelled_posting_that_is_wanted_again_goes_to_a_person() -> None:
    rig = Rig()
    rig.books.fail("before", NotSentError("refused"))
    rig.apply(ADVANCE)
    rig.ledger.commit(states.cancel(rig.record(), owner="x", now=rig.clock()))

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.HELD
    assert len(rig.books.sent) == 1


def test_other_content_under_a_key_that_is_being_sent_waits_for_its_outcome() -> None:
    rig = Rig()
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.apply(ADVANCE)

    outcome = rig.apply(replace(ADVANCE, document=advance(amount="101.00")))

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "LEASED")
    assert rig.record().state is State.SENT


def test_an_error_of_no_known_meaning_leaves_the_posting_in_doubt() -> None:
    rig = Rig()
    rig.books.fail("after", IntacctError("something new"))
    parked = rig.apply(ADVANCE)
    rig.until(parked)

    outcome = rig.apply(ADVANCE)

    assert (parked.kind, parked.reason) == (OutcomeKind.PARKED, "IN_DOUBT")
    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]


def test_nothing_is_sent_again_when_too_little_time_is_left() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))

    outcome = rig.apply(ADVANCE, seconds=40)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "DEADLINE")
    assert rig.record().resends == 0
    assert len(rig.books.sent) == 1


def test_a_slow_process_does_not_send_what_it_claimed_too_long_ago() -> None:
    rig = Rig()
    commit = rig.ledger.commit

    def commit_slowly(*writes: states.Write) -> object:
        done = commit(*writes)
        rig.clock.pass_time(20)
        return done

    rig.ledger.commit = commit_slowly  # type: ignore[method-assign,assignment]

    outcome = rig.apply(ADVANCE, seconds=300)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "DEADLINE")
    assert rig.books.sent == []


def refused(rig: Rig) -> None:
    """An advance that Sage refused, so long ago that nothing of it is on its way."""
    rig.books.fail("before", RejectedError("no"))
    rig.apply(ADVANCE)
    rig.clock.now += SETTLE + LEASE


def test_a_person_who_retries_what_carries_anothers_number_changes_nothing() -> None:
    rig = Rig()
    refused(rig)
    rig.books.land(advance(amount="99.00"))

    outcome = rig.apply(ADVANCE, reopen_by="ops:kim")

    assert outcome.kind is OutcomeKind.HELD
    assert rig.record().state is State.REFUSED
    assert len(rig.books.sent) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (CredentialsError("login refused"), OutcomeKind.STOPPED),
        (NotSentError("503"), OutcomeKind.PARKED),
    ],
)
def test_a_person_who_retries_while_sage_cannot_be_asked_changes_nothing(
    error: IntacctError, kind: OutcomeKind
) -> None:
    rig = Rig()
    refused(rig)
    rig.books.find_faults.append(error)

    outcome = rig.apply(ADVANCE, reopen_by="ops:kim")

    assert outcome.kind is kind
    assert rig.record().state is State.REFUSED
