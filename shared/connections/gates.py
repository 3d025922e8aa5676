"""What stands between a tenant's clients and its company: health, seat, rate, in this order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from intacct.errors import IntacctError
from intacct.gate import Gate


class Taken(Protocol):
    """Something that a call must have before it leaves (`seats.Seats`)."""

    def take(self) -> None:
        """Return when it is there.

        Raises:
            PausedError: not now; nothing was sent.
        """
        ...


class TenantGate:
    """The gate of one company as one process sees it; any number of clients may share it."""

    def __init__(
        self,
        health: Gate,
        *,
        seats: Taken,
        wait_for_slot: Callable[[], None] | None,
        holds_lane: Callable[[], bool],
    ) -> None:
        """`holds_lane` says whether a lane bounds what runs now: then it needs no seat.

        `wait_for_slot` keeps the rate; None where the company's profile has none.
        """
        self._health = health
        self._seats = seats
        self._wait_for_slot = wait_for_slot
        self._holds_lane = holds_lane

    def __repr__(self) -> str:
        """Name the company."""
        return f"TenantGate({self._health!r})"

    def enter(self) -> None:
        """Return when a call may leave.

        Raises:
            PausedError: the company pauses, or its calls or its rate are used up for now.
            NotSentError: what the fleet shares could not be read or written.
        """
        self._health.enter()
        if not self._holds_lane():
            self._seats.take()
        if self._wait_for_slot is not None:
            self._wait_for_slot()

    def leave(self, error: IntacctError | None) -> None:
        """Tell the whole fleet what the call says of the company's health."""
        self._health.leave(error)
