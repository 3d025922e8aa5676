"""BigCommerce's deliveries: Standard Webhooks, `v1` signatures (carts reference §11)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from carts.adapter import Delivery, Headers
from carts.documents import to_identifier
from carts.proofs import accepted_secrets, from_base64, is_fresh, is_hmac

ORDER_TOPICS = frozenset(
    {
        "store/order/created",
        "store/order/updated",
        "store/order/statusUpdated",
        "store/order/refund/created",
        "store/order/transaction/created",
    }
)

KEPT_HEADERS = ("webhook-", "content-type", "user-agent")

TOLERANCE_SECONDS = 300
"""How far a signed time may lie from ours."""

_TOPIC = re.compile(r"store/[A-Za-z/]{1,80}")
_PRODUCER = re.compile(r"stores/([A-Za-z0-9]{1,40})")
_VERSION = "v1,"
_MOST_SIGNATURES = 10


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """The members that the store's secret lacks for verifying deliveries."""
    return [] if accepted_secrets(secret) else ["webhook_secrets"]


def is_genuine(
    headers: Headers, body: bytes, secret: Mapping[str, Any], now: Callable[[], float]
) -> bool:
    """Whether id, time and body were signed with an accepted client secret, and lately.

    The key is the secret's bytes, which the generic library would want in base64.
    """
    event, timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
    if not event or not is_fresh(timestamp, now(), TOLERANCE_SECONDS):
        return False
    listed = headers.get("webhook-signature").split(" ")[:_MOST_SIGNATURES]
    given = [from_base64(each[len(_VERSION) :]) for each in listed if each.startswith(_VERSION)]
    message = f"{event}.{timestamp}.".encode(errors="replace") + body
    return is_hmac(given, message, accepted_secrets(secret))


def describe(headers: Headers, body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself; its id is the same over retries, else its `hash`.

    The store's hash stands in `producer`: it must be the store's `domain`.
    """
    members = document if isinstance(document, dict) else {}
    scope, producer, data = (members.get(name) for name in ("scope", "producer", "data"))
    topic = scope if isinstance(scope, str) and _TOPIC.fullmatch(scope) else "unknown"
    named = _PRODUCER.fullmatch(producer) if isinstance(producer, str) else None
    event = headers.get("webhook-id") or to_identifier(members.get("hash"))
    return Delivery(
        topic=topic,
        key=f"{event or hashlib.sha256(body).hexdigest()}|{topic}",
        account=named[1].lower() if named else "",
        resource_id=_order_id(data),
        is_handled=topic in ORDER_TOPICS,
    )


def _order_id(data: Any) -> str:
    """The order: `order_id` where the delivery is about a part of it, else `id`."""
    if not isinstance(data, dict):
        return ""
    if data.get("type") == "order":
        return to_identifier(data.get("id"))
    return to_identifier(data.get("order_id"))
