"""Compares the records that our tables name with those that Sage shows, and tells what is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from intacct.deletions import Deletion
from intacct.errors import PermissionDeniedError, RejectedError
from intacct.reading import Kept, Standing
from shared.changes.findings import implausible, place_subject
from shared.changes.judging import Evidence, Verdict, judged, missing
from shared.changes.pace import KEYS_A_CALL, MOST_CALLS, Place
from shared.changes.ports import FORGOTTEN, ChangeHandler, Gone, Known, KnownRecords
from shared.changes.reading import ReadsChanges, ReadsOf, change_of
from shared.changes.tombstones import Held, Tombstone, Tombstones
from shared.ports import Clock
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant

AUDITED_SINCE = timedelta(days=35)
"""How far back the audit history is asked."""


class Sight(StrEnum):
    """What the role shows of a kind, as a probe found it a moment ago."""

    CLEAR = "clear"
    BLIND = "blind"
    UNCLEAR = "unclear"


Probe = Callable[[Tenant, Place], Sight]
"""Tries whether the user that reads may list and view a kind (`intacct.permissions`)."""


class UnseenError(Exception):
    """The role does not cover the kind: nothing can be said of its records."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one comparison found; `after` is where the next one goes on, empty after the last."""

    compared: int = 0
    gone: tuple[Gone, ...] = ()
    back: int = 0
    held: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class ComparerParts:
    """What comparing needs; `known` name the records, `handlers` are told."""

    reads_of: ReadsOf
    probe: Probe
    known: Sequence[KnownRecords]
    handlers: Sequence[ChangeHandler]
    tombstones: Tombstones
    reviews: Reviews
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Look:
    """One comparison on its way."""

    tenant: Tenant
    place: Place
    reads: ReadsChanges
    stones: Mapping[str, Tombstone]


class Comparer:
    """Compares one place at a time; who calls holds its lease."""

    def __init__(self, parts: ComparerParts) -> None:
        """`parts` are shared by all tenants."""
        self._parts = parts

    @property
    def kinds(self) -> frozenset[Kept]:
        """The kinds of which something is known."""
        return frozenset[Kept]().union(*(one.kinds for one in self._parts.known))

    def look(self, tenant: Tenant, place: Place, *, after: str = "") -> Compared:
        """Look for the records of a place, from `after` on; tell what is gone, and what is back.

        Raises:
            UnseenError: the role does not cover the kind; nothing was concluded.
            IntacctError: Sage could not be read; looking again is safe.
            Exception: whatever a handler raised; it is told again by the next look.
        """
        stones = self._parts.tombstones.of_kind(tenant.id, place)
        look = _Look(tenant, place, self._parts.reads_of(tenant, place.entity), stones)
        known = self._known(look)
        part, rest = _part(known, after)
        held = self._parts.tombstones.held(tenant.id, place)
        believed = held.believed if held else frozenset[str]()
        part |= {name: one for name, one in known.items() if name in believed}
        audited: Mapping[str, Deletion] = {}
        is_asked = bool(after or rest)
        if is_asked:
            audited = self._audited(look)
            part |= {name: one for name, one in known.items() if {one.key, one.id} & set(audited)}
        try:
            shown = self._shown(look, part)
        except PermissionDeniedError as error:
            raise UnseenError(str(place)) from error
        back = self._back(look, shown)
        evidence = self._evidence(look, part, shown, audited, is_asked=is_asked)
        verdict = judged(replace(evidence, believed=believed), tenant.changes)
        self._bury(look, verdict.gone)
        waiting = self._wait(look, part, verdict, held)
        return Compared(len(part), verdict.gone, back, waiting, rest)

    def _known(self, look: _Look) -> dict[str, Known]:
        """What our tables name of the kind, each once; by id where no key is known."""
        place = look.place
        sources = [one for one in self._parts.known if place.kind in one.kinds]
        named = (
            one for source in sources for one in source.known(look.tenant, place.entity, place.kind)
        )
        return {one.key or one.id: one for one in named}

    def _shown(self, look: _Look, part: Mapping[str, Known]) -> dict[str, Standing]:
        """What Sage shows of these, by key, or by id where no key is known."""
        kind, reads = look.place.kind, look.reads
        keys = [one.key for one in part.values() if one.key]
        ids = [one.id for one in part.values() if not one.key]
        shown: dict[str, Standing] = {}
        for start in range(0, len(keys), KEYS_A_CALL):
            some = keys[start : start + KEYS_A_CALL]
            shown |= {one.key: one for one in reads.standings(kind, some)}
        for start in range(0, len(ids), KEYS_A_CALL):
            some = ids[start : start + KEYS_A_CALL]
            shown |= {one.id: one for one in reads.standings_by_id(kind, some)}
        return {name: one for name, one in shown.items() if name in part}

    def _audited(self, look: _Look) -> Mapping[str, Deletion]:
        """What the audit history tells, newest last; nothing where the role does not cover it."""
        since = self._parts.clock() - AUDITED_SINCE
        try:
            told = list(look.reads.deletions(look.place.kind, since))
        except RejectedError:  # some refusals of the history come without a number (XML §11.3)
            return {}
        told.sort(key=lambda one: one.deleted_at or since)
        return {one.identifier: one for one in told if not _is_known(look, one)}

    def _evidence(
        self,
        look: _Look,
        part: Mapping[str, Known],
        shown: Mapping[str, Standing],
        audited: Mapping[str, Deletion],
        *,
        is_asked: bool,
    ) -> Evidence:
        """What speaks for deletions; the role is probed and the history asked only if it matters.

        Raises:
            UnseenError: the role does not cover the kind.
        """
        buried = {name for name, stone in look.stones.items() if stone.back_at is None}
        buried -= part.keys() if look.place.kind in FORGOTTEN else set()
        seen = Evidence(
            kind=look.place.kind,
            watched={name: one for name, one in part.items() if name not in buried},
            shown=shown.keys(),
            audited=audited,
            believed=frozenset(),
            is_clear=True,
            shows_any=lambda: next(iter(look.reads.keys(look.place.kind)), None) is not None,
        )
        if not missing(seen):
            return seen
        sight = self._parts.probe(look.tenant, look.place)
        if sight is Sight.BLIND:
            raise UnseenError(str(look.place))
        told = audited if is_asked else self._audited(look)
        return replace(seen, audited=told, is_clear=sight is Sight.CLEAR)

    def _back(self, look: _Look, shown: Mapping[str, Standing]) -> int:
        """Tell what was gone and is shown again."""
        stones = [
            stone for name, stone in look.stones.items() if name in shown and stone.back_at is None
        ]
        if not stones:
            return 0
        changes = [change_of(shown[stone.gone.key or stone.gone.id]) for stone in stones]
        for handler in self._handlers(look.place):
            handler.changed(look.tenant, look.place.entity, changes)
        now = self._parts.clock()
        self._parts.tombstones.put(
            look.tenant.id, [replace(stone, back_at=now) for stone in stones]
        )
        return len(stones)

    def _bury(self, look: _Look, gone: Sequence[Gone]) -> None:
        """Tell what is gone, then remember it: a handler that fails is told once more."""
        if not gone:
            return
        for handler in self._handlers(look.place):
            handler.gone(look.tenant, look.place.entity, gone)
        now = self._parts.clock()
        stones = [Tombstone(look.place.entity, one, now) for one in gone]
        self._parts.tombstones.put(look.tenant.id, stones)

    def _wait(
        self, look: _Look, part: Mapping[str, Known], verdict: Verdict, held: Held | None
    ) -> int:
        """Keep what waits for a person, beside what other parts of the kind left waiting."""
        tenant, place, now = look.tenant.id, look.place, self._parts.clock()
        before = held.records if held else ()
        others = tuple(one for one in before if (one.key or one.id) not in part)
        waiting = (*others, *verdict.held)
        subject = place_subject(place)
        if verdict.held:
            self._parts.tombstones.hold(tenant, Held(place, waiting, len(part), now))
        elif waiting != before and held is not None:
            self._parts.tombstones.hold(tenant, replace(held, records=waiting))
        if waiting:
            finding = implausible(place, len(waiting), len(part))
            self._parts.reviews.open(tenant, subject, [finding], at=now)
        else:
            self._parts.reviews.close(tenant, subject, at=now)
        return len(waiting)

    def _handlers(self, place: Place) -> list[ChangeHandler]:
        return [one for one in self._parts.handlers if place.kind in one.kinds]


def _part(known: Mapping[str, Known], after: str) -> tuple[dict[str, Known], str]:
    """As many records as one comparison takes, behind `after`; and where the next one goes on."""
    names = sorted(known, key=_order)
    if after:
        names = [name for name in names if _order(name) > _order(after)]
    taken = names[: MOST_CALLS * KEYS_A_CALL]
    rest = taken[-1] if len(taken) < len(names) else ""
    return {name: known[name] for name in taken}, rest


def _order(name: str) -> tuple[int, str]:
    """Keys are numbers: shorter ones come first."""
    return len(name), name


def _is_known(look: _Look, deletion: Deletion) -> bool:
    """Whether the deletion was told already: its record may have been made anew since."""
    stone = look.stones.get(deletion.identifier)
    told = stone.gone.deleted_at if stone else None
    return told is not None and deletion.deleted_at is not None and deletion.deleted_at <= told
