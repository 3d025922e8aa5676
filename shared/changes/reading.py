"""Reads what changed of one kind since its watermark and tells it to those who act on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from intacct.deletions import Deletion
from intacct.reading import Kept, Standing
from intacct.watermarks import OVERLAP, Reading, Watermark
from shared.changes.checkpoints import Progress, settled, trimmed
from shared.changes.pace import LOOK_EVERY, Place
from shared.changes.ports import Change, ChangeHandler
from shared.ports import Clock
from shared.tenants.models import Tenant

FIRST_LOOK_BACK = timedelta(days=1)
"""How far the first reading goes back: what was there before is found by its key or not at all."""

WIDE = timedelta(hours=48)
"""How far back one reading a day goes, and tells again whatever it meets.

It finds what a clock that was set back would hide, and what became visible later than the usual
overlap bears (REST reference §8.5).
"""

AT_ONCE = 500
"""How many changes are told at a time; between two tellings a run may end."""


class OutOfTimeError(Exception):
    """The run ends before the reading is through; the watermark stands.

    `progress` remembers what was told, so that the next reading goes on behind it.
    """

    def __init__(self, progress: Progress) -> None:
        """`progress` is to be kept."""
        super().__init__("the run ends before the reading is through")
        self.progress = progress


class ReadsChanges(Protocol):
    """The part of `intacct.read_router.IntacctReads` that tells changes and deletions."""

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        """The records that changed since the watermark of `reading`."""
        ...

    def standings(self, kind: Kept, keys: Iterable[str]) -> Sequence[Standing]:
        """The records with these keys; what is not there is left out."""
        ...

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> Sequence[Standing]:
        """The records with these ids; what is not there is left out."""
        ...

    def keys(self, kind: Kept) -> Iterator[str]:
        """The keys of all records of a kind."""
        ...

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """The deletions that the audit history tells."""
        ...


ReadsOf = Callable[[Tenant, str], ReadsChanges]
"""Gives what reads the books of a tenant and entity."""


class ChangeReader:
    """Reads one place at a time; who calls holds its lease."""

    def __init__(
        self,
        reads_of: ReadsOf,
        handlers: Sequence[ChangeHandler],
        clock: Clock,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        """`handlers` are told in this order, so many changes at a time."""
        self._at_once = at_once
        self._reads_of = reads_of
        self._handlers = handlers
        self._clock = clock

    def begun(self, progress: Progress) -> Progress:
        """The progress with which a kind that was never read begins; others stand as they are.

        It is kept before the first reading: one that fails for days loses nothing of them.
        """
        if progress.watermark.reached_at is not None:
            return progress
        return replace(progress, watermark=Watermark(self._clock() - FIRST_LOOK_BACK))

    def read(
        self, tenant: Tenant, place: Place, progress: Progress, deadline: datetime
    ) -> tuple[Progress, int]:
        """Tell everything that changed; the progress to keep, and how much there was.

        Raises:
            OutOfTimeError: the deadline came first.
            IntacctError: Sage could not be read.
            Exception: whatever a handler raised; everything is told again by the next reading.
        """
        now = self._clock()
        is_due = progress.wide_at is not None and now - progress.wide_at >= LOOK_EVERY
        # After one that ran out of time a usual one comes first: it must not wait for wide ones.
        is_wide = is_due and progress.partial_at is None
        since = progress.watermark
        if is_wide:
            since = Watermark(since.reached_at)
        reading = Reading(since, started_at=now, overlap=WIDE if is_wide else OVERLAP)
        changes = map(change_of, self._reads_of(tenant, place.entity).changes(place.kind, reading))
        count, told = 0, set(since.handled)
        while part := list(islice(changes, self._at_once)):
            if count and self._clock() >= deadline:
                cut = Watermark(since.reached_at, settled(told, read_at=now))
                raise OutOfTimeError(replace(progress, watermark=cut, partial_at=now))
            self.tell(tenant, place, part)
            count += len(part)
            told |= {(one.key, one.modified_at) for one in part if one.modified_at is not None}
        is_first = progress.wide_at is None
        done = replace(progress, watermark=trimmed(reading.watermark, read_at=now), read_at=now)
        done = replace(done, partial_at=None)
        return (replace(done, wide_at=now) if is_wide or is_first else done), count

    def tell(self, tenant: Tenant, place: Place, changes: Sequence[Change]) -> None:
        """Tell those who want to hear of the kind.

        Raises:
            Exception: whatever a handler raised.
        """
        for handler in self._handlers:
            if place.kind in handler.kinds:
                handler.changed(tenant, place.entity, changes)


def change_of(standing: Standing) -> Change:
    """A record as it stands, told as a change."""
    return Change(
        kind=standing.kind,
        key=standing.key,
        id=standing.id,
        reference=standing.reference,
        state=standing.state,
        modified_at=standing.modified_at,
        modified_by=standing.modified_by,
    )
