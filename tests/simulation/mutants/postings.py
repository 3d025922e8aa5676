"""Defects of what is planned and of a day's journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from shared.gl.batches import _Maker
from shared.gl.store import DynamoDbDayBook
from shared.messages import OrderReady
from shared.posting.post_order import OrderPoster
from shared.postings import keys, order_keys, planner
from shared.postings.plan import Posting
from tests.simulation.faults import Fault
from tests.simulation.mutants.mutant import Mutant, Patch, all_of
from tests.simulation.remembering import RememberedPlans
from tests.simulation.weather import calm_but

_LATE_NEWS = calm_but({("cart.deliver", Fault.REORDERED): 0.9})


def _asks_anew() -> Patch:
    """The planner is no pure function any more: nothing it said may be remembered."""
    return patch.object(RememberedPlans, "__call__", lambda self, *given: self.plan(*given))


def _key_from_delivery() -> Patch:
    steps, key = OrderPoster._steps, keys.posting_key
    current = [""]

    def noted(self: OrderPoster, arrival: Any, deadline: datetime) -> Any:
        message: OrderReady = arrival.message
        current[0] = f"{message.cause}{message.facts_version}"
        return (yield from steps(self, arrival, deadline))

    def named(*, purpose: str, **more: Any) -> str:
        return key(purpose=f"{purpose}!{current[0]}", **more)

    return all_of(
        patch.object(OrderPoster, "_steps", noted),
        patch.object(order_keys, "posting_key", named),
        _asks_anew(),
    )


def _out_of_order() -> Patch:
    in_order = planner.in_order
    return patch.object(planner, "in_order", lambda items: in_order(items)[::-1])


def _day_entered_by_time() -> Patch:
    """An event's key in the day book made from when it was worked on."""
    enter = DynamoDbDayBook.enter

    def anew(self: DynamoDbDayBook, pk: str, tenant: str, entry: Any, *, due_at: datetime) -> None:
        count = len(self.entered(pk))
        enter(self, pk, tenant, replace(entry, event=f"{entry.event}~{count}"), due_at=due_at)

    return patch.object(DynamoDbDayBook, "enter", anew)


def _corrected_without_taking_back() -> Patch:
    """A day that is posted anew stands beside what it replaces."""

    def nothing(*_args: Any) -> Iterator[Posting]:
        return iter(())

    return patch.object(_Maker, "mirrors", nothing)


MUTANTS: Sequence[Mutant] = (
    Mutant("posting key from the delivery", _key_from_delivery),
    Mutant("postings against their order", _out_of_order),
    Mutant("day entries named by time", _day_entered_by_time),
    Mutant("a corrected day is not taken back", _corrected_without_taking_back, _LATE_NEWS),
)
