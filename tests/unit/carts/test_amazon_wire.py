"""The client keeps Amazon's pace, renews its token, and sends it to Amazon only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from carts.adapter import CartApiError, StoreAccess
from carts.amazon.access import connected
from carts.amazon.client import AmazonClient
from carts.registry import adapter
from local.cart_simulators.amazon.shapes import MARKETPLACE
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.unrest import Trouble
from tests.unit.carts.amazon_seller import BASE, START, Seller, poll_all


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_the_wire_are_waited_out(seed: int) -> None:
    seller = Seller(seed=seed, trouble=Trouble(fault_chance=0.2))
    sold = seller.sell(120)

    seen = poll_all(seller, START + timedelta(hours=1))

    assert sorted(seen) == sorted(sold)


def test_a_window_that_outlasts_the_pace_goes_on_where_it_ended() -> None:
    seller = Seller()
    sold = seller.sell(220)
    seller.clock.advance(600)
    window = (START, START + timedelta(minutes=6))
    seller.amazon._buckets["searchOrders"].take(19)  # somebody else's calls

    found: list[str] = []

    def read() -> None:
        for page in seller.client.changed_orders(since=window[0], until=window[1]):
            found.extend(row.order_id for row in page)

    with pytest.raises(CartApiError, match="busy"):
        read()
    assert len(found) == 100
    seller.clock.advance(600)
    found += [row.order_id for row in seller.changed(*window)]

    assert found == sold


def test_the_client_keeps_amazons_pace_by_itself() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.client.order(sold)
    begun = seller.clock.now()

    for _ in range(40):
        seller.client.order(sold)

    assert {call.status for call in seller.amazon.calls} == {200}
    assert (seller.clock.now() - begun).total_seconds() == pytest.approx(62, abs=1)


def test_a_pace_of_minutes_is_an_error_that_says_so_and_no_wait() -> None:
    seller = Seller()
    seller.clock.advance(3600)
    until = START + timedelta(minutes=30)

    for _ in range(20):
        seller.changed(START, until)
    with pytest.raises(CartApiError, match="next searchOrders in") as caught:
        seller.changed(START, until)

    assert not caught.value.is_lasting
    assert max(seller.slept, default=0) < 21


def test_an_ended_token_is_renewed_once_and_unseen() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.client.order(sold)
    seller.amazon.expire_tokens()

    seller.client.order(sold)

    assert [call.status for call in seller.amazon.calls][-4:] == [403, 200, 200, 200]
    assert seller.amazon.tokens.issued == 2


def test_a_refused_refresh_token_is_a_lasting_error_without_the_token() -> None:
    seller = Seller()
    secret = seller.amazon.secret() | {"refresh_token": "Atzr|stolen"}
    access = StoreAccess("shop", "x", BASE, "", secret)
    http = connected(access, CartTransport(seller.amazon)).http
    client = AmazonClient(http, "shop", marketplaces=[MARKETPLACE])

    with pytest.raises(CartApiError, match="connect the store again") as caught:
        client.order("111-0000001-1000001")

    assert caught.value.is_lasting
    assert "stolen" not in str(caught.value)
    assert "stolen" not in repr(access)


@pytest.mark.parametrize(
    ("base_url", "members"),
    [
        ("", {"refresh_token": ""}),
        ("", {"client_secret": None}),
        ("", {"marketplace_ids": []}),
        ("", {"marketplace_ids": ["NOWHERE"]}),
        ("", {"marketplace_ids": [MARKETPLACE, "A1PA6795UKMFR9"]}),
        ("https://evil.example", {}),
        ("https://sellingpartnerapi-na.amazon.com/elsewhere", {}),
        ("http://sellingpartnerapi-na.amazon.com", {}),
    ],
)
def test_credentials_go_to_amazon_only(base_url: str, members: dict[str, Any]) -> None:
    secret = Seller().amazon.secret() | members

    with pytest.raises(CartApiError) as caught:
        adapter("amazon").client(StoreAccess("shop", "x", base_url, "", secret))

    assert caught.value.is_lasting


def test_the_host_is_that_of_the_marketplaces_region() -> None:
    secret = Seller().amazon.secret() | {"marketplace_ids": ["A1PA6795UKMFR9", "A1F83G8C2ARO7P"]}

    connection = connected(StoreAccess("shop", "x", "", "", secret))

    assert str(connection.http.base_url) == "https://sellingpartnerapi-eu.amazon.com"
