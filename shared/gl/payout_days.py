"""Which events a payout's journals hold: each is in one payout or day, for good (R-11.4).

The events of a channel in `summary_payout` are in no day book. When their payout is complete they
are claimed for it: first the note beside their order, which is there once whoever asks, then the
event among those of the payout's journal, which is frozen and sealed as a day's is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from shared.gl.days import DayKey
from shared.postings.plan import DayEntry

PAYOUT_EVENT = "payout:"
"""What the name of a payout's own event begins with: its rows, beside the sales that it pays."""


@dataclass(frozen=True, slots=True)
class PayoutParts:
    """The parts that a payout's journals were gathered in, one for each of their dates.

    `keys` are all of them in the order of their dates, `deposit` the one that holds the payout's
    money. `is_whole` says that every event is in its part.
    """

    keys: tuple[DayKey, ...]
    deposit: DayKey
    is_whole: bool = False


class EventTakenError(Exception):
    """Another payout, or a day, holds this event: its money would be booked twice."""

    def __init__(self, event: str, holder: DayKey) -> None:
        """Name the event and who holds it."""
        super().__init__(f"{event} is in the journal of {holder.place}")
        self.event = event


class PayoutDays(Protocol):
    """Keeps which events payouts took; every write is conditional, nothing is deleted."""

    def holders(self, order_pk: str) -> dict[str, DayKey]:
        """The events of an order that are in a journal, each with the part or day that holds it."""
        ...

    def parts(self, tenant: str, store: str, payout: str) -> PayoutParts | None:
        """The parts of a payout; None where nothing was gathered for it yet."""
        ...

    def plan(self, keys: Iterable[DayKey], deposit: DayKey) -> PayoutParts:
        """Note in which parts a payout's events are about to be gathered, beside those known."""
        ...

    def claim(self, order_pk: str, key: DayKey, entry: DayEntry) -> None:
        """Take an event of an order into a payout's part; nothing happens where it is in it.

        Raises:
            EventTakenError: it is in another journal.
            EntryConflictError: it is in this one with other lines.
        """
        ...

    def put(self, key: DayKey, entry: DayEntry) -> None:
        """Take the payout's own event into one of its parts.

        Raises:
            EntryConflictError: it is in it with other lines.
        """
        ...

    def close(self, parts: PayoutParts) -> PayoutParts:
        """Note that every event of the payout is in its part."""
        ...
