"""An administrator's consent: the OAuth authorization code with PKCE (REST reference §3.1).

For onboarding a company without giving anyone its password: `begin` makes the address to send the
administrator to, `code_from` reads what comes back, and `TokenEndpoint.authorization_code` turns
it into the first token. A new consent of the same user ends the earlier grant (§3.4): one Web
Services user for each deployment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from intacct.errors import CredentialsError

SCOPE = "offline_access"  # what a refresh token is given for; rights come from the user's role
_SECRET_BYTES = 32
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that was asked for: the address to open, and what must be kept until it is given.

    `state` and `verifier` are secrets of this one consent.
    """

    url: str = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def begin(
    authorize_url: str,
    *,
    client_id: str,
    redirect_uri: str,
    random_bytes: Callable[[int], bytes],
) -> Consent:
    """Ask for consent at `authorize_url` (`.../oauth2/authorize`), which comes back to us.

    Raises:
        ValueError: the redirect address is not https, which Sage refuses, nor on this machine.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        message = "a redirect address is https"
        raise ValueError(message)
    state, verifier = (_text(random_bytes(_SECRET_BYTES)) for _ in range(2))
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": _text(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
    )
    return Consent(f"{authorize_url}?{query}", redirect_uri, state, verifier)


def code_from(consent: Consent, came_back: str) -> str:
    """The code in the address that the administrator's browser came back with.

    Raises:
        CredentialsError: consent was refused, or the address belongs to another consent.
    """
    answer = parse_qs(urlsplit(came_back).query)
    given = _only(answer, "state")
    if not hmac.compare_digest(given.encode(), consent.state.encode()):
        message = "the answer belongs to another consent"
        raise CredentialsError(message)
    if "error" in answer:
        message = f"consent was not given ({_only(answer, 'error')[:64]})"
        raise CredentialsError(message)
    code = _only(answer, "code")
    if not code:
        message = "the answer holds no code"
        raise CredentialsError(message)
    return code


def _only(answer: Mapping[str, list[str]], name: str) -> str:
    values = answer.get(name, [])
    return values[0] if len(values) == 1 else ""


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")
