"""Amazon as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carts.adapter import (
    CartAdapter,
    CartApiError,
    CartClient,
    Code,
    Delivery,
    Headers,
    Problem,
    Reading,
    StoreAccess,
)
from carts.amazon import notifications, readings
from carts.amazon.models import CART
from carts.documents import Node
from commerce.money import MoneyError


class AmazonAdapter:
    """Amazon's notifications and documents; see `CartAdapter` for the promises."""

    name = CART
    kept_headers = ()

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:  # noqa: ARG002  # protocol
        """Nothing: notifications come from a queue and prove themselves by its policy."""
        return []

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:  # noqa: ARG002  # protocol
        """Never over HTTP: Amazon does not push there, so whoever does is not Amazon."""
        return False

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:  # noqa: ARG002
        """What the delivery says of itself; Amazon says it in the body alone."""
        return notifications.describe(body, document)

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del tax_included
        try:
            return readings.read(Node(document, "", []), store, topic)
        except MoneyError:
            message = "holds amounts whose sums are beyond belief"
            return Reading(None, (Problem(Code.PAYLOAD_INVALID, "document", message),))

    def client(self, access: StoreAccess) -> CartClient:
        """There is no client of Amazon's API.

        Raises:
            CartApiError: always, and lastingly.
        """
        message = f"orders of store {access.store} cannot be fetched: no client of Amazon's API"
        raise CartApiError(message, is_lasting=True)


ADAPTER: CartAdapter = AmazonAdapter()
