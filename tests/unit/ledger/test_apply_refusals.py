"""A refusal is an answer; what was turned away unread is sent again after growing pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PeriodClosedError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    SageFinding,
)
from shared.ledger.outcomes import OutcomeKind
from shared.ledger.records import State
from shared.postings.plan import Reason
from tests.unit.ledger.apply_rig import ADVANCE, INVOICE, Rig, advance


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


def test_what_was_turned_away_may_be_made_anew_from_newer_facts() -> None:
    rig = Rig()
    rig.books.fail("before", NotSentError("refused"))
    rig.until(rig.apply(ADVANCE))
    changed = replace(ADVANCE, document=advance(amount="101.00"))

    outcome = rig.apply(changed)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.documents[0][0] == changed.document
