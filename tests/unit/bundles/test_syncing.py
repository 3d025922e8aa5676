"""Bundles in item_sync: their parts first, all that is missing under one cause, orders after."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import LineKind
from intacct.masters import KitPart
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.catalogue import Part as Bundled
from shared.bundles.register import ALWAYS, CompositionHistory
from shared.items.keeping import KeptAs
from shared.items.links import Condition, ItemLink, Origin
from shared.items.sync import LAG
from shared.policy.items import Bundles, ItemPolicy, UnknownSku
from shared.policy.mapping import ItemRule
from shared.postings.articles import item_place
from tests.accounting.shop import line, mapping
from tests.unit.items.sync_rig import START, Rig, sold


def dividing(bundles: Bundles = Bundles.PARTS, **members: Any) -> Rig:
    return Rig(ItemPolicy(unknown_sku=UnknownSku.CREATE, bundles=bundles, **members))


def offers(rig: Rig, *parts: Bundled, sku: str = "SET") -> str:
    """The shop sells a bundle of these; the product's id."""
    return str(rig.cart.catalogue.add(Offer(sku=sku, price=Decimal(45), parts=parts)).id)


def two_parts(rig: Rig) -> str:
    rig.cart.catalogue.add(Offer(sku="TEE", price=Decimal(20)))
    rig.cart.catalogue.add(Offer(sku="MUG", price=Decimal(10)))
    return offers(rig, Bundled(sku="TEE", quantity=Decimal(2)), Bundled(sku="MUG"))


def history(rig: Rig) -> CompositionHistory:
    return rig.bundles.load_many("acme", "shop", ["SET"]).get("SET", ())


def why(rig: Rig) -> str:
    (finding,) = rig.reviews.records["acme", "item:shop:SET"].findings
    assert finding.place == item_place("shop", "SET")
    return finding.message


def changed(rig: Rig, sku: str, **fields: Any) -> None:
    found = rig.cart.catalogue.by_sku(sku)
    assert found
    rig.cart.catalogue.change(found[1].id, fields)
    rig.clock.advance((2 * LAG).total_seconds())


def test_a_bundle_that_an_order_waits_for_is_registered_with_its_parts_and_prices() -> None:
    rig = dividing()
    rig.waits("1001", sold("SET", two_parts(rig)))

    report = rig.run()

    assert rig.keeper.kept == ["TEE", "MUG"]
    assert (report.orders_let_go, report.kept[KeptAs.DIVIDED]) == (1, 1)
    (told,) = history(rig)
    assert (told.since, told.is_fixed) == (ALWAYS, True)
    assert [
        (part.article, int(part.quantity), part.price.plain()) for part in told.parts if part.price
    ] == [
        ("TEE", 2, "20.00"),
        ("MUG", 1, "10.00"),
    ]
    assert ("acme", "shop", "SET") not in rig.links.stored


@pytest.mark.parametrize("bundles", [Bundles.PARTS, Bundles.KIT])
def test_all_unknown_parts_are_named_under_one_cause_until_they_are_known(bundles: Bundles) -> None:
    rig = dividing(bundles)
    rig.cart.catalogue.add(Offer(sku="TEE"))
    product = offers(rig, Bundled(sku="TEE"), Bundled(sku="MUG"), Bundled(sku="PEN"))
    rig.waits("1001", sold("SET", product))
    rig.waits("1002", sold("SET", product))
    rig.keeper.refuses = {"TEE"}

    assert rig.run().orders_let_go == 0
    assert why(rig) == "parts of the bundle have no item yet: MUG, PEN, TEE"
    rig.keeper.refuses.clear()
    for sku in ("MUG", "PEN"):
        rig.cart.catalogue.add(Offer(sku=sku))
    assert rig.run().orders_let_go == 2
    assert not rig.reviews.is_open("acme", "item:shop:SET")


def test_a_kit_is_made_of_the_items_of_its_parts() -> None:
    rig = dividing(Bundles.KIT)
    rig.waits("1001", sold("SET", two_parts(rig)))

    assert rig.run().orders_let_go == 1

    assert rig.keeper.kept == ["TEE", "MUG", "SET"]
    assert rig.keeper.kits == {"SET": (KitPart("TEE", Decimal(2)), KitPart("MUG", Decimal(1)))}
    assert [part.article for part in history(rig)[0].parts] == ["TEE", "MUG"]


def test_a_part_that_a_rule_of_the_mapping_sells_is_that_item_in_the_kit() -> None:
    rig = dividing(Bundles.KIT)
    (store,) = rig.tenant.stores
    ruled = store.model_copy(update={"mapping": mapping(item_rules=(ItemRule("MUG", "MUGS"),))})
    rig.tenant = rig.tenant.model_copy(update={"stores": (ruled,)})
    rig.keeper.mapped = {"MUG"}
    rig.waits("1001", sold("SET", two_parts(rig)))

    rig.run()

    assert rig.keeper.kits["SET"] == (KitPart("TEE", Decimal(2)), KitPart("MUGS", Decimal(1)))


def test_a_part_told_twice_is_one_part() -> None:
    rig = dividing()
    rig.cart.catalogue.add(Offer(sku="TEE"))
    rig.waits("1001", sold("SET", offers(rig, Bundled(sku="TEE"), Bundled(sku="TEE"))))

    rig.run()

    assert [(part.sku, int(part.quantity)) for part in history(rig)[0].parts] == [("TEE", 2)]


@pytest.mark.parametrize("bundles", [Bundles.PARTS, Bundles.KIT])
def test_a_bundle_of_itself_and_a_bundle_of_bundles_are_held(bundles: Bundles) -> None:
    rig = dividing(bundles)
    rig.waits("1001", sold("SET", offers(rig, Bundled(sku="SET"), Bundled(sku="TEE"))))
    rig.run()
    assert why(rig) == "the bundle is a part of itself"

    rig = dividing(bundles)
    rig.cart.catalogue.add(Offer(sku="BOX", parts=(Bundled(sku="TEE"),)))
    rig.waits("1001", sold("SET", offers(rig, Bundled(sku="BOX"))))
    rig.run()
    assert why(rig) == "its part BOX is a bundle itself"
    assert rig.keeper.kept == []


def test_a_part_of_no_quantity_is_held() -> None:
    rig = dividing()
    rig.cart.catalogue.add(Offer(sku="TEE"))
    rig.waits("1001", sold("SET", offers(rig, Bundled(sku="TEE", quantity=Decimal(0)))))

    rig.run()

    assert why(rig) == "it has a part of no quantity"


def test_bundles_are_single_articles_where_the_store_books_them_as_told() -> None:
    rig = dividing(Bundles.AS_TOLD)
    rig.waits("1001", sold("SET", two_parts(rig)))

    assert rig.run().orders_let_go == 1
    assert (rig.keeper.kept, rig.keeper.kits, history(rig)) == (["SET"], {}, ())


def test_a_bundle_that_was_sold_as_one_item_is_divided_from_now_on_only() -> None:
    rig = dividing()
    product = two_parts(rig)
    link = ItemLink("acme", "shop", "SET", "BOXED", Origin.MATCHED, Condition.GOOD, START)
    rig.links.put_new(replace(link, product_id=product, ref_id=product))
    rig.run()

    changed(rig, "SET", title="Boxed set")
    rig.run()

    assert [told.since > START for told in history(rig)] == [True]


def test_a_bundle_whose_parts_change_is_of_the_new_ones_from_then_on() -> None:
    rig = dividing()
    rig.waits("1001", sold("SET", two_parts(rig)))
    rig.run()

    changed(rig, "SET", parts=(Bundled(sku="MUG", quantity=Decimal(3)),))
    rig.run()
    changed(rig, "SET", parts=())
    rig.run()

    assert [[(p.sku, int(p.quantity)) for p in told.parts] for told in history(rig)] == [
        [("TEE", 2), ("MUG", 1)],
        [("MUG", 3)],
        [],
    ]


def test_an_order_that_waits_for_a_registered_part_is_let_go_when_the_part_is_known() -> None:
    rig = dividing()
    product = two_parts(rig)
    rig.waits("1001", sold("SET", product))
    rig.run()
    rig.resender.sent.clear()
    rig.waits_for("1002", sold("SET", product), "MUG")

    assert rig.run().orders_let_go == 2
    assert sorted(rig.resender.sent) == ["1001", "1002"]


def test_parts_that_an_order_tells_are_served_by_their_own_names() -> None:
    rig = dividing()
    product = two_parts(rig)
    told = line("c1", "0.00", 2, sku="TEE", kind=LineKind.COMPONENT, parent_id="set")
    rig.waits_for("1001", sold("SET", product), "TEE", replace(told, product_id="8001"))

    assert rig.run().orders_let_go == 1
    assert rig.keeper.kept == ["TEE"]
