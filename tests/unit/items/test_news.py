"""What changed of an item in Sage travels with the next run, not with the look at all items."""

from __future__ import annotations

from decimal import Decimal

from carts.catalogue import WriteOutcome, Written
from shared.items.links import Condition, ItemLink, Origin
from shared.items.watching import EVERY
from shared.postings.findings import Reason
from tests.unit.items.sync_rig import START, Rig, later, shown, writing_rig

QUARTER = 900.0


def soon(rig: Rig) -> int:
    """The next run; how much it wrote to the cart."""
    rig.clock.advance(QUARTER)
    return rig.run().written_back


def linked(rig: Rig, article: str) -> None:
    rig.sage.add(article)
    rig.links.put_new(
        ItemLink("acme", "shop", article, article, Origin.MATCHED, Condition.GOOD, START)
    )


def settled_rig() -> Rig:
    """The shop with its mug, and a hundred articles more, all looked at a moment ago."""
    rig = writing_rig()
    for number in range(100):
        linked(rig, f"SKU-{number:03}")
    rig.run()
    assert soon(rig) == 0
    rig.sage.asked = 0
    return rig


def test_a_price_that_was_changed_in_sage_is_in_the_cart_after_the_next_run() -> None:
    rig = settled_rig()
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("14.00"))
    assert soon(rig) == 0
    rig.news.note("acme", "shop", ["MUG-1"])

    assert soon(rig) == 1

    assert shown(rig) == ("Mug of Sage", Decimal("14.00"))
    assert rig.sage.asked == 1
    assert soon(rig) == 0
    assert rig.sage.asked == 1


def test_the_look_at_all_items_comes_when_it_would_have() -> None:
    rig = settled_rig()
    rig.news.note("acme", "shop", ["MUG-1"])
    soon(rig)
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("14.00"))
    rig.sage.asked = 0

    rig.clock.advance(EVERY.total_seconds() - 2 * QUARTER + 1)

    assert rig.run().written_back == 1
    assert rig.news.of_store("acme", "shop").articles == frozenset()


def test_what_is_not_shown_is_left_to_the_look_at_all_items() -> None:
    """One item of one is no share to judge a lost permission by."""
    rig = settled_rig()
    del rig.sage.items_by_id["MUGS"]
    rig.news.note("acme", "shop", ["MUG-1", "NOT-LINKED"])

    soon(rig)

    link = rig.links.load("acme", "shop", "MUG-1")
    assert link is not None
    assert link.sells
    assert rig.news.of_store("acme", "shop").articles == frozenset()
    later(rig)
    link = rig.links.load("acme", "shop", "MUG-1")
    assert link is not None
    assert link.condition is Condition.DELETED


def test_a_small_look_says_nothing_of_a_permission_that_may_be_lost() -> None:
    rig = settled_rig()
    kept = dict(rig.sage.items_by_id)
    rig.sage.items_by_id.clear()
    later(rig)
    assert rig.reviews.records["acme", "items:shop"].reasons == (Reason.PERMISSION,)
    rig.sage.items_by_id["MUGS"] = kept["MUGS"]
    rig.news.note("acme", "shop", ["MUG-1"])

    soon(rig)

    assert rig.reviews.is_open("acme", "items:shop")


def test_an_item_that_was_made_active_again_sells_after_the_next_run() -> None:
    rig = settled_rig()
    rig.sage.add("MUGS", is_active=False)
    rig.news.note("acme", "shop", ["MUG-1"])
    soon(rig)
    assert rig.reviews.is_open("acme", "item:shop:MUG-1")
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("13.37"))
    rig.news.note("acme", "shop", ["MUG-1"])

    soon(rig)

    assert not rig.reviews.is_open("acme", "item:shop:MUG-1")


def test_what_a_run_had_no_time_for_waits_for_the_next() -> None:
    rig = settled_rig()
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("14.00"))
    rig.news.note("acme", "shop", ["MUG-1"])
    rig.clock.advance(QUARTER)

    assert rig.run(seconds=1).written_back == 0
    assert rig.news.of_store("acme", "shop").articles == {"MUG-1"}

    assert soon(rig) == 1


def test_what_the_cart_refuses_of_the_news_is_told_and_not_tried_each_quarter() -> None:
    rig = settled_rig()
    asked = []

    def refuses(changes: list[object]) -> list[Written]:
        asked.append(len(changes))
        return [Written(WriteOutcome.REFUSED, "TOO_CHEAP") for _ in changes]

    rig.client.change_products = refuses
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("14.00"))
    rig.news.note("acme", "shop", ["MUG-1"])

    for _ in range(4):
        soon(rig)

    assert asked == [1]
    assert rig.reviews.records["acme", "item:shop:MUG-1"].reasons == (Reason.REFUSED_BY_CART,)
