"""Walmart's deliveries: who sent them and what they are about (carts reference §9.2).

A subscription names one way of proving itself; only that one is accepted, so that nobody can choose
a weaker one. The store's secret says which: `webhook_scheme` is `basic`, `hmac` or `wm_sec`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from carts.adapter import Delivery, Headers
from carts.documents import to_identifier
from carts.proofs import accepted_secrets, from_base64, from_hex, is_fresh, is_hmac, text_member

ORDER_EVENTS = frozenset({"PO_CREATED", "PO_LINE_AUTOCANCELLED", "ORDER_UPDATES"})
WISH = "INTENT_TO_CANCEL"
"""A buyer's wish, no cancellation: nothing changes until the order itself says Cancelled."""

KEPT_HEADERS = ("wm_sec.timestamp", "wm_sec.key_id", "wm_svc.", "content-type", "user-agent")

TOLERANCE_SECONDS = 300
"""How far a signed time may lie from ours."""

_TOPIC = re.compile(r"[A-Z][A-Z_]{0,63}")
_NEEDED = {
    "basic": ("webhook_secrets", "webhook_username"),
    "hmac": ("webhook_secrets", "webhook_header"),
    "wm_sec": ("webhook_secrets", "webhook_url"),
}


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """The members that the store's secret lacks for verifying deliveries."""
    needed = _NEEDED.get(text_member(secret, "webhook_scheme"))
    if needed is None:
        return ["webhook_scheme"]
    missing = [] if accepted_secrets(secret) else ["webhook_secrets"]
    return missing + [name for name in needed[1:] if not text_member(secret, name)]


def is_genuine(
    headers: Headers, body: bytes, secret: Mapping[str, Any], now: Callable[[], float]
) -> bool:
    """Whether the delivery proves itself in the way that the subscription asked for."""
    if missing_members(secret):
        return False
    match text_member(secret, "webhook_scheme"):
        case "basic":
            return _is_basic(headers, secret)
        case "hmac":
            given = headers.get(text_member(secret, "webhook_header"))
            # Hex or base64 is not documented: a digest is accepted in both spellings.
            return is_hmac([from_base64(given), from_hex(given)], body, accepted_secrets(secret))
        case _:
            return _is_signed(headers, body, secret, now())


def _is_basic(headers: Headers, secret: Mapping[str, Any]) -> bool:
    given = headers.get(text_member(secret, "webhook_header") or "Authorization")
    scheme, _, credentials = given.partition(" ")
    decoded = from_base64(credentials.strip())
    if scheme.lower() != "basic" or decoded is None:
        return False
    user = text_member(secret, "webhook_username")
    wanted = [f"{user}:{password}".encode() for password in accepted_secrets(secret)]
    matches = [hmac.compare_digest(decoded, each) for each in wanted]
    return any(matches)


def _is_signed(headers: Headers, body: bytes, secret: Mapping[str, Any], now: float) -> bool:
    """The signed path is that of the subscription, `webhook_url`, query and all."""
    timestamp = headers.get("WM_SEC.TIMESTAMP")
    if not is_fresh(timestamp, now, TOLERANCE_SECONDS):
        return False
    url = urlsplit(text_member(secret, "webhook_url"))
    path = f"{url.path}?{url.query}" if url.query else url.path
    message = "\n".join(["POST", path, timestamp, hashlib.sha256(body).hexdigest()])
    given = from_base64(headers.get("WM_SEC.SIGNATURE"))
    return is_hmac([given], message.encode(), accepted_secrets(secret))


def describe(body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself; its event id is the same over retries.

    Bodies that name the seller (`partnerId`) are compared with the store; the others rest on the
    store's own secret.
    """
    source = _object(document, "source")
    payload = _object(document, "payload")
    order = _object(payload, "order")
    topic = source.get("eventType")
    topic = topic if isinstance(topic, str) and _TOPIC.fullmatch(topic) else "unknown"
    event = to_identifier(source.get("eventId")) or hashlib.sha256(body).hexdigest()
    order_id = to_identifier(payload.get("purchaseOrderId"))
    return Delivery(
        topic=topic,
        key=f"{event}|{topic}",
        account=_account(payload),
        resource_id=order_id or to_identifier(order.get("purchaseOrderId")),
        is_handled=topic in ORDER_EVENTS and payload.get("subEventType") != WISH,
    )


def _account(payload: Mapping[str, Any]) -> str | None:
    named = payload.get("partnerId")
    return None if named is None else to_identifier(named).lower()


def _object(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
