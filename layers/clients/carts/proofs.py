"""Proofs that carts give of themselves: HMAC digests in constant time, and accepted secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any


def accepted_secrets(secret: Mapping[str, Any]) -> list[str]:
    """The secrets that deliveries may be signed with, the current one first."""
    members = secret.get("webhook_secrets")
    if not isinstance(members, list):
        return []
    return [member for member in members if isinstance(member, str) and member]


def text_member(secret: Mapping[str, Any], name: str) -> str:
    """A member of the store's secret as text; empty when it is absent or no text."""
    value = secret.get(name)
    return value if isinstance(value, str) else ""


def from_base64(text: str) -> bytes | None:
    """The decoded bytes; None when the text is no base64."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def from_hex(text: str) -> bytes | None:
    """The decoded bytes; None when the text is not hexadecimal."""
    try:
        return binascii.unhexlify(text.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        return None


def is_hmac(given: Sequence[bytes | None], message: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of `given` is the HMAC-SHA256 of `message` under one of `secrets`.

    Every pair is compared, each in constant time, so that the answer does not tell which fits.
    """
    digests = [hmac.new(key.encode(), message, hashlib.sha256).digest() for key in secrets]
    matches = [
        hmac.compare_digest(candidate, digest)
        for candidate in given
        if candidate is not None
        for digest in digests
    ]
    return any(matches)


def is_fresh(timestamp: str, now: float, tolerance_seconds: float) -> bool:
    """Whether a signed time (epoch seconds as text) lies within the tolerance around `now`."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("9999999999")):
        return False
    return abs(now - int(timestamp)) <= tolerance_seconds
