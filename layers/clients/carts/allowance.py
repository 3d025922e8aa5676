"""Calls that a cart says are left: who has spent the last one waits until there are more."""

from __future__ import annotations

import time
from collections.abc import Callable

from carts.adapter import CartApiError

LONGEST_WAIT_SECONDS = 20.0


class Allowance:
    """What the cart's last answer said of the next call; nothing is known before the first one."""

    def __init__(
        self,
        what: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`what` names the calls in errors; `now` tells seconds."""
        self._what = what
        self._sleep = sleep
        self._now = now
        self._closed_until = 0.0

    def take(self) -> None:
        """Begin one call, after the wait that it takes.

        Raises:
            CartApiError: the wait is longer than a function can wait; says how long.
        """
        seconds = self._closed_until - self._now()
        if seconds <= 0:
            return
        if seconds > LONGEST_WAIT_SECONDS:
            message = f"the cart grants the next {self._what} in {seconds:.0f} s, not before"
            raise CartApiError(message)
        self._sleep(seconds)

    def learn(self, left: str, seconds: float | None) -> None:
        """Take over how many calls are left, and in how many seconds there are more.

        Anything that is no number is passed over.
        """
        is_spent = left.strip() == "0" and seconds is not None
        self._closed_until = self._now() + max(seconds or 0.0, 0.0) if is_spent else 0.0
