"""What Sage owns of an item reaches the cart once, and what Sage lost is believed with care."""

from __future__ import annotations

from decimal import Decimal

from carts.catalogue import WriteOutcome, Written
from shared.items.links import Condition, ItemLink, Origin
from shared.postings.findings import Reason
from tests.unit.items.keeping_rig import CART_OWNS
from tests.unit.items.sync_rig import START, Rig, later, shown, sold, writing_rig


def test_what_sage_owns_reaches_the_cart_once() -> None:
    rig = writing_rig()

    assert rig.run().written_back == 1
    assert shown(rig) == ("Mug of Sage", Decimal("13.37"))
    assert later(rig).written_back == 0
    assert "UPDATED" not in {outcome.name for outcome in later(rig).kept}


def test_a_change_in_sage_travels_and_one_in_the_cart_is_left_until_sage_speaks_again() -> None:
    rig = writing_rig()
    rig.run()
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("14.00"))

    assert later(rig).written_back == 1
    assert shown(rig) == ("Mug of Sage", Decimal("14.00"))


def test_what_the_cart_owns_is_not_written_to_it() -> None:
    rig = writing_rig()
    rig.tenant = rig.tenant.model_copy(update={"ownership": CART_OWNS})

    assert rig.run().written_back == 0
    assert shown(rig)[0] == "Article"


def test_linked_items_are_looked_at_a_few_times_a_day_only() -> None:
    rig = writing_rig()
    rig.run()
    asked = rig.sage.asked
    rig.clock.advance(900)

    rig.run()

    assert rig.sage.asked == asked


def test_an_item_that_people_deactivate_or_delete_sells_no_more_until_it_is_back() -> None:
    rig = writing_rig()
    rig.run()
    rig.sage.add("MUGS", is_active=False)
    later(rig)

    link = rig.links.load("acme", "shop", "MUG-1")
    assert link is not None
    assert link.condition is Condition.INACTIVE
    assert rig.reviews.is_open("acme", "item:shop:MUG-1")

    del rig.sage.items_by_id["MUGS"]
    later(rig)
    link = rig.links.load("acme", "shop", "MUG-1")
    assert link is not None
    assert link.condition is Condition.DELETED

    rig.sage.add("MUGS")
    rig.waits("1001", sold("MUG-1", "8001"))
    assert later(rig).orders_let_go == 1
    assert not rig.reviews.is_open("acme", "item:shop:MUG-1")


def test_a_lost_permission_is_not_taken_for_deletions() -> None:
    rig = Rig()
    for number in range(30):
        name = f"SKU-{number}"
        rig.sage.add(name)
        rig.links.put_new(
            ItemLink("acme", "shop", name, name, Origin.MATCHED, Condition.GOOD, START)
        )
    rig.run()
    rig.sage.items_by_id.clear()

    later(rig)

    assert all(link.sells for link in rig.links.all("acme", "shop"))
    review = rig.reviews.records["acme", "items:shop"]
    assert review.reasons == (Reason.PERMISSION,)


def test_what_the_cart_refuses_is_told() -> None:
    rig = writing_rig()
    refused = Written(WriteOutcome.REFUSED, "TOO_CHEAP")
    rig.client.change_products = lambda changes: [refused for _ in changes]

    assert rig.run().written_back == 0
    review = rig.reviews.records["acme", "item:shop:MUG-1"]
    assert review.reasons == (Reason.REFUSED_BY_CART,)
