"""What is eBay's own of products and stock: offers, listings made elsewhere, answers per row."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.catalogue import NewLevel, ProductChange, WriteOutcome
from carts.ebay.client import EbayClient
from carts.ebay.products import offer_of, product_reading
from commerce.catalogue import ProductStatus
from commerce.money import Money
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.ebay.simulator import EbaySimulator
from tests.paging.clients import CONNECT

PRICE = Money(Decimal("13.37"), "USD")


def _client(shop: EbaySimulator) -> EbayClient:
    client = CONNECT["ebay"](shop, 100)
    assert isinstance(client, EbayClient)
    return client


def _offers(**prices: tuple[str, str, str]) -> list[Any]:
    """Offers by site: status, price and currency."""
    told = []
    for number, (status, value, currency) in enumerate(prices.values()):
        document = {
            "offerId": str(number),
            "sku": "MUG-1",
            "format": "FIXED_PRICE",
            "status": status,
            "pricingSummary": {"price": {"value": value, "currency": currency}},
        }
        told.append(offer_of(document)[0])
    return told


def _read(offers: list[Any] | None) -> Any:
    item = {"sku": "MUG-1", "product": {"title": "Mug"}}
    (product,) = product_reading(item, offers, "shop", EbaySimulator().clock.now()).products
    return product


def test_without_offers_neither_price_nor_state_is_known_and_no_call_is_spent() -> None:
    shop = EbaySimulator(reads_offers=False)
    shop.catalogue.add(Offer(sku="MUG-1"))
    shop.catalogue.change(8001, {"is_active": False})
    product = _client(shop).product("MUG-1").products[0]
    assert (product.price, product.status) == (None, ProductStatus.ACTIVE)
    assert not [call for call in shop.calls if "/offer" in call.path]


def test_sites_of_one_price_tell_it_and_sites_of_several_tell_none() -> None:
    same = _offers(us=("PUBLISHED", "5.0", "USD"), ca=("PUBLISHED", "5.00", "USD"))
    other = _offers(us=("PUBLISHED", "5.00", "USD"), uk=("PUBLISHED", "4.00", "GBP"))
    unsold = _offers(us=("PUBLISHED", "5.00", "USD"), uk=("UNPUBLISHED", "4.00", "GBP"))
    assert _read(same).price == Money(Decimal(5), "USD")
    assert _read(other).price is None
    assert _read(unsold).price == Money(Decimal(5), "USD")


@pytest.mark.parametrize(
    ("offers", "status"),
    [
        (None, ProductStatus.ACTIVE),
        ([], ProductStatus.INACTIVE),
        (_offers(us=("UNPUBLISHED", "5.00", "USD")), ProductStatus.INACTIVE),
        (_offers(us=("PUBLISHED", "5.00", "USD")), ProductStatus.ACTIVE),
    ],
)
def test_an_item_is_active_where_an_offer_of_it_is_published(
    offers: list[Any] | None, status: ProductStatus
) -> None:
    assert _read(offers).status is status


def test_an_offer_that_cannot_be_read_is_a_problem_of_its_product() -> None:
    offer, why = offer_of(
        {"offerId": "1", "sku": "A", "pricingSummary": 5, "format": "FIXED_PRICE"}
    )
    assert offer is None
    assert [problem.place for problem in why.problems] == ["offer.pricingSummary"]


def test_a_window_that_is_long_over_holds_nothing_and_costs_no_call() -> None:
    shop = EbaySimulator()
    shop.catalogue.add(Offer(sku="MUG-1"))
    now = shop.clock.now()
    pages = _client(shop).changed_products(since=None, until=now - timedelta(days=1))
    assert list(pages) == []
    assert shop.calls == []


def test_a_sku_with_blanks_and_slashes_is_found() -> None:
    shop = EbaySimulator()
    shop.catalogue.add(Offer(sku="MUG 1/blue", title="Mug"))
    assert _client(shop).product("MUG 1/blue").products[0].title == "Mug"


def test_what_the_inventory_does_not_know_may_be_sold_and_is_not_said_to_be_gone() -> None:
    reading = _client(EbaySimulator()).product("330000001")
    assert (reading.products, reading.problems, reading.is_gone) == ((), (), False)


def test_where_a_call_takes_one_item_only_all_are_written_one_by_one() -> None:
    shop = EbaySimulator(items_in_write=1)
    for number in range(5):
        shop.catalogue.add(Offer(sku=f"SKU-{number}", levels={"": Decimal(1)}))
    client = _client(shop)
    answers = client.set_stock([NewLevel(f"SKU-{n}", "", Decimal(n + 2)) for n in range(5)])
    assert {answer.outcome for answer in answers} == {WriteOutcome.DONE}
    levels = {level.sku: level.available for page in client.stock() for level in page}
    assert levels == {f"SKU-{n}": n + 2 for n in range(5)}


def test_a_price_is_set_although_a_title_beside_it_is_refused() -> None:
    shop = EbaySimulator()
    shop.catalogue.add(Offer(sku="MUG-1", title="Mug"))
    change = ProductChange("MUG-1", "MUG-1", "MUG-1", title="Better mug", price=PRICE)
    (answer,) = _client(shop).change_products([change])
    offer = shop.catalogue.product(8001).articles[0].offer
    assert answer.outcome is WriteOutcome.REFUSED
    assert (offer.price, offer.title) == (PRICE.amount, "Mug")


def test_a_price_in_another_currency_than_the_offers_is_refused_unsent() -> None:
    shop = EbaySimulator()
    shop.catalogue.add(Offer(sku="MUG-1"))
    change = ProductChange("MUG-1", "MUG-1", "MUG-1", price=Money(Decimal(5), "EUR"))
    (answer,) = _client(shop).change_products([change])
    assert answer.outcome is WriteOutcome.REFUSED
    assert not [call for call in shop.calls if "bulk" in call.path]


@pytest.mark.parametrize(("location", "units"), [("here", "3"), ("", "-1"), ("", "2.5")])
def test_a_level_that_an_item_cannot_have_is_refused_unsent(location: str, units: str) -> None:
    shop = EbaySimulator()
    shop.catalogue.add(Offer(sku="MUG-1"))
    (answer,) = _client(shop).set_stock([NewLevel("MUG-1", location, Decimal(units))])
    assert answer.outcome is WriteOutcome.REFUSED
    assert not [call for call in shop.calls if "bulk" in call.path]
