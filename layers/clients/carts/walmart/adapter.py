"""Walmart US as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from carts.adapter import (
    CartAdapter,
    CartClient,
    Delivery,
    Headers,
    PayoutReading,
    PollingRules,
    Reading,
    StoreAccess,
)
from carts.documents import Node
from carts.sums import believed, believed_payout
from carts.walmart import readings, webhooks
from carts.walmart.models import CART


class WalmartAdapter:
    """Walmart's deliveries and documents; see `CartAdapter` for the promises."""

    name = CART
    kept_headers = webhooks.KEPT_HEADERS
    access_members = ("client_id", "client_secret")
    polling = PollingRules(overlap=timedelta(minutes=15))

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """`now` tells the epoch seconds that signed times are compared with."""
        self._now = now

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether the delivery proves itself in the way that the subscription asked for."""
        return webhooks.is_genuine(headers, body, secret, self._now)

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:  # noqa: ARG002
        """What the delivery says of itself; Walmart says it in the body alone."""
        return webhooks.describe(body, document)

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model; US prices never hold tax.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del tax_included
        return believed(lambda: readings.read(Node(document, "", []), store, topic))

    def read_payout(self, store: str, document: Any) -> PayoutReading:
        """The rows of a reconciliation report in the commerce model."""
        from carts.walmart.payouts import settlement  # noqa: PLC0415  # intake reads none

        return believed_payout(lambda: settlement(document, store))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one seller's API.

        Raises:
            CartApiError: the store's secret or address is not as it must be.
        """
        from carts.walmart.client import WalmartClient  # noqa: PLC0415  # intake needs no httpx

        return WalmartClient.connect(access)


ADAPTER: CartAdapter = WalmartAdapter()
