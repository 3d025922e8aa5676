"""What every cart's client promises of products and stock, shown on its simulated shop."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from carts.catalogue import (
    CatalogueClient,
    NewLevel,
    ProductChange,
    ProductWriter,
    StockClient,
    WriteOutcome,
)
from commerce.catalogue import ProductKind, ProductStatus
from local.cart_simulators.catalogue import Part
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.unrest import CALM, Trouble
from tests.catalogues.shop import LONG_AGO, START, Shop, Trait, carts_that, each_cart, offer, usd


@each_cart
def test_a_client_says_by_its_methods_what_its_cart_has(trait: Trait) -> None:
    client = Shop(trait).client
    assert isinstance(client, CatalogueClient)
    assert isinstance(client, StockClient)
    assert isinstance(client, ProductWriter) == (trait.writes_price or trait.writes_title)


@each_cart
def test_a_product_is_told_with_what_the_shop_keeps_of_it(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(
        offer(
            "MUG-1",
            trait,
            title="Mug",
            price=Decimal("12.50"),
            cost=Decimal("4.10"),
            barcode="4006381333931",
        )
    )
    told = shop.products()["MUG-1"]
    assert (told.title, told.kind, told.status) == ("Mug", ProductKind.SIMPLE, ProductStatus.ACTIVE)
    assert told.price == (usd("12.50") if trait.tells_price else None)
    assert told.cost == (usd("4.10") if trait.tells_cost else None)
    assert told.barcode == ("4006381333931" if trait.tells_barcode else "")
    assert told.updated_at == START


@carts_that(lambda trait: trait.tells_variants)
def test_each_variant_is_a_thing_of_its_own_under_its_product(trait: Trait) -> None:
    shop = Shop(trait)
    sizes = [offer(f"TEE-{size}", trait, title="Tee", variant=size) for size in "SML"]
    product = shop.catalogue.add(*sizes)
    told = shop.products()
    assert sorted(told) == ["TEE-L", "TEE-M", "TEE-S"]
    assert {row.kind for row in told.values()} == {ProductKind.VARIANT}
    assert {row.product_id for row in told.values()} == {told["TEE-S"].product_id}
    assert len({row.ref.id for row in told.values()}) == len(product.articles)
    assert shop.levels("TEE-M") == {("TEE-M", place): Decimal(5) for place in trait.places}


@each_cart
def test_all_products_are_told_page_by_page_without_a_bound(trait: Trait) -> None:
    shop = Shop(trait)
    for number in range(11):
        shop.catalogue.add(offer(f"SKU-{number}", trait))
        shop.clock.advance(60)
    assert len(shop.products()) == 11


@each_cart
def test_only_what_changed_is_told_of_a_window(trait: Trait) -> None:
    shop = Shop(trait)
    old = shop.catalogue.add(offer("OLD", trait))
    shop.catalogue.add(offer("SAME", trait))
    shop.clock.advance(3600)
    since = shop.clock.now()
    shop.clock.advance(60)
    shop.catalogue.change(old.articles[0].id, {"price": Decimal("99.00")})
    told = shop.products(since)
    assert "OLD" in told
    if trait.tells_price:
        assert told["OLD"].price == usd("99.00")


@carts_that(lambda trait: trait.knows_nameless)
def test_a_product_without_sku_is_told_as_one_without(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("", trait, title="Nameless"))
    assert shop.products()[""].title == "Nameless"


@each_cart
def test_a_deleted_product_is_said_to_be_gone(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("GONE", trait))
    product_id = shop.products()["GONE"].product_id
    shop.catalogue.delete(next(iter(shop.catalogue)).id)
    reading = shop.client.product(product_id)
    assert (reading.is_gone, reading.products) == (trait.says_gone, ())
    assert shop.products() == {}


@each_cart
def test_what_buyers_cannot_have_is_inactive(trait: Trait) -> None:
    shop = Shop(trait)
    article = shop.catalogue.add(offer("HIDDEN", trait)).articles[0]
    shop.catalogue.change(article.id, {"is_active": False})
    told = shop.products().get("HIDDEN")
    assert told is None or told.status is ProductStatus.INACTIVE


@carts_that(lambda trait: trait.tells_bundles)
def test_a_bundle_is_no_simple_product(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("SET", trait, parts=(Part(sku="A"), Part(sku="B"))))
    told = shop.products()["SET"]
    assert told.kind is ProductKind.BUNDLE
    assert len(told.components) == 2


@carts_that(lambda trait: trait.tells_bundles)
def test_the_parts_of_a_bundle_lead_to_their_products(trait: Trait) -> None:
    shop = Shop(trait)
    number = shop.catalogue.add(offer("MUG", trait)).id
    parts = (Part(sku="MUG", quantity=Decimal(3), product_id=number),)
    shop.catalogue.add(offer("SET", trait, parts=parts))

    (component,) = shop.products()["SET"].components

    (mug,) = shop.client.product(component.product_id).products
    assert (mug.sku, int(component.quantity), component.is_chosen) == ("MUG", 3, False)
    assert component.sku in ("", "MUG")
    assert component.ref_id in ("", mug.ref.id)


@each_cart
def test_a_level_is_set_and_set_again_without_harm(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(
        offer("MUG-1", trait),
    )
    told = shop.level("MUG-1")
    new = NewLevel("MUG-1", told.location, Decimal(17), stock_id=told.stock_id)
    done = WriteOutcome.ACCEPTED if trait.is_fed else WriteOutcome.DONE
    for _ in range(2):
        (answer,) = shop.client.set_stock([new])
        assert answer.outcome is done
    assert shop.levels("MUG-1")["MUG-1", told.location] == Decimal(17)


@each_cart
def test_many_levels_travel_in_few_requests(trait: Trait) -> None:
    shop = Shop(trait, page_size=100)
    for number in range(60):
        shop.catalogue.add(offer(f"SKU-{number}", trait))
    levels = [level for page in shop.client.stock() for level in page]
    before = len(shop.cart.calls)
    answers = shop.client.set_stock(
        [NewLevel(row.sku, row.location, Decimal(9), row.stock_id) for row in levels]
    )
    assert len(shop.cart.calls) - before <= 12 + len(levels) * trait.writes_singly
    assert {answer.outcome for answer in answers} <= {WriteOutcome.DONE, WriteOutcome.ACCEPTED}
    assert set(shop.levels().values()) == {Decimal(9)}


@each_cart
def test_a_level_of_an_unknown_sku_is_refused_and_the_others_are_set(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("KNOWN", trait))
    known = shop.level("KNOWN")
    refused, done = shop.client.set_stock(
        [
            NewLevel("NOWHERE", known.location, Decimal(1)),
            NewLevel("KNOWN", known.location, Decimal(2), known.stock_id),
        ]
    )
    assert refused.outcome in (WriteOutcome.REFUSED, WriteOutcome.ACCEPTED)
    assert done.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED)
    assert shop.levels("KNOWN")["KNOWN", known.location] == Decimal(2)


@each_cart
def test_a_fraction_of_a_unit_is_never_cut_off_silently(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("WOOL", trait))
    told = shop.level("WOOL")
    new = NewLevel("WOOL", told.location, Decimal("2.5"), told.stock_id)
    (answer,) = shop.client.set_stock([new])
    if trait.takes_fractions:
        assert shop.levels("WOOL")["WOOL", told.location] == Decimal("2.5")
    else:
        assert answer.outcome is WriteOutcome.REFUSED
        assert shop.levels("WOOL")["WOOL", told.location] == Decimal(5)


@carts_that(lambda trait: trait.compares)
def test_a_cart_that_compares_refuses_a_level_decided_on_an_older_one(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("MUG-1", trait))
    told = shop.level("MUG-1")
    line = SoldLine(sku="MUG-1", unit_price=Decimal(10))
    shop.cart.orders.place(Sale(lines=(line,)))
    new = NewLevel("MUG-1", told.location, Decimal(17), told.stock_id, expected=told.available)
    (answer,) = shop.client.set_stock([new])
    assert answer.outcome is WriteOutcome.CONFLICT
    assert shop.levels("MUG-1")["MUG-1", told.location] == Decimal(4)


@carts_that(lambda trait: trait.writes_price)
def test_a_price_that_the_books_own_is_set(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("MUG-1", trait))
    told = shop.products()["MUG-1"]
    change = ProductChange(told.ref.id, told.sku, told.product_id, price=usd("13.37"))
    (answer,) = shop.client.change_products([change])
    assert answer.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED)
    assert next(iter(shop.catalogue)).articles[0].offer.price == Decimal("13.37")


@carts_that(lambda trait: trait.writes_price and trait.tells_variants)
def test_a_price_of_one_variant_leaves_the_others_as_they_are(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(*(offer(f"TEE-{size}", trait, variant=size) for size in "SML"))
    told = shop.products()["TEE-M"]
    change = ProductChange(told.ref.id, told.sku, told.product_id, price=usd("13.37"))
    (answer,) = shop.client.change_products([change])
    assert answer.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED)
    prices = {each.offer.sku: each.offer.price for each in next(iter(shop.catalogue)).articles}
    assert prices == {"TEE-S": 10, "TEE-M": Decimal("13.37"), "TEE-L": 10}


@carts_that(lambda trait: trait.writes_price)
def test_a_change_of_what_the_cart_knows_no_more_is_refused_and_the_others_are_done(
    trait: Trait,
) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("GONE", trait))
    shop.catalogue.add(offer("HERE", trait))
    told = shop.products()
    shop.catalogue.delete(next(iter(shop.catalogue)).id)
    refused, done = shop.client.change_products(
        [
            ProductChange(row.ref.id, row.sku, row.product_id, price=usd("13.37"))
            for row in (told["GONE"], told["HERE"])
        ]
    )
    assert refused.outcome in (WriteOutcome.REFUSED, WriteOutcome.ACCEPTED)
    assert done.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED)
    assert next(iter(shop.catalogue)).articles[0].offer.price == Decimal("13.37")


@carts_that(lambda trait: trait.writes_title)
def test_a_title_that_the_books_own_is_set(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("MUG-1", trait))
    told = shop.products()["MUG-1"]
    change = ProductChange(told.ref.id, told.sku, told.product_id, title="Better mug")
    (answer,) = shop.client.change_products([change])
    assert answer.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED)
    assert shop.products()["MUG-1"].title == "Better mug"


@each_cart
@pytest.mark.parametrize("seed", range(3))
def test_no_product_is_lost_while_others_change_between_pages(trait: Trait, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # a repeatable dice, no secret
    shop = Shop(trait, seed=seed, page_size=dice.randint(2, 5))
    for number in range(dice.randint(8, 20)):
        shop.catalogue.add(offer(f"SKU-{number}", trait))
        shop.clock.advance(dice.choice((1, 30)))
    shop.cart.unrest.trouble = Trouble(change_chance=0.6, most_latency_seconds=2.0)
    before = shop.clock.now()
    told = shop.products(LONG_AGO, before)
    shop.cart.unrest.trouble = CALM
    shop.clock.advance(60)

    told |= shop.products(before - timedelta(minutes=5))

    kept = [article.offer for product in shop.catalogue for article in product.articles]
    assert set(told) == {each.sku for each in kept}
    if trait.tells_price:
        prices = {sku: row.price.amount for sku, row in told.items() if row.price}
        assert prices == {each.sku: each.price for each in kept}


@each_cart
def test_a_sale_lowers_what_is_available(trait: Trait) -> None:
    shop = Shop(trait)
    shop.catalogue.add(offer("MUG-1", trait))
    line = SoldLine(sku="MUG-1", quantity=2, unit_price=Decimal(10))
    order = shop.cart.orders.place(Sale(lines=(line,)))
    if trait.counts_on_hand:
        assert set(shop.levels("MUG-1").values()) == {Decimal(5)}
        shop.cart.orders.ship(order.id)
    assert Decimal(3) in shop.levels("MUG-1").values()
