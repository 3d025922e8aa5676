"""WooCommerce as the registry sees it: deliveries in, facts of the commerce model out."""

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
    Trial,
)
from carts.documents import Node
from carts.sums import believed, believed_payout
from carts.woocommerce import webhooks


class WooCommerceAdapter:
    """WooCommerce's deliveries and documents; see `CartAdapter` for the promises."""

    name = "woocommerce"
    kept_headers = webhooks.KEPT_HEADERS

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def answer(self, trial: Trial, secret: Mapping[str, Any]) -> str | None:  # noqa: ARG002  # protocol
        """An empty object for the unsigned ping that a new webhook must have answered with 200."""
        is_ping = trial.method == "POST" and webhooks.is_ping(trial.headers, trial.body)
        return "{}" if is_ping else None

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether the body was signed with one of the webhook's accepted secrets."""
        return webhooks.is_genuine(headers, body, secret)

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:
        """What the delivery says of itself."""
        return webhooks.describe(headers, body, document)

    def read(
        self,
        store: str,
        topic: str,
        document: Any,
        *,
        tax_included: bool | None = None,  # noqa: ARG002  # part of the protocol
    ) -> Reading:
        """The document in the commerce model; prices never hold tax, whatever is known.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        from carts.woocommerce import readings  # noqa: PLC0415  # intake proves, and reads none

        return believed(lambda: readings.read(Node(document, "", []), store, topic))

    def read_payout(self, store: str, document: Any) -> PayoutReading:
        """What the gateway kept of an order, where its plug-in notes that in the order."""
        from carts.woocommerce import fees  # noqa: PLC0415  # intake proves deliveries, reads none

        return believed_payout(lambda: fees.fee_reading(Node(document, "", []), store))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one site's REST API; imports the HTTP library on first use."""
        from carts.woocommerce.client import WooCommerceClient  # noqa: PLC0415  # intake never calls out

        return WooCommerceClient.connect(access)


ADAPTER: CartAdapter = WooCommerceAdapter()
