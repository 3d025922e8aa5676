"""The lanes that orders queue up in: one customer's orders in their order, a company's few at once.

Used by whoever puts an order on the queue, so that an order always meets the same lane (reliability
§6): `tenant#<n>`, n below the company's write concurrency.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Protocol

from shared.messages import OrderReady

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class OrderLanes(Protocol):
    """Puts orders on their lane."""

    def send(self, message: OrderReady, *, lane: str, deduplication: str) -> None:
        """Queue the order; the same deduplication id within five minutes counts once."""
        ...


def lane(tenant: str, lanes: int, *, customer: str, order_id: str) -> str:
    """The lane of an order: by its customer, or by itself where there is no customer of its own."""
    return f"{tenant}#{zlib.crc32((customer or order_id).encode()) % lanes}"


def deduplication_id(pk: str, detail: str) -> str:
    """A deduplication id for an order and what makes this message another one than the last."""
    return hashlib.sha256(f"{pk}|{detail}".encode()).hexdigest()


class SqsOrderLanes:
    """The FIFO queue of orders that are ready to post."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        """Send to the queue at `queue_url`."""
        self._client = client
        self._queue_url = queue_url

    def send(self, message: OrderReady, *, lane: str, deduplication: str) -> None:
        """Queue the order; the same deduplication id within five minutes counts once."""
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=message.model_dump_json(),
            MessageGroupId=lane,
            MessageDeduplicationId=deduplication,
        )
