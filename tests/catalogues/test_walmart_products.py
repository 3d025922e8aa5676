"""What is Walmart's own of products and stock: ship nodes, cursors that serve once, feeds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError
from carts.catalogue import FeedClient, NewLevel, ProductChange, WriteOutcome
from carts.walmart.client import WalmartClient
from carts.walmart.products import product_reading
from commerce.catalogue import ProductStatus
from commerce.money import Money
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.walmart.simulator import WalmartSimulator
from tests.paging.clients import CONNECT, access_of

NODE = "10000001"


def _client(shop: WalmartSimulator, page_size: int = 50) -> WalmartClient:
    client = CONNECT["walmart"](shop, page_size)
    assert isinstance(client, WalmartClient)
    return client


def _shop(count: int, **options: Any) -> WalmartSimulator:
    shop = WalmartSimulator(**options)
    for number in range(count):
        shop.catalogue.add(Offer(sku=f"SKU-{number}", levels={NODE: Decimal(5)}))
    return shop


def _prices(count: int, amount: str = "13.37", **more: Any) -> list[ProductChange]:
    price = Money(Decimal(amount), "USD")
    names = [f"SKU-{number}" for number in range(count)]
    return [ProductChange(name, name, name, price=price, **more) for name in names]


def test_many_rows_go_into_a_feed_whose_outcome_is_looked_at_later() -> None:
    shop = _shop(20, feed_seconds=300)
    shop.clock.set(shop.clock.now(), freeze=True)
    client = _client(shop)
    assert isinstance(client, FeedClient)
    levels = [NewLevel(f"SKU-{n}", NODE, Decimal(8)) for n in range(20)]
    answers = client.set_stock([*levels, NewLevel("NOWHERE", NODE, Decimal(8))])

    assert {answer.outcome for answer in answers} == {WriteOutcome.ACCEPTED}
    (feed,) = {answer.feed for answer in answers}
    assert client.feed_outcomes(feed) is None
    shop.clock.advance(301)

    outcomes = client.feed_outcomes(feed)
    assert outcomes is not None
    assert outcomes.pop("NOWHERE").outcome is WriteOutcome.REFUSED  # type: ignore[attr-defined]  # a dict
    assert set(outcomes) == {f"SKU-{n}" for n in range(20)}
    assert {each.outcome for each in outcomes.values()} == {WriteOutcome.DONE}
    assert {level.available for page in client.stock() for level in page} == {Decimal(8)}


def test_the_outcome_of_a_large_feed_is_read_page_by_page() -> None:
    client = _client(_shop(120))
    (feed,) = {answer.feed for answer in client.change_products(_prices(120))}
    outcomes = client.feed_outcomes(feed)
    assert outcomes is not None
    assert len(outcomes) == 120


def test_a_feed_that_walmart_does_not_know_is_an_error() -> None:
    with pytest.raises(CartApiError, match="no such feed"):
        _client(_shop(0)).feed_outcomes("FEED@nowhere")


def test_a_price_in_a_feed_has_the_digits_that_it_was_given() -> None:
    shop = _shop(30)
    client = _client(shop)
    assert {a.outcome for a in client.change_products(_prices(30, "1234.10"))} == {
        WriteOutcome.ACCEPTED
    }
    assert {p.articles[0].offer.price for p in shop.catalogue} == {Decimal("1234.10")}


def test_a_price_is_set_although_a_title_beside_it_is_refused() -> None:
    shop = _shop(1)
    (answer,) = _client(shop).change_products(_prices(1, title="Better mug"))
    assert answer.outcome is WriteOutcome.REFUSED
    assert shop.catalogue.product(8001).articles[0].offer.price == Decimal("13.37")


def test_a_ship_node_that_fails_is_refused_although_the_call_goes_well() -> None:
    (answer,) = _client(_shop(1)).set_stock([NewLevel("SKU-0", "nowhere", Decimal(3))])
    assert answer.outcome is WriteOutcome.REFUSED
    assert "INVALID_SHIP_NODE" in answer.message


@pytest.mark.parametrize(
    ("level", "why"),
    [
        (NewLevel("SKU-0", "", Decimal(3)), "ship node"),
        (NewLevel("SKU-0", NODE, Decimal(-3)), "whole units"),
        (NewLevel("", NODE, Decimal(3)), "SKU"),
    ],
)
def test_a_level_that_names_nothing_is_refused_unsent(level: NewLevel, why: str) -> None:
    shop = _shop(1)
    (answer,) = _client(shop).set_stock([level])
    assert answer.outcome is WriteOutcome.REFUSED
    assert why in answer.message
    assert shop.calls == []


@pytest.mark.parametrize(("counts_on_hand", "available"), [(False, 3), (True, 5)])
def test_what_open_orders_hold_is_told_beside_what_can_be_sold(
    counts_on_hand: bool,  # noqa: FBT001  # a parameter of pytest
    available: int,
) -> None:
    shop = _shop(1, counts_on_hand=counts_on_hand)
    shop.orders.place(Sale(lines=(SoldLine(sku="SKU-0", quantity=2, unit_price=Decimal(1)),)))
    client = _client(shop)
    (level,) = next(iter(client.stock(["SKU-0"])))
    assert client.counts_on_hand is counts_on_hand
    assert (level.available, level.on_hand, level.committed) == (
        Decimal(available),
        Decimal(5),
        Decimal(2),
    )


class _LosesOne(CartTransport):
    """Loses one answer of a list, after the cart has spent the cursor."""

    def __init__(self, cart: WalmartSimulator, path: str) -> None:
        super().__init__(cart)
        self._path = path
        self._is_lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        cursor = request.url.params.get("nextCursor", "*")
        if request.url.path == self._path and cursor != "*" and not self._is_lost:
            self._is_lost = True
            message = "the answer is lost"
            raise httpx.ReadError(message)
        return answer


@pytest.mark.parametrize("path", ["/v3/items", "/v3/inventories"])
def test_a_list_is_read_again_when_a_cursor_was_spent_on_a_lost_answer(path: str) -> None:
    shop = _shop(9)
    client = WalmartClient.connect(
        access_of(shop),
        transport=_LosesOne(shop, path),
        sleep=lambda _: None,
        clock=shop.clock.now,
        page_size=2,
    )
    if path == "/v3/items":
        pages = client.changed_products(since=None, until=shop.clock.now())
        found = {row.sku for page in pages for reading in page for row in reading.products}
    else:
        found = {level.sku for page in client.stock() for level in page}
    assert found == {f"SKU-{n}" for n in range(9)}


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"publishedStatus": "PUBLISHED", "lifecycleStatus": "ACTIVE"}, ProductStatus.ACTIVE),
        ({"publishedStatus": "UNPUBLISHED"}, ProductStatus.INACTIVE),
        ({"publishedStatus": "SYSTEM_PROBLEM"}, ProductStatus.INACTIVE),
        ({"publishedStatus": "PUBLISHED", "lifecycleStatus": "RETIRED"}, ProductStatus.DELETED),
        ({"lifecycleStatus": "ARCHIVED"}, ProductStatus.DELETED),
    ],
)
def test_what_walmart_does_not_sell_is_not_active(
    members: dict[str, str], status: ProductStatus
) -> None:
    item = {"sku": "A", "productName": "Mug", **members}
    (product,) = product_reading(item, "shop", WalmartSimulator().clock.now()).products
    assert (product.status, product.price) == (status, None)
