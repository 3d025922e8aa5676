"""Amazon as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

from collections.abc import Mapping
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
from carts.amazon import notifications, readings
from carts.amazon.models import CART
from carts.documents import Node
from carts.sums import believed, believed_payout


class AmazonAdapter:
    """Amazon's notifications and documents; see `CartAdapter` for the promises."""

    name = CART
    kept_headers = ()
    access_members = ("refresh_token", "client_id", "client_secret")
    polling = PollingRules(lag=timedelta(minutes=3), longest_window=timedelta(hours=6))
    """Two thousand orders are all that can be listed at once: a window holds fewer."""

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:  # noqa: ARG002  # protocol
        """Nothing: notifications come from a queue and prove themselves by its policy."""
        return []

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:  # noqa: ARG002  # protocol
        """Never over HTTP: Amazon does not push there, so whoever does is not Amazon."""
        return False

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:  # noqa: ARG002
        """What the delivery says of itself; Amazon says it in the body alone."""
        return notifications.describe(body, document)

    def is_for(self, document: Any, secret: Mapping[str, Any]) -> bool:
        """Whether a notification is about a marketplace that the store of this secret sells on."""
        listed = secret.get("marketplace_ids")
        return isinstance(listed, list) and notifications.marketplace_of(document) in listed

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del tax_included
        return believed(lambda: readings.read(Node(document, "", []), store, topic))

    def read_payout(self, store: str, document: Any) -> PayoutReading:
        """Transactions as `listTransactions` answers, in the commerce model."""
        from carts.amazon.payouts import loose_transactions  # noqa: PLC0415  # intake reads none
        from carts.amazon.transactions import page_transactions  # noqa: PLC0415  # likewise

        root = Node(document, "", [])
        nodes = list(page_transactions(root))
        if root.problems:
            return PayoutReading(None, tuple(root.problems))
        return believed_payout(lambda: loose_transactions(nodes, store))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one seller's API.

        Raises:
            CartApiError: the store's secret or address is not as it must be.
        """
        from carts.amazon.client import AmazonClient  # noqa: PLC0415  # intake needs no httpx

        return AmazonClient.connect(access)


ADAPTER: CartAdapter = AmazonAdapter()
