"""How Walmart's API is reached: one host, and tokens of fifteen minutes (carts reference §9.1).

Credentials go to Walmart's own host only, or to loopback, where a simulator stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass

import httpx

from carts.adapter import CartApiError, StoreAccess
from carts.json_api import TIMEOUT, checked_base_url
from carts.proofs import text_member
from carts.tokens import RenewedToken, Token, TokenRequest
from carts.walmart.models import ChargesPer

ACCESS_MEMBERS = ("client_id", "client_secret")

HOST = "https://marketplace.walmartapis.com"
SANDBOX_HOST = "https://sandbox.walmartapis.com"

_SIGN_IN_PATH = "/v3/token"
_SERVICE = {"WM_SVC.NAME": "Walmart Marketplace", "Accept": "application/json"}
_CORRELATION = "WM_QOS.CORRELATION_ID"


@dataclass(frozen=True, slots=True)
class Connection:
    """A seller's way to Walmart, and what the seller says of charges of several units.

    `counts_on_hand` is the seller's word that Walmart takes its open orders off a quantity that is
    written; without it what is written is what buyers can still order.
    """

    http: httpx.Client
    charges_per: ChargesPer
    counts_on_hand: bool


def connected(
    access: StoreAccess,
    transport: httpx.BaseTransport | None = None,
    *,
    new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
) -> Connection:
    """The connection of a store; `transport` replaces the network in tests.

    Raises:
        CartApiError: a member of the secret is missing or unknown, or the address is not Walmart's.
    """
    missing = [name for name in ACCESS_MEMBERS if not text_member(access.secret, name)]
    if missing:
        message = f"the store's secret lacks {' and '.join(missing)}"
        raise CartApiError(message, is_lasting=True)
    host = _host(access)
    client = (text_member(access.secret, "client_id"), text_member(access.secret, "client_secret"))
    desk = httpx.Client(timeout=TIMEOUT, follow_redirects=False, transport=transport)

    def renewed() -> Token:
        headers = {**_SERVICE, _CORRELATION: new_id()}
        form = {"grant_type": "client_credentials"}
        return TokenRequest(desk, host + _SIGN_IN_PATH, form, client, headers)()

    http = httpx.Client(
        base_url=host,
        auth=_Identified(RenewedToken(renewed, _place), new_id),
        headers=_SERVICE,
        timeout=TIMEOUT,
        follow_redirects=False,
        transport=transport,
    )
    return Connection(http, _charges_per(access), access.secret.get("counts_on_hand") is True)


class _Identified(httpx.Auth):
    """Each attempt with an id of its own, as Walmart wants, and with the token."""

    def __init__(self, token: RenewedToken, new_id: Callable[[], str]) -> None:
        self._token = token
        self._new_id = new_id

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers[_CORRELATION] = self._new_id()
        yield from self._token.sync_auth_flow(request)


def _place(request: httpx.Request, token: str) -> None:
    request.headers["WM_SEC.ACCESS_TOKEN"] = token


def _host(access: StoreAccess) -> str:
    is_sandbox = text_member(access.secret, "environment") == "sandbox"
    host = SANDBOX_HOST if is_sandbox else HOST
    if not access.base_url:
        return host
    base_url = checked_base_url(access.base_url)
    if base_url.startswith("https:") and base_url != host:
        message = "the store's API address is not Walmart's: leave it out"
        raise CartApiError(message, is_lasting=True)
    return base_url


def _charges_per(access: StoreAccess) -> ChargesPer:
    """What a charge of a line of several units is per; unknown, and held, until it is told."""
    told = text_member(access.secret, "charges_per")
    try:
        return ChargesPer(told)
    except ValueError as exc:
        message = "the store's charges_per is neither line nor unit"
        raise CartApiError(message, is_lasting=True) from exc
