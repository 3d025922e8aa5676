"""Proves that Sage Intacct sent a webhook: its token and the bytes it was signed over (§15.1).

The token is an HS256 JWT under the client secret, and holds a digest of the raw body. What sources
do not agree on (REST reference U15) is one choice, `HeaderForm`; the unit of its times is told by
their size.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jwt.types import Options

SIGNATURE_HEADER = "x-ia-sage-signature"
ISSUER = "Sage Intacct"
LIFE = timedelta(hours=1)
"""How long a token lives by Sage's word; one that claims more is refused."""

SKEW = timedelta(minutes=5)
"""As much as Sage's clock and ours may differ."""

_LONGEST_HEADER = 8 * 1024
_MOST_SECONDS = 10**11
"""A larger time is one of milliseconds: as seconds it would lie behind the year 5000."""

_PARTS = 3
_HS256 = "HS256"
_DIGEST = "SHA-256"
_OURS_TO_CHECK: Options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
"""The library knows no times in milliseconds, which Sage may write (U15)."""


class HeaderForm(StrEnum):
    """What the signature header holds (U15).

    JWT: the token itself. WRAPPED: base64 of a JSON object with the client id and the token.
    EITHER: whichever comes.
    """

    EITHER = "either"
    JWT = "jwt"
    WRAPPED = "wrapped"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a delivery must come from; `secrets` are those in use, so that one can be replaced.

    `company` is the company id that the token must name.
    """

    company: str
    secrets: tuple[str, ...]
    form: HeaderForm = HeaderForm.EITHER

    def __repr__(self) -> str:
        """Name the company and nothing secret."""
        return f"Sender({self.company!r}, secrets={len(self.secrets)})"


def is_genuine(header: str, body: bytes, sender: Sender, *, now: datetime) -> bool:
    """Whether Sage signed exactly these bytes for the company, within the last hour.

    Nothing of the delivery is believed before; whatever cannot be read is not genuine.
    """
    if len(header) > _LONGEST_HEADER:
        return False
    for token in _tokens(header, sender.form):
        claims = _claims(token, sender.secrets)
        if claims is not None and _holds(claims, body, sender.company, now):
            return True
    return False


def _tokens(header: str, form: HeaderForm) -> Iterable[str]:
    """What may be the token; Sage does not name the member that holds it where it is wrapped."""
    if form is not HeaderForm.WRAPPED and _looks_like_token(header):
        yield header
    if form is not HeaderForm.JWT:
        wrapped = _object(_decoded(header))
        yield from (
            value
            for value in wrapped.values()
            if isinstance(value, str) and _looks_like_token(value)
        )


def _looks_like_token(text: str) -> bool:
    return text.isascii() and text.count(".") == _PARTS - 1


def _claims(token: str, secrets: Iterable[str]) -> Mapping[str, Any] | None:
    """What the token claims; None where none of the secrets signed it."""
    import jwt  # noqa: PLC0415  # loads `cryptography`: only deliveries need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the length of secrets, which are Sage's to choose
        for secret in secrets:
            with suppress(jwt.PyJWTError):
                claims: Mapping[str, Any] = jwt.decode(
                    token, secret, algorithms=[_HS256], options=_OURS_TO_CHECK
                )
                return claims
    return None


def _holds(claims: Mapping[str, Any], body: bytes, company: str, now: datetime) -> bool:
    """Whether what a signed token claims is about this body and this company, and of this hour."""
    issued, expires = _instant(claims.get("iat")), _instant(claims.get("exp"))
    if issued is None or expires is None:
        return False
    is_of_now = issued - SKEW <= now <= expires and expires - issued <= LIFE + SKEW
    digest = str(claims.get("payload_signature", "")).lower()
    expected = hashlib.sha256(body).hexdigest()
    return (
        is_of_now
        and claims.get("iss") == ISSUER
        and str(claims.get("tenant_id", "")).lower() == company.lower()
        and claims.get("payload_signature_alg") == _DIGEST
        and hmac.compare_digest(digest.encode(), expected.encode())
    )


def _instant(value: Any) -> datetime | None:
    """A time of a token, in seconds or milliseconds (U15); None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    seconds = value / 1000 if value >= _MOST_SECONDS else value
    if not 0 < seconds < _MOST_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _decoded(text: str) -> bytes:
    """Bytes of base64, with either alphabet and with or without padding; empty where it is none."""
    try:
        plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/").encode("ascii")
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return b""


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def unsigned_object(text: str) -> Mapping[str, Any]:
    """The JSON object that a header holds in base64; it proves nothing, and is empty if none."""
    return _object(_decoded(text)) if len(text) <= _LONGEST_HEADER else {}
