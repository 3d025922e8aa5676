"""One history: a company lives and is followed, and nothing that changes may be missed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from intacct.reading import Kept
from shared.changes.checkpoints import LEASE, Lease, Progress
from shared.changes.comparing import Comparer, ComparerParts, Sight
from shared.changes.poller import ChangePoller, PollerParts, Wanted
from shared.changes.ports import Change, Gone, Known
from shared.changes.pulling import EventPuller
from shared.changes.reading import ChangeReader
from shared.changes.reports import Outcome
from shared.tenants.models import Tenant
from tests.changes.books import CALM, KIND, Books, Trouble
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.changes.memory import MemoryChangeCheckpoints, MemoryHints, MemoryTombstones
from tests.unit.changes.rig import Background, Queue, tenant

_START = datetime(2026, 4, 1, 4, tzinfo=UTC)
_RUN = timedelta(seconds=300)
_HOUR = 3600.0
_KINDS = frozenset({KIND})

MakeCheckpoints = Callable[[str, MemoryChangeCheckpoints], MemoryChangeCheckpoints]


class LostError(AssertionError):
    """A change was never told, or a record was told to be gone that is not."""


class KilledError(Exception):
    """The process ends at this moment."""


class Mortal(MemoryChangeCheckpoints):
    """Checkpoints of a process that may be killed as it keeps them; its lease stays behind.

    Not before it was noted where the kind begins: what was before that is nobody's to tell.
    """

    def __init__(self, me: str, beside: MemoryChangeCheckpoints, dice: random.Random) -> None:
        super().__init__(me, beside)
        self._dice = dice
        self.chance = 0.0
        self._is_dead = False

    def keep(self, lease: Lease, progress: Progress, *, now: datetime) -> Lease:
        is_begun = self.stored[lease.tenant, lease.place].watermark.reached_at is not None
        if is_begun and self._dice.random() < self.chance:
            self._is_dead = True
            raise KilledError
        return super().keep(lease, progress, now=now)

    def release(self, lease: Lease) -> None:
        if self._is_dead:
            raise KilledError
        super().release(lease)


class ChangesHistory:
    """A company of one kind of records over some days."""

    kinds = _KINDS

    def __init__(self, seed: int) -> None:
        """Draw everything by `seed`."""
        self.dice = random.Random(f"changes/{seed}")  # noqa: S311  # a repeatable dice, no secret
        self.clock = FakeClock(_START)
        self.books = Books(self.dice, self.clock)
        self.table = MemoryChangeCheckpoints()
        self.tombstones, self.reviews = MemoryTombstones(), MemoryReviews()
        self.tenant = tenant()
        self.told: dict[str, int] = {}
        self.buried: set[str] = set()
        self.failures = self.slowness = 0.0
        self._processes = 0

    # What a handler and what knows the records are to the use case.

    def changed(self, _: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Remember the newest version of each."""
        assert entity == ""
        self._may_fail()
        self.clock.pass_time(self.dice.random() * self.slowness)
        for one in changes:
            number = int(one.state.removeprefix("v"))
            self.told[one.key] = max(number, self.told.get(one.key, 0))
            self.buried.discard(one.key)

    def gone(self, _: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Nothing may be buried that is there.

        Raises:
            LostError: something is.
        """
        assert entity == ""
        self._may_fail()
        for one in gone:
            if not self.books.was_deleted(one.key):
                message = f"record {one.key} was told to be gone, and is there"
                raise LostError(message)
            self.buried.add(one.key)

    def known(self, _: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        """Every second record is known to us once it was told."""
        assert (entity, kind) == ("", KIND)
        return [Known(key, f"C-{key}") for key in sorted(self.told) if int(key) % 2]

    def _may_fail(self) -> None:
        if self.dice.random() < self.failures:
            message = "the handler failed"
            raise OSError(message)

    def live(self) -> None:
        """Live and follow; then two calm days, and everything must have been told.

        Raises:
            LostError: it was not.
        """
        for _ in range(self.dice.randint(2, 10)):
            self.books.deed()
            self.clock.pass_time(self.dice.choice((0.0, 0.5, 30.0)))
        for _ in range(self.dice.randint(2, 8)):
            self._disturb()
            self._follow(is_mortal=True)
            self._calm()
            for _ in range(self.dice.randint(0, 5)):
                self.books.deed()
            self.clock.pass_time(self.dice.choice((0.0, 60.0, 900.0, 2 * _HOUR, 25 * _HOUR)))
        for _ in range(2):
            self.clock.pass_time(25 * _HOUR)
            outcomes = self._follow(is_mortal=False)
            if outcomes != [Outcome.COMPLETE]:
                message = f"a calm run came to {outcomes}"
                raise LostError(message)
        self._check()

    def _disturb(self) -> None:
        self.books.trouble = Trouble(
            changes=self.dice.choice((0.0, 0.3, 0.7)),
            faults=self.dice.choice((0.0, 0.0, 0.1, 0.4)),
            slow_commits=self.dice.random() < 0.5,
        )
        self.failures = self.dice.choice((0.0, 0.0, 0.3))
        self.slowness = self.dice.choice((0.0, 0.0, 300.0))
        self.books.is_denied = self.dice.random() < 0.1
        self.books.is_hidden = self.dice.random() < 0.1
        if self.dice.random() < 0.05:
            self.books.skew -= timedelta(seconds=self.dice.choice((60, 3600)))

    def _calm(self) -> None:
        self.books.trouble, self.failures, self.slowness = CALM, 0.0, 0.0
        self.books.is_denied = self.books.is_hidden = False

    def _follow(self, *, is_mortal: bool) -> list[Outcome]:
        """One run of another process; if it is killed, the next one finds its lease."""
        self._processes += 1
        checkpoints = Mortal(f"process {self._processes}", self.table, self.dice)
        checkpoints.chance = self.dice.choice((0.0, 0.0, 0.5)) if is_mortal else 0.0
        if not is_mortal:
            self.clock.pass_time(LEASE.total_seconds() + 1)
        wanted = Wanted(is_forced=True, looks=self.dice.random() < 0.5 or not is_mortal)
        with suppress(KilledError):
            found = self._poller(checkpoints).run(self.tenant, self.clock() + _RUN, wanted)
            return [one.outcome for one in found]
        return []

    def _poller(self, checkpoints: MemoryChangeCheckpoints) -> ChangePoller:
        comparer = Comparer(
            ComparerParts(
                reads_of=lambda *_: self.books,
                probe=lambda *_: Sight.BLIND if self._is_blind else Sight.CLEAR,
                known=[self],
                handlers=[self],
                tombstones=self.tombstones,
                reviews=self.reviews,
                clock=self.clock,
            )
        )
        hints = MemoryHints()
        return ChangePoller(
            PollerParts(
                kinds=_KINDS,
                checkpoints=checkpoints,
                reader=ChangeReader(lambda *_: self.books, [self], self.clock, at_once=1),
                comparer=comparer,
                hints=hints,
                puller=EventPuller(
                    hints, lambda _: Queue(), self.reviews, lambda *_: None, self.clock
                ),
                background=Background(),  # type: ignore[arg-type]  # a stand-in
                reviews=self.reviews,
                on_failure=_raise_what_is_lost,
                clock=self.clock,
            )
        )

    @property
    def _is_blind(self) -> bool:
        """A probe finds a missing right half of the time; else only the plausible is believed."""
        return (self.books.is_hidden or self.books.is_denied) and self.dice.random() < 0.5

    def _check(self) -> None:
        live = self.books.live()
        missed = {key: number for key, number in live.items() if self.told.get(key, 0) < number}
        if missed:
            message = f"never told: {missed}, told {self.told}"
            raise LostError(message)
        left = {key for key in self.told if int(key) % 2 and self.books.was_deleted(key)}
        if left != self.buried:
            message = f"deleted and never told to be gone: {sorted(left - self.buried)}"
            raise LostError(message)


def _raise_what_is_lost(_tenant: Tenant, _place: object, error: Exception) -> None:
    """The poller takes a handler's errors for failures; this one is the test's own."""
    if isinstance(error, LostError):
        raise error
