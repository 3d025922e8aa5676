"""The invocation that this process works on: when it ends, and whether a lane bounds it.

A Lambda environment serves one invocation at a time, so it is known to the whole process. Where no
invocation is under way (command lines, tests) nothing ends and no lane is held.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from shared.bootstrap.clock import now


@dataclass(slots=True)
class _Invocation:
    ends_at: datetime | None = None
    holds_lane: bool = False


_present = _Invocation()


def begin(ends_at: datetime, *, holds_lane: bool) -> None:
    """An invocation began that Lambda stops at `ends_at`."""
    _present.ends_at = ends_at
    _present.holds_lane = holds_lane


def end() -> None:
    """It is over."""
    _present.ends_at = None
    _present.holds_lane = False


def seconds_left() -> float:
    """How long the process may still work; infinite where nobody stops it."""
    if _present.ends_at is None:
        return math.inf
    return (_present.ends_at - now()).total_seconds()


def holds_lane() -> bool:
    """Whether what runs now came over a lane, which bounds how many like it run at a time."""
    return _present.holds_lane
