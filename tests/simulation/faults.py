"""What may go wrong, where, how often: drawn once per history, then struck call by call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
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
    SECRET_REVOKED = "secret revoked"
    EDITED = "edited in Sage"
    PARTIAL = "partial batch"
    REPEATED = "repeated"
    REORDERED = "reordered"
    EARLY = "early visibility"
    TIME_OUT = "time-out"
    REDRIVE = "redrive"
    SKEW = "clock skew"
    DEPLOY = "deploy"


Cell = tuple[str, Fault]
"""A boundary and a kind of fault: one cell of the coverage table."""

_PROCESS = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.FREEZE)
_NETWORK = (*_PROCESS, Fault.REQUEST_LOST, Fault.ANSWER_LOST)
_AWS = (*_NETWORK, Fault.THROTTLED)
_SAGE = (*_NETWORK, Fault.RATE_LIMITED, Fault.UNAVAILABLE, Fault.TOKEN_DEAD)
_SAGE_WRITE = (*_SAGE, Fault.LANDS_LATE, Fault.PERIOD_CLOSED, Fault.SECRET_REVOKED)

APPLICABLE: Mapping[str, tuple[Fault, ...]] = {
    "cart.deliver": (Fault.REPEATED, Fault.REORDERED, Fault.REQUEST_LOST, Fault.ANSWER_LOST),
    "s3.put": _AWS,
    "s3.get": _AWS,
    "sqs.send": _AWS,
    "queue.receive": (Fault.EARLY,),
    "people": (Fault.REDRIVE, Fault.EDITED),
    "schedule.tick": (Fault.REPEATED,),
    "lambda.run": (Fault.TIME_OUT, Fault.SKEW, Fault.DEPLOY),
    "dynamodb.get": _AWS,
    "dynamodb.query": _AWS,
    "dynamodb.put": _AWS,
    "dynamodb.update": _AWS,
    "dynamodb.transact": (*_AWS, Fault.CONFLICT),
    "sage.create": _SAGE_WRITE,
    "sage.batch": (*_SAGE_WRITE, Fault.PARTIAL),
    "sage.find": (*_SAGE, Fault.STALE_READ),
    "sage.token": (*_NETWORK, Fault.UNAVAILABLE, Fault.SECRET_REVOKED),
}
"""Which faults can happen at which boundary; the coverage table has exactly these cells."""

_LEVELS = (0.0, 0.0, 0.002, 0.01, 0.05)
_SAGE_LEVELS = (0.0, 0.02, 0.1, 0.25)
_OFTEN = ("sage", "cart", "queue", "people", "schedule", "lambda")
_WEIGHTS = {"sage.batch": 4.0, "dynamodb.transact": 2.0, "people": 0.3, "queue.receive": 0.4}
"""Faults strike oftener where few calls pass, and less where they cost much and show little."""
_RARE = (Fault.SECRET_REVOKED, Fault.EDITED, Fault.DEPLOY)


@dataclass(slots=True)
class Faults:
    """The faults of one history: probabilities per boundary, switched off in the liveness phase."""

    dice: random.Random
    struck: Counter[Cell] = field(default_factory=Counter)
    is_on: bool = True
    without: Collection[Cell] = ()
    _odds: dict[str, tuple[float, list[tuple[float, Fault]]]] = field(default_factory=dict)

    @classmethod
    def drawn(
        cls, dice: random.Random, odds: Mapping[Cell, float], without: Collection[Cell]
    ) -> Faults:
        """Draw the levels: some histories are calm, some are hell, most are in between.

        `odds` are settled and not drawn; cells in `without` strike nobody.
        """
        faults = cls(random.Random(dice.random()), without=without)  # noqa: S311  # repeatable
        levels = {kind: dice.choice(_LEVELS) for kind in Fault}
        often = {kind: dice.choice(_SAGE_LEVELS) for kind in Fault}
        hell = dice.choice((0.3, 1.0, 1.0, 2.0))
        for boundary, kinds in APPLICABLE.items():
            steps, sum_ = [], 0.0
            for kind in kinds:
                is_often = boundary.startswith(_OFTEN) and kind not in _RARE
                drawn = (often if is_often else levels)[kind] * hell / len(kinds) * 3
                drawn *= _WEIGHTS.get(boundary, 1.0)
                sum_ += odds.get((boundary, kind), drawn)
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
        if (boundary, kind) in self.without:
            return None
        self.struck[boundary, kind] += 1
        return kind
