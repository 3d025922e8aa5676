"""I7: no secret and no buyer in what people and logs get to see (reliability §8.1)."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping

from tests.simulation import histories
from tests.simulation.outside import CONNECTIONS, LEDGER, ORDERS
from tests.simulation.queues import FifoQueue
from tests.simulation.tables import Tables
from tests.simulation.violations import ViolationError

_CANARIES = (histories.SECRET, "client-secret-", "refresh-", "token-", "anary-")
_SEALED = {"sealed", "refresh_sealed", "refresh_previous"}
"""Attributes that KMS would have made unreadable."""


def told(error: BaseException) -> str:
    """The error as a log line shows it, with all that led to it."""
    return "".join(traceback.format_exception(error))


def check_secrecy(tables: Tables, queues: Mapping[str, FifoQueue], said: Iterable[str]) -> None:
    """Look for canaries in tables, messages and errors.

    Facts are left out: they are where a buyer is known.

    Raises:
        ViolationError: one was found.
    """
    for table in (LEDGER, ORDERS, CONNECTIONS):
        for item in tables.rows(table):
            if item["sk"]["S"] != "FACTS":
                shown = {name: value for name, value in item.items() if name not in _SEALED}
                _insist(f"{table} {item['pk']['S']}", str(shown))
    for queue in queues.values():
        _insist(queue.name, " ".join(queue.told))
    _insist("an error", " ".join(said))


def _insist(place: str, text: str) -> None:
    for canary in _CANARIES:
        if canary in text:
            message = f"I7: {canary} shows in {place}"
            raise ViolationError(message)
