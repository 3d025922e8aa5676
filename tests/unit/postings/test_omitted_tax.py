"""A marketplace's tax that is left out of the books, and of the money that came for it (R-5.4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

from commerce.orders import (
    AdjustmentKind,
    Order,
    OrderLine,
    Payment,
    RefundAdjustment,
    TaxCollector,
    Version,
)
from shared.facts.merge import merge
from shared.policy.choices import GoodwillTax, MarketplaceTax, Moment
from shared.postings.plan import Plan, Reason
from shared.postings.planner import plan
from tests.accounting.shop import (
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

LEFT_OUT = book(marketplace_tax=MarketplaceTax.OMIT)
FACILITATED = replace(tax(STATE, "8.00"), collected_by=TaxCollector.MARKETPLACE)
TWICE = replace(FACILITATED, amount=usd("16.00"))
SOLD = order(line("lamp", "100.00", taxes=(FACILITATED,)))
SENT = parcel("parcel-1", day(4), lamp=1)
PARTS = tuple(captured(f"capture-{number}", "36.00", day(number)) for number in (1, 2, 3))


def held(*told: Payment, placed: Order = SOLD) -> Plan:
    return plan(facts(placed, *told), {}, LEFT_OUT)


def test_receipts_heard_of_in_any_order_come_to_the_money_without_the_tax() -> None:
    """Three parts of 36.00: 8.00 in three is 2.67, 2.66 and 2.67, whichever was booked first."""
    for way in permutations(PARTS):
        books = Books(LEFT_OUT)
        for count in (1, 2, 3):
            books.learn(facts(SOLD, *way[:count]))
        books.learn(facts(SOLD, *way, SENT))
        assert books.balances == {"1100": Decimal("100.00"), "4000": Decimal("-100.00")}


def edited(more: OrderLine) -> Order:
    lines, total = (*SOLD.lines, more), SOLD.total + more.net
    total = sum((tax.amount for tax in more.taxes), start=total)
    return replace(SOLD, lines=lines, total=total, version=Version(day(5), "more"))


def test_nothing_is_left_out_of_what_an_edit_adds() -> None:
    """8.00 of 108.00 are left out; that goods without tax are added later changes nothing of it."""
    later = edited(line("wire", "50.00"))
    paid, rest = captured("capture-1", "108.00", day(1)), captured("capture-2", "50.00", day(6))
    for is_heard_late in (False, True):
        books = Books(LEFT_OUT)
        books.learn(facts(SOLD, paid, SENT, *([rest] if is_heard_late else [])))
        parts = (rest, parcel("parcel-2", day(7), wire=1))
        books.learn(merge(facts(SOLD, paid, SENT), facts(later, *parts)))
        assert books.balances == {"1100": Decimal("150.00"), "4000": Decimal("-150.00")}
        assert not books.last.waiting


def test_an_edit_of_the_tax_left_out_needs_a_person() -> None:
    taxed = replace(tax(STATE, "4.00"), collected_by=TaxCollector.MARKETPLACE)
    later = edited(line("wire", "50.00", taxes=(taxed,)))
    paid = captured("capture-1", "108.00", day(1))
    told = merge(facts(SOLD, paid, SENT), facts(later))
    (finding,) = plan(told, {}, LEFT_OUT).findings
    assert (finding.reason, finding.place) == (Reason.OUT_OF_SCOPE, "order.taxes")


def test_a_gift_card_that_paid_some_of_the_tax_needs_a_person() -> None:
    by_card = captured("capture-2", "8.00", day(1), gateway="gift_card")
    made = held(captured("capture-1", "100.00", day(1)), by_card)
    assert [finding.reason for finding in made.findings] == [Reason.OUT_OF_SCOPE]
    assert made.findings[0].place == "payments[capture-2]"
    assert "pass_through" in made.findings[0].hint


def test_store_credit_that_the_tax_went_back_to_needs_a_person() -> None:
    given = refund(
        back("lamp", 1, "100.00", "8.00"),
        at=day(5),
        transactions=(given_back("108.00", day(5), gateway="shopify_store_credit"),),
    )
    told = facts(SOLD, captured("capture-1", "108.00", day(1)), SENT, given)
    (finding,) = plan(told, {}, LEFT_OUT).findings
    assert (finding.reason, finding.place) == (
        Reason.OUT_OF_SCOPE,
        "refunds[refund-1].transactions[refund-money]",
    )


def test_an_allowance_is_parted_as_where_the_tax_is_shown() -> None:
    """Of 5.40, 0.40 are the marketplace's tax: it gives them back, shown or not (R-3.6)."""
    allowance = RefundAdjustment(AdjustmentKind.GOODWILL, usd("5.40"), usd("0.00"))
    given = refund(at=day(6), adjustments=(allowance,), transactions=(given_back("5.40", day(6)),))
    told = facts(SOLD, captured("capture-1", "108.00", day(1)), SENT, given)
    ended = []
    for shown in (MarketplaceTax.OMIT, MarketplaceTax.PASS_THROUGH):
        books = Books(book(goodwill_tax=GoodwillTax.INCLUSIVE_SPLIT, marketplace_tax=shown))
        books.learn(told)
        ended.append(books.balances)
    assert ended[0] == {
        "1100": Decimal("95.00"),
        "4000": Decimal("-100.00"),
        "4095": Decimal("5.00"),
    }
    assert ended[1] == {**ended[0], "1100": Decimal("102.60"), "2105": Decimal("-7.60")}


def test_an_allowance_is_parted_by_the_order_as_it_was_when_it_was_given() -> None:
    """Goods without tax that are added later do not change the 0.40 of tax in the 5.40."""
    allowance = RefundAdjustment(AdjustmentKind.GOODWILL, usd("5.40"), usd("0.00"))
    given = refund(at=day(4), adjustments=(allowance,), transactions=(given_back("5.40", day(4)),))
    first = facts(SOLD, captured("capture-1", "108.00", day(1)), SENT, given)
    later = merge(first, facts(edited(line("wire", "50.00"))))
    books = Books(book(goodwill_tax=GoodwillTax.INCLUSIVE_SPLIT))
    books.learn(later)
    assert books.balances["4095"] == Decimal("5.00")
    assert books.balances["2105"] == Decimal("-7.60")


def test_an_allowance_keeps_the_tax_of_the_order_that_was_known_when_it_was_booked() -> None:
    """Of 5.40, 0.40 were taken off the bill, before an edit that had been made by then was told."""
    allowance = RefundAdjustment(AdjustmentKind.GOODWILL, usd("5.40"), usd("0.00"))
    given = refund(at=day(6), adjustments=(allowance,), transactions=(given_back("5.40", day(6)),))
    books = Books(
        book(
            goodwill_tax=GoodwillTax.INCLUSIVE_SPLIT,
            invoice_on=Moment.CAPTURE,
            recognise_on=Moment.SHIP,
        )
    )
    first, second = captured("capture-1", "60.00", day(1)), captured("capture-3", "48.00", day(2))
    books.learn(facts(SOLD, given, first), is_all=False)
    paid = facts(SOLD, given, first, second)
    books.learn(paid, is_all=False)
    rest, more = captured("capture-2", "50.00", day(6)), parcel("parcel-2", day(7), wire=1)
    later = facts(edited(line("wire", "50.00")), rest, SENT, more)
    books.learn(merge(paid, later))
    assert not books.last.waiting
    assert books.balances == {
        "1100": Decimal("152.60"),
        "2105": Decimal("-7.60"),
        "4000": Decimal("-150.00"),
        "4095": Decimal("5.00"),
    }


def test_the_tax_of_goods_that_paid_for_others_needs_a_person() -> None:
    """The lamp comes back for a dearer one without tax: its 8.00 pay too; no receipt says so."""
    given = refund(back("lamp", 1, "100.00", "8.00"), at=day(5))
    paid, rest = captured("capture-1", "108.00", day(1)), captured("capture-2", "42.00", day(6))
    swap = parcel("parcel-2", day(7), wire=1)
    told = merge(facts(SOLD, paid, SENT), facts(edited(line("wire", "150.00")), rest, given, swap))
    (finding,) = plan(told, {}, LEFT_OUT).findings
    assert (finding.reason, finding.place) == (Reason.OUT_OF_SCOPE, "refunds[refund-1]")
    assert "pass_through" in finding.hint


def test_goods_that_came_back_for_cheaper_ones_give_the_tax_back_in_money() -> None:
    given = refund(
        back("lamp", 1, "100.00", "8.00"),
        at=day(5),
        transactions=(given_back("58.00", day(5)),),
    )
    paid, swap = captured("capture-1", "108.00", day(1)), parcel("parcel-2", day(7), wire=1)
    books = Books(LEFT_OUT)
    books.learn(merge(facts(SOLD, paid, SENT), facts(edited(line("wire", "50.00")), given, swap)))
    assert books.balances == {
        "1100": Decimal("50.00"),
        "4000": Decimal("-150.00"),
        "4095": Decimal("100.00"),
    }


def test_taxed_goods_that_came_back_unpaid_need_a_person_where_the_rest_has_another_tax() -> None:
    """8.00 of 158.00 are left out; the 50.00 that came are for goods without that tax."""
    placed = order(*SOLD.lines, line("wire", "50.00"), is_b2b=True)
    given, sent = refund(back("lamp", 1, "100.00", "8.00"), at=day(5)), parcel("p", day(4), wire=1)
    told = facts(placed, captured("capture-1", "50.00", day(6)), SENT, sent, given)
    (finding,) = plan(told, {}, LEFT_OUT).findings
    assert (finding.reason, finding.place) == (Reason.OUT_OF_SCOPE, "refunds[refund-1]")


def test_goods_that_came_back_unpaid_take_their_share_of_the_tax_with_them() -> None:
    placed = order(line("lamp", "100.00", 2, taxes=(TWICE,)), is_b2b=True)
    given, sent = refund(back("lamp", 1, "100.00", "8.00"), at=day(5)), parcel("p", day(4), lamp=2)
    books = Books(LEFT_OUT)
    books.learn(facts(placed, captured("capture-1", "108.00", day(6)), sent, given))
    assert books.balances == {
        "1100": Decimal("100.00"),
        "4000": Decimal("-200.00"),
        "4095": Decimal("100.00"),
    }
