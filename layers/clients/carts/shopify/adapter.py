"""Shopify as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carts.adapter import (
    CartAdapter,
    CartClient,
    Delivery,
    Headers,
    PayoutReading,
    Reading,
    StoreAccess,
)
from carts.documents import Node
from carts.shopify import webhooks
from carts.sums import believed, believed_payout


class ShopifyAdapter:
    """Shopify's deliveries and documents; see `CartAdapter` for the promises."""

    name = "shopify"
    kept_headers = webhooks.KEPT_HEADERS

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether the body was signed with the current or the previous client secret."""
        return webhooks.is_genuine(headers, body, secret)

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:
        """What the delivery says of itself."""
        return webhooks.describe(headers, body, document)

    def presented(self, document: Any) -> Any:
        """The document in the currency that its buyer saw."""
        from carts.shopify import sides  # noqa: PLC0415  # intake proves deliveries, and reads none

        return sides.presented(document)

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        from carts.shopify import readings  # noqa: PLC0415  # intake proves deliveries, and reads none

        return believed(
            lambda: readings.read(Node(document, "", []), store, topic, tax_included=tax_included)
        )

    def read_payout(self, store: str, document: Any) -> PayoutReading:
        """Balance transactions of Shopify Payments as a payout."""
        from carts.shopify import payouts  # noqa: PLC0415  # intake proves deliveries, and reads none

        return believed_payout(lambda: payouts.loose_transactions(Node(document, "", []), store))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one store's Admin API; imports the HTTP library on first use."""
        from carts.shopify.client import ShopifyClient  # noqa: PLC0415  # intake never calls out

        return ShopifyClient.connect(access)


ADAPTER: CartAdapter = ShopifyAdapter()
