"""Kits in Sage over both protocols: made with their components, and held where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.catalogue import Product, ProductKind
from intacct.capabilities import Protocol
from intacct.errors import OutcomeUnknownError
from intacct.masters import Item, ItemType, KitPart
from shared.items.keeping import Kept, KeptAs
from shared.items.links import ItemLink
from tests.contract.actions.teller import Teller
from tests.unit.items.keeping_rig import Rig, product, usd

TEE_AND_MUGS = (KitPart("TEE-STOCK", Decimal(1)), KitPart("TEE", Decimal("2.5")))


@pytest.fixture(params=list(Protocol))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with Teller(request.param) as teller:
        yield Rig(teller)


def bundle(**members: Any) -> Product:
    return replace(product("SET-1"), kind=ProductKind.BUNDLE, barcode="", **members)


def keep(
    rig: Rig, told: Product, parts: tuple[KitPart, ...] = TEE_AND_MUGS, link: ItemLink | None = None
) -> Kept:
    known = link or rig.links.load("acme", "shop", told.sku)
    kits = {told.sku: parts}
    (kept,) = rig.keeper.keep_many(rig.tenant, rig.store, [(told, known)], kits=kits)
    assert isinstance(kept, Kept)
    return kept


def components(rig: Rig) -> list[tuple[str, Decimal]]:
    books = rig.teller.company.books
    kit = books.by_id("item", "SET-1")
    assert kit
    rows = books.lines("item", kit["key"])
    return [((books.get("item", row["component"]) or {})["id"], row["quantity"]) for row in rows]


def test_a_kit_is_made_with_its_components(rig: Rig) -> None:
    kept = keep(rig, bundle())

    assert (kept.outcome, rig.known("SET-1").type) == (KeptAs.CREATED, "kit")
    assert components(rig) == [("TEE-STOCK", 1), ("TEE", Decimal("2.5"))]
    assert rig.known("SET-1").standard_cost is None


def test_a_kit_of_the_same_parts_is_left_alone_and_follows_the_cart_in_the_rest(rig: Rig) -> None:
    keep(rig, bundle())
    before = rig.writes

    assert keep(rig, bundle(), TEE_AND_MUGS[::-1]).outcome is KeptAs.UNCHANGED
    assert rig.writes == before
    assert keep(rig, bundle(price=usd("39.00"))).outcome is KeptAs.UPDATED
    assert rig.known("SET-1").base_price == Decimal("39.00")
    assert len(components(rig)) == 2


def test_a_bundle_of_other_parts_than_its_kit_is_held(rig: Rig) -> None:
    keep(rig, bundle())

    kept = keep(rig, bundle(), (KitPart("TEE", Decimal(3)),))

    assert kept.outcome is KeptAs.HELD
    assert "other parts" in kept.findings[0].message
    assert len(components(rig)) == 2


def test_an_item_of_the_same_sku_that_is_no_kit_is_not_taken_for_one(rig: Rig) -> None:
    rig.teller.create(Item("SET-1", "Set", ItemType.NON_INVENTORY))

    kept = keep(rig, bundle())

    assert (kept.outcome, kept.link) == (KeptAs.HELD, None)
    assert "is no kit" in kept.findings[0].message


@pytest.mark.parametrize("kind", [ItemType.KIT, ItemType.STOCKABLE_KIT])
def test_a_kit_that_is_there_already_is_linked(rig: Rig, kind: ItemType) -> None:
    rig.teller.create(Item("SET-1", "Set", kind, components=(KitPart("TEE", Decimal(1)),)))

    kept = keep(rig, bundle())

    assert kept.outcome is KeptAs.MATCHED
    assert kept.sells


def test_a_lost_answer_is_settled_by_the_id_and_its_parts_are_remembered(rig: Rig) -> None:
    rig.fails.append(OutcomeUnknownError("the line broke"))

    assert keep(rig, bundle()).outcome is KeptAs.CREATED
    assert keep(rig, bundle(), (KitPart("TEE", Decimal(3)),)).outcome is KeptAs.HELD


def test_a_kit_of_an_unknown_item_is_refused_and_held(rig: Rig) -> None:
    kept = keep(rig, bundle(), (KitPart("NOWHERE", Decimal(1)),))

    assert kept.outcome is KeptAs.HELD
    assert not kept.sells
