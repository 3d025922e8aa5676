"""Requests of API Gateway (REST proxy) as deliveries: raw bytes, path, headers of any case."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LARGEST_BODY_BYTES = 256 * 1024
"""Larger bodies are refused before anything is looked at (reliability §9, G3)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


class BodyTooLargeError(ValueError):
    """The body exceeds `LARGEST_BODY_BYTES`."""


class BodyUnreadableError(ValueError):
    """The gateway handed over a body that cannot be decoded."""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One delivery as it arrived; `cart` and `store` are empty where the path has no such form."""

    method: str
    cart: str
    store: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


def webhook_request(event: Mapping[str, Any]) -> WebhookRequest:
    """The delivery in an API Gateway event.

    Raises:
        BodyTooLargeError: the body is larger than any honest delivery.
        BodyUnreadableError: it is said to be base64 and is not.
    """
    path = event.get("pathParameters") or {}
    return WebhookRequest(
        method=str(event.get("httpMethod") or ""),
        cart=name_of(path.get("cart")),
        store=name_of(path.get("store")),
        headers=texts_of(event, "headers"),
        body=body_of(event),
        query=texts_of(event, "queryStringParameters"),
    )


def name_of(value: Any) -> str:
    """A part of a path as a name; empty where it is none of ours."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def texts_of(event: Mapping[str, Any], member: str) -> dict[str, str]:
    """A member of an API Gateway event whose values are texts, as headers are."""
    values = event.get(member) or {}
    return {str(name): str(value) for name, value in values.items() if value is not None}


def body_of(event: Mapping[str, Any]) -> bytes:
    """The raw bytes of the body in an API Gateway event.

    Raises:
        BodyTooLargeError: it is larger than any honest delivery.
        BodyUnreadableError: it is said to be base64 and is not.
    """
    body = event.get("body") or ""
    is_encoded = bool(event.get("isBase64Encoded"))
    largest = LARGEST_BODY_BYTES * 4 // 3 + 4 if is_encoded else LARGEST_BODY_BYTES
    if len(body) > largest:
        message = "the body is too large"
        raise BodyTooLargeError(message)
    if is_encoded:
        try:
            raw = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as exc:
            message = "the body is not the base64 it is said to be"
            raise BodyUnreadableError(message) from exc
    else:
        raw = body.encode("utf-8", "surrogatepass")
    if len(raw) > LARGEST_BODY_BYTES:
        message = "the body is too large"
        raise BodyTooLargeError(message)
    return raw
