"""How Amazon's API is reached: the host of a region, and tokens of Login with Amazon.

Credentials go to Amazon's own hosts only, or to loopback, where a simulator stands (§7.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from carts.adapter import CartApiError, StoreAccess
from carts.amazon.marketplaces import MARKETPLACES
from carts.json_api import TIMEOUT, checked_base_url
from carts.proofs import text_member
from carts.tokens import RenewedToken, TokenRequest

ACCESS_MEMBERS = ("refresh_token", "client_id", "client_secret")

_SIGN_IN_HOST = "https://api.amazon.com"
_SIGN_IN_PATH = "/auth/o2/token"
_HOSTS = frozenset(
    f"{prefix}sellingpartnerapi-{region}.amazon.com"
    for prefix in ("", "sandbox.")
    for region in ("na", "eu", "fe")
)
_REFUSED = (401, 403)
"""Amazon answers an ended token with 403."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A store's way to Amazon: a client that renews its token, and what the store sells on.

    `reads_fba` is whether the stock that Amazon keeps is read: its API wants a role of its own.
    """

    http: httpx.Client
    marketplaces: tuple[str, ...]
    reads_fba: bool


def connected(access: StoreAccess, transport: httpx.BaseTransport | None = None) -> Connection:
    """The connection of a store; `transport` replaces the network in tests.

    Raises:
        CartApiError: a member of the secret is missing, a marketplace is not known, the
            marketplaces lie in several regions, or the address is none of Amazon's.
    """
    missing = [name for name in ACCESS_MEMBERS if not text_member(access.secret, name)]
    if missing:
        message = f"the store's secret lacks {' and '.join(missing)}"
        raise CartApiError(message, is_lasting=True)
    marketplaces = _marketplaces(access.secret.get("marketplace_ids"))
    base_url = _base_url(access.base_url, marketplaces)
    is_loopback = urlsplit(base_url).scheme == "http"
    token_url = (base_url if is_loopback else _SIGN_IN_HOST) + _SIGN_IN_PATH
    form = {
        "grant_type": "refresh_token",
        **{name: text_member(access.secret, name) for name in ACCESS_MEMBERS},
    }
    desk = httpx.Client(timeout=TIMEOUT, follow_redirects=False, transport=transport)
    auth = RenewedToken(TokenRequest(desk, token_url, form), _place, refused=_REFUSED)
    http = httpx.Client(
        base_url=base_url, auth=auth, timeout=TIMEOUT, follow_redirects=False, transport=transport
    )
    return Connection(http, marketplaces, access.secret.get("reads_fba") is not False)


def _place(request: httpx.Request, token: str) -> None:
    request.headers["x-amz-access-token"] = token


def _marketplaces(listed: Any) -> tuple[str, ...]:
    found = listed if isinstance(listed, list) else []
    if not found or not all(isinstance(each, str) and each in MARKETPLACES for each in found):
        message = "the store's secret lacks marketplace_ids, a list of Amazon's ids that are known"
        raise CartApiError(message, is_lasting=True)
    if len({MARKETPLACES[each].region for each in found}) > 1:
        message = "the store's marketplace_ids lie in several regions: make it a store for each"
        raise CartApiError(message, is_lasting=True)
    return tuple(dict.fromkeys(found))


def _base_url(given: str, marketplaces: tuple[str, ...]) -> str:
    region = MARKETPLACES[marketplaces[0]].region
    base_url = checked_base_url(given or f"https://sellingpartnerapi-{region}.amazon.com")
    parts = urlsplit(base_url)
    if parts.scheme == "https" and (parts.hostname not in _HOSTS or parts.path):
        message = "the store's API address is none of Amazon's"
        raise CartApiError(message, is_lasting=True)
    return base_url
