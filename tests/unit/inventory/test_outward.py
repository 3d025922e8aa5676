"""Sage owns the stock: carts show what can be sold, and nothing that is not believed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from carts.catalogue import WriteOutcome, Written
from local.cart_simulators.orders import Sale, SoldLine
from shared.items.links import Condition, ItemLink, Origin
from shared.policy.items import ItemPolicy, UnknownSku
from shared.policy.mapping import ItemRule
from shared.policy.stock import SoldIn, StockRule
from shared.polling.reports import PollOutcome
from shared.postings.findings import Reason
from tests.unit.inventory.rig import Rig, policy

MAIN = ("W1", "71001")
WOO = ("W1", "")


def rig(*places: tuple[str, str], **members: Any) -> Rig:
    return Rig(policy(*(places or (MAIN,)), **members))


def link(rig: Rig, article: str, item: str, shop: int = 0, **members: Any) -> None:
    """The article is linked to an item, in a store that links articles."""
    stores = list(rig.tenant.stores)
    kept = ItemPolicy(unknown_sku=UnknownSku.HOLD)
    stores[shop] = stores[shop].model_copy(update={"items": kept})
    rig.tenant = rig.tenant.model_copy(update={"stores": tuple(stores)})
    at = datetime(2026, 4, 1, tzinfo=UTC)
    told = {"origin": Origin.PERSON, "condition": Condition.GOOD, "linked_at": at, **members}
    rig.links.put_new(ItemLink("acme", stores[shop].id, article, item, **told))


def test_a_level_is_on_hand_less_what_is_taken_less_the_buffer_in_whole_packs() -> None:
    known = rig(buffer=Decimal(3), pack=Decimal(5))
    known.shop.offer("MUG", L71001=1)
    known.sage.has("MUG", "W1", 50)
    known.sage.taken["MUG", "W1"] = 9

    report = known.run()

    assert known.shop.level("MUG", "71001") == 35  # 50 - 9 - 3 = 38
    assert (report.outcome, report.compared, report.written) == (PollOutcome.COMPLETE, 1, 1)
    assert known.findings() == []


def test_only_differences_travel_and_a_second_run_writes_nothing() -> None:
    known = rig()
    for number in range(60):
        known.shop.offer(f"SKU-{number}", L71001=5)
        known.sage.has(f"SKU-{number}", "W1", 5 if number % 2 else 6)
    assert known.run().written == 30

    known.later()
    before = len(known.shop.cart.calls)
    report = known.run()

    assert (report.compared, report.written) == (60, 0)
    assert len(known.shop.cart.calls) - before == 2  # pages of levels


def test_what_was_sold_and_is_not_in_the_books_yet_is_not_offered_again() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=5)
    known.sage.has("MUG", "W1", 5)
    known.shop.cart.orders.place(Sale(lines=(SoldLine(sku="MUG", unit_price=Decimal(9)),)))
    known.on_the_way["shop-0"] = {"MUG": Decimal(1)}

    assert known.run().written == 0

    assert known.shop.level("MUG", "71001") == 4


def test_what_another_store_sold_of_the_same_shelf_is_not_on_offer_either() -> None:
    known = Rig(policy(MAIN), policy(("W1", "71002"), rules=(StockRule("MUG", Decimal(6)),)))
    known.shops[0].offer("MUG", L71001=5)
    known.shops[1].offer("MUG", L71002=1)
    known.sage.has("MUG", "W1", 20)
    known.on_the_way["shop-1"] = {"MUG": Decimal(2)}  # two boxes of six
    known.run(0)
    assert known.shops[0].level("MUG", "71001") == 8


def test_a_cart_that_compares_and_sold_meanwhile_is_read_again_by_the_next_run() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=5)
    known.sage.has("MUG", "W1", 8)
    client = known.shop.client
    ask = client.set_stock

    def sell_first(levels: Any) -> Any:
        known.shop.count("MUG", "71001", 4)
        return ask(levels)

    client.set_stock = sell_first
    assert known.run().conflicts == 1
    assert known.shop.level("MUG", "71001") == 4

    client.set_stock = ask
    known.later()
    assert known.run().written == 1
    assert known.shop.level("MUG", "71001") == 8


def test_several_warehouses_of_one_location_are_added_up() -> None:
    known = rig(MAIN, ("W2", "71001"))
    known.shop.offer("MUG", L71001=0)
    known.sage.has("MUG", "W1", 2)
    known.sage.has("MUG", "W2", 3)
    known.run()
    assert known.shop.level("MUG", "71001") == 5


def test_several_stores_of_one_warehouse_show_the_same_for_one_reading() -> None:
    known = Rig(policy(MAIN), policy(("W1", "71002")))
    for shop, place in zip(known.shops, ("L71001", "L71002"), strict=True):
        shop.offer("MUG", **{place: 1})
    known.sage.has("MUG", "W1", 7)
    known.run(0)
    known.run(1)
    assert [shop.cart.catalogue.by_sku("MUG")[1].levels for shop in known.shops] == [
        {"71001": 7},
        {"71002": 7},
    ]
    assert known.sage.reads == 1


def test_a_location_that_is_in_no_place_is_left_alone() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=1, L71002=1)
    known.sage.has("MUG", "W1", 7)
    known.run()
    assert known.shop.level("MUG", "71002") == 1


def test_a_cart_that_counts_on_hand_gets_what_is_on_hand() -> None:
    known = Rig(policy(("W1", "default")), cart="magento")
    known.shop.offer("MUG", Ldefault=1)
    known.sage.has("MUG", "W1", 7)
    known.sage.taken["MUG", "W1"] = 3
    known.run()
    assert known.shop.level("MUG", "default") == 7


def test_a_cart_without_locations_has_one_place() -> None:
    known = Rig(policy(WOO), cart="woocommerce")
    known.shop.offer("MUG", L=1)
    known.sage.has("MUG", "W1", 7)
    known.run()
    assert known.shop.level("MUG", "") == 7


def test_the_carts_own_commitments_count_where_it_is_to_count_them() -> None:
    known = rig(sold_in=SoldIn.CART)
    known.shop.offer("MUG", L71001=5)
    known.sage.has("MUG", "W1", 5)
    known.sage.taken["MUG", "W1"] = 2
    known.run()
    assert known.shop.level("MUG", "71001") == 5
    silent = Rig(policy(WOO, sold_in=SoldIn.CART), cart="woocommerce")
    silent.shop.offer("MUG", L=1)
    silent.sage.has("MUG", "W1", 7)
    silent.run()
    assert silent.shop.level("MUG", "") == 1
    assert "committed" in silent.findings()[0]


def test_where_sage_does_not_say_what_is_allocated_nothing_is_offered() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=1)
    known.sage.has("MUG", "W1", 7)
    known.sage.tells_taken = False
    known.run()
    assert known.shop.level("MUG", "71001") == 1
    assert "allocated at W1" in known.findings()[0]


@pytest.mark.parametrize(("allows", "level"), [(False, 0), (True, -3)])
def test_an_oversell_is_reported_and_negative_only_where_that_is_allowed(
    *, allows: bool, level: int
) -> None:
    known = rig(allows_oversell=allows)
    known.shop.offer("MUG", L71001=1)
    known.shop.offer("TEE", L71001=4)
    known.sage.has("MUG", "W1", -3)
    known.sage.has("TEE", "W1", 4)
    known.run()
    assert known.shop.level("MUG", "71001") == level
    (told,) = known.findings()
    assert told.startswith("3 more are sold than there are")


def test_a_jump_waits_until_a_person_confirms_it() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=20)
    known.shop.offer("TEE", L71001=20)
    known.sage.has("MUG", "W1", 2000)
    known.sage.has("TEE", "W1", 21)
    assert known.run().written == 1
    assert known.shop.level("MUG", "71001") == 20
    assert known.findings() == ["it would go from 20 to 2000 at once; nothing was sent"]
    known.later()
    known.run(accept=["MUG"])
    assert known.shop.level("MUG", "71001") == 2000
    assert known.findings() == []


def test_a_level_that_no_store_has_is_not_sent() -> None:
    known = rig(most=Decimal(500), jump_units=Decimal(10**9))
    known.shop.offer("MUG", L71001=20)
    known.sage.has("MUG", "W1", 501)
    known.run()
    assert known.shop.level("MUG", "71001") == 20
    assert "501 is more" in known.findings()[0]


def test_stock_that_is_shown_no_more_all_at_once_is_not_sold_out() -> None:
    known = rig()
    for number in range(30):
        known.shop.offer(f"SKU-{number}", L71001=5)
        known.sage.has(f"SKU-{number}", "W1", 5)
    held = dict(known.sage.on_hand)
    for number in range(25):
        del known.sage.on_hand[f"SKU-{number}", "W1"]
    assert known.run().written == 0
    assert "stock of 25 items" in known.findings()[0]

    known.sage.on_hand = held
    known.later()
    known.run()
    assert known.findings() == []


def test_a_warehouse_that_shows_nothing_at_all_is_not_believed() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=5)
    known.sage.kinds["MUG"] = "inventory"
    known.run()
    assert known.shop.level("MUG", "71001") == 5
    known.later()
    known.run(accept=["*"])
    assert known.shop.level("MUG", "71001") == 0


def test_an_item_without_a_row_is_sold_out_and_what_is_no_item_is_left_alone() -> None:
    known = rig()
    for sku in ("MUG", "TEE", "SET", "NEW"):
        known.shop.offer(sku, L71001=3)
    known.sage.has("MUG", "W1", 3)
    known.sage.kinds |= {"TEE": "inventory", "SET": "kit"}
    known.run()
    levels = {sku: known.shop.level(sku, "71001") for sku in ("MUG", "TEE", "SET", "NEW")}
    assert levels == {"MUG": 3, "TEE": 0, "SET": 3, "NEW": 3}
    told = " ".join(known.findings())
    assert "item SET is of type kit" in told
    assert "1 articles have stock and no item that is good: NEW" in told


def test_a_rule_of_the_mapping_names_the_item_before_every_link() -> None:
    known = rig()
    mapping = known.tenant.stores[0].mapping
    rules = (ItemRule("MUG", "CUP"),)
    changed = known.tenant.stores[0].model_copy(
        update={"mapping": type(mapping)("1", {}, item_rules=rules)}
    )
    known.tenant = known.tenant.model_copy(update={"stores": (changed,)})
    known.shop.offer("MUG", L71001=1)
    known.sage.has("CUP", "W1", 4)
    known.run()
    assert known.shop.level("MUG", "71001") == 4


def test_the_link_says_which_item_it_is_and_a_bad_one_is_skipped() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=1)
    known.shop.offer("TEE", L71001=1)
    known.sage.has("CUP", "W1", 4)
    known.sage.has("SHIRT", "W1", 4)
    link(known, "MUG", "CUP")
    link(known, "TEE", "SHIRT", condition=Condition.DELETED)
    known.run()
    assert known.shop.level("MUG", "71001") == 4
    assert known.shop.level("TEE", "71001") == 1
    assert known.findings() == ["1 articles have stock and no item that is good: TEE"]


def test_one_sku_by_two_units_needs_a_word_on_how_they_compare() -> None:
    known = Rig(policy(MAIN), policy(("W1", "71002")))
    known.shops[0].offer("COLA", L71001=1)
    known.shops[1].offer("COLA", L71002=1)
    known.sage.has("COLA", "W1", 30)
    link(known, "COLA", "COLA", 0, unit="bottle")
    link(known, "COLA", "COLA", 1, unit="case")
    known.run(0)
    known.run(1)
    assert known.shops[0].level("COLA", "71001") == 1
    assert known.shops[1].level("COLA", "71002") == 1
    assert "different units (bottle, case)" in known.findings(0)[0]

    known.change(0, rules=(StockRule("COLA"),))
    known.change(1, rules=(StockRule("COLA", contains=Decimal(12)),))
    known.later()
    known.run(0)
    known.run(1)
    assert known.shops[0].level("COLA", "71001") == 30
    assert known.shops[1].level("COLA", "71002") == 2  # two cases of twelve


def test_two_products_of_one_sku_at_one_location_are_nobodys() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=1)
    known.shop.offer("MUG", L71001=2)
    known.sage.has("MUG", "W1", 9)
    known.run()
    assert sorted(one.articles[0].levels["71001"] for one in known.shop.cart.catalogue) == [1, 2]
    assert "two products" in known.findings()[0]


def test_a_level_that_the_cart_refuses_is_told_and_a_lost_answer_is_tried_again() -> None:
    known = rig()
    for sku in ("MUG", "TEE"):
        known.shop.offer(sku, L71001=1)
        known.sage.has(sku, "W1", 2)
    answers = [Written(WriteOutcome.REFUSED, "archived"), Written(WriteOutcome.UNKNOWN)]
    known.shop.client.set_stock = lambda _: answers
    report = known.run()
    assert (report.written, report.unknown) == (0, 1)
    review = known.review()
    assert review is not None
    assert review.reasons == (Reason.REFUSED_BY_CART,)


def test_what_does_not_fit_into_a_run_is_written_by_the_next_one() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=1)
    known.sage.has("MUG", "W1", 2)
    known.sage.seconds = 225
    report = known.run()
    assert (report.outcome, report.unsent) == (PollOutcome.PARTIAL, 1)
    known.sage.seconds = 0
    known.later()
    assert known.run().written == 1
