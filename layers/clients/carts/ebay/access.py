"""How eBay's APIs are reached: two hosts, and user tokens renewed by a refresh token (§8.1).

Credentials go to eBay's own hosts only, or to loopback, where a simulator stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from carts.adapter import CartApiError, StoreAccess
from carts.ebay.keys import HOST, SANDBOX_HOST
from carts.json_api import TIMEOUT, checked_base_url
from carts.proofs import text_member
from carts.tokens import RenewedToken, TokenRequest, bearer

ACCESS_MEMBERS = ("refresh_token", "client_id", "client_secret")

FINANCES_HOST = "https://apiz.ebay.com"
SANDBOX_FINANCES_HOST = "https://apiz.sandbox.ebay.com"

_SIGN_IN_PATH = "/identity/v1/oauth2/token"


@dataclass(frozen=True, slots=True)
class Connection:
    """A seller's way to eBay: clients of the two hosts, which share one token.

    `reads_offers` is the secret's word on whether prices of products are read, a call for each.
    """

    orders: httpx.Client
    finances: httpx.Client
    reads_offers: bool


def connected(access: StoreAccess, transport: httpx.BaseTransport | None = None) -> Connection:
    """The connection of a store; `transport` replaces the network in tests.

    Raises:
        CartApiError: a member of the secret is missing, or the address is none of eBay's.
    """
    missing = [name for name in ACCESS_MEMBERS if not text_member(access.secret, name)]
    if missing:
        message = f"the store's secret lacks {' and '.join(missing)}"
        raise CartApiError(message, is_lasting=True)
    host, finances_host = _hosts(access)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": text_member(access.secret, "refresh_token"),
    }
    client = (text_member(access.secret, "client_id"), text_member(access.secret, "client_secret"))
    desk = httpx.Client(timeout=TIMEOUT, follow_redirects=False, transport=transport)
    auth = RenewedToken(TokenRequest(desk, host + _SIGN_IN_PATH, form, client), bearer)

    def opened(base_url: str) -> httpx.Client:
        return httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=TIMEOUT,
            follow_redirects=False,
            transport=transport,
        )

    reads_offers = access.secret.get("reads_offers") is True
    return Connection(opened(host), opened(finances_host), reads_offers)


def _hosts(access: StoreAccess) -> tuple[str, str]:
    """Where orders and finances are; a simulator on loopback serves both."""
    is_sandbox = text_member(access.secret, "environment") == "sandbox"
    host = SANDBOX_HOST if is_sandbox else HOST
    if not access.base_url:
        return host, SANDBOX_FINANCES_HOST if is_sandbox else FINANCES_HOST
    base_url = checked_base_url(access.base_url)
    if urlsplit(base_url).scheme == "http":
        return base_url, base_url
    if base_url != host:
        message = "the store's API address is not eBay's: leave it out"
        raise CartApiError(message, is_lasting=True)
    return host, SANDBOX_FINANCES_HOST if is_sandbox else FINANCES_HOST
