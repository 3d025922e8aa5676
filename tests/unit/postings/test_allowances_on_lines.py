"""Money for a line of which no unit came back: an allowance, or held; never lost (R-3.4, R-3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from commerce.orders import (
    AdjustmentKind,
    Fulfilment,
    Order,
    Payment,
    Refund,
    RefundAdjustment,
    Restock,
)
from shared.policy.choices import GoodwillTax, PostingMode
from shared.postings.plan import Reason
from tests.accounting.journals import told
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.planning import by_name, planned, reasons
from tests.accounting.shop import (
    CITY,
    STATE,
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    refund,
    tax,
    usd,
)
from tests.lives.books import Books
from tests.unit.postings.any_order import POLICIES

Event = Fulfilment | Payment | Refund

ON_A_LINE = RefundAdjustment(AdjustmentKind.GOODWILL, usd("5.00"), usd("0.44"), "tee")
NOBODYS = back("tee", 0, "5.00", "0.44")
TEES = replace(parcel("parcel-1", day(2), tee=2), delivered_at=day(3, 9))
MUG = replace(parcel("parcel-2", day(6), mug=1), delivered_at=day(7))
GIFT = refund(
    at=day(3),
    name="allowance",
    adjustments=(ON_A_LINE,),
    transactions=(given_back("5.44", day(3), name="money-1"),),
)
BOTH = refund(
    back("tee", 1, "22.50", "2.00", Restock.RETURN),
    at=day(4),
    name="tee-and-allowance",
    adjustments=(ON_A_LINE,),
    transactions=(given_back("29.94", day(4), name="money-2"),),
)


def heard(events: Iterable[Event], policy: dict[str, Any]) -> dict[str, Decimal]:
    """The balances after each event was planned and posted as it was heard of."""
    books, known = Books(book(**policy)), list[Event]()
    for event in events:
        known.append(event)
        books.learn(facts(order_a_placed(), *known), is_all=False)
    books.learn(facts(order_a_placed(), *known))
    return books.balances


def test_an_allowance_on_a_line_takes_its_own_tax_back() -> None:
    memo = by_name(planned(order_a_placed(), PAID, SHIPPED, GIFT))["CREDIT credit:allowance"]

    entry = told(memo.effect)
    assert (entry["4095", "Dr"], entry["1200", "Cr"]) == (Decimal("5.00"), Decimal("5.44"))
    assert sum(sum_ for (name, _), sum_ in entry.items() if name[:4] == "2100") == Decimal("0.44")


def of_two_agencies() -> Order:
    """The tee bears the state's tax, the mug the city's."""
    return order(
        line("tee", "25.00", 2, taxes=(tax(STATE, "2.00"),)),
        line("mug", "12.50", taxes=(tax(CITY, "1.00"),)),
    )


@pytest.mark.parametrize(
    ("line_id", "given", "by_agency"),
    [
        ("mug", "0.30", {"2100-NYC": "0.30"}),
        ("tee", "0.30", {"2100-NYS": "0.30"}),
        ("", "0.30", {"2100-NYS": "0.20", "2100-NYC": "0.10"}),
        ("mug", "1.20", {"2100-NYC": "1.00", "2100-NYS": "0.20"}),
        ("another", "0.30", {"2100-NYS": "0.20", "2100-NYC": "0.10"}),
    ],
)
def test_the_tax_of_an_allowance_is_its_lines_and_what_is_more_or_nobodys_is_of_all(
    line_id: str, given: str, by_agency: dict[str, str]
) -> None:
    allowance = RefundAdjustment(AdjustmentKind.GOODWILL, usd("5.00"), usd(given), line_id)
    money = given_back(str(usd("5.00").amount + usd(given).amount), day(3))
    gift = refund(at=day(3), name="gift", adjustments=(allowance,), transactions=(money,))
    paid = captured("capture-1", "65.50", day(1))

    memo = by_name(planned(of_two_agencies(), paid, SHIPPED, gift))["CREDIT credit:gift"]

    taxes = {name: sum_ for (name, _), sum_ in told(memo.effect).items() if name[:4] == "2100"}
    assert taxes == {name: Decimal(sum_) for name, sum_ in by_agency.items()}


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_the_books_end_the_same_whatever_is_heard_first(policy: dict[str, Any]) -> None:
    events: tuple[Event, ...] = (PAID, TEES, GIFT, BOTH)
    wanted = heard((*events, MUG), policy)

    assert wanted["4095"] in (Decimal("35.00"), Decimal("32.50")), "at list price or less discount"
    for way in permutations(events):
        assert heard((*way, MUG), policy) == wanted, way


@pytest.mark.parametrize("mode", [PostingMode.DETAIL, PostingMode.SUMMARY_DAILY])
@pytest.mark.parametrize("restock", list(Restock))
def test_an_amount_of_no_units_is_held_with_its_difference(
    mode: PostingMode, restock: Restock
) -> None:
    lost = refund(replace(NOBODYS, restock=restock), at=day(4))

    made = planned(order_a_placed(), PAID, SHIPPED, lost, books=book(posting_mode=mode))

    assert reasons(made) == {Reason.REFUND_EXCEEDS_INVOICE}
    assert [(one.place, str(one.difference)) for one in made.findings] == [
        ("refunds[refund-1].lines[tee]", "5.44 USD")
    ]


def test_a_line_of_no_units_and_no_amount_holds_nothing() -> None:
    silent = refund(back("tee", 0, "0.00"), back("tee", 1, "22.50", "2.00"), at=day(4))
    without = refund(back("tee", 1, "22.50", "2.00"), at=day(4))

    assert planned(order_a_placed(), PAID, SHIPPED, silent).postings == (
        planned(order_a_placed(), PAID, SHIPPED, without).postings
    )


def test_the_carts_own_tax_of_an_allowance_is_not_parted_once_more() -> None:
    books = book(goodwill_tax=GoodwillTax.INCLUSIVE_SPLIT)
    split = planned(order_a_placed(), PAID, SHIPPED, GIFT, books=books)

    entry = told(by_name(split)["CREDIT credit:allowance"].effect)
    assert entry["4095", "Dr"] == Decimal("5.00")
