"""What orders wait for is linked or made, and the orders go on."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace

from intacct.errors import NotSentError
from local.cart_simulators.registry import simulator
from shared.items.keeping import KeptAs
from shared.items.links import Condition, ItemLink, Origin
from shared.items.runs import ItemReport
from shared.items.sync import LAG
from shared.policy.items import ItemPolicy, ItemScope
from shared.polling.reports import PollOutcome
from tests.paging.clients import CONNECT
from tests.unit.items.sync_rig import CREATES, START, Rig, sold


def test_an_unknown_article_holds_two_orders_and_lets_both_go_in_their_order() -> None:
    rig = Rig()
    product = rig.sells("MUG-1")
    rig.waits("1002", sold("MUG-1", product))
    rig.waits("1001", sold("MUG-1", product))

    report = rig.run()

    assert (report.waiting, report.orders_let_go) == (1, 2)
    assert rig.keeper.kept == ["MUG-1"]
    assert rig.resender.sent == ["1002", "1001"]


def test_an_article_that_was_linked_meanwhile_is_asked_of_nobody() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", rig.sells("MUG-1")))
    rig.sage.add("MUGS")
    rig.links.put_new(
        ItemLink("acme", "shop", "MUG-1", "MUGS", Origin.PERSON, Condition.GOOD, START, by="ops")
    )

    rig.run()

    assert rig.keeper.kept == []
    assert rig.resender.sent == ["1001"]


def test_what_a_person_must_decide_is_a_review_until_it_is_decided() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", rig.sells("MUG-1")))
    rig.keeper.refuses = {"MUG-1"}

    assert rig.run().orders_let_go == 0
    assert rig.reviews.is_open("acme", "item:shop:MUG-1")
    rig.keeper.refuses.clear()
    assert rig.run().orders_let_go == 1
    assert not rig.reviews.is_open("acme", "item:shop:MUG-1")


def test_a_product_that_the_cart_knows_no_more_is_told() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", "999"))

    assert rig.run().orders_let_go == 0
    review = rig.reviews.records["acme", "item:shop:MUG-1"]
    assert "not know the product" in review.findings[0].message


def test_an_article_without_sku_is_told_by_its_id() -> None:
    rig = Rig()
    product = rig.sells("")
    rig.waits("1001", sold("", product))

    rig.run()

    assert rig.keeper.kept == [f"id:{product}"]


def test_an_order_that_was_undone_meanwhile_stops_no_other() -> None:
    rig = Rig()
    product = rig.sells("MUG-1")
    rig.waits("1001", sold("MUG-1", product))
    rig.waits("1002", sold("MUG-1", product))
    rig.resender.gone = {"1001"}

    assert rig.run().orders_let_go == 1
    assert rig.resender.sent == ["1002"]


def test_a_cart_that_tells_no_products_is_served_from_its_orders() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", "8001"))
    rig.client = object()

    report = rig.run()

    assert (report.outcome, report.orders_let_go) == (PollOutcome.COMPLETE, 1)
    assert rig.keeper.kept == ["MUG-1"]


def test_a_product_that_the_cart_tells_nothing_of_is_served_from_its_orders() -> None:
    """EBay's listings that were made elsewhere are not in what its API tells."""
    rig = Rig()
    rig.client = CONNECT["ebay"](simulator("ebay", clock=rig.clock), 3)
    rig.waits("1001", sold("MUG-1", "330000001"))

    assert rig.run().orders_let_go == 1
    assert rig.keeper.kept == ["MUG-1"]


def test_only_linked_articles_follow_the_cart_by_default() -> None:
    rig = Rig()
    rig.run()
    rig.sells("NEVER-SOLD")
    rig.sells("MUG-1")
    rig.links.put_new(
        ItemLink("acme", "shop", "MUG-1", "MUGS", Origin.MATCHED, Condition.GOOD, START)
    )
    rig.clock.advance(600)

    report = rig.run()

    assert report.outcome is PollOutcome.COMPLETE
    assert rig.keeper.kept == ["MUG-1"]


def test_the_whole_catalogue_is_kept_where_that_is_wanted() -> None:
    rig = Rig(replace(CREATES, scope=ItemScope.ALL))
    for number in range(7):
        rig.sells(f"SKU-{number}")
    rig.clock.advance(LAG.total_seconds() + 60)

    report = rig.run()

    assert report.kept[KeptAs.CREATED] == 7
    assert sorted(rig.keeper.kept) == [f"SKU-{number}" for number in range(7)]


def test_nothing_is_passed_over_when_sage_cannot_be_asked() -> None:
    rig = Rig(replace(CREATES, scope=ItemScope.ALL))
    rig.sells("MUG-1")
    rig.clock.advance(600)
    rig.keeper.error = NotSentError("paused")

    assert rig.run().outcome is PollOutcome.FAILED
    rig.keeper.error = None
    assert rig.run().kept[KeptAs.CREATED] == 1


def test_a_catalogue_too_large_for_one_run_is_kept_by_several() -> None:
    rig = Rig(replace(CREATES, scope=ItemScope.ALL))
    for number in range(9):
        rig.sells(f"SKU-{number}")
        rig.clock.advance(3600)
    rig.keeper.seconds = 30.0

    outcomes = [rig.run(seconds=100.0).outcome]
    while outcomes[-1] is PollOutcome.PARTIAL and len(outcomes) < 60:
        outcomes.append(rig.run(seconds=100.0).outcome)

    assert outcomes[0] is PollOutcome.PARTIAL
    assert outcomes[-1] is PollOutcome.COMPLETE
    assert set(rig.keeper.kept) == {f"SKU-{number}" for number in range(9)}


def test_stores_that_link_no_items_are_left_alone() -> None:
    rig = Rig(ItemPolicy())
    rig.sells("MUG-1")

    assert rig.run().outcome is PollOutcome.SKIPPED
    assert rig.keeper.kept == []
    assert rig.cart.calls == []


def test_a_paused_tenant_is_left_alone() -> None:
    rig = Rig()
    rig.tenant = rig.tenant.model_copy(update={"is_paused": True})

    assert rig.run().detail == "the tenant is paused"


def test_a_report_can_be_logged_whatever_became_of_articles() -> None:
    report = ItemReport("acme", "shop", PollOutcome.COMPLETE, kept=Counter(KeptAs))
    logger = logging.getLogger("test")

    record = logger.makeRecord("test", 20, "", 1, "", (), None, extra=report.as_json())

    assert vars(record)["items_created"] == 1
