"""Runs the steps of one order or of many, and sends what they ask for in as few requests as may be.

Cooperative and deterministic, without threads: whatever the orders of one company want to send at
the same moment goes together, each answer goes back to the order that waits for it, and an order
that fails or is refused is alone in it. Companies take turns, so that a slow one is not ahead of
the others at every step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from intacct.errors import CredentialsError, IntacctError, NotSentError
from shared.ledger.requests import Answer, Pause, Request, Steps, Unsent
from shared.ports import BatchBooks, Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """Work for one company; jobs of one `queue` run one after the other, in the order given."""

    steps: Steps[T] = field(repr=False)
    company: str = ""
    queue: str = ""


def drive_one(steps: Steps[T], *, clock: Clock) -> T:
    """Run the steps by themselves; each request travels alone.

    Raises:
        Exception: whatever the steps raise.
    """
    (outcome,) = drive([Job(steps)], clock=clock)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def drive(jobs: Sequence[Job[T]], *, clock: Clock) -> list[T | Exception]:
    """Run all jobs to their end; what came of each, in their order, an exception being its own.

    A company whose whole request was turned away unread (throttled, unavailable, login refused) is
    sent nothing more: its other requests are answered with `Unsent`.
    """
    return _Drive(jobs, clock).run()


@dataclass(slots=True)
class _Sleep:
    """A job that waits, until when, and how to let time pass."""

    until: datetime
    sleep: Callable[[float], None]


class _Drive(Generic[T]):
    """One call of `drive`; jobs are named by their place in the caller's order."""

    def __init__(self, jobs: Sequence[Job[T]], clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._outcomes: dict[int, T | Exception] = {}
        self._asked: dict[int, Request | _Sleep] = {}
        self._resting: dict[str, IntacctError] = {}
        self._queues: dict[str, dict[str, deque[int]]] = {}
        for place, job in enumerate(jobs):
            queues = self._queues.setdefault(job.company, {})
            queues.setdefault(job.queue, deque()).append(place)

    def run(self) -> list[T | Exception]:
        """Let the companies take turns until nothing is left."""
        while len(self._outcomes) < len(self._jobs):
            turns = [self._turn(company) for company in self._queues]
            if not any(turns):
                self._sleep()
        return [self._outcomes[place] for place in range(len(self._jobs))]

    def _turn(self, company: str) -> bool:
        """Go on with what can, and send what the company's jobs ask for; whether any did."""
        now = self._clock()
        for queue in self._queues[company].values():
            self._begin(queue)
        places = [queue[0] for queue in self._queues[company].values() if queue]
        woken = [place for place in places if self._is_over(place, now)]
        for place in woken:
            self._go_on(place, None)
        groups = self._groups(places)
        for group in groups:
            self._send(company, group)
        return bool(woken or groups)

    def _is_over(self, place: int, now: datetime) -> bool:
        waiting = self._asked.get(place)
        return isinstance(waiting, _Sleep) and waiting.until <= now

    def _begin(self, queue: deque[int]) -> None:
        """Take up the first job of the queue that is not at its end at once."""
        while queue and queue[0] not in self._asked:
            if queue[0] in self._outcomes:
                queue.popleft()
            else:
                self._go_on(queue[0], None)

    def _groups(self, places: Iterable[int]) -> list[list[int]]:
        """Those whose documents may travel in one request, in the order of the jobs."""
        groups: dict[tuple[int, str], list[int]] = {}
        for place in sorted(places):
            asked = self._asked.get(place)
            if not isinstance(asked, Request):
                continue
            books = asked.books
            name = f"alone {place}"
            if isinstance(books, BatchBooks):
                name = books.request_of(asked.document)
            groups.setdefault((id(books), name), []).append(place)
        return list(groups.values())

    def _send(self, company: str, places: Iterable[int]) -> None:
        """Send one request for all that are still in time, and give each its answer."""
        turned_away = self._resting.get(company)
        requests: dict[int, Request] = {}
        for place in places:
            request = self._timely(place, turned_away)
            if request is not None:
                requests[place] = request
        if not requests:
            return
        try:
            answers = _answers(list(requests.values()))
        except Exception as error:  # noqa: BLE001  # a defect: it is the outcome of those jobs only
            for place in requests:
                self._throw(place, error)
            return
        rest = _rest(answers)
        if rest is not None:
            self._resting[company] = rest
        for place, answer in zip(requests, answers, strict=True):
            self._go_on(place, answer)

    def _timely(self, place: int, turned_away: IntacctError | None) -> Request | None:
        """The job's request, made anew where its time was over; None where it is not to be sent."""
        while isinstance(asked := self._asked.get(place), Request):
            if turned_away is None and self._clock() < asked.latest:
                return asked
            self._go_on(place, Unsent(turned_away))
        return None

    def _go_on(self, place: int, answer: Answer | None) -> None:
        self._asked.pop(place, None)
        try:
            asked = self._jobs[place].steps.send(answer)
        except StopIteration as end:
            self._outcomes[place] = end.value
        except Exception as error:  # noqa: BLE001  # it is the outcome of this job only
            self._outcomes[place] = error
        else:
            self._wait_for(place, asked)

    def _throw(self, place: int, error: Exception) -> None:
        self._asked.pop(place, None)
        self._jobs[place].steps.close()
        self._outcomes[place] = error

    def _wait_for(self, place: int, asked: Request | Pause) -> None:
        if isinstance(asked, Pause):
            until = self._clock() + timedelta(seconds=asked.seconds)
            self._asked[place] = _Sleep(until, asked.sleep)
        else:
            self._asked[place] = asked

    def _sleep(self) -> None:
        """Nobody has anything to send: let time pass until the first that waits may go on."""
        waiting = {p: asked for p, asked in self._asked.items() if isinstance(asked, _Sleep)}
        if not waiting:
            return
        place = min(waiting, key=lambda p: waiting[p].until)
        left = (waiting[place].until - self._clock()).total_seconds()
        if left > 0:
            waiting[place].sleep(left)
        self._go_on(place, None)


def _answers(requests: Sequence[Request]) -> Sequence[Answer]:
    """What became of requests that travel together, or of a single one."""
    first = requests[0]
    if len(requests) > 1 and isinstance(first.books, BatchBooks):
        return first.books.create_many(
            [request.document for request in requests],
            control_ids=[request.control_id for request in requests],
            idempotency_keys=[request.idempotency_key for request in requests],
        )
    return [_answer(request) for request in requests]


def _answer(request: Request) -> Answer:
    try:
        return request.books.create(
            request.document,
            control_id=request.control_id,
            idempotency_key=request.idempotency_key,
        )
    except IntacctError as error:
        return error


def _rest(answers: Sequence[Answer]) -> IntacctError | None:
    """Why the company needs a rest: nothing of a whole request was so much as read."""
    turned_away = [a for a in answers if isinstance(a, NotSentError | CredentialsError)]
    return turned_away[0] if len(turned_away) == len(answers) else None
