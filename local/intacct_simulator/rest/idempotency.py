"""What `Idempotency-Key` promises: replay for 48 h, memory for 60 d (REST reference §7.8)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.intacct_simulator.books.store import Record, Store
from local.intacct_simulator.clock import Clock
from local.intacct_simulator.rest.envelopes import Reply, RestError, error

REPLAY = timedelta(hours=48)
MEMORY = timedelta(days=60)
MAX_KEY = 256
_TABLE = "rest_idempotency_key"


@dataclass(frozen=True)
class First:
    """The first request under a key, while it runs: its fingerprint, and when it came."""

    fingerprint: str
    at: datetime


class IdempotencyKeys:
    """Remembers requests by user and key. A failure of the books is stored like a success.

    Answers lie in the books' own store, so they survive a restart where the books do; the lock of
    a request that still runs dies with the process, as its work does.
    """

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._running: dict[tuple[str, str], First] = {}

    def begin(self, user: str, key: str, fingerprint: str) -> Reply | None:
        """Take the lock for a first request (None), or give the stored answer of a repeated one.

        Raises:
            RestError: 409, the key was used for another request, is too old to replay, or is
                in use by a request that still runs (its status is unconfirmed: U13).
        """
        if len(key) > MAX_KEY:
            raise RestError(400, _error("The Idempotency-Key is longer than 256 characters"))
        now = self._clock.now()
        running = self._running.get((user, key))
        if running is not None:
            _require_same(running.fingerprint, fingerprint)
            raise RestError(409, _error("A request with the same Idempotency-Key is running"))
        kept = self._kept(user, key)
        if kept is None or now - kept["at"] >= MEMORY:
            self._running[user, key] = First(fingerprint, now)
            return None
        _require_same(kept["fingerprint"], fingerprint)
        if now - kept["at"] >= REPLAY:
            raise RestError(409, _error("The Idempotency-Key was used and its response expired"))
        cached = kept["at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"Idempotency-Key": key, "x-ia-idempotency-cached-date": cached}
        return Reply(kept["status"], kept["body"], {**kept["headers"], **headers})

    def finish(self, user: str, key: str, reply: Reply) -> None:
        """Store the answer of a first request; one of the server's own failures is forgotten."""
        first = self._running.pop((user, key))
        if reply.status >= 500:  # noqa: PLR2004  # HTTP's own boundary
            return
        fields = {
            "user": user,
            "id": key,
            "fingerprint": first.fingerprint,
            "at": first.at,
            "status": reply.status,
            "body": reply.body,
            "headers": dict(reply.headers),
        }
        old = self._kept(user, key)
        if old is None:
            self._store.insert(_TABLE, fields)
        else:
            self._store.change(_TABLE, old["key"], **fields)

    def forget(self, user: str, key: str) -> None:
        """Give the lock back without an answer."""
        self._running.pop((user, key), None)

    def _kept(self, user: str, key: str) -> Record | None:
        return self._store.first(_TABLE, id=key, user=user)


def fingerprint(method: str, path: str, entity: str, body: Any) -> str:
    """Give a digest of what makes two requests the same."""
    text = json.dumps([method, path, entity, body], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _require_same(known: str, given: str) -> None:
    if known != given:
        raise RestError(409, _error("The Idempotency-Key was used with a different request"))


def _error(message: str) -> dict[str, Any]:
    return error("invalidRequest", message, "REST-1028", message_id="IA.IDEMPOTENCY_CONFLICT")
