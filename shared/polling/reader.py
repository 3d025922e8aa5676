"""Reads what changed at a store, window after window, under a lease (carts reference §2.4).

The checkpoint moves to a window's end when all of it was read, never past a failure. A window that
does not fit into a run is halved, down to the shortest; one that fitted may be followed by a wider
one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from carts.adapter import CartApiError
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.windows import SHORTEST_WINDOW, OutOfTimeError, Window, wider
from shared.ports import Clock

ReadWindow = Callable[[Window], int]
"""Reads a window to its end and gives how much there was.

It may raise `CartApiError` and `UnreadableError`, which leave the checkpoint where it was, and
`OutOfTimeError`.
"""


class UnreadableError(Exception):
    """Something of a window could not be taken in; `seen` counts what was, the message says why."""

    def __init__(self, message: str, *, seen: int = 0) -> None:
        """Keep how much of the window was taken in all the same."""
        super().__init__(message)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a run reads, in windows of at most `longest`, before `deadline`.

    `started` is where the first run of all begins.
    """

    started: datetime
    end: datetime
    longest: timedelta
    deadline: datetime


class WindowReader:
    """Reads the windows of one run at a store whose lease is held."""

    def __init__(self, checkpoints: Checkpoints, clock: Clock, *, what: str) -> None:
        """`what` is read, in the words of a sentence: `orders`."""
        self._checkpoints = checkpoints
        self._clock = clock
        self._what = what

    def run(self, lease: Lease, wanted: Range, read: ReadWindow) -> PollReport:
        """Window after window, until one fails, time is up, or all is read."""
        begin = lease.read_to or wanted.started
        report = PollReport(lease.tenant, lease.store, PollOutcome.COMPLETE, read_to=lease.read_to)
        while begin < wanted.end:
            if self._clock() >= wanted.deadline:
                return replace(report, outcome=PollOutcome.PARTIAL)
            span = min(lease.span or wanted.longest, wanted.longest)
            window = Window(begin, min(begin + span, wanted.end))
            report, lease = self._window(lease, wanted, window, report, read)
            if report.outcome is not PollOutcome.COMPLETE:
                return report
            begin = window.until
        return report

    def _window(
        self, lease: Lease, wanted: Range, window: Window, report: PollReport, read: ReadWindow
    ) -> tuple[PollReport, Lease]:
        """Read one window, then move the checkpoint to its end."""
        try:
            seen = read(window)
            span = wider(lease.span, wanted.longest)
            lease = self._checkpoints.advance(lease, window.until, now=self._clock(), span=span)
        except CartApiError as exc:
            return replace(report, outcome=PollOutcome.FAILED, detail=str(exc)), lease
        except UnreadableError as exc:
            failed = replace(report, outcome=PollOutcome.FAILED, detail=str(exc))
            return replace(failed, hints=report.hints + exc.seen), lease
        except OutOfTimeError:
            return self._too_long(lease, window, report), lease
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY), lease
        done = report.hints + seen, report.windows + 1
        return replace(report, hints=done[0], windows=done[1], read_to=window.until), lease

    def _too_long(self, lease: Lease, window: Window, report: PollReport) -> PollReport:
        """A window that had the whole run and did not fit: the next run takes half of it."""
        if report.windows:
            return replace(report, outcome=PollOutcome.PARTIAL)
        if window.length <= SHORTEST_WINDOW:
            message = f"more {self._what} change in a minute than one run can read"
            return replace(report, outcome=PollOutcome.FAILED, detail=message)
        try:
            self._checkpoints.narrow(lease, window.half)
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY)
        message = "a window was too long for one run; the next run takes half of it"
        return replace(report, outcome=PollOutcome.PARTIAL, detail=message)
