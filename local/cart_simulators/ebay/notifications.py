"""EBay's notifications: ids only, one per line item, signed with the simulator's key (§8.2)."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.cart_simulators.ebay.shapes import order_id, text
from local.cart_simulators.orders import Event, ShopOrder
from local.cart_simulators.webhooks import Signed

KEY_ID = "00000000-1111-4222-8333-00000000ebay"

TOPICS = {Event.PAID: "ORDER_CONFIRMATION", Event.SHIPPED: "ITEM_MARKED_SHIPPED"}
"""What eBay tells of; of refunds and cancellations it does not."""


class Signer:
    """Signs bodies as eBay does, with a key made when it starts."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """The public half on one line, as eBay answers it."""
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode().replace("\n", "")

    def signed(self, document: dict[str, Any]) -> Signed:
        """The document's compact bytes with eBay's header."""
        body = json.dumps(document, separators=(",", ":")).encode()
        signature = self._key.sign(body, ec.ECDSA(hashes.SHA256()))
        claim = {
            "alg": "ecdsa",
            "kid": KEY_ID,
            "signature": base64.b64encode(signature).decode(),
            "digest": "SHA256",
        }
        header = base64.b64encode(json.dumps(claim).encode()).decode()
        return Signed(body, {"Content-Type": "application/json", "X-EBAY-SIGNATURE": header})


def notification(topic: str, order: ShopOrder, number: int, at: datetime) -> dict[str, Any]:
    """A notification about one line item of an order."""
    return {
        "metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False},
        "notification": {
            "notificationId": f"dddddddd-0000-4000-8000-{number:012d}",
            "eventDate": text(at),
            "publishDate": text(at),
            "publishAttemptCount": 1,
            "data": {"orderId": order_id(order)},
        },
    }
