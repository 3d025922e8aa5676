"""What may go wrong, where, how often: drawn once per history, then struck call by call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """The kinds of fault, by the names that the coverage table and stories use."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    FREEZE = "freeze"
    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"
    LANDS_LATE = "lands late"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    RATE_LIMITED = "429"
    UNAVAILABLE = "503"
    TOKEN_DEAD = "token dead"
    STALE_READ = "stale read"
    PERIOD_CLOSED = "period closed"
    REPEATED = "repeated"
    REORDERED = "reordered"
    EARLY = "early visibility"
    TIME_OUT = "time-out"
    REDRIVE = "redrive"
    SKEW = "clock skew"


_PROCESS = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.FREEZE)
_NETWORK = (*_PROCESS, Fault.REQUEST_LOST, Fault.ANSWER_LOST)
_AWS = (*_NETWORK, Fault.THROTTLED)
_SAGE = (*_NETWORK, Fault.RATE_LIMITED, Fault.UNAVAILABLE, Fault.TOKEN_DEAD)

APPLICABLE: Mapping[str, tuple[Fault, ...]] = {
    "cart.deliver": (Fault.REPEATED, Fault.REORDERED, Fault.REQUEST_LOST, Fault.ANSWER_LOST),
    "s3.put": _AWS,
    "s3.get": _AWS,
    "sqs.send": _AWS,
    "queue.receive": (Fault.EARLY, Fault.REDRIVE),
    "schedule.tick": (Fault.REPEATED,),
    "lambda.run": (Fault.TIME_OUT, Fault.SKEW),
    "dynamodb.get": _AWS,
    "dynamodb.query": _AWS,
    "dynamodb.put": _AWS,
    "dynamodb.update": _AWS,
    "dynamodb.transact": (*_AWS, Fault.CONFLICT),
    "sage.create": (*_SAGE, Fault.LANDS_LATE, Fault.PERIOD_CLOSED),
    "sage.find": (*_SAGE, Fault.STALE_READ),
    "sage.token": (*_NETWORK, Fault.UNAVAILABLE),
}
"""Which faults can happen at which boundary; the coverage table has exactly these cells."""

_LEVELS = (0.0, 0.0, 0.002, 0.01, 0.05)
_SAGE_LEVELS = (0.0, 0.02, 0.1, 0.25)


@dataclass(slots=True)
class Faults:
    """The faults of one history: probabilities per boundary, switched off in the liveness phase."""

    dice: random.Random
    struck: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    is_on: bool = True
    _odds: dict[str, tuple[float, list[tuple[float, Fault]]]] = field(default_factory=dict)

    @classmethod
    def drawn(cls, dice: random.Random) -> Faults:
        """Draw the levels: some histories are calm, some are hell, most are in between."""
        faults = cls(random.Random(dice.random()))  # noqa: S311  # a repeatable dice, no secret
        levels = {kind: dice.choice(_LEVELS) for kind in Fault}
        sage = {kind: dice.choice(_SAGE_LEVELS) for kind in Fault}
        hell = dice.choice((0.3, 1.0, 1.0, 2.0))
        for boundary, kinds in APPLICABLE.items():
            is_sage = boundary.startswith(("sage", "cart", "queue", "schedule", "lambda"))
            steps, sum_ = [], 0.0
            for kind in kinds:
                sum_ += (sage if is_sage else levels)[kind] * hell / len(kinds) * 3
                steps.append((sum_, kind))
            faults._odds[boundary] = (sum_, steps)
        return faults

    def draw(self, boundary: str) -> Fault | None:
        """The fault that strikes this call, or None."""
        if not self.is_on:
            return None
        total, steps = self._odds[boundary]
        if not total:
            return None
        point = self.dice.random() * max(1.0, total)
        if point >= total:
            return None
        kind = next(kind for limit, kind in steps if point < limit)
        self.struck[boundary, kind] += 1
        return kind

    def note(self, boundary: str, kind: Fault) -> None:
        """Count a fault that was decided elsewhere."""
        self.struck[boundary, kind] += 1
