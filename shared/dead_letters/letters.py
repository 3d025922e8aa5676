"""A dead letter: what it is about, read from a message without showing more than ids and codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from shared.dead_letters.queues import AMAZON_EVENTS, CART_EVENTS, ORDER_POSTINGS
from shared.messages import CartEvent, OrderReady
from shared.reviews.records import dead_letter_subject

REDRIVES = "redrive_count"
"""The message attribute that counts how often a message was sent again."""

_SCHEDULER_ERROR = "ERROR_CODE"


class Kind(StrEnum):
    """What the message is: one of ours, a failed scheduled run, a cart's own, or unreadable."""

    CART_EVENT = "cart event"
    ORDER_READY = "order ready"
    SCHEDULED_RUN = "scheduled run"
    NOTIFICATION = "notification"
    UNREADABLE = "unreadable"


class LetterStatus(StrEnum):
    """What became of a letter since it was taken out of its dead-letter queue."""

    OPEN = "open"
    REDRIVEN = "redriven"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that its queue gave up on.

    `dead_since` is when SQS moved it there; of a standard queue, when it was first sent. `sequence`
    is SQS's own number within a FIFO queue. `receives` is how often it was received, as far as SQS
    says. `error` is the kind of the error that ended a scheduled run. The body is shown for
    messages of ours only: they hold no personal data.
    """

    queue: str
    id: str
    kind: Kind
    dead_since: datetime
    body: str = field(repr=False)
    attributes: Mapping[str, Any] = field(repr=False)
    group: str = ""
    sequence: int = 0
    receives: int = 0
    tenant: str = ""
    store: str = ""
    order_id: str = ""
    delivery: str = ""
    about: str = ""
    error: str = ""
    redrives: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether it is a message of ours, so that its body may be shown and sent again."""
        return self.kind in (Kind.CART_EVENT, Kind.ORDER_READY)

    @property
    def subject(self) -> str:
        """What its review record is about: the order in that queue, else queue or message."""
        if self.is_ours and self.order_id:
            return dead_letter_subject(self.queue, self.store, self.order_id)
        if self.kind is Kind.SCHEDULED_RUN:
            return f"dead:{self.queue}"
        return f"dead:{self.queue}:{self.id}"

    @property
    def place_in_line(self) -> tuple[datetime, int, str]:
        """What sorts letters into the order in which they died, and so each group into its own."""
        return self.dead_since, self.sequence, self.id


def letter(queue: str, message: Mapping[str, Any]) -> Letter:
    """The dead letter in a message as SQS gives it, with all its attributes."""
    system = message.get("Attributes", {})
    attributes = message.get("MessageAttributes", {})
    return Letter(
        queue=queue,
        id=message["MessageId"],
        dead_since=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
        body=message["Body"],
        attributes=attributes,
        group=system.get("MessageGroupId", ""),
        sequence=_number(system.get("SequenceNumber")),
        receives=_number(system.get("ApproximateReceiveCount")),
        redrives=_number(_text(attributes, REDRIVES)),
        **_read(queue, message["Body"], _text(attributes, _SCHEDULER_ERROR)),
    )


def _text(attributes: Mapping[str, Any], name: str) -> str:
    return str(attributes.get(name, {}).get("StringValue", ""))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _read(queue: str, body: str, scheduler_error: str) -> dict[str, Any]:
    try:
        if queue == CART_EVENTS.name:
            return _cart_event(CartEvent.model_validate_json(body))
        if queue == ORDER_POSTINGS.name:
            return _order_ready(OrderReady.model_validate_json(body))
        if queue == AMAZON_EVENTS.name:
            return _notification(json.loads(body))
        return _scheduled_run(json.loads(body), scheduler_error)
    except (ValidationError, ValueError):
        return {"kind": Kind.UNREADABLE}


def _cart_event(event: CartEvent) -> dict[str, Any]:
    return {
        "kind": Kind.CART_EVENT,
        "tenant": event.tenant,
        "store": event.store,
        "order_id": event.resource_id,
        "delivery": event.delivery,
        "about": event.topic,
    }


def _order_ready(order: OrderReady) -> dict[str, Any]:
    return {
        "kind": Kind.ORDER_READY,
        "tenant": order.tenant,
        "store": order.store,
        "order_id": order.order_id,
        "about": f"facts {order.facts_version}, {order.cause}",
    }


def _notification(document: Any) -> dict[str, Any]:
    """What a cart told a queue of ours: its type only, the rest may be personal."""
    kind = document.get("NotificationType") if isinstance(document, dict) else None
    return {"kind": Kind.NOTIFICATION, "about": kind if isinstance(kind, str) else ""}


def _scheduled_run(document: Any, scheduler_error: str) -> dict[str, Any]:
    """What Lambda's on-failure destination or the scheduler says; its texts are not shown."""
    facts = document if isinstance(document, dict) else {}
    request, answer = facts.get("requestContext"), facts.get("responsePayload")
    condition = request.get("condition", "") if isinstance(request, dict) else ""
    error = answer.get("errorType", "") if isinstance(answer, dict) else ""
    return {
        "kind": Kind.SCHEDULED_RUN,
        "about": str(condition),
        "error": str(error or scheduler_error),
    }
