"""The gate before one company: a call passes when the company is well, and reports how it went.

The state lives in a store that the whole fleet shares; its adapter is the caller's. It is a hint
that saves calls, never a proof: when the store is raced, the last word simply gets lost.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from intacct.errors import IntacctError, NotSentError, PausedError, RateLimitedError
from intacct.health import (
    REACTION,
    Health,
    Reaction,
    Verdict,
    after_answer,
    after_failure,
    after_limit,
    probing,
    seconds_to_wait,
    verdict_of,
)

_RACES = 3


class Gate(Protocol):
    """What a client asks before each call and tells after it."""

    def enter(self) -> None:
        """Return when a call may leave.

        Raises:
            PausedError: not now; nothing was sent.
        """
        ...

    def leave(self, error: IntacctError | None) -> None:
        """Take note of how the call ended; None when it was answered."""
        ...


class OpenGate:
    """Lets every call through and remembers nothing."""

    def enter(self) -> None:
        """Return at once."""

    def leave(self, error: IntacctError | None) -> None:
        """Take no note."""


class HealthStore(Protocol):
    """Where the fleet keeps the health of companies.

    Both methods may raise a `NotSentError` when the store cannot be used, and nothing else.
    """

    def read(self, company: str) -> Health:
        """The company's health as it is kept; the default when nothing is."""
        ...

    def change(self, company: str, before: Health, after: Health) -> bool:
        """Put `after` in place if `before` still stands; whether it did."""
        ...


class ProcessHealth:
    """The health of companies in the memory of one process, for any number of threads."""

    def __init__(self) -> None:
        """Start with companies that never failed."""
        self._kept: dict[str, Health] = {}
        self._lock = threading.Lock()

    def read(self, company: str) -> Health:
        """The company's health as this process knows it."""
        with self._lock:
            return self._kept.get(company, Health())

    def change(self, company: str, before: Health, after: Health) -> bool:
        """Put `after` in place if `before` still stands; whether it did."""
        with self._lock:
            if self._kept.get(company, Health()) != before:
                return False
            self._kept[company] = after
            return True


class CompanyGate:
    """Pauses all lanes of a company that asked for it, and stops at one that does not answer."""

    def __init__(
        self,
        company: str,
        store: HealthStore,
        *,
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
        reaction: Reaction = REACTION,
    ) -> None:
        """`clock` gives aware instants; `uniform` draws the jitter of pauses."""
        self._company = company
        self._store = store
        self._clock = clock
        self._uniform = uniform
        self._reaction = reaction

    def __repr__(self) -> str:
        """Name the company."""
        return f"CompanyGate({self._company!r})"

    def enter(self) -> None:
        """Return when a call may leave; while the breaker is open, one caller as its probe.

        Raises:
            PausedError: the company pauses; come back after `retry_after_seconds`.
            NotSentError: the store cannot be used.
        """
        for _ in range(_RACES):
            now, health = self._clock(), self._store.read(self._company)
            seconds = seconds_to_wait(health, now)
            if seconds > 0:
                raise self._paused(seconds)
            if not health.is_open:
                return
            if self._store.change(self._company, health, probing(health, now, self._reaction)):
                return
        raise self._paused(self._reaction.base_seconds)

    def leave(self, error: IntacctError | None) -> None:
        """Take note of how the call ended; None when it was answered.

        A store that fails loses the note: its error must not become the outcome of a call that was
        answered, for a write that seems not sent is sent again.
        """
        with contextlib.suppress(NotSentError):
            self._note(error)

    def _note(self, error: IntacctError | None) -> None:
        for _ in range(_RACES):
            health = self._store.read(self._company)
            after = self._after(health, error)
            if after == health or self._store.change(self._company, health, after):
                return

    def _after(self, health: Health, error: IntacctError | None) -> Health:
        now = self._clock()
        for verdict in verdict_of(error):
            match verdict:
                case Verdict.LIMITED:
                    asked = error.retry_after_seconds if isinstance(error, RateLimitedError) else 0
                    health = after_limit(
                        health,
                        now,
                        retry_after_seconds=asked,
                        uniform=self._uniform,
                        reaction=self._reaction,
                    )
                case Verdict.FAILED:
                    health = after_failure(health, now, self._reaction)
                case Verdict.ANSWERED:
                    health = after_answer(health, now, self._reaction)
        return health

    def _paused(self, seconds: float) -> PausedError:
        message = f"calls to {self._company} pause"
        return PausedError(message, retry_after_seconds=seconds)
