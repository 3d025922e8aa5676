"""Freezes what a day holds into a batch, by pages, so that no day is too long for one process.

Events are frozen by conditional writes that the batch counts; who added up exactly as many seals
it. What is out of time goes on in the next run, where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from shared.gl.batches import MembershipError, netted_account, sealed
from shared.gl.contents import Adder, Contents, Membership
from shared.gl.days import BatchMovedError, Day, DayBook, DayKey, KeptEntry
from shared.gl.revisions import Batch, BatchKind, BatchState
from shared.ports import Clock
from shared.postings.book import StoreBook

NEEDED_TO_POST = timedelta(seconds=75)
"""What must be left of an invocation to go on: nothing is sent in its last 45 s."""

_MOST_RACES = 6
_CHUNK = 990
_LOOKS_AT_THE_CLOCK = 500


class OutOfTimeError(Exception):
    """The process must end before the day is done; the next one goes on."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A sealed batch; `entered` is what the day had counted before it was frozen by this run.

    None where an earlier run sealed it.
    """

    batch: Batch
    entered: int | None = None


class Sealer:
    """Seals the batches of one day after the other."""

    def __init__(self, days: DayBook, clock: Clock) -> None:
        """`clock` says when it is time to stop."""
        self._days = days
        self._clock = clock

    def seal(self, key: DayKey, book: StoreBook, deadline: datetime) -> Frozen | None:
        """The day's sealed batch, with everything in it that was free; None when nothing was.

        Raises:
            OutOfTimeError: it goes on in the next run.
            SummaryError: the events do not make balanced journals.
            BatchMovedError: other exports were faster again and again.
        """
        for _ in range(_MOST_RACES):
            day = self._days.head(key)
            batch = day.unfinished
            if batch is not None and batch.state is BatchState.SEALED:
                return Frozen(batch)
            if batch is None and not day.has_orphans and self.has_all(key):
                return None
            try:
                opened = self._days.open_batch(key, batch or following(day))
                done = self._seal(day, opened, book, deadline)
            except BatchMovedError:
                continue
            return done
        raise BatchMovedError

    def has_all(self, key: DayKey) -> bool:
        """Whether all that was entered into the day before is in batches that are done.

        The batches are looked at last: what another export, which may be dead, froze while the
        free events were read is not free any more and not in the books either.
        """
        if next(self._days.free(key), None) is not None:
            return False
        return self._days.head(key).unfinished is None

    def insist_on_membership(self, key: DayKey, batch: Batch, deadline: datetime) -> None:
        """Compare what a sealed batch counts now with what was sealed.

        Raises:
            MembershipError: an event was added, lost or changed since.
            OutOfTimeError: it goes on in the next run.
        """
        membership = Membership()
        for kept in self._in_time(self._days.entries(key), deadline):
            entry = kept.as_of(batch.sequence)
            if entry is not None:
                membership.add(entry)
        if membership.hexdigest() != batch.membership_hash:
            raise MembershipError(batch)

    def _seal(self, day: Day, batch: Batch, book: StoreBook, deadline: datetime) -> Frozen | None:
        key = day.key
        free = self._days.free(key)
        while chunk := list(islice(free, _CHUNK)):
            self._days.freeze(key, batch, chunk)
            self._insist_on_time(deadline)
        opened = self._days.head(key).batch(batch.sequence)
        if opened is None or opened.state is not BatchState.OPEN:
            raise BatchMovedError
        if not opened.frozen and not day.has_orphans:
            # Another export took everything: a batch of nothing would keep the day due for ever.
            self._days.move(key, opened, replace(opened, state=BatchState.VOID))
            return None
        netted = netted_account(key, book)
        contents = self._contents(key, opened, netted, deadline)
        wanted = sealed(opened, contents, book, netted=netted)
        self._days.seal(key, wanted, contents.parts)
        return Frozen(wanted, day.entered)

    def _contents(self, key: DayKey, batch: Batch, netted: str, deadline: datetime) -> Contents:
        adder = Adder(key.store, key.currency, key.dated, netted=netted)
        for kept in self._in_time(self._days.entries(key), deadline):
            entry = kept.as_of(batch.sequence)
            if entry is not None:
                adder.add(entry)
        return adder.contents()

    def _in_time(self, entries: Iterable[KeptEntry], deadline: datetime) -> Iterator[KeptEntry]:
        for number, kept in enumerate(entries):
            if number % _LOOKS_AT_THE_CLOCK == 0:
                self._insist_on_time(deadline)
            yield kept

    def _insist_on_time(self, deadline: datetime) -> None:
        if deadline - self._clock() < NEEDED_TO_POST:
            raise OutOfTimeError


def following(day: Day) -> Batch:
    """The batch that comes next: a revision of what is in the books, or what it differs by.

    A day that has a difference in the books, or stands in a later period than its own, is corrected
    by differences from then on: it has no single journal that could be taken back.
    """
    posted = day.posted
    if posted is None:
        return Batch(day.next_sequence, BatchState.OPEN)
    is_whole = posted.kind is BatchKind.REVISION and posted.posted_on is None
    return Batch(
        day.next_sequence,
        BatchState.OPEN,
        kind=BatchKind.REVISION if is_whole else BatchKind.DELTA,
        replaces=posted.sequence,
    )
