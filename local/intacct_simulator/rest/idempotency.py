"""What `Idempotency-Key` promises: replay for 48 h, memory for 60 d (REST reference §7.8)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.intacct_simulator.clock import Clock
from local.intacct_simulator.rest.envelopes import Reply, RestError, error

REPLAY = timedelta(hours=48)
MEMORY = timedelta(days=60)
MAX_KEY = 256


@dataclass
class Kept:
    """The first request under a key: its fingerprint, when it came, its answer if it has one."""

    fingerprint: str
    at: datetime
    reply: Reply | None = None


class IdempotencyKeys:
    """Remembers requests by user and key. A failure of the books is stored like a success."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], Kept] = {}

    def begin(self, user: str, key: str, fingerprint: str) -> Reply | None:
        """Take the lock for a first request (None), or give the stored answer of a repeated one.

        Raises:
            RestError: 409, the key was used for another request, is too old to replay, or is
                in use by a request that still runs (its status is unconfirmed: U13).
        """
        if len(key) > MAX_KEY:
            raise RestError(400, _error("The Idempotency-Key is longer than 256 characters"))
        now = self._clock.now()
        kept = self._kept.get((user, key))
        if kept is None or now - kept.at >= MEMORY:
            self._kept[user, key] = Kept(fingerprint, now)
            return None
        if kept.fingerprint != fingerprint:
            raise RestError(409, _error("The Idempotency-Key was used with a different request"))
        if kept.reply is None:
            raise RestError(409, _error("A request with the same Idempotency-Key is running"))
        if now - kept.at >= REPLAY:
            raise RestError(409, _error("The Idempotency-Key was used and its response expired"))
        cached = kept.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"Idempotency-Key": key, "x-ia-idempotency-cached-date": cached}
        return Reply(kept.reply.status, kept.reply.body, {**kept.reply.headers, **headers})

    def finish(self, user: str, key: str, reply: Reply) -> None:
        """Store the answer of a first request; one of the server's own failures is forgotten."""
        if reply.status >= 500:  # noqa: PLR2004  # HTTP's own boundary
            self.forget(user, key)
        else:
            self._kept[user, key].reply = reply

    def forget(self, user: str, key: str) -> None:
        """Give the lock back without an answer."""
        self._kept.pop((user, key), None)


def fingerprint(method: str, path: str, entity: str, body: Any) -> str:
    """Give a digest of what makes two requests the same."""
    text = json.dumps([method, path, entity, body], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _error(message: str) -> dict[str, Any]:
    return error("invalidRequest", message, "REST-1028", message_id="IA.IDEMPOTENCY_CONFLICT")
