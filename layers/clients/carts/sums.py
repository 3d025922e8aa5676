"""Documents whose sums are beyond belief: amounts that no money has are a problem, no error."""

from __future__ import annotations

from collections.abc import Callable

from carts.adapter import Code, PayoutReading, Problem, Reading
from commerce.money import MoneyError

_BEYOND_BELIEF = Problem(
    Code.PAYLOAD_INVALID, "document", "holds amounts whose sums are beyond belief"
)


def believed(read: Callable[[], Reading]) -> Reading:
    """What `read` gives; a problem of the whole document where its sums are no money."""
    try:
        return read()
    except MoneyError:
        return Reading(None, (_BEYOND_BELIEF,))


def believed_payout(read: Callable[[], PayoutReading]) -> PayoutReading:
    """What `read` gives; a problem of the whole document where its sums are no money."""
    try:
        return read()
    except MoneyError:
        return PayoutReading(None, (_BEYOND_BELIEF,))
