"""What a cart limits: points or requests that refill, and tokens that end."""

from __future__ import annotations

from datetime import datetime, timedelta

from local.intacct_simulator.clock import Clock


class Bucket:
    """Points that are spent by calls and refill with time, up to `capacity`."""

    def __init__(self, clock: Clock, *, capacity: float, per_second: float) -> None:
        """Full at the start."""
        self._clock = clock
        self.capacity = capacity
        self.per_second = per_second
        self._left = capacity
        self._since = clock.now()

    @property
    def available(self) -> float:
        """The points that may be spent now."""
        now = self._clock.now()
        self._left += max(0.0, (now - self._since).total_seconds()) * self.per_second
        self._left = min(self.capacity, self._left)
        self._since = now
        return self._left

    def take(self, points: float = 1.0) -> bool:
        """Spend the points, if they are there."""
        if self.available < points:
            return False
        self._left -= points
        return True

    def seconds_until(self, points: float = 1.0) -> float:
        """How long until that many points may be spent."""
        return max(0.0, (points - self.available) / self.per_second)


class Tokens:
    """Access tokens with an end."""

    def __init__(self, clock: Clock, *, seconds: float, prefix: str = "token") -> None:
        """Each token lives for `seconds`."""
        self._clock = clock
        self._lifetime = timedelta(seconds=seconds)
        self._prefix = prefix
        self._ends: dict[str, datetime] = {}
        self.issued = 0

    @property
    def lifetime_seconds(self) -> int:
        """How long a token lives, as token endpoints state it."""
        return int(self._lifetime.total_seconds())

    def issue(self) -> str:
        """A new token."""
        self.issued += 1
        token = f"{self._prefix}-{self.issued}"
        self._ends[token] = self._clock.now() + self._lifetime
        return token

    def is_valid(self, token: str) -> bool:
        """Whether the token was issued and has not ended."""
        ends = self._ends.get(token)
        return ends is not None and self._clock.now() < ends

    def expire_all(self) -> None:
        """End every token now."""
        self._ends.clear()
