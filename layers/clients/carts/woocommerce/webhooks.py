"""WooCommerce's deliveries: who sent them and what they are about (carts reference §6.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from carts.adapter import Delivery, Headers, ToldLevel
from carts.documents import to_identifier
from carts.proofs import accepted_secrets, from_base64, is_hmac

ORDER_TOPICS = frozenset({"order.created", "order.updated", "order.restored"})
PRODUCT_TOPIC = "product.updated"
DELETION_TOPIC = "order.deleted"
HANDLED_TOPICS = ORDER_TOPICS | {DELETION_TOPIC}

KEPT_HEADERS = ("x-wc-webhook-", "content-type", "user-agent")

_TOPIC = re.compile(r"[a-z_]{1,64}\.[a-z_]{1,64}")
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_PRESENT = re.compile(r"[0-9T:-]{1,32}")
_ENTITIES = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#039;": "'",
    "&#39;": "'",
    "&#x27;": "'",
    "&apos;": "'",
    "&amp;": "&",
}


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """The members that the store's secret lacks for verifying deliveries."""
    return [] if accepted_secrets(secret) else ["webhook_secrets"]


def is_ping(headers: Headers, body: bytes) -> bool:
    """Whether this is the unsigned form that a site posts when a webhook is made.

    It must be answered with 200, or the webhook cannot be switched on. It carries nothing: a body
    of any other form, or any header of a delivery, is no ping.
    """
    if headers.get("X-WC-Webhook-Topic", "X-WC-Webhook-Signature"):
        return False
    return _PING.fullmatch(body) is not None


def is_genuine(headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
    """Whether the body was signed with one of the webhook's accepted secrets.

    WordPress stores a secret with its special characters as HTML entities and decodes them before
    it signs: a secret is tried as it is and decoded, so that either may be configured.
    """
    given = from_base64(headers.get("X-WC-Webhook-Signature"))
    secrets = [form for key in accepted_secrets(secret) for form in (key, _decoded(key))]
    return is_hmac([given], body, secrets)


def describe(headers: Headers, body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself.

    The site's delivery id is a hash of webhook and second, so it is not unique: source, topic,
    order, its version and the body make the key (carts reference §2.2).
    """
    topic = headers.get("X-WC-Webhook-Topic")
    topic = topic if _TOPIC.fullmatch(topic) else "unknown"
    members = document if isinstance(document, dict) else {}
    order_id = to_identifier(members.get("id"))
    account = account_of(headers.get("X-WC-Webhook-Source"))
    digest = hashlib.sha256(body).hexdigest()
    return Delivery(
        topic=topic,
        key=f"{account}|{topic}|{order_id}|{_version(members)}|{digest}",
        account=account,
        resource_id=order_id if topic in HANDLED_TOPICS else "",
        is_handled=topic in HANDLED_TOPICS,
        level=_level(topic, members),
    )


def _level(topic: str, members: Mapping[str, Any]) -> ToldLevel | None:
    """A product whose stock is kept was changed: it may have moved (carts reference §6.2)."""
    keeps = members.get("manage_stock")
    is_one = topic == PRODUCT_TOPIC and (keeps is True or members.get("type") == "variable")
    return ToldLevel() if is_one else None


def account_of(source: str) -> str:
    """The shop of a source address: host and directory, without scheme and last slash."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return ""
    return f"{parts.netloc}{parts.path}".rstrip("/").lower()


def _version(members: Mapping[str, Any]) -> str:
    stated = members.get("date_modified_gmt")
    return stated if isinstance(stated, str) and _PRESENT.fullmatch(stated) else ""


def _decoded(secret: str) -> str:
    """As `wp_specialchars_decode` does it: the ampersand last, nothing decoded twice."""
    for entity, character in _ENTITIES.items():
        secret = secret.replace(entity, character)
    return secret
