"""SQS FIFO queues in memory: groups in order, visibility, receive counts, DLQ, de-duplication.

The rules are those of the SQS developer guide, "FIFO queue delivery logic": while a message of a
group is in flight no other of that group is delivered; a message sent again under the same
de-duplication id within five minutes, delivered or not, is accepted and counts once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

DEDUPLICATION_SECONDS = 300.0


@dataclass(slots=True)
class QueuedMessage:
    """One message in its queue; `visible_at` lies in the future while somebody works on it."""

    id: str
    body: str
    group: str
    deduplication: str
    sent_at: float
    visible_at: float
    receives: int = 0
    receipt: str = ""


class FifoQueue:
    """One queue and its dead-letter queue; `on_available` is told when to look for work."""

    def __init__(
        self,
        name: str,
        now: Callable[[], float],
        *,
        visibility_seconds: float,
        most_receives: int,
        on_available: Callable[[float], None] = lambda _at: None,
    ) -> None:
        self.name = name
        self.visibility_seconds = visibility_seconds
        self.most_receives = most_receives
        self.on_available = on_available
        self.messages: list[QueuedMessage] = []
        self.dead: list[QueuedMessage] = []
        self.largest_receives = 0
        self.told: list[str] = []
        """The bodies of all messages that were ever accepted."""
        self._now = now
        self._seen: dict[str, float] = {}
        self._numbers = itertools.count(1)

    def send(self, body: str, *, group: str, deduplication: str) -> bool:
        """Queue a message; False where the id was seen within five minutes."""
        now = self._now()
        seen = self._seen.get(deduplication)
        if seen is not None and now - seen < DEDUPLICATION_SECONDS:
            return False
        self._seen[deduplication] = now
        self.told.append(body)
        name = f"{self.name}-{next(self._numbers)}"
        self.messages.append(QueuedMessage(name, body, group, deduplication, now, now))
        self.on_available(now)
        return True

    def receive(self, most: int) -> list[QueuedMessage]:
        """Up to `most` messages, each group in its order; what was received too often is dead."""
        now = self._now()
        taken: list[QueuedMessage] = []
        if not self.messages:
            return taken
        blocked = {m.group for m in self.messages if m.visible_at > now}
        for message in list(self.messages):
            if len(taken) >= most:
                break
            if message.group in blocked:
                continue
            if message.receives >= self.most_receives:
                self.messages.remove(message)
                self.dead.append(message)
                continue
            self._hand_out(message, now)
            taken.append(message)
        return taken

    def delete(self, message_id: str, receipt: str) -> bool:
        """Take a message away; False where the receipt is not the newest, or has expired."""
        now = self._now()
        for message in self.messages:
            if message.id == message_id:
                if message.receipt != receipt or message.visible_at <= now:
                    return False
                self.messages.remove(message)
                self.on_available(now)
                return True
        return False

    def expire(self, message: QueuedMessage) -> None:
        """Let a message in flight become visible now: the queue's own duplicate delivery."""
        if message in self.messages and message.visible_at > self._now():
            message.visible_at = self._now()
            self.on_available(self._now())

    def redrive(self) -> int:
        """Send everything dead back, as StartMessageMoveTask does; how many there were."""
        dead, self.dead = self.dead, []
        for number, message in enumerate(dead):
            fresh = f"{message.deduplication}:{self._now()}:{number}"
            self.send(message.body, group=message.group, deduplication=fresh)
        return len(dead)

    def _hand_out(self, message: QueuedMessage, now: float) -> None:
        message.receives += 1
        self.largest_receives = max(self.largest_receives, message.receives)
        message.visible_at = now + self.visibility_seconds
        message.receipt = f"{message.id}#{message.receives}"
        self.on_available(message.visible_at)
