"""Every history of one posting and a few workers, explored to the end (reliability §3.5).

The ledger's moves are the product's own pure transitions; workers, requests and Sage are modelled.
A worker may stop for any time between any two steps, a request may be lost, be refused, or land at
any time until the settle window is over; nothing survives that window (assumptions A3 and A4).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

from intacct.documents import DocumentResult
from shared.ledger import states
from shared.ledger.records import SETTLE, Intent, Record, State, Transition
from shared.ledger.states import Write, after, holds

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_INTENT = Intent("ORD#t#s#1", "k", "DOC", "CTL", "hash")
_RESULT = DocumentResult("1")
_MOST_SENDS = 3
_MOST_FENCES = 4
_KNOWN: dict[Record, Record] = {}  # equal records are one object, which compares at once


class Uniqueness(StrEnum):
    """What Sage does with a second document of the same number."""

    HARD = "hard"
    COMPLETED_ONLY = "completed-only"
    NONE = "none"


class Phase(StrEnum):
    """What a worker does next."""

    IDLE = "idle"
    READ = "read"
    ARMED = "armed"
    WAITING = "waiting"
    RESOLVING = "resolving"
    ABSENT = "absent"
    FINISHING = "finishing"
    PUTTING_BACK = "putting back"
    REFUSING = "refusing"

    __hash__ = str.__hash__  # exploring compares millions of them


class Stage(StrEnum):
    """Where a request is; CHECKED has passed Sage's look for an earlier one, and commits later."""

    TRAVELLING = "travelling"
    CHECKED = "checked"
    DONE = "done"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    LOST = "lost"

    __hash__ = str.__hash__  # exploring compares millions of them


@dataclass(frozen=True)
class Worker:
    phase: Phase = Phase.IDLE
    record: Record | None = None


@dataclass(frozen=True, order=True)
class Request:
    """A request that can still do something: `waiter` is who would hear its answer, or nobody."""

    stage: Stage
    armed_at: datetime
    waiter: int


@dataclass(frozen=True)
class World:
    record: Record | None
    workers: tuple[Worker, ...]
    requests: tuple[Request, ...] = ()
    effects: int = 0
    sends: int = 0


@dataclass(frozen=True)
class Defects:
    """What a mutant leaves out."""

    without_settle_window: bool = False
    without_fence: bool = False
    without_intent: bool = False
    without_rearming: bool = False
    without_look: bool = False
    duplicate_is_refusal: bool = False


@dataclass
class Verdict:
    worlds: int = 0
    problems: set[str] = field(default_factory=set)


def explore(uniqueness: Uniqueness, *, workers: int = 2, defects: Defects | None = None) -> Verdict:
    """Visit every reachable world; stops early once a problem is found."""
    model = _Model(uniqueness, defects or Defects())
    first = World(None, (Worker(),) * workers)
    before: dict[World, list[World]] = {first: []}
    ends: list[World] = []
    verdict = Verdict()
    queue = deque([first])
    while queue:
        world = queue.popleft()
        verdict.problems |= model.problems(world)
        if verdict.problems:
            break
        if model.is_end(world):
            ends.append(world)
        for following in model.steps(world):
            known = before.get(following)
            if known is None:
                before[following] = [world]
                queue.append(following)
            else:
                known.append(world)
    verdict.worlds = len(before)
    if not verdict.problems and _stuck(before, ends):
        verdict.problems.add("stuck")
    return verdict


def _stuck(before: dict[World, list[World]], ends: list[World]) -> bool:
    alive = set(ends)
    queue = deque(ends)
    while queue:
        for world in before[queue.popleft()]:
            if world not in alive:
                alive.add(world)
                queue.append(world)
    return len(alive) != len(before)


class _Model:
    def __init__(self, uniqueness: Uniqueness, defects: Defects) -> None:
        self._uniqueness = uniqueness
        self._defects = defects

    def problems(self, world: World) -> set[str]:
        record, found = world.record, set()
        if world.effects > 1:
            found.add("duplicate")
        if record is not None and record.state is State.DONE and world.effects == 0:
            found.add("false done")
        if record is not None and record.state is State.REFUSED and world.effects:
            found.add("posted but refused")
        return found

    def is_end(self, world: World) -> bool:
        """Done, or at the bounds of the exploration: what lies beyond is not looked at."""
        record = world.record
        is_done = record is not None and record.state in (State.DONE, State.REFUSED)
        is_bound = record is not None and record.fence >= _MOST_FENCES
        return is_done or is_bound or world.sends >= _MOST_SENDS

    def steps(self, world: World) -> Iterator[World]:
        yield from _hops(world, settles=self._uniqueness is not Uniqueness.HARD)
        for index, worker in enumerate(world.workers):
            if worker.phase not in (Phase.IDLE, Phase.READ, Phase.WAITING):
                yield _put(world, index, Worker())  # a crash
            yield from self._moves(world, index, worker)
        for index, request in enumerate(world.requests):
            yield from self._fates(world, index, request)

    def _moves(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        moves: dict[Phase, Callable[[World, int, Worker], Iterator[World]]] = {
            Phase.IDLE: self._idle,
            Phase.READ: self._enter,
            Phase.ARMED: self._send,
            Phase.WAITING: self._hear,
            Phase.RESOLVING: self._look,
            Phase.ABSENT: self._rearm,
            Phase.FINISHING: self._finish,
            Phase.PUTTING_BACK: self._put_back,
            Phase.REFUSING: self._refuse,
        }
        yield from moves[worker.phase](world, index, worker)

    def _idle(self, world: World, index: int, _worker: Worker) -> Iterator[World]:
        record = world.record
        if record is not None and (
            record.state in (State.DONE, State.REFUSED) or record.fence >= _MOST_FENCES
        ):
            return
        yield _put(world, index, Worker(Phase.READ, record))

    def _enter(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        known = worker.record
        owner = f"w{index}.{known.fence if known else 0}"
        if self._defects.without_intent and known is None:
            imagined = states.claim(_INTENT, None, owner=owner, now=NOW).new
            yield _put(world, index, Worker(Phase.ARMED, imagined))
            return
        if known is None or known.state is State.READY:
            write = states.claim(_INTENT, known, owner=owner, now=NOW)
            yield self._write(world, index, write, Phase.ARMED)
        elif known.lease_until is not None and known.lease_until < NOW:
            write = states.take_over(known, owner=owner, now=NOW)
            yield self._write(world, index, write, Phase.RESOLVING)
        else:
            yield _put(world, index, Worker())

    def _send(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        assert worker.record is not None
        assert worker.record.sent_at is not None
        if world.sends >= _MOST_SENDS:
            return
        yield self._write(world, index, states.prolong(worker.record, now=NOW), Phase.ARMED)
        yield from self._put_back(world, index, worker)  # unsent: its turn came too late
        armed_at = NOW if self._defects.without_rearming else worker.record.sent_at
        requests = sorted((*world.requests, Request(Stage.TRAVELLING, armed_at, index)))
        sent = replace(world, requests=tuple(requests), sends=world.sends + 1)
        yield _put(sent, index, Worker(Phase.WAITING, worker.record))

    def _hear(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        yield _put(world, index, Worker())  # a timeout: outcome unknown, the record stays SENT
        answers = {
            Stage.DONE: Phase.FINISHING,
            Stage.REFUSED: Phase.PUTTING_BACK,
            Stage.DUPLICATE: (
                Phase.REFUSING if self._defects.duplicate_is_refusal else Phase.RESOLVING
            ),
        }
        for request in world.requests:
            phase = answers.get(request.stage)
            if request.waiter == index and phase:
                yield _put(world, index, Worker(phase, worker.record))

    def _look(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        if world.effects and not self._defects.without_look:
            yield _put(world, index, Worker(Phase.FINISHING, worker.record))
            return
        record = worker.record
        assert record is not None
        may_resend = (
            self._uniqueness is Uniqueness.HARD
            or self._defects.without_settle_window
            or (record.settle_at or NOW) < NOW
        )
        yield _put(world, index, Worker(Phase.ABSENT, record) if may_resend else Worker())

    def _rearm(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        assert worker.record is not None
        if self._defects.without_rearming:
            yield _put(world, index, Worker(Phase.ARMED, worker.record))
            return
        yield self._write(world, index, states.rearm(worker.record, now=NOW), Phase.ARMED)
        if (worker.record.settle_at or NOW) < NOW:  # edited or cancelled: what is absent goes back
            yield from self._put_back(world, index, worker)

    def _finish(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        assert worker.record is not None
        if self._defects.without_intent and world.record is None:
            world = replace(world, record=worker.record)
        yield self._write(world, index, states.finish(worker.record, _RESULT, now=NOW), Phase.IDLE)

    def _put_back(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        assert worker.record is not None
        write = states.put_back(worker.record, now=NOW, due_at=NOW, reason="")
        yield self._write(world, index, write, Phase.IDLE)

    def _refuse(self, world: World, index: int, worker: Worker) -> Iterator[World]:
        assert worker.record is not None
        write = states.refuse(worker.record, now=NOW, state=State.REFUSED, reason="")
        yield self._write(world, index, write, Phase.IDLE)

    def _write(self, world: World, index: int, write: Write, phase: Phase) -> World:
        current = world.record
        allowed = holds(write, current)
        if self._defects.without_fence and write.transition is Transition.PUT_BACK:
            allowed = current is not None and current.state is State.SENT
        if not allowed:
            return _put(world, index, Worker())
        record = _plain(after(write, current))
        mine = Worker(phase, record) if phase is not Phase.IDLE else Worker()
        return _put(replace(world, record=record), index, mine)

    def _fates(self, world: World, index: int, request: Request) -> Iterator[World]:
        if request.stage is Stage.CHECKED:
            yield _landed(world, index, request)
        if request.stage is not Stage.TRAVELLING:
            return
        yield _fate(world, index, request, Stage.LOST)
        yield _fate(world, index, request, Stage.REFUSED)
        if world.effects and self._uniqueness is not Uniqueness.NONE:
            yield _fate(world, index, request, Stage.DUPLICATE)
        elif self._uniqueness is Uniqueness.COMPLETED_ONLY:
            yield _fate(world, index, request, Stage.CHECKED)
        else:
            yield _landed(world, index, request)


def _put(world: World, index: int, worker: Worker) -> World:
    workers = (*world.workers[:index], worker, *world.workers[index + 1 :])
    requests = world.requests
    if world.workers[index].phase is Phase.WAITING and worker.phase is not Phase.WAITING:
        unheard = (replace(r, waiter=-1) if r.waiter == index else r for r in requests)
        requests = _alive(unheard)
    return World(world.record, workers, requests, world.effects, world.sends)


def _fate(world: World, index: int, request: Request, stage: Stage) -> World:
    fated = replace(request, stage=stage)
    return replace(
        world, requests=_alive((*world.requests[:index], fated, *world.requests[index + 1 :]))
    )


def _alive(requests: Iterable[Request]) -> tuple[Request, ...]:
    """Without those that can neither land any more nor be heard; when they left is past caring."""
    moving = (Stage.TRAVELLING, Stage.CHECKED)
    return tuple(
        sorted(
            r if r.stage in moving else Request(r.stage, NOW, r.waiter)
            for r in requests
            if r.stage in moving or (r.waiter >= 0 and r.stage is not Stage.LOST)
        )
    )


def _landed(world: World, index: int, request: Request) -> World:
    return replace(_fate(world, index, request, Stage.DONE), effects=world.effects + 1)


def _hops(world: World, *, settles: bool) -> Iterator[World]:
    """Time goes on until the lease is over, or until the settle window is.

    Where Sage keeps numbers unique nobody waits for that window: it never ends here (`settles` is
    False), and a lost request may land for ever.
    """
    record = world.record
    if record is None or record.state is not State.SENT:
        return
    assert record.lease_until is not None
    assert record.settle_at is not None
    if record.lease_until >= NOW:
        passed = record.lease_until - NOW + _TICK
        yield _later(world, passed, passed if settles else timedelta())
    if settles and record.settle_at >= NOW:
        passed = record.settle_at - NOW + _TICK
        yield _later(world, passed, passed)


def _later(world: World, passed: timedelta, settling: timedelta) -> World:
    """The world after that time; the clock stands still instead, and every instant moves back."""
    requests = []
    for request in world.requests:
        armed_at = max(request.armed_at - settling, NOW - SETTLE - _TICK)
        is_over = armed_at + SETTLE < NOW
        gone = is_over and request.stage in (Stage.TRAVELLING, Stage.CHECKED)
        stage = Stage.LOST if gone else request.stage
        requests.append(Request(stage, armed_at, request.waiter))
    workers = []
    for worker in world.workers:
        aged = _aged(worker.record, passed, settling)
        sent_at = aged.sent_at if aged else None
        is_dead = worker.phase is Phase.ARMED and sent_at is not None and sent_at + SETTLE < NOW
        workers.append(Worker() if is_dead else replace(worker, record=aged))
    return World(
        _aged(world.record, passed, settling), tuple(workers), tuple(requests), world.effects
    )


@cache
def _aged(record: Record | None, passed: timedelta, settling: timedelta) -> Record | None:
    if record is None or record.lease_until is None:
        return record
    assert record.sent_at is not None
    sent_at = max(record.sent_at - settling, NOW - SETTLE - _TICK)
    aged = replace(
        record,
        lease_until=max(record.lease_until - passed, NOW - _TICK),
        sent_at=sent_at,
        settle_at=sent_at + SETTLE,
        due_at=NOW,
    )
    return _KNOWN.setdefault(aged, aged)


@cache
def _plain(record: Record) -> Record:
    """Without what only grows and decides nothing here: the exploration stays finite."""
    plain = replace(record, history=(), attempts=0, resends=0, due_at=NOW)
    return _KNOWN.setdefault(plain, plain)
