"""BigCommerce as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from carts.adapter import (
    CartAdapter,
    CartClient,
    Delivery,
    Headers,
    Reading,
    StoreAccess,
)
from carts.bigcommerce import readings, webhooks
from carts.bigcommerce.models import CART
from carts.documents import Node
from carts.sums import believed


class BigCommerceAdapter:
    """BigCommerce's deliveries and documents; see `CartAdapter` for the promises."""

    name = CART
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
        """The document in the commerce model; amounts without tax are used throughout.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del tax_included
        return believed(lambda: readings.read(Node(document, "", []), store, topic))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one store's API.

        Raises:
            CartApiError: the store's token, hash or address is not as it must be.
        """
        from carts.bigcommerce.client import BigCommerceClient  # noqa: PLC0415  # intake needs no httpx

        return BigCommerceClient.connect(access)


ADAPTER: CartAdapter = BigCommerceAdapter()
