"""Levels of bundles where Sage owns the stock: as many as the scarcest part is enough for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.bundles.register import ALWAYS, Composition
from shared.policy.items import Bundles, ItemPolicy, UnknownSku
from shared.policy.stock import StockRule
from shared.postings.bundle_parts import Part
from tests.unit.inventory.rig import Rig, policy
from tests.unit.inventory.test_outward import MAIN, link

TWO_TEES_AND_A_MUG = (Part("TEE", Decimal(2)), Part("MUG", Decimal(1)))


def selling(
    *parts: Part, bundles: Bundles = Bundles.PARTS, is_fixed: bool = True, **members: Any
) -> Rig:
    """A shop that shows three of the bundle SET, and whose mugs, tees and pens are linked."""
    known = Rig(policy(MAIN, **members))
    for article in ("TEE", "MUG", "PEN"):
        link(known, article, article)
    items = ItemPolicy(unknown_sku=UnknownSku.HOLD, bundles=bundles)
    stores = (known.tenant.stores[0].model_copy(update={"items": items}),)
    known.tenant = known.tenant.model_copy(update={"stores": stores})
    told = Composition(ALWAYS, parts or TWO_TEES_AND_A_MUG, is_fixed)
    known.bundles.note("acme", known.tenant.stores[0].id, "SET", told)
    known.shop.offer("SET", L71001=3)
    return known


@pytest.mark.parametrize("bundles", [Bundles.PARTS, Bundles.KIT])
def test_a_bundle_has_as_many_as_its_scarcest_part_is_enough_for(bundles: Bundles) -> None:
    known = selling(bundles=bundles)
    known.sage.has("TEE", "W1", 11)
    known.sage.has("MUG", "W1", 8)

    known.run()

    assert known.shop.level("SET", "71001") == 5
    assert known.findings() == []


def test_what_is_taken_and_on_the_way_of_a_part_is_not_in_the_bundle() -> None:
    known = selling()
    known.sage.has("TEE", "W1", 20)
    known.sage.has("MUG", "W1", 8)
    known.sage.taken["MUG", "W1"] = 3
    known.on_the_way["shop-0"] = {"MUG": Decimal(1)}

    known.run()

    assert known.shop.level("SET", "71001") == 4


def test_a_part_that_is_sold_out_sells_out_the_bundle() -> None:
    known = selling()
    known.shop.offer("PEN", L71001=1)
    known.sage.has("PEN", "W1", 1)
    known.sage.has("TEE", "W1", 20)
    known.sage.kinds["MUG"] = "inventory"

    known.run()

    assert known.shop.level("SET", "71001") == 0


def test_units_and_buffers_of_parts_and_bundle_count() -> None:
    rules = (StockRule("MUG", Decimal(6)), StockRule("SET", buffer=Decimal(1)))
    known = selling(rules=rules)
    known.sage.has("TEE", "W1", 20)
    known.sage.has("MUG", "W1", 30)

    known.run()

    assert known.shop.level("SET", "71001") == 4  # five boxes of six mugs, less one


def test_a_part_that_sage_does_not_count_leaves_the_bundle_alone() -> None:
    known = selling()
    known.sage.has("TEE", "W1", 20)
    known.sage.kinds["MUG"] = "nonInventory"

    known.run()

    assert known.shop.level("SET", "71001") == 3
    assert "item MUG is of type" in " ".join(known.findings())


@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_bundle_of_chosen_or_unknown_parts_is_told_and_left_alone(is_chosen: bool) -> None:  # noqa: FBT001
    known = selling(is_fixed=False) if is_chosen else selling(Part("CAP", Decimal(1)))
    known.sage.has("TEE", "W1", 20)
    known.sage.has("MUG", "W1", 20)

    known.run()

    assert known.shop.level("SET", "71001") == 3
    assert "no item that is good: SET" in " ".join(known.findings())
