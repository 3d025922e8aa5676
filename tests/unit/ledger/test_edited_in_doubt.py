"""An order edited while a posting of it is in doubt: look first, then take the newer content."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intacct.errors import OutcomeUnknownError
from shared.ledger import states
from shared.ledger.outcomes import OutcomeKind
from shared.ledger.records import SETTLE, State
from shared.postings.plan import Reason
from tests.fakes import FakeClock
from tests.unit.ledger.apply_rig import ADVANCE, INVOICE, PK, Rig, advance

CHANGED = replace(ADVANCE, document=advance(amount="101.00"))


def in_doubt(when: str, **made: Any) -> Rig:
    """A rig whose advance of 100.00 was sent, and no answer came."""
    rig = Rig(**made)
    rig.books.fail(when, OutcomeUnknownError("reset"))
    rig.until(rig.apply(ADVANCE, INVOICE))
    return rig


def test_what_was_edited_while_in_doubt_and_is_in_the_books_is_done_with_its_older_content() -> (
    None
):
    rig = in_doubt("after")
    older = rig.record().content_hash

    outcome = rig.apply(CHANGED, INVOICE)

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "EDITED")
    assert outcome.due_at == rig.clock()
    assert outcome.done == ("advance",)
    assert (rig.record().state, rig.record().content_hash) == (State.DONE, older)
    assert rig.books.marks() == ["1001-ADV"]
    assert "invoice" not in rig.ledger.chain(PK)


@pytest.mark.parametrize("hard_unique", [(), ("ADVANCE",)])
def test_what_was_edited_while_in_doubt_goes_anew_once_the_older_content_cannot_land(
    hard_unique: tuple[str, ...],
) -> None:
    rig = in_doubt("before", hard_unique=hard_unique)
    early = rig.apply(CHANGED)
    rig.until(early)

    outcome = rig.apply(CHANGED)

    assert (early.kind, early.reason) == (OutcomeKind.PARKED, "IN_DOUBT")
    assert early.due_at is not None
    assert early.due_at >= FakeClock()() + SETTLE
    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.documents[0][0] == CHANGED.document
    assert [key.rpartition(".")[2] for _, key in rig.books.sent] == ["0", "1"]


def test_another_amount_than_was_sent_under_our_number_goes_to_a_person() -> None:
    rig = in_doubt("before")
    rig.books.land(advance(amount="55.00"))

    outcome = rig.apply(CHANGED)

    assert [finding.reason for finding in outcome.findings] == [Reason.READBACK_DIFFERS]
    assert rig.record().state is State.REVIEW


def test_a_person_releases_what_was_edited_in_doubt_and_the_older_content_is_believed() -> None:
    rig = in_doubt("after")
    mine = rig.ledger.commit(states.take_over(rig.record(), owner="x", now=rig.clock()))[0]
    conflict = Reason.CONTENT_CONFLICT.value
    write = states.refuse(mine, now=rig.clock(), state=State.REVIEW, reason=conflict)
    rig.ledger.commit(write)
    rig.clock.pass_time(SETTLE.total_seconds())

    outcome = rig.apply(CHANGED, reopen_by="ann")

    assert (outcome.kind, outcome.reason) == (OutcomeKind.PARKED, "EDITED")
    assert rig.record().state is State.DONE
    assert len(rig.books.sent) == 1
