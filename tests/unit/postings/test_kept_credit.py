"""What is given back of an order without money pays for the rest of it (R-3.9, R-3.2)."""

from __future__ import annotations

from decimal import Decimal

from commerce.orders import LineKind, Restock
from shared.policy.choices import Moment
from shared.postings.plan import PostingKind
from tests.accounting.journals import name_of
from tests.accounting.planning import by_name, planned
from tests.accounting.shop import back, book, captured, day, facts, line, order, parcel, refund
from tests.lives.books import Books

GIFT = line("card", "20.00", kind=LineKind.GIFT_CARD, requires_shipping=False)


def test_a_gift_card_is_sold_when_exchanged_goods_have_paid_for_others() -> None:
    """A lamp of 30.00 comes back and pays for the vase; with 50.00 nothing is open any more."""
    placed = order(line("lamp", "30.00"), line("vase", "30.00"), GIFT)
    sent = parcel("parcel-1", day(2), lamp=1, vase=1)
    exchanged = refund(back("lamp", 1, "30.00"), at=day(3))
    books = Books(book())
    books.learn(facts(placed, sent, exchanged, captured("capture-1", "50.00", day(4))))
    made = {name_of(posting): posting for posting in books.done}
    assert made["INVOICE invoice:gift-cards:order-1"].true_on == day(4).date()
    assert books.balances == {
        "1100": Decimal("50.00"),
        "2200": Decimal("-20.00"),
        "4000": Decimal("-60.00"),
        "4095": Decimal("30.00"),
    }
    assert not books.last.waiting


def test_an_order_is_billed_on_capture_when_what_was_not_cancelled_is_paid() -> None:
    placed = order(line("lamp", "30.00"), line("vase", "20.00"))
    gone = refund(back("vase", 1, "20.00", restock=Restock.CANCEL), at=day(2))
    paid = captured("capture-1", "30.00", day(3))
    books = book(invoice_on=Moment.CAPTURE, recognise_on=Moment.CAPTURE)
    made = by_name(planned(placed, gone, paid, books=books))
    invoice = made["INVOICE invoice:capture:order-1"]
    assert invoice.true_on == day(3).date()
    assert sum(x.amount.amount for x in invoice.effect if x.account == "4000") == Decimal("30.00")


def test_what_is_cancelled_before_anything_was_paid_is_billed_by_nothing() -> None:
    placed = order(line("lamp", "30.00"), GIFT)
    gone = refund(back("lamp", 1, "30.00", restock=Restock.CANCEL), at=day(2))
    assert not planned(placed, gone).postings


def test_a_gift_card_that_is_cancelled_before_it_was_paid_is_not_sold_by_that() -> None:
    placed = order(line("lamp", "30.00"), GIFT)
    gone = refund(back("card", 1, "20.00", restock=Restock.CANCEL), at=day(3))
    made = planned(placed, captured("capture-1", "30.00", day(2)), gone)
    assert all(posting.kind is not PostingKind.INVOICE for posting in made.postings)
