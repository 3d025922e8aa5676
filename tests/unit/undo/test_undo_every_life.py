"""Whatever an order went through, its undo returns every balance to where it was."""

from __future__ import annotations

import pytest

import tests.accounting.more_lives  # noqa: F401  # registers its lives
from intacct.capabilities import Protocol
from shared.facts.record import FactsStatus
from shared.ledger.outcomes import OutcomeKind
from tests.accounting.lives import LIVES
from tests.unit.undo.rig import ALL, told

UNDONE = [
    (name, protocol)
    for place, name in enumerate(LIVES)
    for turn, protocol in enumerate(Protocol)
    if ALL or turn == place % 2
]


@pytest.mark.parametrize(("name", "protocol"), UNDONE)
def test_every_balance_returns_to_where_it_was(name: str, protocol: Protocol) -> None:
    life = LIVES[name]()
    rig = told(protocol)
    with rig.teller:
        before = rig.balances()
        rig.live(life)
        rig.ask()

        outcome = rig.undo(life.book)

        assert outcome.kind is OutcomeKind.COMPLETE, (outcome.key, outcome.findings)
        assert rig.balances() == before == {}
        assert rig.open_receivables() == []
        assert rig.kept.status is FactsStatus.UNDONE
        assert (rig.kept.revision, rig.kept.undo, rig.kept.due_at) == (1, None, None)
