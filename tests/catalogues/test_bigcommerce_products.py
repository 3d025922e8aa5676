"""What is BigCommerce's own of products and stock: safety stock, base variants, whole batches."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.bigcommerce.client import BigCommerceClient
from carts.bigcommerce.products import product_reading
from carts.catalogue import NewLevel, ProductChange, WriteOutcome
from commerce.catalogue import ProductStatus
from commerce.money import Money
from local.cart_simulators.bigcommerce.simulator import BigCommerceSimulator
from local.cart_simulators.catalogue import Offer
from tests.paging.clients import CONNECT


def _client(shop: BigCommerceSimulator) -> BigCommerceClient:
    client = CONNECT["bigcommerce"](shop, 100)
    assert isinstance(client, BigCommerceClient)
    return client


def _offer(sku: str, **more: Any) -> Offer:
    return Offer(sku=sku, levels={"1": Decimal(9)}, **more)


def test_what_a_location_holds_back_is_added_to_what_buyers_shall_have() -> None:
    shop = BigCommerceSimulator(safety_stock=2)
    shop.catalogue.add(_offer("MUG-1"))
    client = _client(shop)
    told = next(level for page in client.stock() for level in page)
    assert (told.available, told.on_hand) == (Decimal(7), Decimal(9))

    client.set_stock([NewLevel("MUG-1", "1", Decimal(5), told.stock_id)])

    after = next(level for page in client.stock() for level in page)
    assert (after.available, after.on_hand) == (Decimal(5), Decimal(7))


def test_a_level_may_name_a_variant_by_its_sku_alone() -> None:
    shop = BigCommerceSimulator()
    shop.catalogue.add(*(_offer(f"TEE-{size}", variant=size) for size in "SM"))
    client = _client(shop)
    (answer,) = client.set_stock([NewLevel("TEE-M", "1", Decimal(3))])
    assert answer.outcome is WriteOutcome.DONE
    levels = {level.sku: level.available for page in client.stock() for level in page}
    assert levels == {"TEE-S": 9, "TEE-M": 3}


@pytest.mark.parametrize(("location", "units"), [("", 3), ("somewhere", 3), ("1", -1)])
def test_a_level_that_the_store_cannot_have_is_refused_unsent(location: str, units: int) -> None:
    shop = BigCommerceSimulator()
    shop.catalogue.add(_offer("MUG-1"))
    (answer,) = _client(shop).set_stock([NewLevel("MUG-1", location, Decimal(units))])
    assert answer.outcome is WriteOutcome.REFUSED
    assert not [call for call in shop.calls if call.method == "PUT"]


def test_a_title_of_a_variant_is_refused_it_is_its_products() -> None:
    shop = BigCommerceSimulator()
    shop.catalogue.add(*(_offer(f"TEE-{size}", variant=size, title="Tee") for size in "SM"))
    client = _client(shop)
    product = client.product("8001").products[0]
    change = ProductChange(product.ref.id, product.sku, product.product_id, title="Shirt")
    (answer,) = client.change_products([change])
    assert answer.outcome is WriteOutcome.REFUSED
    assert client.product("8001").products[0].title == "Tee"


def test_an_amount_in_another_currency_is_refused() -> None:
    shop = BigCommerceSimulator()
    shop.catalogue.add(_offer("MUG-1"))
    client = _client(shop)
    product = client.product("8001").products[0]
    price = Money(Decimal(5), "EUR")
    change = ProductChange(product.ref.id, product.sku, product.product_id, price=price)
    (answer,) = client.change_products([change])
    assert answer.outcome is WriteOutcome.REFUSED


def test_a_batch_that_one_row_spoils_is_taken_without_it() -> None:
    shop = BigCommerceSimulator()
    for number in range(25):
        shop.catalogue.add(_offer(f"SKU-{number}"))
    client = _client(shop)
    products = [each for n in range(8001, 8026) for each in client.product(str(n)).products]
    shop.catalogue.delete(8013)
    answers = client.change_products(
        [ProductChange(p.ref.id, p.sku, p.product_id, is_active=False) for p in products]
    )
    outcomes = [answer.outcome for answer in answers]
    assert outcomes.count(WriteOutcome.REFUSED) == 1
    assert outcomes.count(WriteOutcome.DONE) == 24
    assert not any(product.is_active for product in shop.catalogue)


def test_a_variant_that_cannot_be_bought_is_inactive() -> None:
    variant = {"id": 7, "sku": "A", "purchasing_disabled": True, "option_values": []}
    document = {
        "id": 1,
        "name": "Mug",
        "price": 5,
        "is_visible": True,
        "date_modified": "2026-04-01T04:00:00+00:00",
        "variants": [variant],
    }
    (product,) = product_reading(document, "shop", "USD").products
    assert product.status is ProductStatus.INACTIVE
    assert (product.ref.id, product.product_id) == ("7", "1")


def test_a_product_without_its_variants_is_a_problem_and_no_row() -> None:
    document = {"id": 1, "name": "Mug", "date_modified": "2026-04-01T04:00:00+00:00"}
    reading = product_reading(document, "shop", "USD")
    assert reading.products == ()
    assert [problem.place for problem in reading.problems] == ["variants"]
