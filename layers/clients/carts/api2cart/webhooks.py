"""API2Cart's deliveries: who sent them and what they are about (carts reference §10.2).

How `X-Webhook-Signature` is made is not documented (U1); two recipes are known, and the store's
secret names the one in use: `webhook_profile` is `a` (headers and body) or `b` (body alone).
Nothing unsigned is taken in: our paths can be guessed, and the poller finds what is missing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from carts.adapter import Delivery, Headers
from carts.api2cart.models import unwrap
from carts.documents import to_identifier
from carts.proofs import accepted_secrets, from_base64, is_hmac, text_member

ORDER_TOPICS = frozenset({"order/add", "order/update"})

KEPT_HEADERS = ("x-webhook-", "content-type", "user-agent")

_PREFIX = "x-webhook-"
_SIGNATURE = "x-webhook-signature"
_PROFILES = frozenset({"a", "b"})
_WORD = re.compile(r"[a-z_.]{1,64}")


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """The members that the store's secret lacks for verifying deliveries."""
    missing = [] if text_member(secret, "webhook_profile") in _PROFILES else ["webhook_profile"]
    return missing if accepted_secrets(secret) else [*missing, "webhook_secrets"]


def is_genuine(headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
    """Whether the delivery was signed with the store key, by the recipe that the store names."""
    if missing_members(secret):
        return False
    is_with_headers = text_member(secret, "webhook_profile") == "a"
    message = _signed_headers(headers) + body if is_with_headers else body
    return is_hmac([from_base64(headers.get(_SIGNATURE))], message, accepted_secrets(secret))


def _signed_headers(headers: Headers) -> bytes:
    """The `X-Webhook-*` headers as PHP's JSON: sorted by name, slashes escaped."""
    found = headers.selected([_PREFIX])
    members = {_spelled(name): value for name, value in found.items() if name != _SIGNATURE}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return text.replace("/", "\\/").encode()


def _spelled(name: str) -> str:
    """The header's name as it was sent: gateways hand it over in lower case."""
    return "-".join(part.capitalize() for part in name.split("-"))


def describe(headers: Headers, body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself; no delivery id is documented, so its content tells it."""
    entity, action = headers.get("X-Webhook-Entity"), headers.get("X-Webhook-Action")
    is_known = bool(_WORD.fullmatch(entity) and _WORD.fullmatch(action))
    topic = f"{entity}/{action}" if is_known else "unknown"
    order_id = _order_id(document)
    parts = [headers.get("X-Webhook-Store-Id"), topic, order_id, hashlib.sha256(body).hexdigest()]
    return Delivery(
        topic=topic,
        key="|".join(parts),
        account=None,
        resource_id=order_id,
        is_handled=topic in ORDER_TOPICS,
    )


def _order_id(document: Any) -> str:
    """The order's `id`, or `order_id` where that is empty, as in the order itself."""
    document = unwrap(document)
    if not isinstance(document, dict):
        return ""
    chosen = document.get("id")
    return to_identifier(chosen if chosen not in (None, "") else document.get("order_id"))
