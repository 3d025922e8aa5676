"""Signals that would end us without a chance to clean up, turned into exceptions that give one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_DEADLY = (signal.SIGTERM, signal.SIGHUP)
_ALL = (signal.SIGINT, *_DEADLY)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


class Interrupts:
    """Watches for deadly signals; does nothing outside the main thread, which alone may."""

    def __init__(self) -> None:
        """Nothing is watched yet."""
        self._before: dict[signal.Signals, Any] = {}

    def watch(self) -> None:
        """From now on SIGTERM and SIGHUP raise SystemExit, as Ctrl-C raises KeyboardInterrupt."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, _leave) for number in _DEADLY}

    def restore(self) -> None:
        """Let the signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    @contextmanager
    def held_off(self) -> Iterator[None]:
        """No signal interrupts while this runs: a second Ctrl-C must not stop the stopping."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, signal.SIG_IGN) for number in _ALL}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
