"""What travels on our queues. Small, versioned, without personal data or amounts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Message(BaseModel):
    """A message of ours: immutable, and unknown members are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    schema_version: Literal[1] = 1


class CartEvent(Message):
    """A delivery that was verified and archived, or a poller's hint: on `cart-events.fifo`.

    `raw_key` is the archived body in the raw-events bucket; a hint has none and names what to
    fetch, and `as_of` is the update time that the cart stated. `released_by` is the person who says
    that an order that was held, or a customer that was refused, shall be tried again.
    FIFO group: `tenant#store#resource_id`; deduplication id: the delivery key's digest.
    """

    tenant: str = Field(min_length=1)
    store: str = Field(min_length=1)
    cart: str = Field(min_length=1)
    topic: str = Field(min_length=1)
    delivery: str = Field(min_length=1)
    resource_id: str = ""
    raw_key: str = ""
    received_at: datetime
    as_of: datetime | None = None
    released_by: str = ""


class OrderReady(Message):
    """An order whose facts are kept and whose customer is known: on `order-postings.fifo`.

    FIFO group: the lane, `tenant#n`.
    """

    tenant: str = Field(min_length=1)
    store: str = Field(min_length=1)
    order_id: str = Field(min_length=1)
    facts_version: int = Field(ge=0)
    cause: str = "event"
