"""What happened in a history, in lines; their digest proves that a replay was the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable


class Story:
    """Lines with their virtual time and the process they happened in."""

    def __init__(self, now: Callable[[], float], who: Callable[[], str]) -> None:
        self._now = now
        self._who = who
        self._lines: list[tuple[float, str, str]] = []

    @property
    def length(self) -> int:
        """How many lines were told so far."""
        return len(self._lines)

    def tell(self, text: str) -> None:
        """Add a line."""
        self._lines.append((self._now(), self._who(), text))

    def digest(self) -> str:
        """The SHA-256 of all lines: equal runs have equal digests."""
        state = hashlib.sha256()
        for time, who, text in self._lines:
            state.update(f"{time:.6f} {who} {text}\n".encode())
        return state.hexdigest()

    def lines(self, about: str = "") -> list[str]:
        """The story as people read it, only lines that mention `about`."""
        return [
            f"{_clock(time)}  {who:<16} {text}"
            for time, who, text in self._lines
            if about in text or about in who
        ]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:3d}:{minutes:02d}:{rest:06.3f}"
