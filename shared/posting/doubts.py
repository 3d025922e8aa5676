"""Postings that the plan does not name any more: doubts are looked up before all else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import Record, State
from shared.ledger.requests import Steps
from shared.ledger.stubs import stand_in
from shared.postings.plan import Plan, Posting


class Settles(Protocol):
    """Ends the doubt about a posting: an applier, or those of several entities."""

    def settle(
        self, pk: str, posting: Posting, deadline: datetime, *, records: Mapping[str, Record]
    ) -> Steps[Outcome]:
        """As `Applier.settle`."""
        ...


def begun(chain: Mapping[str, Record]) -> tuple[str, ...]:
    """What may be out there without a result, in the sequence of sending: it keeps its place."""
    out = [each.turn for each in chain.values() if each.state in (State.SENT, State.REVIEW)]
    return tuple(key for _, key in sorted(out))


def unplanned(chain: Mapping[str, Record], plan: Plan) -> list[Posting]:
    """What was sent, has no answer, and is not wanted now: the order was edited or cancelled."""
    wanted = {posting.key for posting in plan.postings}
    left = (
        stand_in(record)
        for key, record in chain.items()
        if record.state is State.SENT and key not in wanted
    )
    return [posting for posting in left if posting is not None]


def unsent(chain: Mapping[str, Record], plan: Plan) -> list[Record]:
    """What was turned away before it took effect, and is wanted neither now nor once it may be."""
    wanted = {*(posting.key for posting in plan.postings), *plan.withheld}
    return [
        record for key, record in chain.items() if record.state is State.READY and key not in wanted
    ]


def settled(
    applier: Settles,
    pk: str,
    doubts: Sequence[Posting],
    deadline: datetime,
    *,
    chain: Mapping[str, Record],
) -> Steps[Outcome | None]:
    """End each doubt by a look-up; the outcome of the first that cannot be ended now, or None."""
    for posting in doubts:
        outcome = yield from applier.settle(pk, posting, deadline, records=chain)
        if outcome.kind is not OutcomeKind.COMPLETE:
            return outcome
    return None
