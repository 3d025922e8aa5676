"""A poller of changes on fakes: a company that people change, and what handlers were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from intacct.deletions import Deletion
from intacct.errors import (
    IntacctError,
    NotSentError,
    PermissionDeniedError,
    RejectedError,
    SageFinding,
)
from intacct.events import RecordEvent
from intacct.reading import Kept, Standing
from intacct.rest.event_queue import Pulled
from intacct.watermarks import Reading
from shared.changes.comparing import Comparer, ComparerParts, Sight
from shared.changes.pace import Place
from shared.changes.poller import EVERYTHING_DUE, ChangePoller, PollerParts, Wanted
from shared.changes.ports import Change, Gone, Known
from shared.changes.pulling import EventPuller
from shared.changes.reading import ChangeReader
from shared.changes.reports import PlaceReport
from shared.policy.stock import StockPlace, StockPolicy
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.changes.memory import MemoryChangeCheckpoints, MemoryHints, MemoryTombstones
from tests.unit.customers.choosing_rig import tenant as plain_tenant

ALL = frozenset(Kept)


class Company:
    """Records by kind and key with their stamps, as one role is shown them."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.records: dict[tuple[Kept, str], Standing] = {}
        self.hidden: set[tuple[Kept, str]] = set()
        self.denied: set[Kept] = set()
        self.audit_denied = False
        self.history: list[tuple[Kept, Deletion]] = []
        self.broken: IntacctError | None = None
        self.asked: Counter[str] = Counter()

    def write(self, kind: Kept, key: str, state: str = "active", **members: Any) -> None:
        self.records[kind, key] = Standing(
            kind, key, members.get("id", f"{kind.value}-{key}"), state,
            modified_at=self.clock().replace(microsecond=0), modified_by="7",
        )  # fmt: skip

    def delete(
        self, kind: Kept, key: str, *, audited: bool = True, as_we_know_it: bool = False
    ) -> None:
        """Delete a record; the history names most masters by id, and all else by key."""
        gone = self.records.pop((kind, key))
        if audited:
            by_id = kind in (Kept.CUSTOMER, Kept.CONTACT, Kept.ITEM)
            by_id |= as_we_know_it and kind is Kept.WAREHOUSE
            name = gone.id if by_id else key
            self.history.append((kind, Deletion(kind.value, name, self.clock(), "boss")))

    def _shown(self, kind: Kept, keys: Iterable[str] | None = None) -> Iterator[Standing]:
        if self.broken is not None:
            raise self.broken
        if kind in self.denied:
            message = "no permission"
            raise PermissionDeniedError(message)
        listed = sorted(self.records) if keys is None else [(kind, key) for key in sorted(keys)]
        for one in listed:
            if one[0] is kind and one in self.records and one not in self.hidden:
                yield self.records[one]

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        self.asked[f"changes {kind.value}"] += 1
        for record in self._shown(kind):
            assert record.modified_at is not None
            if reading.starts_at is not None and record.modified_at < reading.starts_at:
                continue
            if reading.is_new(record.key, record.modified_at):
                yield record

    def standings(self, kind: Kept, keys: Iterable[str]) -> Sequence[Standing]:
        self.asked[f"standings {kind.value}"] += 1
        wanted = set(keys)
        return [record for record in self._shown(kind, wanted) if record.key in wanted]

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> Sequence[Standing]:
        self.asked[f"standings {kind.value}"] += 1
        wanted = set(ids)
        return [record for record in self._shown(kind) if record.id in wanted]

    def keys(self, kind: Kept) -> Iterator[str]:
        self.asked[f"keys {kind.value}"] += 1
        return (record.key for record in self._shown(kind))

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        self.asked[f"deletions {kind.value}"] += 1
        if self.audit_denied:
            message = "no permission to read the audit history"
            raise PermissionDeniedError(message)
        return (
            one
            for of, one in self.history
            if of is kind and one.deleted_at is not None and one.deleted_at >= since
        )


@dataclass
class Told:
    """A handler that remembers, fails as often as it should, and takes its time."""

    clock: FakeClock
    kinds: frozenset[Kept] = ALL
    heard: list[tuple[str, Change]] = field(default_factory=list)
    buried: list[tuple[str, Gone]] = field(default_factory=list)
    failures: int = 0
    seconds: float = 0

    def changed(self, _: Tenant, entity: str, changes: Sequence[Change]) -> None:
        self.clock.pass_time(self.seconds)
        self._fail()
        self.heard += [(entity, one) for one in changes]

    def gone(self, _: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        self._fail()
        self.buried += [(entity, one) for one in gone]

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError

    @property
    def told(self) -> list[str]:
        return [one.key for _, one in self.heard]

    @property
    def lost(self) -> list[str]:
        return sorted(one.key or one.id for _, one in self.buried)


@dataclass
class Names:
    """What our tables name, by place."""

    named: dict[Place, list[Known]] = field(default_factory=dict)
    kinds: frozenset[Kept] = ALL

    def known(self, _: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        return list(self.named.get(Place(entity, kind), ()))


@dataclass
class Background:
    """The month's reads: each run may use what is left."""

    remaining: int = 5_000
    spent: int = 0

    def left(self, _: str) -> int:
        return self.remaining

    def used(self, _: str) -> int:
        return self.spent

    @contextmanager
    def counted(self, _: str) -> Iterator[None]:
        yield


@dataclass
class Queue:
    """An event queue: lists of events that wait, and what was acknowledged."""

    lists: list[tuple[RecordEvent, ...]] = field(default_factory=list)
    is_broken: bool = False
    is_refused: bool = False
    loses_acks: int = 0
    pulls: int = 0

    def listed(self) -> Pulled:
        self.pulls += 1
        if self.is_broken:
            message = "nobody answers"
            raise NotSentError(message)
        if self.is_refused:
            message = "no event queue"
            raise RejectedError(message, findings=(SageFinding("GW-0010", message),))
        if not self.lists:
            return Pulled()
        return Pulled(f"ack-{len(self.lists)}", len(self.lists[0]), self.lists[0])

    def acknowledge(self, pulled: Pulled) -> None:
        assert pulled.ack_id
        if self.loses_acks:
            self.loses_acks -= 1
            message = "lost on the way"
            raise NotSentError(message)
        self.lists.pop(0)


def tenant() -> Tenant:
    """A company of which every kind of records is followed."""
    plain = plain_tenant()
    stock = StockPolicy(places=(StockPlace("W1", "1"),))
    stores = tuple(store.model_copy(update={"stock": stock}) for store in plain.stores)
    return plain.model_copy(update={"stores": stores})


class Rig:
    """One poller over one company."""

    def __init__(self, kinds: frozenset[Kept] = ALL) -> None:
        self.clock = FakeClock()
        self.company = Company(self.clock)
        self.tenant = tenant()
        self.handler, self.names = Told(self.clock, kinds), Names()
        self.checkpoints, self.tombstones = MemoryChangeCheckpoints(), MemoryTombstones()
        self.reviews, self.background = MemoryReviews(), Background()
        self.hints, self.queue = MemoryHints(), Queue()
        self.sight = Sight.CLEAR
        self.probed: list[Place] = []
        self.failures: list[tuple[Place, Exception]] = []
        self.comparer = Comparer(
            ComparerParts(
                reads_of=lambda *_: self.company,
                probe=self._probe,
                known=[self.names],
                handlers=[self.handler],
                tombstones=self.tombstones,
                reviews=self.reviews,
                clock=self.clock,
            )
        )
        self.poller = self.another(self.checkpoints, kinds)

    def another(
        self, checkpoints: MemoryChangeCheckpoints, kinds: frozenset[Kept] = ALL
    ) -> ChangePoller:
        return ChangePoller(
            PollerParts(
                kinds=kinds,
                checkpoints=checkpoints,
                reader=ChangeReader(lambda *_: self.company, [self.handler], self.clock),
                comparer=self.comparer,
                hints=self.hints,
                puller=EventPuller(
                    self.hints, lambda _: self.queue, self.reviews, lambda *_: None, self.clock
                ),
                background=self.background,  # type: ignore[arg-type]  # a stand-in
                reviews=self.reviews,
                on_failure=lambda _, place, error: self.failures.append((place, error)),
                clock=self.clock,
            )
        )

    def _probe(self, _: Tenant, place: Place) -> Sight:
        self.probed.append(place)
        return self.sight

    def run(self, wanted: Wanted = EVERYTHING_DUE, *, seconds: float = 240) -> list[PlaceReport]:
        return self.poller.run(self.tenant, self.clock() + timedelta(seconds=seconds), wanted)

    def outcomes(self, wanted: Wanted = EVERYTHING_DUE) -> dict[str, str]:
        return {str(one.place): one.outcome.value for one in self.run(wanted)}
