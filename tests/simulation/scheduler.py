"""Virtual time: tasks that run one at a time and give up their turn only when they sleep.

A task is ordinary synchronous code on a thread of its own, but only the thread that holds the turn
runs. Who is next is decided by the heap of wake-up times alone, so that a run repeats exactly.
Whoever gives up the turn looks into the heap itself and wakes the next one, which costs one change
of threads and not two; a task that is its own successor goes on without any.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

START = datetime(2026, 3, 3, 2, tzinfo=UTC)
"""When every history begins: nine in the evening in New York, so that a day ends under faults."""

EPOCH_MS = START.timestamp() * 1000
"""The same in milliseconds since 1970, as tables keep instants."""

MOST_SLEEPS = 50_000
"""How often the tasks of one history may wait for the outside: usually some hundred times."""


class EndlessError(Exception):
    """The history does not come to rest, however little time passes."""


class KilledError(BaseException):
    """The sandbox is gone. No `except Exception` may survive it, as nothing survives a kill."""


class Lock(Protocol):
    """A lock that one thread takes and another gives back."""

    def acquire(self) -> bool: ...
    def release(self) -> None: ...


def _closed() -> Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


class Task:
    """One thread of work; `is_cancelled` makes its next sleep its end."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.work = work
        self.worker: _Worker | None = None
        self.is_cancelled = False
        self.is_over = False


class _Worker:
    """A thread that lives one task after the other; its turn has come when `turn` opens."""

    def __init__(self, live: Callable[[Task], _Worker | None]) -> None:
        self.turn = _closed()
        self.task: Task | None = None
        self._live = live
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            self.turn.acquire()
            if self.task is None:
                return
            following = self._live(self.task)
            if following is not None:
                following.turn.release()


class Scheduler:
    """The clock, and whose turn it is. Times are seconds since `START`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.current: Task | None = None
        self.failure: BaseException | None = None
        self._heap: list[tuple[float, int, Callable[[], None] | Task]] = []
        self._sequence = itertools.count()
        self._sleeps = 0
        self._until = 0.0
        self._main_turn = _closed()
        self._tasks: dict[Task, None] = {}
        self._idle: list[_Worker] = []

    def instant(self) -> datetime:
        """The present instant, aware, in UTC."""
        return START + timedelta(seconds=self.now)

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Have `action` done at that time, on nobody's behalf; it must not sleep."""
        heapq.heappush(self._heap, (max(time, self.now), next(self._sequence), action))

    def spawn(self, name: str, work: Callable[[], None]) -> Task:
        """Start a task; it gets its first turn as soon as it is its time."""
        task = Task(name, work)
        self._tasks[task] = None
        self._queue(self.now, task)
        return task

    def sleep(self, seconds: float) -> None:
        """Let so much time pass for the task that calls.

        Raises:
            KilledError: the task was cancelled, or the run is over.
        """
        task = self.current
        assert task is not None, "only tasks sleep"
        self._sleeps += 1
        if self._until < 0:
            raise KilledError
        if self._sleeps > MOST_SLEEPS:
            self.failure = self.failure or EndlessError(f"{MOST_SLEEPS} calls to the outside")
            raise KilledError
        until = self.now + seconds
        if not self._heap or self._heap[0][0] > until:
            self.now = until
        else:
            self._queue(until, task)
            self._give_up(task)
        if task.is_cancelled:
            raise KilledError

    def run(self, until: float) -> bool:
        """Do everything due up to a time; True where nothing is left after it."""
        self._until = until
        following = self._next()
        if following is not None:
            following.turn.release()
            self._main_turn.acquire()
        if self.failure is not None:
            raise self.failure
        return not self._heap

    def close(self) -> None:
        """End all tasks that still sleep, and the threads that lived them."""
        self._heap.clear()
        self._until = -1.0
        for task in list(self._tasks):
            task.is_cancelled = True
            if task.worker is None or task.is_over:
                continue
            self.current = task
            task.worker.turn.release()
            self._main_turn.acquire()
        for worker in self._idle:
            worker.task = None
            worker.turn.release()

    def _queue(self, time: float, task: Task) -> None:
        heapq.heappush(self._heap, (time, next(self._sequence), task))

    def _give_up(self, task: Task) -> None:
        worker = task.worker
        assert worker is not None
        following = self._next()
        if following is worker:
            return
        (following.turn if following is not None else self._main_turn).release()
        worker.turn.acquire()

    def _next(self) -> _Worker | None:
        """Do what is due until it is a task's turn: whose; None where it is the main thread's."""
        self.current = None
        try:
            while self._heap and self.failure is None:
                if self._heap[0][0] > self._until:
                    return None
                time, _, action = heapq.heappop(self._heap)
                self.now = max(self.now, time)
                if not isinstance(action, Task):
                    action()
                elif (worker := self._worker_of(action)) is not None:
                    self.current = action
                    return worker
        except BaseException as error:  # noqa: BLE001  # handed to the main thread
            self.failure = self.failure or error
        return None

    def _worker_of(self, task: Task) -> _Worker | None:
        """The thread that lives this task; None where it is over, or ended before it began."""
        if task.is_over:
            return None
        if task.worker is None:
            if task.is_cancelled:
                self._end(task)
                return None
            task.worker = self._idle.pop() if self._idle else _Worker(self._live)
            task.worker.task = task
        return task.worker

    def _live(self, task: Task) -> _Worker | None:
        """Live a task to its end; whose turn is next, having woken the main thread if it is."""
        worker = task.worker
        assert worker is not None
        try:
            with suppress(KilledError):
                task.work()
        except BaseException as error:  # noqa: BLE001  # handed to the main thread
            self.failure = self.failure or error
        self._end(task)
        self._idle.append(worker)
        following = self._next()
        if following is None:
            self._main_turn.release()
        return following

    def _end(self, task: Task) -> None:
        task.is_over = True
        self._tasks.pop(task, None)
