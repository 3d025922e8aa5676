"""Virtual time: tasks that run one at a time and give up their turn only when they sleep.

A task is ordinary synchronous code on a thread of its own, but only the thread that holds the turn
runs. Who is next is decided by the heap of wake-up times alone, so that a run repeats exactly.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 3, 2, tzinfo=UTC)
"""When every history begins: nine in the evening in New York, so that a day ends under faults."""


MOST_SLEEPS = 50_000
"""How often the tasks of one history may wait for the outside: usually some hundred times."""


class EndlessError(Exception):
    """The history does not come to rest, however little time passes."""


class KilledError(BaseException):
    """The sandbox is gone. No `except Exception` may survive it, as nothing survives a kill."""


class Task:
    """One thread of work; `is_cancelled` makes its next sleep its end."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.work = work
        self.turn = threading.Semaphore(0)
        self.is_cancelled = False
        self.is_begun = False
        self.is_over = False


class Scheduler:
    """The clock, and whose turn it is. Times are seconds since `START`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.current: Task | None = None
        self.failure: BaseException | None = None
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._sequence = itertools.count()
        self._sleeps = 0
        self._main_turn = threading.Semaphore(0)
        self._tasks: set[Task] = set()

    def instant(self) -> datetime:
        """The present instant, aware, in UTC."""
        return START + timedelta(seconds=self.now)

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Have `action` done at that time by the main thread; it must not sleep."""
        heapq.heappush(self._heap, (max(time, self.now), next(self._sequence), action))

    def spawn(self, name: str, work: Callable[[], None]) -> Task:
        """Start a task; it gets its first turn as soon as it is its time."""
        task = Task(name, work)
        self._tasks.add(task)
        self.at(self.now, lambda: self._begin(task))
        return task

    def sleep(self, seconds: float) -> None:
        """Let so much time pass for the task that calls.

        Raises:
            KilledError: the task was cancelled, or the run is over.
        """
        task = self.current
        assert task is not None, "only tasks sleep"
        self._sleeps += 1
        if self._sleeps > MOST_SLEEPS:
            self.failure = self.failure or EndlessError(f"{MOST_SLEEPS} calls to the outside")
            raise KilledError
        until = self.now + seconds
        if not self._heap or self._heap[0][0] > until:
            self.now = until
        else:
            self.at(until, lambda: self._resume(task))
            self.current = None
            self._main_turn.release()
            task.turn.acquire()
        if task.is_cancelled:
            raise KilledError

    def run(self, until: float, is_done: Callable[[], bool] = lambda: False) -> bool:
        """Do everything due up to a time; True once `is_done` says so or nothing is left."""
        while self._heap and self.failure is None:
            if is_done():
                return True
            if self._heap[0][0] > until:
                return False
            time, _, action = heapq.heappop(self._heap)
            self.now = max(self.now, time)
            action()
        if self.failure is not None:
            raise self.failure
        return True

    def close(self) -> None:
        """End all tasks that still sleep, so that no thread outlives its history."""
        for task in list(self._tasks):
            task.is_cancelled = True
            if task.is_begun:
                self._resume(task)
        self._heap.clear()

    def _begin(self, task: Task) -> None:
        if task.is_cancelled:
            self._end(task)
            return
        self.current = task
        task.is_begun = True
        thread = threading.Thread(target=self._live, args=(task,), name=task.name, daemon=True)
        thread.start()
        self._main_turn.acquire()

    def _resume(self, task: Task) -> None:
        if task.is_over:
            return
        self.current = task
        task.turn.release()
        self._main_turn.acquire()

    def _live(self, task: Task) -> None:
        try:
            with suppress(KilledError):
                task.work()
        except BaseException as error:  # noqa: BLE001  # handed to the main thread
            self.failure = self.failure or error
        finally:
            self._end(task)
            self.current = None
            self._main_turn.release()

    def _end(self, task: Task) -> None:
        task.is_over = True
        self._tasks.discard(task)
