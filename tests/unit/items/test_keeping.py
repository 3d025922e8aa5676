"""An article becomes one item, found or made, and follows whoever owns it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.catalogue import ProductStatus
from commerce.orders import Ref
from intacct.capabilities import Protocol
from intacct.errors import OutcomeUnknownError
from intacct.masters import Item
from shared.items.documents import digest, item_id
from shared.items.fields import MOST_IN_A_ROW
from shared.items.keeping import KeptAs
from shared.items.links import Condition, ItemLink, Origin
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemMatch, ItemPolicy, UnknownSku
from shared.policy.mapping import ItemRule
from shared.postings.findings import Reason
from tests.contract.actions.teller import Teller
from tests.unit.items.keeping_rig import (
    AT,
    CART_OWNS,
    CREATES,
    FULL,
    Rig,
    product,
    reasons,
    tenant_owning,
    usd,
)

SAGE_OWNS = Ownership(
    item=Rule(Side.SAGE, FULL, FULL), price=Rule(Side.SAGE, (Right.READ,), (Right.READ,))
)


@pytest.fixture(params=list(Protocol))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with Teller(request.param) as teller:
        yield Rig(teller)


def test_an_unknown_article_becomes_an_item_as_the_cart_tells_it(rig: Rig) -> None:
    kept = rig.keep(product())

    assert kept.outcome is KeptAs.CREATED
    assert kept.link is not None
    known = rig.known("MUG-1")
    assert (kept.link.item, kept.link.key, kept.link.origin) == ("MUG-1", known.key, Origin.CREATED)
    assert (known.name, known.barcode, known.base_price, known.standard_cost) == (
        "Mug",
        "4006381333931",
        Decimal("12.50"),
        Decimal("4.10"),
    )


def test_keeping_it_again_costs_nothing(rig: Rig) -> None:
    rig.keep(product())
    before = rig.writes, rig.reads

    assert rig.keep(product()).outcome is KeptAs.UNCHANGED
    assert (rig.writes, rig.reads) == before


def test_a_lost_answer_is_settled_by_the_id(rig: Rig) -> None:
    rig.fails.append(OutcomeUnknownError("the line broke"))

    assert rig.keep(product()).outcome is KeptAs.CREATED
    assert rig.keep(product()).outcome is KeptAs.UNCHANGED
    assert rig.writes == 1


def test_an_item_of_that_id_is_linked_and_not_made_again(rig: Rig) -> None:
    rig.teller.create(Item("MUG-1", "A mug that people made"))

    kept = rig.keep(product())

    assert kept.outcome is KeptAs.MATCHED
    assert kept.link is not None
    assert (kept.link.matched_by, kept.link.origin) == ("sku", Origin.MATCHED)


def test_a_matched_item_gets_at_once_what_the_cart_owns_and_shows_otherwise(rig: Rig) -> None:
    rig.teller.create(Item("MUG-1", "A mug that people made", upc="4006381333931"))

    rig.keep(product())

    assert rig.writes == 1
    known = rig.known("MUG-1")
    assert (known.name, known.base_price) == ("Mug", Decimal("12.50"))
    assert rig.keep(product()).outcome is KeptAs.UNCHANGED


def test_a_matched_item_is_left_as_it_is_where_nothing_follows_the_cart(rig: Rig) -> None:
    rig.under(policy=replace(CREATES, updates=False))
    rig.teller.create(Item("MUG-1", "A mug that people made"))

    assert rig.keep(product()).outcome is KeptAs.MATCHED
    assert (rig.writes, rig.known("MUG-1").name) == (0, "A mug that people made")


def test_an_article_that_the_cart_offers_again_is_active_again(rig: Rig) -> None:
    rig.keep(product())
    off = rig.keep(product(status=ProductStatus.INACTIVE))
    assert off.link is not None
    assert (off.link.sells, rig.known("MUG-1").is_active) == (False, False)

    on = rig.keep(product())

    assert on.link is not None
    assert (on.outcome, on.link.sells) == (KeptAs.UPDATED, True)
    assert rig.known("MUG-1").is_active


def test_what_was_lost_on_its_way_is_sent_again_even_when_the_cart_went_back(rig: Rig) -> None:
    rig.keep(product())
    rig.fails = [OutcomeUnknownError("lost")]
    with pytest.raises(OutcomeUnknownError):
        rig.keep(product(title="Big mug"))

    assert rig.keep(product()).outcome is KeptAs.UPDATED
    assert rig.known("MUG-1").name == "Mug"


def test_a_product_of_another_cart_id_takes_its_skus_link_over(rig: Rig) -> None:
    rig.keep(product())

    kept = rig.keep(product(product_id="8002", ref=Ref("shopify", "shop", "product", "8002")))

    assert kept.link is not None
    assert (kept.link.product_id, kept.link.ref_id) == ("8002", "8002")


def test_what_people_write_over_in_the_cart_is_to_be_written_again(rig: Rig) -> None:
    rig.under(ownership=SAGE_OWNS, policy=replace(CREATES, writes_back=True))
    first = rig.keep(product())
    assert first.link is not None
    rig.links.save(replace(first.link, written={"name": digest("Mug of Sage")}))

    kept = rig.keep(product(title="Mug of a person"))

    assert kept.link is not None
    assert (kept.link.written, kept.link.tugs) == ({"name": ""}, {"cart": 1})
    assert rig.known("MUG-1").name == "Mug", "Sage owns it"


def test_a_cart_that_always_shows_something_else_is_for_a_person(rig: Rig) -> None:
    rig.under(ownership=SAGE_OWNS, policy=replace(CREATES, writes_back=True))
    first = rig.keep(product())
    assert first.link is not None
    written = {"name": digest("Mug of Sage")}
    rig.links.save(replace(first.link, written=written, tugs={"cart": MOST_IN_A_ROW}))

    kept = rig.keep(product(title="MUG OF SAGE"))

    assert reasons(kept) == [Reason.READBACK_DIFFERS]
    assert kept.link is not None
    assert kept.link.written == written, "it is not written again"
    agreed = rig.keep(product(title="Mug of Sage"))
    assert agreed.link is not None
    assert (agreed.findings, agreed.link.tugs) == ((), {})


def test_an_item_with_the_barcode_is_linked_where_none_has_the_sku(rig: Rig) -> None:
    rig.teller.create(Item("OLD-MUG", "Mug", upc="4006381333931"))

    kept = rig.keep(product())

    assert kept.link is not None
    assert (kept.link.item, kept.link.matched_by) == ("OLD-MUG", "barcode")


def test_two_items_with_the_barcode_are_for_a_person_to_tell_apart(rig: Rig) -> None:
    for name in ("MUG-A", "MUG-B"):
        rig.teller.create(Item(name, "Mug", upc="4006381333931"))

    kept = rig.keep(product())

    assert (kept.outcome, reasons(kept)) == (KeptAs.HELD, [Reason.ITEM_MISSING])
    assert "MUG-A, MUG-B" in kept.findings[0].hint
    assert rig.links.stored == {}


def test_of_two_the_only_active_one_is_meant(rig: Rig) -> None:
    rig.teller.create(Item("MUG-A", "Mug", upc="4006381333931", is_active=False))
    rig.teller.create(Item("MUG-B", "Mug", upc="4006381333931"))

    kept = rig.keep(product())

    assert kept.link is not None
    assert kept.link.item == "MUG-B"


def test_searches_follow_the_order_of_the_policy(rig: Rig) -> None:
    rig.under(policy=replace(CREATES, match=(ItemMatch.BARCODE, ItemMatch.SKU)))
    rig.teller.create(Item("MUG-1", "Another mug"))
    rig.teller.create(Item("OLD-MUG", "Mug", upc="4006381333931"))

    kept = rig.keep(product())

    assert kept.link is not None
    assert kept.link.item == "OLD-MUG"


def test_an_inactive_item_sells_nothing(rig: Rig) -> None:
    rig.teller.create(Item("MUG-1", "Mug", is_active=False))

    kept = rig.keep(product())

    assert (kept.outcome, reasons(kept)) == (KeptAs.HELD, [Reason.ITEM_MISSING])
    assert kept.link is not None
    assert kept.link.condition is Condition.INACTIVE


def test_where_items_are_linked_only_an_unknown_one_waits(rig: Rig) -> None:
    rig.under(policy=ItemPolicy(unknown_sku=UnknownSku.HOLD))

    kept = rig.keep(product())

    assert (kept.outcome, rig.writes) == (KeptAs.HELD, 0)
    assert kept.findings[0].place == "item shop MUG-1"


def test_the_ownership_table_is_asked_before_anything_is_made(rig: Rig) -> None:
    rig.under(ownership=Ownership())

    kept = rig.keep(product())

    assert (kept.outcome, rig.writes) == (KeptAs.HELD, 0)
    assert "ownership.item.in_sage" in kept.findings[0].hint


def test_a_product_without_sku_is_never_named_by_chance(rig: Rig) -> None:
    kept = rig.keep(product("", barcode=""))

    assert (kept.outcome, rig.writes) == (KeptAs.HELD, 0)
    assert kept.findings[0].place == "item shop id:8001"


def test_what_the_cart_owns_follows_the_cart(rig: Rig) -> None:
    rig.keep(product())

    kept = rig.keep(product(title="Big mug", price=usd("13.00"), is_taxable=False))

    known = rig.known("MUG-1")
    assert kept.outcome is KeptAs.UPDATED
    assert (known.name, known.base_price) == ("Big mug", Decimal("13.00"))
    assert known.is_taxable, "Sage owns it"
    assert rig.keep(product(title="Big mug", price=usd("13.00"))).outcome is KeptAs.UNCHANGED


def test_what_sage_owns_stays_as_people_left_it(rig: Rig) -> None:
    rig.keep(product())
    rig.under(ownership=Ownership())

    kept = rig.keep(product(title="Big mug", price=usd("13.00")))

    assert kept.outcome is KeptAs.UNCHANGED
    assert rig.known("MUG-1").name == "Mug"


def test_our_own_write_to_the_cart_does_not_come_back(rig: Rig) -> None:
    kept = rig.keep(product())
    assert kept.link is not None
    written = {"base_price": digest(usd("99.0"))}
    rig.links.save(replace(kept.link, written=written))

    assert rig.keep(product(price=usd("99.00"))).outcome is KeptAs.UNCHANGED
    assert rig.known("MUG-1").base_price == Decimal("12.50")


def test_one_sku_by_another_unit_is_for_a_person(rig: Rig) -> None:
    rig.keep(product(unit="piece"))

    kept = rig.keep(product(unit="box of 12"))

    assert (kept.outcome, reasons(kept)) == (KeptAs.HELD, [Reason.ITEM_MISSING])
    assert "box of 12" in kept.findings[0].message


def test_a_rule_of_the_mapping_needs_no_link(rig: Rig) -> None:
    rules = [{"sku": "MUG-1", "item": "MUGS"}]
    rig.tenant = tenant_owning(CART_OWNS, CREATES, item_rules=rules)

    assert rig.keep(product()).outcome is KeptAs.MAPPED
    assert rig.store.mapping.item_rules == (ItemRule("MUG-1", "MUGS"),)
    assert rig.writes == 0


def test_a_link_that_a_person_made_is_followed(rig: Rig) -> None:
    rig.teller.create(Item("MUGS", "Mugs"))
    rig.links.put_new(
        ItemLink("acme", "shop", "MUG-1", "MUGS", Origin.PERSON, Condition.GOOD, AT, by="ops")
    )

    kept = rig.keep(product())

    assert kept.outcome is KeptAs.UPDATED
    assert rig.known("MUGS").base_price == Decimal("12.50")


def test_an_item_that_is_gone_is_noticed_when_it_is_written(rig: Rig) -> None:
    rig.links.put_new(
        ItemLink("acme", "shop", "MUG-1", "GONE", Origin.PERSON, Condition.GOOD, AT, by="ops")
    )

    kept = rig.keep(product())

    assert (kept.outcome, reasons(kept)) == (KeptAs.HELD, [Reason.ITEM_MISSING])
    assert kept.link is not None
    assert kept.link.condition is Condition.DELETED


@pytest.mark.parametrize(
    ("sku", "expected"),
    [("MUG-1", "MUG-1"), ("A", "A"), ("Größe M/blau", "Gr-e-M-blau-"), ("x" * 31, "x" * 21 + "-")],
)
def test_an_item_has_the_sku_as_its_id_where_it_is_fit(sku: str, expected: str) -> None:
    made = item_id(sku)

    assert made == sku if made == expected else made.startswith(expected)
    assert len(made) <= 30
    assert item_id(sku) == made


def test_skus_that_look_alike_have_items_of_their_own() -> None:
    assert item_id("Größe") != item_id("Grüße")
