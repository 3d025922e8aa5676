"""What came in: one entry per request, without headers, bodies or anything secret."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 10_000


@dataclass(frozen=True)
class Entry:
    """One request: when, how, what, and how it ended.

    `transactions` counts API transactions: one for a REST call (a batch counts as one: U19 of the
    REST reference), one for each function of an XML request.
    """

    at: str
    protocol: str
    method: str
    path: str
    functions: tuple[str, ...]
    entity: str
    status: int
    transactions: int
    milliseconds: float
    fault: str = ""


class RequestLog:
    """The newest requests, and counters over all of them."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._transactions: dict[str, int] = {}

    def add(self, entry: Entry) -> None:
        """Keep an entry; the oldest one goes when there are too many."""
        self._entries.append(entry)
        known = self._transactions.get(entry.protocol, 0)
        self._transactions[entry.protocol] = known + entry.transactions

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._transactions.clear()

    def as_json(self) -> dict[str, Any]:
        """Give all entries, oldest first, and the counted transactions by protocol."""
        return {
            "requests": [asdict(entry) for entry in self._entries],
            "transactions": dict(self._transactions),
        }
