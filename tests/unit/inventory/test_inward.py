"""The cart owns the stock: Sage's warehouse follows by adjustments, each booked once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from intacct.errors import (
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RejectedError,
)
from shared.inventory.inward import MOST_LINES
from shared.ledger.records import SETTLE
from shared.ledger.resolving import MOST_RESENDS
from shared.ownership.table import Side
from shared.policy.mapping import ItemRule
from shared.policy.stock import StockRule
from shared.polling.reports import PollOutcome
from tests.unit.inventory.rig import DECREASE, INCREASE, Rig, policy, quantities, table

OURS = ("W1", "71001")


def rig(*places: tuple[str, str], **members: Any) -> Rig:
    return Rig(policy(*(places or (OURS,)), **members), ownership=table(W1=Side.CART))


def test_what_differs_is_adjusted_with_reason_date_and_mark() -> None:
    known = rig(reason="counted in the shop")
    for sku, ours, theirs in (("MUG", 7, 5), ("TEE", 1, 4), ("CAP", 2, 2)):
        known.shop.offer(sku, L71001=ours)
        known.sage.has(sku, "W1", theirs)

    report = known.run()

    less, more = known.sage.adjustments()
    assert quantities([less, more]) == [(DECREASE, "TEE", 3), (INCREASE, "MUG", 2)]
    assert (more.memo, more.dated_on.isoformat()) == ("counted in the shop", "2026-04-01")
    assert (more.lines[0].unit, more.lines[0].dimensions.location) == ("Each", "100")
    assert len({less.reference, more.reference}) == 2
    assert (report.outcome, report.counted, report.documents) == (PollOutcome.COMPLETE, 2, 2)
    assert known.shop.level("MUG", "71001") == 7  # the owner's side is never written


def test_a_second_run_finds_nothing_and_a_run_at_once_does_not_trust_late_levels() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    known.run()
    known.sage.has("MUG", "W1", 5)  # the query shows the level of before
    assert known.run().waiting == 1
    known.sage.has("MUG", "W1", 7)
    known.later()
    assert known.run().documents == 0
    assert len(known.sage.adjustments()) == 1


def test_locations_of_one_warehouse_and_articles_of_one_item_are_added_up() -> None:
    known = rig(OURS, ("W1", "71002"), rules=(StockRule("CASE", contains=Decimal(12)),))
    known.shop.offer("COLA", L71001=3, L71002=4)
    known.shop.offer("CASE", L71001=1)
    mapping = known.tenant.stores[0].mapping
    changed = type(mapping)("1", {}, item_rules=(ItemRule("CASE", "COLA"),))
    store = known.tenant.stores[0].model_copy(update={"mapping": changed})
    known.tenant = known.tenant.model_copy(update={"stores": (store,)})
    known.sage.has("COLA", "W1", 0)
    known.run()
    assert known.sage.on_hand["COLA", "W1"] == 19


@pytest.mark.parametrize(
    ("level", "words"),
    [("-2", "the cart has -2 of it"), ("2.5", "2.5 is no number of whole packs")],
)
def test_an_absurd_level_is_reviewed_and_not_booked(level: str, words: str) -> None:
    known = Rig(policy(("W1", "default")), cart="magento", ownership=table(W1=Side.CART))
    known.shop.offer("MUG", Ldefault=1)
    known.shop.offer("TEE", Ldefault=2)
    known.shop.count("MUG", "default", Decimal(level))
    known.sage.has("MUG", "W1", 5)
    known.sage.has("TEE", "W1", 1)
    known.run()
    assert known.sage.on_hand["MUG", "W1"] == 5
    assert known.sage.on_hand["TEE", "W1"] == 2
    assert known.findings()[0].startswith(words)


def test_a_jump_waits_for_a_person_and_so_does_a_cart_that_is_empty_at_once() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=4000)
    known.sage.has("MUG", "W1", 4)
    for number in range(30):
        known.shop.offer(f"SKU-{number}", L71001=0)
        known.sage.has(f"SKU-{number}", "W1", 3)
    known.run()
    assert known.sage.adjustments() == []
    assert sorted(known.findings()) == [
        "it would go from 4 to 4000 at once; nothing was sent",
        "the cart shows none of 30 articles at once; none was adjusted in Sage Intacct",
    ]
    known.run(accept=["*"])
    assert known.sage.on_hand["MUG", "W1"] == 4000
    assert known.sage.on_hand["SKU-3", "W1"] == 0


def test_what_is_no_item_is_told_and_the_rest_is_booked() -> None:
    known = rig()
    for sku in ("MUG", "SET", "NEW"):
        known.shop.offer(sku, L71001=3)
    known.sage.has("MUG", "W1", 1)
    known.sage.has("OLD", "W1", 9)
    known.sage.kinds["SET"] = "kit"
    known.run()
    assert quantities(known.sage.adjustments()) == [(INCREASE, "MUG", 2)]
    told = " ".join(known.findings())
    for words in ("type kit", "no item that is good: NEW", "no level in the cart: OLD"):
        assert words in told


def test_a_lost_answer_leads_to_one_adjustment_and_nothing_is_counted_meanwhile() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    known.sage.fail("after", OutcomeUnknownError("lost"))
    assert known.run().documents == 0
    assert known.sage.on_hand["MUG", "W1"] == 7

    known.shop.count("MUG", "71001", 9)
    known.later()
    report = known.run()
    assert (report.documents, report.waiting) == (1, 1)  # found by its mark
    known.later()
    known.run()

    assert known.sage.on_hand["MUG", "W1"] == 9
    assert quantities(known.sage.adjustments()) == [(INCREASE, "MUG", 2), (INCREASE, "MUG", 2)]


def test_a_request_that_never_arrived_is_sent_again_after_it_cannot_land_any_more() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    known.sage.fail("before", OutcomeUnknownError("lost"))
    known.run()
    known.later(5)
    assert known.run().documents == 0
    known.later(SETTLE.total_seconds() / 60)
    assert known.run().documents == 1
    assert quantities(known.sage.adjustments()) == [(INCREASE, "MUG", 2)]


def test_a_count_that_is_lost_to_the_end_names_its_number_and_waits_for_a_person() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    for _ in range(MOST_RESENDS + 1):
        known.sage.fail("before", OutcomeUnknownError("lost"))
    for _ in range(MOST_RESENDS + 3):
        known.run()
        known.later(60)
    assert len(known.sage.sent) == MOST_RESENDS + 1
    (told,) = known.findings()

    known.shop.count("MUG", "71001", 9)
    released = known.run(release_by="ann")
    known.later()
    known.run()

    first, second = known.sage.adjustments()
    assert f"W1 (STOCK {first.reference}) is in doubt: it was sent as often as is allowed" in told
    assert released.documents == 1
    assert quantities([first, second]) == [(INCREASE, "MUG", 2), (INCREASE, "MUG", 2)]
    assert known.findings() == []


def test_an_outage_leaves_the_count_for_the_next_run() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    known.sage.fail("before", NotSentError("down"))
    report = known.run()
    assert (report.outcome, report.documents) == (PollOutcome.PARTIAL, 0)
    known.later()
    assert known.run().documents == 1


def test_an_item_that_sage_refuses_is_found_among_many_and_left_alone_for_hours() -> None:
    known = rig()
    for number in range(40):
        known.shop.offer(f"SKU-{number:02}", L71001=4)
        known.sage.has(f"SKU-{number:02}", "W1", 3)
    known.sage.refuses = {"SKU-17"}
    known.run()
    booked = {item for _, item, _ in quantities(known.sage.adjustments())}
    assert len(booked) == 39
    assert known.findings() == ["Sage Intacct takes no count of item SKU-17"]
    assert len(known.sage.sent) < 20

    known.later()
    before = len(known.sage.sent)
    known.run()
    assert len(known.sage.sent) == before
    assert known.findings() == ["Sage Intacct takes no count of item SKU-17"]

    known.sage.refuses = set()
    known.later(6 * 60)
    known.run()
    known.later()
    known.run()
    assert known.findings() == []
    assert known.sage.on_hand["SKU-17", "W1"] == 4


def test_a_refusal_of_the_company_stops_the_count_at_once() -> None:
    known = rig()
    for number in range(8):
        known.shop.offer(f"SKU-{number}", L71001=4)
        known.sage.has(f"SKU-{number}", "W1", 3)
    known.sage.fail("before", PermissionDeniedError("not allowed"))
    known.run()
    assert len(known.sage.sent) == 1
    assert known.review() is not None
    known.later()
    assert known.run().documents == 1


def test_many_items_travel_in_few_documents() -> None:
    known = rig()
    for number in range(MOST_LINES + 5):
        known.shop.offer(f"SKU-{number}", L71001=4)
        known.sage.has(f"SKU-{number}", "W1", 3)
    assert known.run().documents == 2


def test_a_count_in_doubt_that_a_person_must_see_stops_its_warehouse() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    known.sage.fail("after", OutcomeUnknownError("lost"))
    known.run()
    first, result = known.sage.documents[0]
    known.sage.documents.append((first, type(result)(key="99", id=result.id)))  # a twin appears
    known.later()
    known.run()
    assert "in doubt" in known.findings()[0]
    known.shop.count("MUG", "71001", 8)
    known.later()
    known.run()
    assert len(known.sage.sent) == 1

    known.sage.documents.pop()  # a person removed the twin
    known.later()
    assert known.run(release_by="ann").documents == 1
    known.later()
    known.run()
    assert known.sage.on_hand["MUG", "W1"] == 8
    assert known.findings() == []


def test_levels_that_the_cart_cannot_tell_in_time_are_not_counted_in_part() -> None:
    known = Rig(policy(OURS), ownership=table(W1=Side.CART), page_size=2)
    for number in range(6):
        known.shop.offer(f"SKU-{number}", L71001=4)
        known.sage.has(f"SKU-{number}", "W1", 3)
    report = known.run(seconds=30)
    assert report.outcome is PollOutcome.PARTIAL
    assert known.sage.adjustments() == []
    assert "could not be read in one run" in known.findings()[0]


def test_a_definite_refusal_that_was_left_open_is_counted_anew() -> None:
    known = rig()
    known.shop.offer("MUG", L71001=7)
    known.sage.has("MUG", "W1", 5)
    known.sage.fail("before", NotSentError("down"))
    known.run()
    known.sage.fail("before", RejectedError("no"))
    known.later()
    known.run()
    known.later()
    assert known.run().documents == 1
    assert known.sage.on_hand["MUG", "W1"] == 7
