"""One comparison at a time, when it is due, as far as the tenant's document allows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from intacct.errors import NotSentError
from shared.inventory.findings import MOST_TOLD
from shared.inventory.pace import MOST_A_DAY, pause
from shared.inventory.sync import StockSync, poll_report
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.polling.reports import PollOutcome
from shared.postings.findings import Reason
from tests.unit.inventory.rig import FULL, ITEM, START, Rig, policy, table

BOTH = (("W1", "71001"), ("W2", "71002"))


def rig(**members: Any) -> Rig:
    known = Rig(policy(*BOTH, **members), ownership=table(W2=Side.CART))
    known.shop.offer("MUG", L71001=1, L71002=1)
    known.sage.has("MUG", "W1", 5)
    known.sage.has("MUG", "W2", 5)
    return known


def test_each_place_goes_the_way_of_its_owner() -> None:
    known = rig()
    report = known.run()
    assert known.shop.level("MUG", "71001") == 5
    assert known.sage.on_hand["MUG", "W2"] == 1
    assert (report.written, report.counted, poll_report(report).hints) == (1, 1, 2)
    assert report.as_json()["outcome"] == "complete"


def test_a_store_is_left_alone_until_it_is_due_and_a_person_need_not_wait() -> None:
    known = rig()
    assert known.run(is_now=False).outcome is PollOutcome.COMPLETE
    known.later(1)
    assert known.run(is_now=False).detail == "not due yet"
    assert known.run().outcome is PollOutcome.COMPLETE
    known.later(24 * 60)
    assert known.run(is_now=False).outcome is PollOutcome.COMPLETE


def test_the_pace_is_what_it_costs() -> None:
    tenant = Rig(policy(*BOTH), policy(*BOTH)).tenant
    assert pause(tenant, 0) == timedelta(minutes=15)
    assert pause(tenant, MOST_A_DAY // 4) == timedelta(hours=12)
    slow = tenant.model_copy(update={"intacct": tenant.intacct.model_copy(update={"tier": "1"})})
    assert pause(slow, 0) == timedelta(minutes=30)


def test_a_month_without_reads_left_leaves_stock_alone() -> None:
    known = rig()
    known.left = 0
    assert known.run(is_now=False).outcome is PollOutcome.SKIPPED
    assert known.sage.reads == 0


def test_two_runs_do_not_meet() -> None:
    known = rig()
    known.checkpoints.owners["shop-0"] = "somebody"
    known.checkpoints.until["shop-0"] = START + timedelta(minutes=9)
    assert known.run().outcome is PollOutcome.BUSY


def test_a_document_that_contradicts_itself_moves_nothing() -> None:
    known = rig()
    fields = {"available": Side.CART}
    quantity = Rule(Side.SAGE, FULL, FULL, fields=fields)
    known.tenant = known.tenant.model_copy(
        update={"ownership": Ownership(item=ITEM, quantity=quantity)}
    )
    report = known.run()
    assert report.outcome is PollOutcome.FAILED
    assert known.shop.level("MUG", "71001") == 1
    assert known.sage.adjustments() == []
    assert "both sides own" in known.findings()[0]


def test_a_right_that_was_taken_away_stops_the_writing() -> None:
    known = rig()
    quantity = Rule(Side.SAGE, FULL, (Right.READ,))
    ownership = Ownership(item=ITEM, quantity=quantity)
    known.tenant = known.tenant.model_copy(update={"ownership": ownership})
    assert known.run().outcome is PollOutcome.FAILED
    assert known.shop.level("MUG", "71001") == 1


def test_a_cart_that_tells_no_stock_is_said_to() -> None:
    known = rig()
    mute: Any = object()
    known.sync = StockSync(replace(known.parts, client_of=lambda *_: mute))
    assert known.run().outcome is PollOutcome.FAILED
    review = known.review()
    assert review is not None
    assert review.reasons == (Reason.OUT_OF_SCOPE,)


def test_a_paused_tenant_and_a_store_without_places_are_skipped() -> None:
    known = rig()
    known.tenant = known.tenant.model_copy(update={"is_paused": True})
    assert known.run().outcome is PollOutcome.SKIPPED
    assert Rig(policy()).run().detail == "stock is not kept"


def test_an_outage_of_sage_is_the_reports_and_the_next_run_tries_again() -> None:
    known = rig()
    told = known.sage.stock_levels

    def down(*_: Any) -> Any:
        message = "down"
        raise NotSentError(message)

    known.sage.stock_levels = down  # type: ignore[assignment,method-assign]
    report = known.run(is_now=False)
    assert (report.outcome, report.detail) == (PollOutcome.FAILED, "NotSentError")
    known.sage.stock_levels = told  # type: ignore[method-assign]
    assert known.run(is_now=False).outcome is PollOutcome.COMPLETE


def test_a_thousand_findings_are_one_record_with_the_first_and_a_count() -> None:
    known = Rig(policy(*BOTH, most=Decimal(4)), ownership=table(W2=Side.CART))
    for number in range(MOST_TOLD + 7):
        known.shop.offer(f"SKU-{number}", L71001=1)
        known.sage.has(f"SKU-{number}", "W1", 5)
    known.run()
    told = known.findings()
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == "7 more findings like these"


def test_a_dry_run_tells_what_differs_and_writes_nothing() -> None:
    known = rig()
    known.shop.offer("BIG", L71001=1)
    known.sage.has("BIG", "W1", 900)

    report = known.run(is_dry=True)

    assert report.compared_as_json() | {"compared": 0} == {
        **report.as_json(),
        "compared": 0,
        "differences": [
            {"name": "MUG", "at": "71001", "shown": "1", "wanted": "5"},
            {"name": "MUG", "at": "W2", "shown": "5", "wanted": "1"},
        ],
        "reviews": [
            "item shop-0 BIG: it would go from 1 to 900 at once; nothing was sent",
        ],
    }
    assert known.shop.level("MUG", "71001") == 1
    assert known.sage.adjustments() == []
    assert known.review() is None
    assert known.run(is_now=False).outcome is PollOutcome.COMPLETE
