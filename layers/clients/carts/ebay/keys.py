"""eBay's public keys: asked for once an hour, from eBay's own host only (carts reference §8.2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carts.adapter import CartApiError
from carts.documents import DocumentError, parse
from carts.proofs import text_member

if TYPE_CHECKING:
    import httpx  # intake loads it only when a key has to be fetched

HOST = "https://api.ebay.com"
SANDBOX_HOST = "https://api.sandbox.ebay.com"

KEY_SECONDS = 3600.0
MISS_SECONDS = 60.0
MOST_KEYS = 100
MOST_MISSES = 20
"""Unknown key ids asked for in `MISS_SECONDS`; more are refused without asking."""

_SCOPE = "https://api.ebay.com/oauth/api_scope"
_TIMEOUT_SECONDS = 5.0
_NOT_FOUND = (400, 404)
_OK = 200


@dataclass(frozen=True, slots=True)
class _Known:
    key: str | None
    until: float


class EbayKeys:
    """Keys of the store's secret (`public_keys`), else eBay's own, remembered for an hour."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        connect: Callable[[str], httpx.Client] | None = None,
    ) -> None:
        """`now` tells seconds; `connect` opens a client for one of the two pinned hosts."""
        self._now = now
        self._connect = connect or _connect
        self._known: dict[tuple[str, str], _Known] = {}

    def key(self, key_id: str, secret: Mapping[str, Any]) -> str | None:
        """The key of that id; None when eBay knows no such key.

        Raises:
            CartApiError: eBay could not be asked, or was asked for too many unknown keys.
        """
        pinned = secret.get("public_keys")
        if isinstance(pinned, dict) and isinstance(pinned.get(key_id), str):
            return str(pinned[key_id])
        missing = [n for n in ("client_id", "client_secret") if not text_member(secret, n)]
        if missing and isinstance(pinned, dict):
            return None
        if missing:
            message = f"the store's secret lacks {' and '.join(missing)}: a key cannot be fetched"
            raise CartApiError(message, is_lasting=True)
        host = SANDBOX_HOST if text_member(secret, "environment") == "sandbox" else HOST
        place = (host, key_id)
        known = self._known.get(place)
        if known is None or known.until <= self._now():
            known = self._fetch(place, secret)
        return known.key

    def _fetch(self, place: tuple[str, str], secret: Mapping[str, Any]) -> _Known:
        now = self._now()
        self._known = {where: each for where, each in self._known.items() if each.until > now}
        if sum(each.key is None for each in self._known.values()) >= MOST_MISSES:
            message = "too many unknown keys were named: eBay is not asked for more"
            raise CartApiError(message)
        key = self._ask(*place, secret)
        known = _Known(key, now + (KEY_SECONDS if key else MISS_SECONDS))
        while len(self._known) >= MOST_KEYS:
            self._known.pop(next(iter(self._known)))
        self._known[place] = known
        return known

    def _ask(self, host: str, key_id: str, secret: Mapping[str, Any]) -> str | None:
        import httpx  # noqa: PLC0415  # only now is it needed

        try:
            with self._connect(host) as http:
                token = _token(http, secret)
                path = f"/commerce/notification/v1/public_key/{key_id}"
                answer = http.get(path, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as exc:
            message = "eBay's keys cannot be reached"
            raise CartApiError(message) from exc
        if answer.status_code in _NOT_FOUND:
            return None
        return _text(answer, "key")


def _connect(host: str) -> httpx.Client:
    import httpx  # noqa: PLC0415  # only now is it needed

    return httpx.Client(base_url=host, timeout=_TIMEOUT_SECONDS, follow_redirects=False)


def _token(http: httpx.Client, secret: Mapping[str, Any]) -> str:
    """An application token; it is asked for with each new key, which is seldom."""
    answer = http.post(
        "/identity/v1/oauth2/token",
        data={"grant_type": "client_credentials", "scope": _SCOPE},
        auth=(text_member(secret, "client_id"), text_member(secret, "client_secret")),
    )
    return _text(answer, "access_token")


def _text(answer: httpx.Response, name: str) -> str:
    try:
        document = parse(answer.content) if answer.status_code == _OK else None
    except DocumentError:
        document = None
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, str) or not found:
        message = f"eBay answered with {answer.status_code} and without {name}"
        raise CartApiError(message)
    return found
