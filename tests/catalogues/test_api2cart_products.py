"""What is API2Cart's own of products and stock: odd shapes, no cursors, batches as jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import CartApiError
from carts.api2cart.client import Api2CartClient
from carts.api2cart.products import product_reading
from carts.catalogue import NewLevel, ProductChange, WriteOutcome
from carts.documents import Node
from commerce.catalogue import ProductKind, ProductStatus
from commerce.money import Money
from local.cart_simulators.api2cart.simulator import Api2CartSimulator
from local.cart_simulators.catalogue import Offer
from local.intacct_simulator.clock import Clock
from tests.paging.clients import CONNECT

START = datetime(2026, 4, 1, 4, tzinfo=UTC)


def _shop(**options: Any) -> Api2CartSimulator:
    clock = Clock()
    clock.set(START, freeze=True)
    return Api2CartSimulator(clock=clock, **options)


def _client(shop: Api2CartSimulator, page_size: int = 50) -> Api2CartClient:
    client = CONNECT["api2cart"](shop, page_size)
    assert isinstance(client, Api2CartClient)
    return client


def _offer(sku: str, **more: Any) -> Offer:
    return Offer(sku=sku, levels={"w1": Decimal(5)}, **more)


def _all(client: Api2CartClient) -> dict[str, Any]:
    pages = client.changed_products(since=None, until=START + timedelta(hours=1))
    readings = [reading for page in pages for reading in page]
    assert [reading.problems for reading in readings if reading.problems] == []
    return {row.sku: row for reading in readings for row in reading.products}


def test_odd_shapes_tell_the_same_as_plain_ones() -> None:
    told = []
    for is_odd in (False, True):
        shop = _shop(is_odd=is_odd)
        shop.catalogue.add(_offer("MUG-1", barcode="4006381333931", cost=Decimal("4.10")))
        shop.catalogue.add(*(_offer(f"TEE-{size}", variant=size) for size in "SM"))
        shop.catalogue.change(8001, {"is_active": False})
        client = _client(shop)
        levels = [level for page in client.stock() for level in page]
        told.append((_all(client), levels, [*client.stock(["TEE-M"])]))
    assert told[0] == told[1]
    products, levels, named = told[0]
    assert products["MUG-1"].status is ProductStatus.INACTIVE
    assert {(level.sku, level.location, level.available) for level in levels} == {
        (sku, "w1", Decimal(5)) for sku in ("MUG-1", "TEE-S", "TEE-M")
    }
    assert [level.sku for page in named for level in page] == ["TEE-M"]


@pytest.mark.parametrize("count", [3, 10])
def test_a_cart_without_cursors_tells_all_products_and_all_variants(count: int) -> None:
    shop = _shop(knows_cursors=False)
    for number in range(count):
        names = [f"SKU-{number}-{letter}" for letter in "AB"]
        shop.catalogue.add(*(_offer(name, variant=name[-1]) for name in names))
        shop.clock.advance(30)
    client = _client(shop, 3)
    assert len(_all(client)) == 2 * count
    assert len({level.sku for page in client.stock() for level in page}) == 2 * count


def test_few_skus_are_asked_for_and_many_are_picked_out_of_all() -> None:
    shop = _shop()
    for number in range(30):
        shop.catalogue.add(_offer(f"SKU-{number}"))
    client = _client(shop)
    for count in (2, 20):
        names = [f"SKU-{number}" for number in range(count)]
        assert sorted({level.sku for page in client.stock(names) for level in page}) == sorted(
            names
        )


def test_a_level_by_sku_alone_is_set_and_one_that_two_carry_is_refused() -> None:
    shop = _shop()
    shop.catalogue.add(*(_offer(f"TEE-{size}", variant=size) for size in "SM"))
    for _ in range(2):
        shop.catalogue.add(_offer("TWICE"))
    done, refused = _client(shop).set_stock(
        [NewLevel("TEE-M", "w1", Decimal(3)), NewLevel("TWICE", "w1", Decimal(3))]
    )
    assert (done.outcome, refused.outcome) == (WriteOutcome.DONE, WriteOutcome.REFUSED)
    levels = [each.levels["w1"] for product in shop.catalogue for each in product.articles]
    assert levels == [5, 3, 5, 5]


def test_where_the_cart_takes_batches_many_rows_are_jobs_and_their_outcome_is_told() -> None:
    shop = _shop(writes_in_batches=True, job_seconds=600)
    for number in range(15):
        shop.catalogue.add(_offer(f"SKU-{number}"))
    shop.catalogue.add(*(_offer(f"TEE-{size}", variant=size) for size in "SM"))
    client = _client(shop)
    rows = _all(client)
    price = Money(Decimal("13.37"), "USD")
    changes = [ProductChange(r.ref.id, r.sku, r.product_id, price=price) for r in rows.values()]
    answers = client.change_products([*changes, ProductChange("999", "GONE", "999", price=price)])
    assert {answer.outcome for answer in answers} == {WriteOutcome.ACCEPTED}
    feeds = {answer.feed for answer in answers}
    assert len(feeds) == 2
    assert [client.feed_outcomes(feed) for feed in feeds] == [None, None]
    shop.clock.advance(601)

    outcomes: dict[str, Any] = {}
    for feed in feeds:
        outcomes |= client.feed_outcomes(feed) or {}
    assert outcomes.pop("999").outcome is WriteOutcome.REFUSED
    assert set(outcomes) == {row.ref.id for row in rows.values()}
    assert {each.outcome for each in outcomes.values()} == {WriteOutcome.DONE}
    assert {row.price for row in _all(client).values()} == {price}


def test_a_job_that_api2cart_does_not_know_is_an_error() -> None:
    with pytest.raises(CartApiError, match="no such job"):
        _client(_shop()).feed_outcomes("77")


def test_a_title_of_a_variant_and_an_amount_in_another_currency_are_refused_unsent() -> None:
    shop = _shop()
    shop.catalogue.add(*(_offer(f"TEE-{size}", variant=size) for size in "SM"))
    client = _client(shop)
    row = _all(client)["TEE-S"]
    euros = Money(Decimal(5), "EUR")
    answers = client.change_products(
        [
            ProductChange(row.ref.id, row.sku, row.product_id, title="Shirt"),
            ProductChange(row.ref.id, row.sku, row.product_id, price=euros),
        ]
    )
    assert {answer.outcome for answer in answers} == {WriteOutcome.REFUSED}
    assert not [call for call in shop.calls if call.method == "PUT"]


def test_a_product_without_time_or_currency_is_as_of_now_and_without_a_price() -> None:
    product = Node({"id": "7", "name": "Mug", "u_model": "MUG-1", "price": "5.00"}, "", [])
    (row,) = product_reading(product, [], "shop", "", START).products
    assert (row.sku, row.price, row.updated_at) == ("MUG-1", None, START)
    assert row.kind is ProductKind.SIMPLE


@pytest.mark.parametrize("members", [{"is_stock_managed": False}, {"manage_stock": "False"}])
def test_what_the_cart_does_not_count_has_no_level(members: dict[str, Any]) -> None:
    product = Node({"id": "7", "u_sku": "A", "quantity": 5, **members}, "", [])
    (row,) = product_reading(product, [], "shop", "USD", START).products
    assert not row.is_stock_kept
