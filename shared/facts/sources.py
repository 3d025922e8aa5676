"""Which archived documents an order's facts were made of."""

from __future__ import annotations

from collections.abc import Iterable

MOST_KEPT = 2_000
"""An order changed more often keeps the newest: its record must fit into one item of the table."""


def noted(known: tuple[str, ...], new: Iterable[str]) -> tuple[str, ...]:
    """The archive keys with new ones behind them, each once, in the order of their first change."""
    return tuple(dict.fromkeys((*known, *new)))[-MOST_KEPT:]
