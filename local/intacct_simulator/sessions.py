"""Sessions of the XML gateway, which REST's session service can open too."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from local.intacct_simulator.clock import Clock


@dataclass(frozen=True)
class Session:
    """A session of a user in an entity (empty text: the top level)."""

    id: str = field(repr=False)
    user: str
    entity: str
    expires_at: datetime


class Sessions:
    """Opens sessions; each use moves the time-out (XML reference §5.2)."""

    def __init__(self, clock: Clock, seconds: int) -> None:
        self._clock = clock
        self.seconds = seconds
        self._open: dict[str, Session] = {}

    def open(self, user: str, entity: str) -> Session:
        """Open a session that lives for `seconds` from its last use."""
        session = Session(f"{secrets.token_urlsafe(21)}..", user, entity, self._expiry())
        self._open[session.id] = session
        return session

    def use(self, session_id: str) -> Session | None:
        """Give a living session with its time-out moved, or None when it is dead or unknown."""
        session = self._open.get(session_id)
        if session is None or session.expires_at <= self._clock.now():
            self._open.pop(session_id, None)
            return None
        session = replace(session, expires_at=self._expiry())
        self._open[session_id] = session
        return session

    def expire_all(self) -> int:
        """End every session now and say how many there were."""
        ended = len(self._open)
        self._open.clear()
        return ended

    def _expiry(self) -> datetime:
        return self._clock.stamp() + timedelta(seconds=self.seconds)
