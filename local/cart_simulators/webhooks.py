"""The webhooks of a simulated cart: late, lost, or sent twice, by the seed and by order."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from local.intacct_simulator.clock import Clock

_ACCEPTED = range(200, 300)


@dataclass(frozen=True, slots=True)
class Signed:
    """One delivery as it goes over the wire."""

    body: bytes
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hook:
    """What is to be told of one change; `make` renders and signs it when it is sent."""

    topic: str
    order_id: str
    make: Callable[[], Signed]


class Delivering(BaseModel):
    """How deliveries travel; chances lie between 0 and 1, `url` empty means that nobody listens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    lost: float = Field(default=0.0, ge=0, le=1)
    doubled: float = Field(default=0.0, ge=0, le=1)
    most_delay_seconds: float = Field(default=0.0, ge=0)
    is_shuffled: bool = False


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    rank: float
    hook: Hook = field(compare=False)
    attempt: int = field(default=0, compare=False)


Send = Callable[[str, Signed], int]
"""Sends a delivery to an address and gives the status of the answer, 0 where there was none."""


class Outbox:
    """What is on its way to the subscriber."""

    def __init__(self, clock: Clock, dice: random.Random, retries: tuple[float, ...] = ()) -> None:
        """`retries` are the cart's pauses in seconds after each failure; WooCommerce has none."""
        self._clock = clock
        self._dice = dice
        self._retries = retries
        self._due: list[_Due] = []
        self.delivering = Delivering()
        self.sent: list[tuple[str, str, int]] = []
        """Topic, order and answered status of each attempt."""

    @property
    def waiting(self) -> int:
        """How many deliveries are on their way."""
        return len(self._due)

    def put(self, hook: Hook) -> None:
        """Take a delivery, lose it, or take it twice."""
        rules = self.delivering
        if not rules.url or self._dice.random() < rules.lost:
            return
        for _ in range(2 if self._dice.random() < rules.doubled else 1):
            delay = timedelta(seconds=self._dice.random() * rules.most_delay_seconds)
            rank = (
                self._dice.random() if rules.is_shuffled else float(len(self.sent) + self.waiting)
            )
            self._due.append(_Due(self._clock.now() + delay, rank, hook))

    def pump(self, send: Send) -> int:
        """Send what is due now; how many attempts were made."""
        now = self._clock.now()
        ready = sorted(due for due in self._due if due.at <= now)
        self._due = [due for due in self._due if due.at > now]
        for due in ready:
            status = send(self.delivering.url, due.hook.make())
            self.sent.append((due.hook.topic, due.hook.order_id, status))
            if status not in _ACCEPTED and due.attempt < len(self._retries):
                later = now + timedelta(seconds=self._retries[due.attempt])
                self._due.append(_Due(later, due.rank, due.hook, due.attempt + 1))
        return len(ready)
