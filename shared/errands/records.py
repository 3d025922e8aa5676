"""Errands: what is to be told to a cart, kept from when it was noticed until it was done.

An errand names what is to be looked at and nothing of what is to be written: whoever runs it reads
both sides as they are then, so that doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

_AGAIN_IN = timedelta(minutes=30)  # by then a write has arrived or not
_MOST_DOUBLINGS = 5


class ErrandKind(StrEnum):
    """What is to be told.

    CUSTOMER: what Sage owns of a customer, to its accounts in carts. NOTE: the name of an invoice
    in Sage, to its order. PAID: that Sage has the invoices of an order paid, to the order.
    """

    CUSTOMER = "customer"
    NOTE = "note"
    PAID = "paid"


class ErrandState(StrEnum):
    """OPEN: to be run. DONE: done once and for all. LEFT: nothing more to be done for now."""

    OPEN = "open"
    DONE = "done"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Errand:
    """One errand; `name` tells it apart among those of its kind: ids and codes, nobody's name.

    `details` are what was told with it, by name. `tries` counts how often it was put off since it
    was asked for, `version` how often it was asked for.
    """

    tenant: str
    kind: ErrandKind
    name: str
    due_at: datetime
    details: Mapping[str, str] = field(default_factory=dict)
    state: ErrandState = ErrandState.OPEN
    tries: int = 0
    version: int = 1

    def again_at(self, now: datetime) -> datetime:
        """When it is run again if it cannot be done now: later each time, within a day."""
        return now + _AGAIN_IN * (1 << min(self.tries, _MOST_DOUBLINGS))


class Errands(Protocol):
    """Keeps errands; every write is conditional, and safe to repeat."""

    def ask(self, errand: Errand) -> None:
        """Have it run; one that is DONE stays so, to any other the details are added."""
        ...

    def due(self, tenant: str, kind: ErrandKind, *, now: datetime) -> Sequence[Errand]:
        """The open errands of a kind whose time has come, the longest due first."""
        ...

    def close(self, errand: Errand, state: ErrandState) -> bool:
        """Keep that it was run; False where it was asked for once more meanwhile."""
        ...

    def put_off(self, errand: Errand, due_at: datetime) -> bool:
        """Have it run again then; False where it was asked for once more meanwhile."""
        ...
