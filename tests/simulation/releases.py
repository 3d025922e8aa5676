"""Releases of the product that work on the same tables at once: the one before, this, the next.

Reliability F27: what a process writes is read by processes of the release before and after it. The
release before does not know the newest attributes; the next one writes some that we do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

_NEWEST = ("expected",)
"""Attributes that the release before this one does not write."""


class Release(Enum):
    """Which code a process runs."""

    BEFORE = 0
    PRESENT = 1
    NEXT = 2

    @property
    def following(self) -> Release:
        """The release that is deployed next."""
        return Release(min(self.value + 1, Release.NEXT.value))

    def item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """A new item as this release writes it."""
        if self is Release.BEFORE:
            return {name: value for name, value in item.items() if name not in _NEWEST}
        if self is Release.NEXT:
            return {**item, "of_next_release": {"S": "x"}}
        return dict(item)
