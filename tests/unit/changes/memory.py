"""Checkpoints and tombstones in memory, by the rules of the tables; held to them by contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intacct.reading import Kept
from intacct.watermarks import Watermark
from shared.changes.checkpoints import (
    LEASE,
    Lease,
    Progress,
    ReadElsewhereError,
    packed,
    unpacked,
)
from shared.changes.hints import Heard, Hints
from shared.changes.pace import Place
from shared.changes.tombstones import Held, StaleHeldError, Tombstone


class MemoryChangeCheckpoints:
    """`ChangeCheckpoints` in dictionaries; `beside` shares them with another process."""

    def __init__(self, me: str = "me", beside: MemoryChangeCheckpoints | None = None) -> None:
        self.me = me
        self.stored: dict[tuple[str, Place], Progress] = beside.stored if beside else {}
        self.leases: dict[tuple[str, Place], tuple[str, datetime]] = beside.leases if beside else {}

    def of_entity(self, tenant: str, entity: str) -> Mapping[Kept, Progress]:
        return {
            place.kind: progress
            for (of, place), progress in self.stored.items()
            if of == tenant and place.entity == entity
        }

    def acquire(self, tenant: str, place: Place, *, now: datetime) -> Lease:
        owner, until = self.leases.get((tenant, place), (self.me, now))
        if owner != self.me and until >= now:
            raise ReadElsewhereError
        self.leases[tenant, place] = self.me, now + LEASE
        progress = self.stored.setdefault((tenant, place), Progress())
        return Lease(tenant, place, self.me, progress)

    def keep(self, lease: Lease, progress: Progress, *, now: datetime) -> Lease:
        at = (lease.tenant, lease.place)
        if self.leases.get(at, ("", now))[0] != lease.owner:
            raise ReadElsewhereError
        before, after = self.stored[at].watermark.reached_at, progress.watermark.reached_at
        if before is not None and after is not None and after < before:
            raise ReadElsewhereError
        self.stored[at] = _as_stored(progress)
        self.leases[at] = lease.owner, now + LEASE
        return replace(lease, progress=progress)

    def release(self, lease: Lease) -> None:
        at = (lease.tenant, lease.place)
        if self.leases.get(at, ("",))[0] == lease.owner:
            del self.leases[at]


def _as_stored(progress: Progress) -> Progress:
    """Without what the table does not keep: more than milliseconds, more stamps than it holds."""
    reached = progress.watermark.reached_at
    if reached is not None:
        reached = reached.replace(microsecond=reached.microsecond // 1000 * 1000)
    return replace(
        progress, watermark=Watermark(reached, unpacked(packed(progress.watermark.handled)))
    )


class MemoryTombstones:
    """`Tombstones` in dictionaries."""

    def __init__(self) -> None:
        self.stones: dict[tuple[str, str, Kept, str], Tombstone] = {}
        self.waiting: dict[tuple[str, Place], Held] = {}

    def of_kind(self, tenant: str, place: Place) -> Mapping[str, Tombstone]:
        return {
            key[3]: stone
            for key, stone in self.stones.items()
            if key[:3] == (tenant, place.entity, place.kind)
        }

    def of_entity(self, tenant: str, entity: str) -> Iterator[Tombstone]:
        found = (self.stones[key] for key in sorted(self.stones) if key[:2] == (tenant, entity))
        return iter(list(found))

    def put(self, tenant: str, tombstones: Sequence[Tombstone]) -> None:
        for one in tombstones:
            gone = one.gone
            self.stones[tenant, one.entity, gone.kind, gone.key or gone.id] = one

    def held(self, tenant: str, place: Place) -> Held | None:
        return self.waiting.get((tenant, place))

    def hold(self, tenant: str, held: Held) -> None:
        self.waiting[tenant, held.place] = held

    def confirm(self, tenant: str, held: Held, *, by: str, at: datetime) -> Held:
        known = self.waiting.get((tenant, held.place))
        if known is None or known.records != held.records:
            raise StaleHeldError
        confirmed = replace(held, confirmed_by=by, confirmed_at=at)
        self.waiting[tenant, held.place] = confirmed
        return confirmed


class MemoryHints:
    """`HintStore` in dictionaries."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[Place | str, dict[str, datetime]]] = {}

    def of_tenant(self, tenant: str) -> Hints:
        kept = self.kept.get(tenant, {})
        pull = kept.get("pull", {})
        places = {
            place: Heard(at.get("changed_at"), at.get("gone_at"))
            for place, at in kept.items()
            if isinstance(place, Place)
        }
        return Hints(places, pull.get("pulled_at"), pull.get("pull_failed_at"))

    def hint(self, tenant: str, place: Place, at: datetime, *, is_deletion: bool) -> None:
        self._forwards(tenant, place, "gone_at" if is_deletion else "changed_at", at)

    def pulled(self, tenant: str, at: datetime, *, failed: bool) -> None:
        self._forwards(tenant, "pull", "pull_failed_at" if failed else "pulled_at", at)

    def _forwards(self, tenant: str, what: Place | str, name: str, at: datetime) -> None:
        kept = self.kept.setdefault(tenant, {}).setdefault(what, {})
        kept[name] = max(at.replace(microsecond=at.microsecond // 1000 * 1000), kept.get(name, at))
