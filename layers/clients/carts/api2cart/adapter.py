"""API2Cart as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from carts.adapter import (
    CartAdapter,
    CartClient,
    Delivery,
    Headers,
    PollingRules,
    Reading,
    StoreAccess,
)
from carts.api2cart import readings, webhooks
from carts.api2cart.models import CART
from carts.documents import Node
from carts.sums import believed


class Api2CartAdapter:
    """API2Cart's deliveries and documents; see `CartAdapter` for the promises."""

    name = CART
    kept_headers = webhooks.KEPT_HEADERS
    access_members = ("api_key", "store_key")
    polling = PollingRules(overlap=timedelta(minutes=15))

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether the delivery was signed with the store key, by the recipe in use."""
        return webhooks.is_genuine(headers, body, secret)

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:
        """What the delivery says of itself."""
        return webhooks.describe(headers, body, document)

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model; its prices are those without tax.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del tax_included
        return believed(lambda: readings.read(Node(document, "", []), store, topic))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one store's API.

        Raises:
            CartApiError: the store's secret or address is not as it must be.
        """
        from carts.api2cart.client import Api2CartClient  # noqa: PLC0415  # intake needs no httpx

        return Api2CartClient.connect(access)


ADAPTER: CartAdapter = Api2CartAdapter()
