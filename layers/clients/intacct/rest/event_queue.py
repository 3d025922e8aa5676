"""The queue of change events that is pulled (REST reference §15.3): early adopters have it.

Listing takes nothing away: events wait until their list is acknowledged, and may come again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intacct.errors import NotSentError
from intacct.events import RecordEvent, record_event
from intacct.rest.client import RestClient
from intacct.rest.wire import text
from intacct.signatures import unsigned_object

_PATH = "/services/delivery/event"
ACK_MEMBER = "ackId"
"""What an acknowledgement calls the id of its list (U16)."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A list of events; `ack_id` takes them off the queue, and is empty where none wait.

    `count` counts those as well that are about kinds that are not read.
    """

    ack_id: str = ""
    count: int = 0
    events: tuple[RecordEvent, ...] = ()


class EventQueue:
    """One company's queue; every call is a transaction and may raise `intacct.errors`."""

    def __init__(self, client: RestClient, *, ack_member: str = ACK_MEMBER) -> None:
        """`ack_member` is what the company's Sage calls the id of a list in an acknowledgement."""
        self._client = client
        self._ack_member = ack_member

    def listed(self) -> Pulled:
        """The events that wait, as many as Sage lists at a time; none where the queue is empty.

        Raises:
            NotSentError: the answer is none that can be understood.
        """
        result = self._client.get(f"{_PATH}/list").result
        if result == []:
            return Pulled()
        rows = result.get("events") if isinstance(result, Mapping) else None
        if not isinstance(rows, list) or not text(result.get("ackId")):
            message = "the event queue's answer cannot be understood"
            raise NotSentError(message)
        found = [_event(row) for row in rows if isinstance(row, Mapping)]
        events = tuple(one for one in found if one is not None)
        return Pulled(text(result["ackId"]), len(rows), events)

    def acknowledge(self, pulled: Pulled) -> None:
        """Take listed events off the queue; the same list twice is harmless.

        Raises:
            RejectedError: Sage does not know the list (any more).
        """
        self._client.post(
            f"{_PATH}/ack", {self._ack_member: pulled.ack_id}, idempotency_key=pulled.ack_id
        )


def _event(row: Mapping[str, Any]) -> RecordEvent | None:
    return record_event(_payload(row.get("payload")), unsigned_object(text(row.get("context"))))


def _payload(value: Any) -> bytes:
    try:
        return base64.b64decode(text(value), validate=True)
    except (binascii.Error, ValueError):
        return b""
