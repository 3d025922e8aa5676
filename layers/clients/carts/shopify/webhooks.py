"""Shopify's deliveries: who sent them and what they are about (carts reference §4.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from carts.adapter import Delivery, Headers, ToldLevel
from carts.documents import to_identifier

ORDER_TOPICS = frozenset(
    {
        "orders/create",
        "orders/updated",
        "orders/paid",
        "orders/cancelled",
        "orders/fulfilled",
        "orders/partially_fulfilled",
    }
)
EDIT_TOPIC = "orders/edited"
REFUND_TOPIC = "refunds/create"
TRANSACTION_TOPIC = "order_transactions/create"
LEVEL_TOPIC = "inventory_levels/update"
FULFILLMENT_TOPICS = frozenset({"fulfillments/create", "fulfillments/update"})
HANDLED_TOPICS = ORDER_TOPICS | FULFILLMENT_TOPICS | {EDIT_TOPIC, REFUND_TOPIC, TRANSACTION_TOPIC}

KEPT_HEADERS = ("x-shopify-", "shopify-", "content-type", "user-agent")

_TOPIC = re.compile(r"[a-z_]{1,64}/[a-z_]{1,64}")


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """The members that the store's secret lacks for verifying deliveries."""
    return [] if _client_secrets(secret) else ["webhook_secrets"]


def is_genuine(headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
    """Whether the body was signed with the current or the previous client secret.

    Every secret is tried, each in constant time, so that the answer does not tell which one fits.
    """
    try:
        given = base64.b64decode(_header(headers, "Hmac-Sha256").encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    digests = (
        hmac.new(key.encode(), body, hashlib.sha256).digest() for key in _client_secrets(secret)
    )
    matches = [hmac.compare_digest(given, digest) for digest in digests]
    return any(matches)


def describe(headers: Headers, body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself.

    The event id is the same over retries and subscriptions; with the topic it is the delivery key.
    Where it is missing, the body's digest stands for it.
    """
    topic = _header(headers, "Topic")
    topic = topic if _TOPIC.fullmatch(topic) else "unknown"
    event = _header(headers, "Event-Id") or hashlib.sha256(body).hexdigest()
    return Delivery(
        topic=topic,
        key=f"{event}|{topic}",
        account=_header(headers, "Shop-Domain").lower(),
        resource_id=_order_id(topic, document),
        is_handled=topic in HANDLED_TOPICS,
        level=_level(topic, document),
    )


def _level(topic: str, document: Any) -> ToldLevel | None:
    """The place whose stock moved (carts reference §4.8); its figure is read, not believed."""
    if topic != LEVEL_TOPIC or not isinstance(document, dict):
        return None
    return ToldLevel(to_identifier(document.get("location_id")) or None)


def _header(headers: Headers, name: str) -> str:
    """Both spellings are in use; Shopify's own library prefers the one without `X-`."""
    return headers.get(f"Shopify-{name}", f"X-Shopify-{name}")


def _client_secrets(secret: Mapping[str, Any]) -> list[str]:
    """The accepted client secrets, the current one first."""
    members = secret.get("webhook_secrets")
    if not isinstance(members, list):
        return []
    return [member for member in members if isinstance(member, str) and member]


def _order_id(topic: str, document: Any) -> str:
    """The order that the document is or belongs to; empty when it does not say."""
    if topic == EDIT_TOPIC and isinstance(document, dict):
        document = document.get("order_edit")
    if not isinstance(document, dict):
        return ""
    return to_identifier(document.get("id" if topic in ORDER_TOPICS else "order_id"))
