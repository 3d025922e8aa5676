"""Virtual time: tasks that run one at a time and give up their turn only when they sleep.

A task is ordinary synchronous code in a greenlet of its own. Who is next is decided by the heap of
wake-up times alone, so that a run repeats exactly. A task that is its own successor goes on without
any switch.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from greenlet import getcurrent, greenlet

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


class Task:
    """A greenlet of work; `is_cancelled` makes its next sleep its end."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.work = work
        self.is_cancelled = False
        self.is_over = False
        self.turn: greenlet | None = None
        """Where it goes on; None before its first turn and after its last."""


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
        self._tasks: dict[Task, None] = {}
        self._hub = getcurrent()

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
            self._hub.switch()
        if task.is_cancelled:
            raise KilledError

    def run(self, until: float) -> bool:
        """Do everything due up to a time; True where nothing is left after it."""
        self._until = until
        self._hub = getcurrent()
        while self._heap and self.failure is None:
            if self._heap[0][0] > until:
                break
            time, _, action = heapq.heappop(self._heap)
            self.now = max(self.now, time)
            if isinstance(action, Task):
                self._give_turn(action)
            else:
                action()
        if self.failure is not None:
            raise self.failure
        return not self._heap

    def close(self) -> None:
        """End all tasks that still sleep."""
        self._heap.clear()
        self._until = -1.0
        for task in list(self._tasks):
            task.is_cancelled = True
            if task.turn is not None:
                self._give_turn(task)

    def _queue(self, time: float, task: Task) -> None:
        heapq.heappush(self._heap, (time, next(self._sequence), task))

    def _give_turn(self, task: Task) -> None:
        """Let a task go on until it sleeps or is over; one that was cancelled does not begin."""
        if task.is_over:
            return
        if task.turn is None:
            if task.is_cancelled:
                self._end(task)
                return
            task.turn = greenlet(partial(self._live, task))
        self.current = task
        task.turn.switch()
        self.current = None

    def _live(self, task: Task) -> None:
        try:
            with suppress(KilledError):
                task.work()
        except BaseException as error:  # noqa: BLE001  # handed to whoever runs the history
            self.failure = self.failure or error
        self._end(task)

    def _end(self, task: Task) -> None:
        task.is_over = True
        task.turn = None
        self._tasks.pop(task, None)
