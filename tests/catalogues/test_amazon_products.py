"""What is Amazon's own of products and stock: channels, attributes kept whole, one site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import CartApiError
from carts.amazon.client import AmazonClient
from carts.amazon.products import fba_level, listed, with_price, with_quantity
from carts.catalogue import NewLevel, ProductChange, WriteOutcome
from carts.documents import Node
from commerce.catalogue import ProductStatus
from commerce.money import Money
from local.cart_simulators.amazon.shapes import MARKETPLACE
from local.cart_simulators.amazon.simulator import AmazonSimulator
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.transport import CartTransport
from local.intacct_simulator.clock import Clock
from tests.paging.clients import CONNECT, access_of

START = datetime(2026, 4, 1, 4, tzinfo=UTC)
PRICE = Money(Decimal("13.37"), "USD")


def _shop(**options: Any) -> AmazonSimulator:
    clock = Clock()
    clock.set(START, freeze=True)
    return AmazonSimulator(clock=clock, **options)


def _client(shop: AmazonSimulator, page_size: int = 20) -> AmazonClient:
    client = CONNECT["amazon"](shop, page_size)
    assert isinstance(client, AmazonClient)
    return client


def _levels(client: AmazonClient, *skus: str) -> dict[tuple[str, str], Decimal | None]:
    return {
        (each.sku, each.location): each.available for page in client.stock(skus) for each in page
    }


def _item(**members: Any) -> dict[str, Any]:
    summary = {
        "marketplaceId": MARKETPLACE,
        "asin": "B000000001",
        "itemName": "Mug",
        "status": ["DISCOVERABLE"],
        "lastUpdatedDate": "2026-04-01T04:00:00Z",
    }
    return {"sku": "MUG-1", "summaries": [summary], **members}


def test_what_amazon_keeps_is_told_beside_what_the_seller_keeps() -> None:
    shop = _shop()
    shop.catalogue.add(Offer(sku="OURS", levels={"DEFAULT": Decimal(5)}))
    shop.catalogue.add(Offer(sku="THEIRS", levels={"FBA": Decimal(9)}))
    client = _client(shop)
    expected = {("OURS", "DEFAULT"): Decimal(5), ("THEIRS", "FBA"): Decimal(9)}
    assert _levels(client) == expected
    assert _levels(client, "OURS", "THEIRS", "NOWHERE") == expected
    level = next(each for page in client.stock(["THEIRS"]) for each in page)
    assert (level.on_hand, level.committed, level.incoming) == (Decimal(16), Decimal(4), Decimal(3))


def test_without_the_role_for_amazons_own_stock_it_is_not_asked_for() -> None:
    shop = _shop()
    secret = {**shop.secret(), "reads_fba": False}
    access = access_of(shop)
    client = AmazonClient.connect(
        type(access)(access.store, access.domain, "", "", secret), transport=CartTransport(shop)
    )
    assert list(client.stock()) == [[]]
    assert not [call for call in shop.calls if "fba" in call.path]


@pytest.mark.parametrize("location", ["", "DEFAULT"])
def test_a_listing_that_amazon_serves_is_never_given_a_quantity(location: str) -> None:
    shop = _shop()
    shop.catalogue.add(Offer(sku="THEIRS", levels={"FBA": Decimal(9)}))
    (answer,) = _client(shop).set_stock([NewLevel("THEIRS", location, Decimal(3))])
    assert answer.outcome is WriteOutcome.REFUSED
    assert not [call for call in shop.calls if call.method == "PATCH"]


def test_a_quantity_leaves_the_handling_time_as_it_is() -> None:
    shop = _shop()
    shop.catalogue.add(Offer(sku="OURS", levels={"DEFAULT": Decimal(5)}))
    before = shop.shop.handling_days("OURS")
    (answer,) = _client(shop).set_stock([NewLevel("OURS", "DEFAULT", Decimal(3))])
    assert answer.outcome is WriteOutcome.ACCEPTED
    assert before is not None
    assert shop.shop.handling_days("OURS") == before


def test_a_price_leaves_the_price_for_businesses_as_it_is() -> None:
    shop = _shop()
    shop.catalogue.add(Offer(sku="OURS", levels={"DEFAULT": Decimal(5)}))
    shop.shop.sell_to_businesses("OURS", Decimal("9.99"))
    (answer,) = _client(shop).change_products([ProductChange("OURS", "OURS", price=PRICE)])
    assert answer.outcome is WriteOutcome.ACCEPTED
    assert shop.catalogue.product(8001).articles[0].offer.price == PRICE.amount
    assert shop.shop.business_prices("OURS") == [Decimal("9.99")]


def test_a_price_is_set_although_a_title_beside_it_is_refused() -> None:
    shop = _shop()
    shop.catalogue.add(Offer(sku="OURS", levels={"DEFAULT": Decimal(5)}))
    change = ProductChange("OURS", "OURS", price=PRICE, title="Better mug")
    (answer,) = _client(shop).change_products([change])
    assert answer.outcome is WriteOutcome.REFUSED
    assert shop.catalogue.product(8001).articles[0].offer.price == PRICE.amount


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (ProductChange("OURS", "OURS", title="Mug"), "takes no title"),
        (ProductChange("OURS", "OURS", price=Money(Decimal(5), "EUR")), "in this currency"),
        (ProductChange("NOWHERE", "NOWHERE", price=PRICE), "no listing"),
    ],
)
def test_what_amazon_does_not_take_is_refused_unsent(change: ProductChange, why: str) -> None:
    shop = _shop()
    shop.catalogue.add(Offer(sku="OURS"))
    (answer,) = _client(shop).change_products([change])
    assert answer.outcome is WriteOutcome.REFUSED
    assert why in answer.message
    assert not [call for call in shop.calls if call.method == "PATCH"]


def test_the_listings_of_one_asin_are_one_product() -> None:
    shop = _shop()
    product = shop.catalogue.add(Offer(sku="OURS", title="Mug"))
    asin = f"B0{product.id:08d}"
    reading = _client(shop).product(asin)
    assert [(row.sku, row.product_id) for row in reading.products] == [("OURS", asin)]
    assert _client(shop).product("OURS").products[0].product_id == asin


def test_writes_keep_amazons_pace_by_waiting() -> None:
    shop = _shop()
    for number in range(30):
        shop.catalogue.add(Offer(sku=f"SKU-{number}", levels={"DEFAULT": Decimal(1)}))
    answers = _client(shop).set_stock([NewLevel(f"SKU-{n}", "", Decimal(2)) for n in range(30)])
    assert {answer.outcome for answer in answers} == {WriteOutcome.ACCEPTED}
    assert {call.status for call in shop.calls} == {200}
    assert shop.clock.now() - START >= timedelta(seconds=4)


def test_a_store_that_names_no_seller_reads_orders_but_no_products() -> None:
    shop = _shop()
    access = access_of(shop)
    client = AmazonClient.connect(
        type(access)(access.store, "", "", "", access.secret), transport=CartTransport(shop)
    )
    with pytest.raises(CartApiError, match="seller id") as told:
        list(client.changed_products(since=None, until=START))
    assert told.value.is_lasting


def test_many_listings_of_one_second_are_all_told() -> None:
    shop = _shop()
    for number in range(47):
        shop.catalogue.add(Offer(sku=f"SKU-{number}"))
    pages = _client(shop, 5).changed_products(since=START, until=START + timedelta(minutes=1))
    assert len({reading.products[0].sku for page in pages for reading in page}) == 47


@pytest.mark.parametrize(
    ("item", "rows"),
    [
        (_item(), 1),
        ({"sku": "DRAFT", "summaries": []}, 0),
        (_item(relationships=[{"relationships": [{"childSkus": ["A", "B"]}]}]), 0),
    ],
)
def test_drafts_and_parents_of_variations_are_not_sold(item: dict[str, Any], rows: int) -> None:
    reading = listed(item, MARKETPLACE, "shop").reading
    assert (len(reading.products), reading.problems) == (rows, ())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (["BUYABLE", "DISCOVERABLE"], ProductStatus.ACTIVE),
        (["DISCOVERABLE"], ProductStatus.ACTIVE),
        ([], ProductStatus.INACTIVE),
    ],
)
def test_a_listing_that_is_only_out_of_stock_stays_active(
    status: list[str], expected: ProductStatus
) -> None:
    item = _item()
    item["summaries"][0]["status"] = status
    (product,) = listed(item, MARKETPLACE, "shop").reading.products
    assert product.status is expected


def test_another_sites_price_and_the_one_for_businesses_are_not_told() -> None:
    def offer(site: str, kind: str, amount: str) -> dict[str, Any]:
        price = {"currencyCode": "USD", "amount": amount}
        return {"marketplaceId": site, "offerType": kind, "price": price}

    offers = [offer("A2EUQ1WTGCTBG2", "B2C", "1"), offer(MARKETPLACE, "B2B", "2")]
    (without,) = listed(_item(offers=offers), MARKETPLACE, "shop").reading.products
    offers.append(offer(MARKETPLACE, "B2C", "3.5"))
    (product,) = listed(_item(offers=offers), MARKETPLACE, "shop").reading.products
    assert (without.price, product.price) == (None, Money(Decimal("3.5"), "USD"))


def test_a_summary_without_time_is_as_of_now_and_one_without_quantity_is_none() -> None:
    summary = {"sellerSku": "A", "inventoryDetails": {"fulfillableQuantity": 2}}
    level = fba_level({**summary, "lastUpdatedTime": ""}, START)
    assert level is not None
    assert (level.as_of, level.available, level.incoming) == (START, Decimal(2), Decimal(0))
    assert fba_level({"sellerSku": "A", "inventoryDetails": {}}, START) is None


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{"fulfillment_channel_code": "AMAZON_NA"}],
        [{"fulfillment_channel_code": "DEFAULT"}, {"fulfillment_channel_code": "AMAZON_EU"}],
    ],
)
def test_only_a_listing_of_the_sellers_channel_alone_takes_a_quantity(entries: list[Any]) -> None:
    attributes = Node({"fulfillment_availability": entries}, "", [])
    assert with_quantity(attributes, 5) is None


def test_two_offers_to_consumers_are_not_told_apart_and_none_is_changed() -> None:
    offer = {"audience": "ALL", "currency": "USD", "marketplace_id": MARKETPLACE}
    attributes = Node({"purchasable_offer": [offer, offer]}, "", [])
    assert with_price(attributes, MARKETPLACE, PRICE) is None
