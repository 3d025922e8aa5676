"""A company's records of one kind over REST's query, which people change between two pages.

Stamps have whole seconds and are those of the moment of the change, while a change becomes visible
when its transaction ends, minutes later (REST reference §8.5). The clock may be wrong, and be set
back. A role may be refused, or see nothing (§14.2).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from intacct.deletions import Deletion
from intacct.errors import NotSentError, OutcomeUnknownError, PermissionDeniedError
from intacct.reading import Kept, Standing
from intacct.rest.answers import Answer
from intacct.rest.changed_rows import MODIFIED, changed_rows, instant, instant_from
from intacct.rest.deletions import keys
from intacct.rest.query import Query, one_of, rows
from intacct.watermarks import Reading
from tests.fakes import FakeClock

KIND = Kept.CUSTOMER
_QUERY = Query("accounts-receivable/customer", ("id", "state"), include_private=True)
_LONGEST_TRANSACTION = 480.0


@dataclass(frozen=True)
class Version:
    """One state of a record: its number, its stamp, and from when on it is shown."""

    number: int
    stamped_at: datetime
    visible_at: datetime
    is_deletion: bool = False


@dataclass
class Trouble:
    """What happens between two pages, and how often."""

    changes: float = 0.0
    faults: float = 0.0
    slow_commits: bool = False


CALM = Trouble()


class Books:
    """What one role is shown of the records, and what happens to them."""

    def __init__(self, dice: random.Random, clock: FakeClock) -> None:
        self.dice, self.clock = dice, clock
        self.skew = timedelta(seconds=dice.choice((0, 0, -90, 60)))
        self.trouble = CALM
        self.is_denied = self.is_hidden = False
        self.audits = dice.random() < 0.5
        self.page_size = dice.randint(1, 4)
        self._versions: dict[int, list[Version]] = {}
        self._history: list[Deletion] = []

    def live(self) -> dict[str, int]:
        """The number of the newest version of each record that was not deleted."""
        return {
            str(key): versions[-1].number
            for key, versions in self._versions.items()
            if not versions[-1].is_deletion
        }

    def was_deleted(self, key: str) -> bool:
        """Whether the record was deleted at any time."""
        return self._versions[int(key)][-1].is_deletion

    def deed(self) -> None:
        """One thing that somebody does."""
        live = [int(key) for key in self.live()]
        what = self.dice.choice(("new", "change", "change", "change", "delete"))
        if what == "new" or not live:
            self._versions[len(self._versions) + 1] = []
            self._write(len(self._versions))
        elif what == "change":
            self._write(self.dice.choice(live))
        elif len(live) > 3 and (key := self.dice.choice(live)) != 1:
            self._write(key, is_deletion=True)

    def _write(self, key: int, *, is_deletion: bool = False) -> None:
        now = self.clock()
        delay = 0.0
        if self.trouble.slow_commits and self.dice.random() < 0.3:
            delay = self.dice.uniform(0, _LONGEST_TRANSACTION)
        known = self._versions[key]
        # A record is locked while somebody changes it: no change is shown before an earlier one.
        visible = max([now + timedelta(seconds=delay), *(one.visible_at for one in known)])
        stamp = (now + self.skew).replace(microsecond=0)
        known.append(Version(len(known) + 1, stamp, visible, is_deletion))
        if is_deletion and self.audits:
            self._history.append(Deletion(KIND.value, f"C-{key}", visible, "boss"))

    def _shown(self) -> Iterator[dict[str, Any]]:
        now = self.clock()
        for key, versions in sorted(self._versions.items()):
            seen = [one for one in versions if one.visible_at <= now]
            if seen and not seen[-1].is_deletion:
                at = instant(seen[-1].stamped_at)
                state = f"v{seen[-1].number}"
                yield {"key": str(key), "id": f"C-{key}", "state": state, MODIFIED: at}

    # What `RestClient` is to the query service.

    def query(self, body: dict[str, Any], *, entity: str = "") -> Answer:
        """One page, after whatever happened since the last one."""
        assert entity == ""
        self._between_pages()
        if self.is_denied:
            message = "no permission"
            raise PermissionDeniedError(message)
        found = [] if self.is_hidden else [row for row in self._shown() if _matches(row, body)]
        page = found[: body["size"]]
        return Answer(page, {"totalCount": len(found)})

    def _between_pages(self) -> None:
        self.clock.pass_time(self.dice.choice((0.0, 0.2, 1.0, 5.0)))
        if self.dice.random() < self.trouble.faults:
            raise self.dice.choice((NotSentError("paused"), OutcomeUnknownError("timed out")))
        while self.dice.random() < self.trouble.changes:
            self.deed()
            self.clock.pass_time(self.dice.choice((0.0, 0.0, 0.3, 2.0)))

    # What the use case reads.

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        """The real paging, in small pages."""
        assert kind is KIND
        found = changed_rows(self, _QUERY, reading, page_size=self.page_size)  # type: ignore[arg-type]  # stands in
        return map(_standing, found)

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> Sequence[Standing]:
        message = f"no {kind.value} of {len(list(ids))} is known by its id here"
        raise LookupError(message)

    def standings(self, kind: Kept, wanted: Iterable[str]) -> Sequence[Standing]:
        """The records with these keys."""
        assert kind is KIND
        part = Query(_QUERY.object, (*_QUERY.fields, MODIFIED), (one_of("key", list(wanted)),))
        return [_standing(row) for row in rows(self, part, page_size=self.page_size)]  # type: ignore[arg-type]  # stands in

    def keys(self, kind: Kept) -> Iterator[str]:
        """All keys."""
        assert kind is KIND
        return keys(self, _QUERY.object)  # type: ignore[arg-type]  # stands in

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """What the audit history tells, where it is kept."""
        assert kind is KIND
        now = self.clock()
        if not self.audits:
            message = "no permission to read the audit history"
            raise PermissionDeniedError(message)
        return (one for one in self._history if one.deleted_at and since <= one.deleted_at <= now)


def _standing(row: dict[str, Any]) -> Standing:
    at = instant_from(row[MODIFIED])
    return Standing(KIND, row["key"], row["id"], row["state"], modified_at=at)


def _matches(row: dict[str, Any], body: dict[str, Any]) -> bool:
    return all(
        _holds(row, operator, *next(iter(condition.items())))
        for one in body["filters"]
        for operator, condition in one.items()
    )


def _holds(row: dict[str, Any], operator: str, field: str, operand: Any) -> bool:
    match operator:
        case "$gte":
            return bool(row[field] >= operand)
        case "$gt":
            return int(row[field]) > int(operand)
        case _:
            return row[field] in operand
