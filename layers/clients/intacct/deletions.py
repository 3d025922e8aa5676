"""Noticing what was deleted by comparing keys: the one way that always works (REST §14.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


class ImplausibleDeletionsError(Exception):
    """So much is missing that a narrower view is likelier than deletions; nothing is concluded."""


@dataclass(frozen=True, slots=True)
class KeyComparison:
    """What we know and Sage does not show any more, and what Sage shows and we do not know."""

    deleted: frozenset[str]
    unknown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion as the audit history tells it; `object` is the name of the object there.

    `identifier` is what the history names the record by: a key for documents, the readable id for
    master data (XML reference §11.3). `deleted_at` is None where Sage wrote no instant.
    """

    object: str
    identifier: str
    deleted_at: datetime | None
    deleted_by: str


def compare(
    known: Iterable[str], present: Iterable[str], *, largest_share: float = 0.2, few: int = 20
) -> KeyComparison:
    """Compare the keys we know with those that Sage shows at the same entity.

    Up to `few` missing keys are believed in any case, more only up to `largest_share` of what is
    known: a lost permission or another entity looks just like a mass deletion.

    Raises:
        ImplausibleDeletionsError: more than that is missing.
    """
    ours, theirs = frozenset(known), frozenset(present)
    deleted = ours - theirs
    if len(deleted) > max(few, largest_share * len(ours)):
        message = f"{len(deleted)} of {len(ours)} records are not shown any more"
        raise ImplausibleDeletionsError(message)
    return KeyComparison(deleted, theirs - ours)
