"""A past day rebuilt from the archive: the same journal, or every difference by its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from commerce.money import Money
from commerce.orders import Facts, Version
from intacct.documents import Side
from shared.gl.days import DayKey
from shared.gl.revisions import BatchKind
from shared.policy.mapping import ItemRule, Role
from shared.replaying.days import DayReplay
from shared.replaying.history import is_whole, moments
from shared.replaying.lives import EventState
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import ACCOUNTS, facts, usd
from tests.integration.order_posting_rig import SOLD_AT, sold
from tests.unit.explain.day_rig import KEY, DayRig, summary_book
from tests.unit.explain.test_days import corrected, two_sales_and_a_return


def only(rig: DayRig, key: DayKey = KEY) -> DayReplay:
    (replay,) = rig.replayed(key)
    return replay


def state_of(replay: DayReplay, event: str) -> EventState:
    return next(one.state for one in replay.events if one.event == event)


def test_a_day_comes_out_of_the_archive_as_it_was_posted() -> None:
    rig = two_sales_and_a_return()
    rig.close()

    replay = only(rig)

    assert replay.is_same
    assert replay.rebuilt_membership == replay.membership
    assert replay.lines == ()
    assert {one.event: one.source for one in replay.events} == {
        "refund:refund-1": "fetched/acme/shop/order-1-2.json",
        "sale:1002:F1002": "fetched/acme/shop/1002-1.json",
        "sale:order-1:parcel-1": "fetched/acme/shop/order-1-2.json",
    }


def renamed(known: Facts) -> Facts:
    """The same order in a later version that costs more."""
    order = known.order
    assert order is not None
    line = replace(order.lines[0], gross=usd("40.00"), unit_price=usd("40.00"))
    return replace(
        known,
        order=replace(
            order,
            total=usd("40.00"),
            lines=(line,),
            version=Version(SOLD_AT.replace(hour=23), "v2"),
        ),
        payments=(replace(known.payments[0], amount=usd("40.00")),),
    )


def test_an_edit_after_the_day_was_frozen_changes_nothing_of_the_replay() -> None:
    rig = DayRig()
    rig.take("1002", sold("1002", amount="32.66"))
    rig.close()
    rig.take("1002", renamed(sold("1002", amount="32.66")))

    replay = only(rig)

    assert replay.is_same
    assert replay.events[0].source == "fetched/acme/shop/1002-1.json"


def test_a_document_that_is_gone_is_named_and_the_day_is_not_the_same() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    del rig.documents.bodies["fetched/acme/shop/1002-1.json"]

    replay = only(rig)

    assert not replay.is_same
    assert state_of(replay, "sale:1002:F1002") is EventState.UNREADABLE
    assert state_of(replay, "sale:order-1:parcel-1") is EventState.SAME
    note = next(one.note for one in replay.events if one.order_id == "1002")
    assert "fetched/acme/shop/1002-1.json" in note


def test_a_cent_that_was_changed_in_the_day_book_is_found_in_its_line() -> None:
    rig = two_sales_and_a_return()
    kept = rig.days.entries_of[KEY]["sale:1002:F1002"]
    cent = Money.of("0.01", "USD")
    dearer = tuple(replace(line, amount=line.amount + cent) for line in kept.entry.lines)
    rig.days.entries_of[KEY]["sale:1002:F1002"] = replace(
        kept, entry=replace(kept.entry, lines=dearer)
    )
    rig.close()

    replay = only(rig)

    assert not replay.is_same
    assert state_of(replay, "sale:1002:F1002") is EventState.DIFFERENT
    assert {(one.account, one.side, one.frozen, one.rebuilt) for one in replay.lines} == {
        ("1100", Side.DEBIT, usd("200.61"), usd("200.60")),
        ("4000", Side.CREDIT, usd("193.16"), usd("193.15")),
    }


def test_an_event_that_no_document_tells_of_is_missing() -> None:
    rig = two_sales_and_a_return()
    kept = rig.days.entries_of[KEY]["sale:1002:F1002"].entry
    rig.enter(replace(kept, event="sale:1002:by-hand"))
    rig.close()

    assert state_of(only(rig), "sale:1002:by-hand") is EventState.MISSING


def test_an_event_of_an_order_that_nobody_knows_is_unreadable() -> None:
    rig = DayRig()
    rig.take("1002", sold("1002"))
    kept = rig.days.entries_of[KEY]["sale:1002:F1002"].entry
    rig.enter(replace(kept, event="sale:9", order_id="9"))
    rig.close()

    assert state_of(only(rig), "sale:9") is EventState.UNREADABLE


def test_another_mapping_shows_its_difference_by_account_and_writes_nothing() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    before = (dict(rig.ledger.records), dict(rig.days.entries_of[KEY]))
    other = summary_book(
        accounts={**ACCOUNTS, Role.PRODUCT_REVENUE: "4001"},
        item_rules=(ItemRule("TEE", "TEE"), ItemRule("MUG", "MUG")),
    )

    (replay,) = rig.replayed(other=lambda _: other)

    moved = {one.account: one.difference for one in replay.accounts if one.difference}
    assert replay.is_same
    assert moved == {"4000": usd("193.15"), "4001": usd("-193.15")}
    assert before == (dict(rig.ledger.records), dict(rig.days.entries_of[KEY]))


def test_what_another_mapping_cannot_book_is_said_event_by_event() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    other = summary_book(tenders=())

    (replay,) = rig.replayed(other=lambda _: other)

    assert {one.note.split()[0] for one in replay.events} == {"MAPPING_MISSING"}
    assert all(one.other == Money.zero("USD") for one in replay.accounts)


def test_each_revision_of_a_day_is_compared_with_what_it_held() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    rig.take("1003", sold("1003", amount="32.66"))
    rig.close(replaces=1, kind=BatchKind.DELTA, posted_on=date(2026, 4, 1))

    first, second = rig.replayed()

    assert (first.is_same, second.is_same) == (True, True)
    assert len(second.events) == len(first.events) + 1


def test_a_correction_by_another_mapping_is_not_what_the_archive_gives_under_the_old_one() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    corrected(rig)
    rig.close(replaces=1)

    first, second = rig.replayed()

    assert first.is_same
    assert not second.is_same
    assert {one.account for one in second.lines} == {"4000", "4001"}


def test_the_archive_tells_whether_it_knows_everything() -> None:
    rig = DayRig()
    rig.take("order-1", facts(order_a_placed(), PAID, SHIPPED))
    record = rig.facts.load("ORD#acme#shop#order-1")
    assert record is not None
    (moment,) = moments(record, rig.documents)

    by_another_way = replace(
        record, known=facts(order_a_placed(), PAID, SHIPPED, one_tee_back(at=2))
    )

    assert is_whole(record, moment)
    assert not is_whole(by_another_way, moment)
