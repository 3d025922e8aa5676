"""Which dates may be posted to: accounting periods, open or closed per entity.

Closing a date closes everything before it too (accounting reference R-0.9).
"""

from __future__ import annotations

from datetime import date

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.store import Store

_TABLE = "closed_books"


class Periods:
    """Opens and closes the books of entities, and refuses dates that may not be posted to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def close(self, entity: str, through: date) -> None:
        """Close an entity's books through a date, that day included."""
        self._put(entity, through)

    def reopen(self, entity: str, after: date | None) -> None:
        """Let an entity post again on every day after `after`; None opens all its periods."""
        self._put(entity, after)

    def closed_through(self, entity: str) -> date | None:
        """Give the last closed day of an entity, or None when nothing is closed."""
        row = self._store.first(_TABLE, id=entity)
        return None if row is None else row["through"]

    def is_open(self, entity: str, day: date) -> bool:
        """Tell whether the entity may post on a day: a period holds it and is not closed."""
        closed = self.closed_through(entity)
        return self._has_period(day) and (closed is None or day > closed)

    def require_open(self, entity: str, day: date) -> None:
        """Refuse a day on which the entity may not post.

        Raises:
            BusinessError: the period is closed, or no period holds the day.
        """
        if not self.is_open(entity, day):
            raise errors.period_closed(day.isoformat(), entity)

    def period_of(self, day: date) -> str:
        """Name the reporting period of a day, or give empty text."""
        for row in self._store.rows("reporting_period"):
            if row["start_date"] <= day <= row["end_date"]:
                return str(row["id"])
        return ""

    def _has_period(self, day: date) -> bool:
        return bool(self.period_of(day))

    def _put(self, entity: str, through: date | None) -> None:
        row = self._store.first(_TABLE, id=entity)
        if row is None:
            self._store.insert(_TABLE, {"id": entity, "through": through})
        else:
            self._store.change(_TABLE, row["key"], through=through)
