"""eBay's notifications: who sent them and what they are about (carts reference §8.2).

A header holds an ECDSA signature and the id of the key; keys are published by eBay, shared by all
its applications. Bodies hold ids only: the order is fetched with the store's own token.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from carts.adapter import Delivery, Headers
from carts.documents import to_identifier
from carts.proofs import from_base64, text_member

ORDER_TOPICS = frozenset({"ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED"})

KEPT_HEADERS = ("x-ebay-", "content-type", "user-agent")

_TOPIC = re.compile(r"[A-Z][A-Z_]{0,63}")
_KEY_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_DIGESTS = frozenset({"SHA1", "SHA256"})
_LONGEST_HEADER = 4096


class KeySource(Protocol):
    """Where eBay's public keys are found."""

    def key(self, key_id: str, secret: Mapping[str, Any]) -> str | None:
        """The key as PEM or its one-line form; None when eBay knows no such key.

        Raises:
            CartApiError: eBay could not be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Claim:
    key_id: str
    signature: bytes
    digest: str


def missing_members(secret: Mapping[str, Any]) -> list[str]:
    """The members that the store's secret lacks for verifying deliveries."""
    if isinstance(secret.get("public_keys"), dict) and secret["public_keys"]:
        return []
    return [name for name in ("client_id", "client_secret") if not text_member(secret, name)]


def is_genuine(headers: Headers, body: bytes, secret: Mapping[str, Any], keys: KeySource) -> bool:
    """Whether eBay signed the body, as it came or in the compact form that eBay's SDK checks.

    Raises:
        CartApiError: the key is not known yet, and eBay could not be asked.
    """
    claim = _claim(headers.get("X-EBAY-SIGNATURE"))
    if claim is None:
        return False
    key = keys.key(claim.key_id, secret)
    if key is None:
        return False
    if _is_signed(key, claim, body):
        return True
    compact = _compact(body)
    return compact is not None and compact != body and _is_signed(key, claim, compact)


def _claim(header: str) -> _Claim | None:
    """What the header claims; None when it is malformed, or of another algorithm."""
    decoded = from_base64(header) if len(header) <= _LONGEST_HEADER else None
    try:
        said = json.loads(decoded or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    texts = [said.get(name) for name in ("alg", "kid", "signature", "digest")]
    if not all(isinstance(text, str) for text in texts):
        return None
    algorithm, key_id, signature, digest = (str(text) for text in texts)
    decoded = from_base64(signature)
    if algorithm.lower() != "ecdsa" or digest not in _DIGESTS or not decoded:
        return None
    return _Claim(key_id, decoded, digest) if _KEY_ID.fullmatch(key_id) else None


def _compact(body: bytes) -> bytes | None:
    try:
        document = json.loads(body)
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None


def _is_signed(key: str, claim: _Claim, message: bytes) -> bool:
    from carts.ebay.signatures import is_signed  # noqa: PLC0415  # loads `cryptography`

    return is_signed(key, claim.signature, claim.digest, message)


def can_answer(secret: Mapping[str, Any]) -> bool:
    """Whether the secret holds what eBay's check of our address is answered with."""
    names = ("webhook_verification_token", "webhook_url")
    return all(text_member(secret, name) for name in names)


def challenge_response(code: str, secret: Mapping[str, Any]) -> str:
    """The answer to eBay's check of our address: `{"challengeResponse": ...}` holds it.

    The secret's `webhook_verification_token` and `webhook_url` are those registered with eBay.
    """
    parts = (code, text_member(secret, "webhook_verification_token"))
    whole = "".join((*parts, text_member(secret, "webhook_url")))
    return hashlib.sha256(whole.encode()).hexdigest()


def describe(body: bytes, document: Any) -> Delivery:
    """What the delivery says of itself; its notification id is the same over retries.

    Nothing documented names the seller; where a seller id is there, it must be the store's.
    """
    topic = _object(document, "metadata").get("topic")
    topic = topic if isinstance(topic, str) and _TOPIC.fullmatch(topic) else "unknown"
    notification = _object(document, "notification")
    data = _object(notification, "data")
    event = to_identifier(notification.get("notificationId")) or hashlib.sha256(body).hexdigest()
    seller = data.get("sellerId")
    return Delivery(
        topic=topic,
        key=f"{event}|{topic}",
        account=None if seller is None else to_identifier(seller).lower(),
        resource_id=to_identifier(data.get("orderId")),
        is_handled=topic in ORDER_TOPICS,
    )


def _object(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
