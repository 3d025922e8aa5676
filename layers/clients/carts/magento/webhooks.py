"""Adobe's deliveries: who sent them and what they are about (carts reference §5.2).

Three ways in, told by their headers: I/O Events (two RSA signatures, keys of Adobe's for all its
customers), Commerce Webhooks (RSA, a key of the store's own), and hooks of community modules (a
shared text in a header). What they say is a hint: the order is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from carts.adapter import Delivery, Headers, ToldLevel
from carts.documents import DocumentError, parse, to_identifier
from carts.proofs import accepted_secrets, from_base64

ORDER_EVENTS = frozenset({"sales_order_save_commit_after", "sales_order_save_after"})
FOLLOWER_EVENTS = frozenset(
    {
        "sales_order_creditmemo_save_after",
        "sales_order_creditmemo_save_commit_after",
        "sales_order_invoice_save_after",
        "sales_order_invoice_save_commit_after",
        "sales_order_shipment_save_after",
        "sales_order_shipment_save_commit_after",
    }
)
LEVEL_EVENTS = frozenset(
    {"cataloginventory_stock_item_save_commit_after", "cataloginventory_stock_item_save_after"}
)
WEBHOOK_TOPIC = "commerce_webhook"
HINT_TOPIC = "order_hint"
HANDLED_TOPICS = ORDER_EVENTS | FOLLOWER_EVENTS | {WEBHOOK_TOPIC, HINT_TOPIC}

KEPT_HEADERS = (
    "x-adobe-event-",
    "x-adobe-delivery-id",
    "x-adobe-provider",
    "x-adobe-retry-count",
    "content-type",
    "user-agent",
)

SHARED_HEADER = "x-cartledger-secret"
"""The header in which a community module sends the text it shares with us."""

_COMMERCE_SIGNATURE = "x-adobe-commerce-webhook-signature"
_EVENT_NAME = re.compile(r"[a-z0-9_.]{1,120}\.(?:observer|plugin)\.([a-z0-9_]{1,80})")
_EVENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

_GO_ON = '{"op":"success"}'
"""What a shop that waits for a Commerce Webhook wants to hear."""

KeyOf = Callable[[str], bytes | None]
"""Gives the public key at one of Adobe's paths, None when there is none."""


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """What the store's secret lacks: one of the three ways in must be set up."""
    ways = ("client_ids", "webhook_public_keys", "webhook_secrets")
    return [] if any(_texts(secret, way) for way in ways) else ["client_ids"]


def challenge_answer(query: Mapping[str, str]) -> dict[str, str] | None:
    """What Adobe wants back as JSON when it tries an address (`GET ?challenge=`), else None."""
    given = query.get("challenge", "")
    return {"challenge": given} if given else None


def is_genuine(headers: Headers, body: bytes, secret: Mapping[str, Any], key_of: KeyOf) -> bool:
    """Whether Adobe, or the store itself, sent the body for this store.

    Raises:
        CartApiError: Adobe's key could not be fetched; the delivery must come again.
    """
    if headers.get(_COMMERCE_SIGNATURE):
        return _is_commerce_webhook(headers, body, secret)
    if headers.get(SHARED_HEADER):
        return _is_shared(headers, secret)
    return _is_io_event(headers, body, secret, key_of)


def _is_io_event(headers: Headers, body: bytes, secret: Mapping[str, Any], key_of: KeyOf) -> bool:
    """One good signature suffices; the recipient is part of the proof, and looked at first."""
    recipient = _recipient(body)
    known = [hmac.compare_digest(recipient, each.encode()) for each in _texts(secret, "client_ids")]
    if not any(known):
        return False
    return any(
        _is_signed(pem, signature, body)
        for signature, path in _signatures(headers)
        if (pem := key_of(path)) is not None
    )


def _signatures(headers: Headers) -> Iterator[tuple[bytes, str]]:
    """The signatures with their keys' paths; the header is spelled in two ways (U12)."""
    for number in ("1", "2"):
        signature = from_base64(
            headers.get(f"x-adobe-digital-signature-{number}", f"x-adobe-digital-signature{number}")
        )
        path = headers.get(f"x-adobe-public-key{number}-path")
        if signature and path:
            yield signature, path


def _recipient(body: bytes) -> bytes:
    """The client id that the event is for, under its new or its old name."""
    try:
        document = parse(body)
    except DocumentError:
        return b""
    return _first_text(document, "recipientclientid", "recipient_client_id").encode()


def _is_commerce_webhook(headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
    """The signature is over the base64 text of the body: as it came, or written compactly."""
    signature = from_base64(headers.get(_COMMERCE_SIGNATURE))
    if not signature:
        return False
    messages = [base64.b64encode(body)]
    compact = _compact(body)
    if compact is not None and compact != body:
        messages.append(base64.b64encode(compact))
    return any(
        _is_signed(pem.encode(), signature, message)
        for pem in _texts(secret, "webhook_public_keys")
        for message in messages
    )


def _compact(body: bytes) -> bytes | None:
    """The body as Adobe's example writes it again."""
    try:
        document = json.loads(body)
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None


def _is_shared(headers: Headers, secret: Mapping[str, Any]) -> bool:
    given = headers.get(SHARED_HEADER).encode()
    matches = [hmac.compare_digest(given, each.encode()) for each in accepted_secrets(secret)]
    return any(matches)


def _is_signed(pem: bytes, signature: bytes, message: bytes) -> bool:
    """RSA-SHA256 with PKCS#1 v1.5; a key that is none proves nothing."""
    from cryptography.exceptions import (  # noqa: PLC0415  # other carts never pay for it
        InvalidSignature,
        UnsupportedAlgorithm,
    )
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, message, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def describe(headers: Headers, body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself; it names no shop that its proof has not settled.

    An event's id is the same over retries and stands in the signed body; where there is none, the
    body's digest stands for it (carts reference §2.2).
    """
    topic = _topic(headers, document)
    event = _first_text(document, "eventid", "event_id")
    event = event if _EVENT_ID.fullmatch(event) else hashlib.sha256(body).hexdigest()
    return Delivery(
        topic=topic,
        key=f"{event}|{topic}",
        account=None,
        resource_id=_order_id(topic, document) if topic in HANDLED_TOPICS else "",
        is_handled=topic in HANDLED_TOPICS,
        reply=_GO_ON if topic == WEBHOOK_TOPIC else "",
        level=ToldLevel() if topic in LEVEL_EVENTS else None,
    )


def _topic(headers: Headers, document: Any) -> str:
    """The observed event, from the signed envelope."""
    if headers.get(_COMMERCE_SIGNATURE):
        return WEBHOOK_TOPIC
    if headers.get(SHARED_HEADER):
        return HINT_TOPIC
    name = _EVENT_NAME.fullmatch(_first_text(document, "type"))
    return name.group(1) if name else "unknown"


def _order_id(topic: str, document: Any) -> str:
    """The order that the entity is or belongs to; empty when it does not say."""
    entity = _entity(topic, document)
    if topic in FOLLOWER_EVENTS:
        return to_identifier(entity.get("order_id"))
    if entity.get("entity_id") is not None:
        return to_identifier(entity["entity_id"])
    items = entity.get("items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and item.get("order_id") is not None:
            return to_identifier(item["order_id"])
    return ""


def _entity(topic: str, document: Any) -> dict[str, Any]:
    """The entity inside an event's envelope, or inside the body of a hook."""
    data = _member(document, "data")
    if topic in (WEBHOOK_TOPIC, HINT_TOPIC):
        for holder in (data, document):
            order = _member(holder, "order")
            if order:
                return order
        return document if isinstance(document, dict) else {}
    return _member(data, "value")


def _member(document: Any, name: str) -> dict[str, Any]:
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def _first_text(document: Any, *names: str) -> str:
    members = document if isinstance(document, dict) else {}
    return next((v for name in names if isinstance(v := members.get(name), str) and v), "")


def _texts(secret: Mapping[str, Any], name: str) -> list[str]:
    members = secret.get(name)
    if not isinstance(members, list):
        return []
    return [member for member in members if isinstance(member, str) and member]
