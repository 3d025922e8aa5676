"""An undo may break off anywhere, lose answers and be repeated: the books end the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intacct.capabilities import Protocol
from intacct.errors import OutcomeUnknownError
from shared.facts.record import FactsStatus
from shared.ledger.outcomes import OutcomeKind
from shared.ledger.records import State
from tests.accounting.lives import LIVES
from tests.unit.undo.rig import ALL, PK, Crash, UndoRig, told

LIFE = "order_a_one_tee_restocked"
CALLS = 8
"""The requests of the undo of that life."""
_LOST = range(1, CALLS + 1) if ALL else (1, 5, CALLS)


def undone(protocol: Protocol, *, at: int = 0, when: str = "", lost: bool = False) -> UndoRig:
    """The life undone, where one request of the undo, counted from 1, met with a mishap."""
    life = LIVES[LIFE]()
    rig = told(protocol)
    with rig.teller:
        rig.live(life)
        rig.ask()
        rig.books.at, rig.books.calls, rig.books.when = at, 0, when
        rig.books.error = OutcomeUnknownError("no answer came") if lost else None
        try:
            rig.undo(life.book)
        except Crash:
            rig.clock.pass_time(61.0)
        rig.books.at = 0
        outcome = rig.undo_at_last(life.book) if rig.kept.undo else None
        assert outcome is None or outcome.kind is OutcomeKind.COMPLETE, outcome
    return rig


@pytest.fixture(scope="module")
def documents() -> int:
    """How many documents the company has after an undo without any mishap."""
    return undone(Protocol.REST).documents()


def test_the_life_is_undone_by_so_many_requests() -> None:
    assert undone(Protocol.REST).books.calls == CALLS


@pytest.mark.parametrize(
    ("at", "when"),
    [
        *((at, "after") for at in range(1, CALLS + 1)),
        *((at, "before") for at in _LOST),
    ],
)
def test_a_crash_at_any_request_leads_to_the_same_books(at: int, when: str, documents: int) -> None:
    rig = undone(Protocol.REST, at=at, when=when)

    assert rig.balances() == {}
    assert rig.open_receivables() == []
    assert rig.documents() == documents
    assert rig.kept.status is FactsStatus.UNDONE


@pytest.mark.parametrize("at", _LOST)
def test_a_lost_answer_is_settled_by_a_look(at: int, documents: int) -> None:
    rig = undone(Protocol.XML, at=at, when="after", lost=True)

    assert rig.balances() == {}
    assert rig.documents() == documents
    assert {record.state for record in rig.ledger.chain(PK).values()} == {State.DONE}


@pytest.mark.parametrize("when", ["before", "after"] if ALL else ["after"])
@pytest.mark.parametrize("at", range(1, CALLS + 2, 1 if ALL else 2))
def test_a_crash_at_any_write_of_the_ledger_leads_to_the_same_books(
    at: int, when: str, documents: int
) -> None:
    life = LIVES[LIFE]()
    rig = told(Protocol.REST)
    with rig.teller:
        rig.live(life)
        rig.ask()
        rig.ledger.at, rig.ledger.when, rig.ledger.writes = at, when, 0
        with pytest.raises(Crash):
            rig.undo(life.book)
        rig.ledger.at = 0
        rig.clock.pass_time(61.0)
        outcome = rig.undo_at_last(life.book)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.balances() == {}
    assert rig.documents() == documents


def test_a_crash_before_the_order_is_marked_undone_sends_nothing_again() -> None:
    rig = undone(Protocol.REST)
    calls = rig.books.calls
    rig.ask()
    rig.facts.records[PK] = replace(rig.kept, revision=0)

    with rig.teller:
        outcome = rig.undo(LIVES[LIFE]().book)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.books.calls == calls
    assert (rig.kept.status, rig.kept.revision) == (FactsStatus.UNDONE, 1)
