"""BigCommerce as the registry sees it: deliveries in, hints out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from carts.adapter import (
    CartAdapter,
    CartApiError,
    CartClient,
    Delivery,
    Headers,
    Reading,
    StoreAccess,
    UnknownTopicError,
)
from carts.bigcommerce import webhooks


class BigCommerceAdapter:
    """BigCommerce's deliveries; see `CartAdapter` for the promises."""

    name = "bigcommerce"
    kept_headers = webhooks.KEPT_HEADERS

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """`now` tells the epoch seconds that signed times are compared with."""
        self._now = now

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether the delivery was signed with an accepted client secret, and lately."""
        return webhooks.is_genuine(headers, body, secret, self._now)

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:
        """What the delivery says of itself."""
        return webhooks.describe(headers, body, document)

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """A delivery holds ids only, so that its order is to be fetched.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del store, document, tax_included
        if topic in webhooks.ORDER_TOPICS:
            return Reading(None, needs_fetch=True)
        message = "a topic without meaning to the BigCommerce adapter"
        raise UnknownTopicError(message)

    def client(self, access: StoreAccess) -> CartClient:
        """There is no client of BigCommerce's API.

        Raises:
            CartApiError: always, and lastingly.
        """
        message = (
            f"orders of store {access.store} cannot be fetched: no client of BigCommerce's API"
        )
        raise CartApiError(message, is_lasting=True)


ADAPTER: CartAdapter = BigCommerceAdapter()
