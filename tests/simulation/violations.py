"""The one exception that says that something happened which must never happen."""

from __future__ import annotations


class ViolationError(AssertionError):
    """An invariant of reliability §8.1 does not hold; the message names it first."""
