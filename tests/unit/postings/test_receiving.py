"""Returned goods that are on the shelf again are received in Sage with their refund's credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.orders import Restock
from intacct.stock import StockDocument
from shared.policy.choices import ClosedPeriod, Cogs, Moment, PostingMode, Restocking, UntoldReturns
from shared.policy.mapping import Items
from shared.postings.book import Shelf, StoreBook
from shared.postings.calendars import Calendar
from shared.postings.fates import Fate, fate_key
from shared.postings.keys import document_number
from shared.postings.plan import Plan, Posting, PostingKind, Reason
from shared.postings.planner import plan
from tests.accounting.journals import parse, play, told
from tests.accounting.lives import PAID, SHIPPED, OrderLife, one_tee_back, order_a_placed
from tests.accounting.planning import by_name, places, planned, reasons
from tests.accounting.shop import (
    ITEMS,
    back,
    book,
    day,
    facts,
    given_back,
    line,
    mapping,
    order,
    parcel,
    refund,
    usd,
)

SHELF = Shelf("W1", "Receipt of returns", "Issue of returns")
RECEIPT = "STOCK received:refund-1:tee"


def books(chart: Any = None, shelf: Shelf | None = SHELF, **policy: Any) -> StoreBook:
    switches = {"restock": Restocking.BOOK, **policy}
    return replace(book(chart=chart, **switches), shelf=shelf)


def received(made: Plan) -> dict[str, StockDocument]:
    """The receipts of a plan by the rest of their purpose."""
    documents = {}
    for posting in made.postings:
        if posting.kind is PostingKind.STOCK:
            assert isinstance(posting.document, StockDocument)
            documents[posting.key.partition(":received:")[2]] = posting.document
    return documents


def receipt_of(made: Plan) -> Posting:
    return by_name(made)[RECEIPT]


def test_what_is_back_on_the_shelf_is_received_at_what_it_left_with() -> None:
    """One tee of order A comes back restocked; its cost was 9.00 (J-3.6)."""
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books())
    posting = receipt_of(made)
    document = posting.document
    assert isinstance(document, StockDocument)
    (only,) = document.lines
    assert document.definition == "Receipt of returns"
    assert document.dated_on == date(2026, 3, 4)
    assert (only.item, only.warehouse, only.quantity, only.unit) == (
        "TEE",
        "W1",
        Decimal(1),
        "Each",
    )
    assert only.unit_cost == usd("9.00")
    assert only.dimensions.location == "100"
    assert posting.effect == ()
    assert posting.needs == (by_name(made)["CREDIT credit:refund-1"].key,)
    assert document.reference == document_number(posting.key, PostingKind.STOCK, "#2001")


def test_sage_values_what_nobody_knows_the_cost_of() -> None:
    placed = order(line("tee", "25.00", 2))
    sent = parcel("parcel-1", day(2), tee=2)
    again = refund(back("tee", 1, "25.00"), at=day(4), transactions=(given_back("25.00", day(4)),))
    made = planned(placed, sent, again, books=books())
    assert received(made)["refund-1:tee"].lines[0].unit_cost is None


def test_beside_journals_of_cost_the_receipt_counts_and_the_journal_books() -> None:
    made = by_name(
        planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books(cogs=Cogs.CART_COST))
    )
    assert told(made["JOURNAL restock:refund-1"].effect) == parse("Dr 1300 9.00; Cr 5000 9.00")
    assert RECEIPT in made


@pytest.mark.parametrize("fate", [Restock.NONE, Restock.SCRAP])
def test_what_never_went_back_on_the_shelf_is_not_received(fate: Restock) -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(restock=fate), books=books())
    assert not made.findings
    assert received(made) == {}


def test_what_was_cancelled_before_it_left_is_not_received() -> None:
    given_up = one_tee_back(restock=Restock.CANCEL)
    made = planned(order_a_placed(), PAID, given_up, books=books())
    assert not made.findings
    assert received(made) == {}


def test_what_was_booked_as_sold_and_never_left_is_received_as_its_cost_is_given_back() -> None:
    at_once = books(cogs=Cogs.CART_COST, invoice_on=Moment.CAPTURE, recognise_on=Moment.CAPTURE)
    given_up = one_tee_back(restock=Restock.CANCEL)
    made = by_name(planned(order_a_placed(), PAID, given_up, books=at_once))
    assert told(made["JOURNAL restock:refund-1"].effect) == parse("Dr 1300 9.00; Cr 5000 9.00")
    assert RECEIPT in made


def test_without_the_policy_people_receive_what_comes_back() -> None:
    by_hand = books(shelf=None, restock=Restocking.BY_HAND)
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=by_hand)
    assert received(made) == {}


@pytest.mark.parametrize(
    ("assumed", "count"), [(UntoldReturns.NOT_RESTOCKED, 0), (UntoldReturns.RESTOCKED, 1)]
)
def test_what_the_cart_does_not_tell_the_policy_says(assumed: UntoldReturns, count: int) -> None:
    untold = one_tee_back(restock=Restock.NONE)
    made = planned(order_a_placed(), PAID, SHIPPED, untold, books=books(untold_returns=assumed))
    assert len(received(made)) == count


def test_what_was_scrapped_is_written_down_where_sage_booked_its_cost() -> None:
    """J-3.7 without journals of cost: Sage's documents booked 9.00 on 5000."""
    scrapped = one_tee_back(restock=Restock.SCRAP)
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, scrapped, books=books()))
    assert told(made["JOURNAL restock:refund-1"].effect) == parse("Dr 5050 9.00; Cr 5000 9.00")


def test_scrapped_goods_of_unknown_cost_wait_for_a_person() -> None:
    placed = order(line("tee", "25.00", 1))
    sent = parcel("parcel-1", day(2), tee=1)
    lost = refund(back("tee", 1, "25.00", restock=Restock.SCRAP), at=day(3))
    made = planned(placed, sent, lost, books=books())
    assert reasons(made) == {Reason.CONFIGURATION_MISSING}
    assert places(made) == {"cost shop TEE"}


def test_a_case_is_received_in_sages_units_at_the_cost_of_one() -> None:
    shelf = replace(SHELF, contains={"TEE": Decimal(12)})
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books(shelf=shelf))
    (only,) = received(made)["refund-1:tee"].lines
    assert (only.quantity, only.unit_cost) == (Decimal(12), usd("0.75"))


def test_goods_that_the_catch_all_sells_have_no_stock() -> None:
    chart = mapping(item_rules=(), items=replace(ITEMS, default="WEB-GOODS"))
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books(chart))
    assert isinstance(chart.items, Items)
    assert not made.findings
    assert received(made) == {}


def test_a_line_that_a_refund_names_twice_is_received_once() -> None:
    placed = order(line("tee", "25.00", 3))
    sent = parcel("parcel-1", day(2), tee=3)
    twice = refund(back("tee", 1, "25.00"), back("tee", 1, "25.00"), at=day(4))
    made = planned(placed, sent, twice, books=books())
    (document,) = received(made).values()
    assert document.lines[0].quantity == 2


@pytest.mark.parametrize(("sold", "came_back"), [("2", "3"), ("2", "0.5"), ("2", "1000000000")])
def test_more_than_was_sold_or_a_part_of_a_piece_waits_for_a_person(
    sold: str, came_back: str
) -> None:
    placed = order(line("tee", "25.00", int(sold)))
    sent = parcel("parcel-1", day(2), tee=int(sold))
    some = replace(back("tee", 1, "1.00"), quantity=Decimal(came_back))
    made = planned(placed, sent, refund(some, at=day(4)), books=books())
    assert made.postings == ()
    assert "returns of line tee" in places(made)


def test_goods_sold_by_weight_come_back_by_weight() -> None:
    weighed = replace(line("tea", "1.00", 1, sku="TEE"), quantity=Decimal("1.5"))
    placed = order(replace(weighed, gross=usd("1.50")))
    sent = parcel("parcel-1", day(2), tea=1)
    sent = replace(sent, lines=(replace(sent.lines[0], quantity=Decimal("1.5")),))
    some = replace(back("tea", 1, "0.50"), quantity=Decimal("0.5"))
    made = planned(placed, sent, refund(some, at=day(4)), books=books())
    assert received(made)["refund-1:tea"].lines[0].quantity == Decimal("0.5")


def test_a_store_without_warehouse_or_definition_is_told_so() -> None:
    for shelf in (None, replace(SHELF, warehouse=""), replace(SHELF, receive="")):
        made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books(shelf=shelf))
        assert reasons(made) == {Reason.CONFIGURATION_MISSING}
        assert places(made) == {"policy.restock"}


def test_goods_of_another_entitys_stock_are_refused_by_name() -> None:
    chart = mapping(stock_entity="E200")
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books(chart))
    assert reasons(made) == {Reason.OUT_OF_SCOPE}


def test_a_channel_of_days_is_refused_by_name() -> None:
    in_days = books(posting_mode=PostingMode.SUMMARY_DAILY)
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=in_days)
    assert reasons(made) == {Reason.OUT_OF_SCOPE}
    assert places(made) == {"policy.restock"}


def test_a_receipt_in_a_closed_period_moves_with_its_credit() -> None:
    closed = Calendar(
        closed_through=date(2026, 3, 31), begins=(date(2026, 4, 1),), today=date(2026, 4, 2)
    )
    kept = replace(books(closed_period_invoices=ClosedPeriod.NEXT_OPEN), calendar=closed)
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=kept)
    document = received(made)["refund-1:tee"]
    assert document.dated_on == date(2026, 4, 1)
    assert document.memo.endswith("(of 2026-03-04)")
    assert receipt_of(made).true_on == date(2026, 3, 4)


def asked(**fates: Fate) -> StoreBook:
    kept = {fate_key("refund-1", line): fate for line, fate in fates.items()}
    return replace(books(untold_returns=UntoldReturns.ASK, cogs=Cogs.CART_COST), fates=kept)


def test_goods_of_which_nobody_tells_wait_for_a_person_and_hold_back_nothing_else() -> None:
    untold = one_tee_back(restock=Restock.NONE)
    made = planned(order_a_placed(), PAID, SHIPPED, untold, books=asked())

    assert [one.reason for one in made.blocked] == [Reason.RETURN_UNTOLD]
    assert made.blocked[0].place == "refunds[refund-1].lines[tee]"
    assert not {"JOURNAL restock:refund-1", RECEIPT} & by_name(made).keys()
    assert {"CREDIT credit:refund-1", "REFUND_PAY refund:refund-money"} <= by_name(made).keys()


@pytest.mark.parametrize(
    ("said", "effect", "is_received"),
    [
        (Fate.SHELVED, "Dr 1300 9.00; Cr 5000 9.00", True),
        (Fate.SCRAPPED, "Dr 5050 9.00; Cr 5000 9.00", False),
        (Fate.NOT_BACK, "", False),
    ],
)
def test_what_a_person_says_of_them_is_booked(
    said: Fate, effect: str, *, is_received: bool
) -> None:
    untold = one_tee_back(restock=Restock.NONE)
    made = planned(order_a_placed(), PAID, SHIPPED, untold, books=asked(tee=said))
    named = by_name(made)

    assert made.blocked == ()
    assert (RECEIPT in named) is is_received
    assert ("JOURNAL restock:refund-1" in named) is bool(effect)
    if effect:
        assert told(named["JOURNAL restock:refund-1"].effect) == parse(effect)


def test_what_the_cart_tells_counts_before_what_a_person_says() -> None:
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=asked(tee=Fate.NOT_BACK))
    assert RECEIPT in by_name(made)


def test_the_cost_of_a_refund_is_booked_whole_once_all_its_goods_are_told_of() -> None:
    placed = order(line("tee", "25.00", 2, cost="9.00"), line("mug", "12.00", cost="4.00"))
    sent = parcel("parcel-1", day(2), tee=2, mug=1)
    both = refund(
        back("tee", 1, "25.00", restock=Restock.NONE),
        back("mug", 1, "12.00", restock=Restock.NONE),
        at=day(4),
    )
    some = planned(placed, sent, both, books=asked(tee=Fate.SHELVED))
    all_ = planned(placed, sent, both, books=asked(tee=Fate.SHELVED, mug=Fate.SCRAPPED))

    assert "JOURNAL restock:refund-1" not in by_name(some)
    assert RECEIPT in by_name(some)
    assert [one.place for one in some.blocked] == ["refunds[refund-1].lines[mug]"]
    effect = by_name(all_)["JOURNAL restock:refund-1"].effect
    assert told(effect) == parse("Dr 1300 9.00; Dr 5050 4.00; Cr 5000 13.00")


def test_nobody_is_asked_where_nothing_is_booked_of_goods() -> None:
    policy = book(untold_returns=UntoldReturns.ASK)
    made = planned(
        order_a_placed(), PAID, SHIPPED, one_tee_back(restock=Restock.NONE), books=policy
    )
    assert made.blocked == ()


@given(
    returns=st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(list(Restock))), min_size=1, max_size=5
    ),
    assumed=st.sampled_from([UntoldReturns.NOT_RESTOCKED, UntoldReturns.RESTOCKED]),
)
def test_what_is_received_is_what_came_back_and_each_return_once(
    returns: list[tuple[int, Restock]], assumed: UntoldReturns
) -> None:
    sold = sum(count for count, _ in returns)
    placed = order(line("tee", "10.00", sold, cost="4.00"))
    sent = parcel("parcel-1", day(2), tee=sold)
    refunds = [
        refund(
            back("tee", count, f"{count}0.00", restock=fate), at=day(3 + place), name=f"r{place}"
        )
        for place, (count, fate) in enumerate(returns)
    ]
    policy = books(untold_returns=assumed)
    shelved = {Restock.RETURN, Restock.CANCEL} | (
        {Restock.NONE} if assumed is UntoldReturns.RESTOCKED else set()
    )

    stages = [facts(placed, sent, *refunds[:count]) for count in range(len(refunds) + 1)]
    played = play(OrderLife(policy, tuple(stages)))

    documents = {
        name.removeprefix("STOCK received:"): posting.document
        for name, posting in played.postings.items()
        if posting.kind is PostingKind.STOCK
    }
    assert {name: _units(document) for name, document in documents.items()} == {
        f"r{place}:tee": count for place, (count, fate) in enumerate(returns) if fate in shelved
    }
    assert plan(stages[-1], played.posted, policy).postings == ()


def _units(document: Any) -> Decimal:
    assert isinstance(document, StockDocument)
    (only,) = document.lines
    return only.quantity
