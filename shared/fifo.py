"""What goes back to a FIFO queue when some messages of a batch could not be handled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """A message of a batch: its id, and the group whose order must be kept."""

    id: str
    group: str


def given_back(batch: Sequence[Received], failed: Collection[str]) -> list[str]:
    """The ids of the failed messages and of all later ones of their groups, in their order.

    A later one that was handled comes once more and finds nothing to do; left out, it would be
    deleted before the failed one, and SQS would not hold its successors back (reliability §7).
    """
    groups: set[str] = set()
    back = []
    for message in batch:
        if message.id in failed:
            groups.add(message.group)
        if message.group in groups:
            back.append(message.id)
    return back
