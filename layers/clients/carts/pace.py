"""Calls at the pace that a cart allows: so many at once, then so many a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from carts.adapter import CartApiError

LONGEST_WAIT_SECONDS = 20.0


class Pace:
    """The allowance of one operation as the cart keeps it: a bucket that refills.

    It is kept by this process alone; what others spend of it shows as 429, which callers wait for.
    """

    def __init__(
        self,
        what: str,
        *,
        per_second: float,
        burst: int,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`what` names the operation in errors; `now` tells seconds."""
        self._what = what
        self._per_second = per_second
        self._burst = float(burst)
        self._sleep = sleep
        self._now = now
        self._left = float(burst)
        self._since = now()

    def take(self) -> None:
        """Spend one call, after the wait that it takes.

        Raises:
            CartApiError: the wait is longer than a function can wait; says how long.
        """
        missing = 1.0 - self._available()
        if missing > 0:
            seconds = missing / self._per_second
            if seconds > LONGEST_WAIT_SECONDS:
                message = f"the cart grants the next {self._what} in {seconds:.0f} s, not before"
                raise CartApiError(message)
            self._sleep(seconds)
            self._available()
        self._left = max(0.0, self._left - 1.0)

    def learn(self, per_second: str) -> None:
        """Take over the rate that an answer states; anything that is no rate is passed over."""
        try:
            rate = float(per_second)
        except ValueError:
            return
        if 0 < rate < float("inf"):
            self._available()
            self._per_second = rate

    def _available(self) -> float:
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._since) * self._per_second)
        self._since = now
        return self._left
