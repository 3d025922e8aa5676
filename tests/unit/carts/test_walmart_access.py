"""Walmart's credentials go to Walmart only, and every call carries what Walmart wants of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, StoreAccess
from carts.registry import adapter
from carts.walmart.access import connected
from local.cart_simulators.walmart.simulator import WalmartSimulator


@pytest.mark.parametrize(
    ("base_url", "members"),
    [
        ("", {"client_id": ""}),
        ("", {"client_secret": None}),
        ("", {"charges_per": "dozen"}),
        ("https://evil.example", {}),
        ("https://sandbox.walmartapis.com", {}),
        ("http://marketplace.walmartapis.com", {}),
    ],
)
def test_credentials_go_to_walmart_only(base_url: str, members: dict[str, Any]) -> None:
    secret = WalmartSimulator().secret() | members

    with pytest.raises(CartApiError) as caught:
        adapter("walmart").client(StoreAccess("shop", "x", base_url, "", secret))

    assert caught.value.is_lasting


def test_the_sandbox_has_a_host_of_its_own() -> None:
    secret = WalmartSimulator().secret() | {"environment": "sandbox"}

    connection = connected(StoreAccess("shop", "x", "", "", secret))

    assert str(connection.http.base_url) == "https://sandbox.walmartapis.com"


def test_every_call_has_an_id_of_its_own_and_the_token_asks_with_basic_credentials() -> None:
    seen: list[httpx.Request] = []
    ids = iter("abcdef")

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "t-1", "expires_in": 900})

    access = StoreAccess("shop", "x", "", "", WalmartSimulator().secret())
    http = connected(access, httpx.MockTransport(answer), new_id=lambda: next(ids)).http
    http.get("/v3/orders")
    http.get("/v3/returns")

    token, *calls = seen
    assert token.url == "https://marketplace.walmartapis.com/v3/token"
    assert token.headers["Authorization"].startswith("Basic ")
    assert len({each.headers["WM_QOS.CORRELATION_ID"] for each in seen}) == 3
    assert [each.headers["WM_SEC.ACCESS_TOKEN"] for each in calls] == ["t-1", "t-1"]
    assert {each.headers["WM_SVC.NAME"] for each in seen} == {"Walmart Marketplace"}
    assert not any("Authorization" in each.headers for each in calls)
