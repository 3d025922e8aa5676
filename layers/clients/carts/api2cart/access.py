"""How API2Cart is reached: one host, the account's key and the store's key (reference §10.1).

Both keys go to API2Cart's own host only, or to loopback, where a simulator stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from carts.adapter import CartApiError, StoreAccess
from carts.json_api import TIMEOUT, checked_base_url
from carts.proofs import text_member

ACCESS_MEMBERS = ("api_key", "store_key")

HOST = "https://api.api2cart.com"

_VERSION = "/v1.1"
_MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Connection:
    """A store's way to API2Cart, and what its secret says of the cart behind it.

    `reach` is how far back that cart tells orders, None where it tells all; `reads_transactions`
    is whether it tells payments, and with them whether an order is a test; `writes_in_batches` is
    whether it takes products and stock in batches.
    """

    http: httpx.Client
    reach: timedelta | None
    reads_transactions: bool
    writes_in_batches: bool


def connected(access: StoreAccess, transport: httpx.BaseTransport | None = None) -> Connection:
    """The connection of a store; `transport` replaces the network in tests.

    Raises:
        CartApiError: a member of the secret is missing or of another form, or the address is not
            API2Cart's.
    """
    missing = [name for name in ACCESS_MEMBERS if not text_member(access.secret, name)]
    if missing:
        message = f"the store's secret lacks {' and '.join(missing)}"
        raise CartApiError(message, is_lasting=True)
    http = httpx.Client(
        base_url=_host(access.base_url) + _VERSION,
        headers={
            "x-api-key": text_member(access.secret, "api_key"),
            "x-store-key": text_member(access.secret, "store_key"),
            "Accept": "application/json",
        },
        timeout=TIMEOUT,
        follow_redirects=False,
        transport=transport,
    )
    reach = _reach(access.secret.get("reach_days"))
    return Connection(
        http,
        reach,
        access.secret.get("reads_transactions") is True,
        access.secret.get("writes_in_batches") is True,
    )


def _host(given: str) -> str:
    if not given:
        return HOST
    base_url = checked_base_url(given)
    if base_url.startswith("https:") and base_url != HOST:
        message = "the store's API address is not API2Cart's: leave it out"
        raise CartApiError(message, is_lasting=True)
    return base_url


def _reach(days: Any) -> timedelta | None:
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= _MOST_DAYS:
        message = "the store's reach_days is no number of days"
        raise CartApiError(message, is_lasting=True)
    return timedelta(days=days)
