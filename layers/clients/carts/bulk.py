"""Rows written to a cart in bulk: one answer for each, whatever becomes of the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from carts.json_api import NotFoundError, RefusedParametersError

R = TypeVar("R")

Write = Callable[[Sequence[R]], Sequence[Written]]
"""One call that writes rows, and its answer for each of them."""


def refused(message: str) -> Written:
    """A row that is not written; `message` says why, for the person who must act."""
    return Written(WriteOutcome.REFUSED, message)


def unwritten(error: CartApiError) -> Written:
    """What an error of the call says of its rows: refused, or unknown and safe to write again."""
    outcome = WriteOutcome.REFUSED if error.is_lasting else WriteOutcome.UNKNOWN
    return Written(outcome, str(error))


def in_calls(rows: Sequence[R], write: Write[R], *, most: int) -> list[Written]:
    """Write rows, `most` of them a call; one answer for each, in their order.

    A cart that takes a call's rows all or none is asked again with halves of a call that it does
    not take, until the rows that it does not take stand alone.
    """
    answers: list[Written] = []
    for start in range(0, len(rows), most):
        answers += _halved(rows[start : start + most], write)
    return answers


def _halved(rows: Sequence[R], write: Write[R]) -> list[Written]:
    try:
        return list(write(rows))
    except (RefusedParametersError, NotFoundError) as exc:
        if len(rows) == 1:
            return [unwritten(exc)]
        half = len(rows) // 2
        return [*_halved(rows[:half], write), *_halved(rows[half:], write)]
    except CartApiError as exc:
        return [unwritten(exc) for _ in rows]
