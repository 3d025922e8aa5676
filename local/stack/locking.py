"""One starter or stopper per stack at a time; the lock goes with the process that holds it."""

from __future__ import annotations

import fcntl
from typing import IO

from local.stack.errors import StackError
from local.stack.paths import StackPaths


class StackLock:
    """Held from `acquire` to `release`, or to the end of the process."""

    def __init__(self, paths: StackPaths) -> None:
        """The lock is a file in the stack's own folder."""
        self._paths = paths
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            StackError: another process has it.
        """
        self._paths.home.mkdir(parents=True, exist_ok=True)
        file = self._paths.lock.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            message = (
                f"the stack {self._paths.name!r} is in use by another process: "
                "wait for it, or end it with Ctrl-C where it runs"
            )
            raise StackError(message) from None
        self._file = file

    def release(self) -> None:
        """Give the lock back, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None
