"""The queue of cart events: one group per order, so that its deliveries keep their order."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.intake.archive import NotKeptError
from shared.messages import CartEvent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_LONGEST_GROUP = 128


class CartEvents(Protocol):
    """Queues cart events."""

    def send(self, event: CartEvent) -> None:
        """Queue the event; the same delivery within five minutes counts once.

        Raises:
            NotKeptError: it could not be queued.
        """
        ...


def delivery_digest(cart: str, tenant: str, store: str, key: str) -> str:
    """The name of a delivery for archive and queue; tells nothing and fits every key."""
    return hashlib.sha256(f"{cart}|{tenant}|{store}|{key}".encode()).hexdigest()


def group_of(event: CartEvent) -> str:
    """The FIFO group: the order; a delivery that names none stands alone."""
    group = f"{event.tenant}#{event.store}#{event.resource_id or event.delivery}"
    if len(group) <= _LONGEST_GROUP:
        return group
    return hashlib.sha256(group.encode()).hexdigest()


class SqsCartEvents:
    """The FIFO queue of cart events."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        """Send to the queue at `queue_url`."""
        self._client = client
        self._queue_url = queue_url

    def send(self, event: CartEvent) -> None:
        """Queue the event; the same delivery within five minutes counts once.

        Raises:
            NotKeptError: it could not be queued.
        """
        try:
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=event.model_dump_json(),
                MessageGroupId=group_of(event),
                MessageDeduplicationId=event.delivery,
            )
        except (ClientError, BotoCoreError) as exc:
            message = "the event could not be queued"
            raise NotKeptError(message) from exc
