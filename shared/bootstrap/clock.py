"""The real clock, for adapters and use cases that take one."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time now, aware and in UTC."""
    return datetime.now(UTC)
