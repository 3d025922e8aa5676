"""A lost request or answer leads to one document: Sage is asked before anything is sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intacct.documents import Document
from intacct.errors import (
    DuplicateDocumentError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from shared.ledger.driving import drive_one
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import SETTLE, State
from shared.ledger.refusals import BACKOFF
from shared.ledger.resolving import MOST_RESENDS
from shared.postings.plan import Reason
from tests.unit.ledger.apply_rig import ADVANCE, PK, Rig, advance


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


def test_a_repetition_that_is_turned_away_leaves_what_was_sent_before_it_in_doubt() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.books.fail("before", NotSentError("503"))
    rig.until(rig.apply(ADVANCE))

    parked = rig.apply(ADVANCE)
    in_doubt = rig.record()
    rig.until(parked)
    rig.books.land(ADVANCE.document)
    deadline = rig.clock() + timedelta(seconds=75)
    steps = rig.applier.settle(PK, ADVANCE, deadline, records=rig.ledger.chain(PK))
    unwanted = drive_one(steps, clock=rig.clock)

    assert (parked.kind, parked.reason) == (OutcomeKind.PARKED, "NotSent")
    assert (in_doubt.state, in_doubt.attempts, in_doubt.resends) == (State.SENT, 1, 0)
    assert unwanted.kind is OutcomeKind.COMPLETE
    assert rig.record().state is State.DONE


def test_sage_turning_repetitions_away_is_borne_as_long_as_if_nothing_was_in_doubt() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    for _ in BACKOFF:
        rig.books.fail("before", NotSentError("503"))
    outcomes: list[Outcome] = []
    while not outcomes or outcomes[-1].kind is OutcomeKind.PARKED:
        outcomes.append(rig.apply(ADVANCE))
        if outcomes[-1].kind is OutcomeKind.PARKED:
            rig.until(outcomes[-1])

    assert len(outcomes) == len(BACKOFF) + 2
    assert outcomes[-1].kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]


def test_a_look_that_fails_decides_nothing() -> None:
    rig = Rig(hard_unique=("ADVANCE",))
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE))
    rig.books.find_faults.append(NotSentError("503"))

    outcome = rig.apply(ADVANCE)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "IN_DOUBT")
    assert rig.record().state is State.SENT
    assert len(rig.books.sent) == 1


def sent_as_often_as_is_allowed(rig: Rig) -> Outcome:
    """The last of its requests may still land when it comes before a person."""
    outcome = rig.apply(ADVANCE)
    while outcome.kind is not OutcomeKind.HELD:
        rig.until(outcome)
        outcome = rig.apply(ADVANCE)
    return outcome


def test_what_a_person_releases_while_it_may_still_land_stays_in_doubt_when_it_is_turned_away() -> (
    None
):
    rig = Rig(hard_unique=("ADVANCE",), is_unique=True)
    for _ in range(1 + MOST_RESENDS):
        rig.books.fail("before", OutcomeUnknownError("reset"))
    held = sent_as_often_as_is_allowed(rig)
    rig.books.fail("before", NotSentError("503"))

    released = rig.apply(ADVANCE, reopen_by="ops:kim")

    assert [finding.reason for finding in held.findings] == [Reason.RESEND_LIMIT]
    assert released.kind is OutcomeKind.PARKED
    assert rig.record().state is State.SENT  # not READY: nobody may cancel it now
    assert any("by ops:kim" in line for line in rig.record().history)
    rig.books.land(ADVANCE.document)
    rig.until(released)
    assert rig.apply(ADVANCE).kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]


def test_what_was_refused_after_it_was_repeated_is_released_in_doubt_too() -> None:
    rig = Rig(hard_unique=("ADVANCE",), is_unique=True)
    rig.books.fail("before", OutcomeUnknownError("reset"))
    rig.books.fail("before", RejectedError("no such account"))
    assert [finding.reason for finding in sent_as_often_as_is_allowed(rig).findings]
    rig.books.fail("before", NotSentError("503"))

    released = rig.apply(ADVANCE, reopen_by="ops:kim")

    assert released.kind is OutcomeKind.PARKED
    assert rig.record().state is State.SENT
    rig.until(released)
    assert rig.apply(ADVANCE).kind is OutcomeKind.COMPLETE
    assert rig.books.marks() == ["1001-ADV"]


def test_what_was_refused_at_its_only_try_is_ready_again_when_its_release_is_turned_away() -> None:
    rig = Rig(hard_unique=("ADVANCE",), is_unique=True)
    rig.books.fail("before", RejectedError("no such account"))
    rig.apply(ADVANCE)
    rig.books.fail("before", NotSentError("503"))

    rig.apply(ADVANCE, reopen_by="ops:kim")

    assert rig.record().state is State.READY
