"""Money that goes back while what had left on account is not paid in full (R-2.3, R-3.2).

Of 100.00, goods of 60.00 leave on account and 50.00 come for them; the other 40.00 are cancelled
and given back, and the buyer pays the last 50.00 two days later.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import permutations

from commerce.orders import Fulfilment, Payment, Refund, Restock
from shared.postings.plan import Reason
from tests.accounting.journals import name_of, told
from tests.accounting.planning import by_name, planned, reasons
from tests.accounting.shop import (
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
)
from tests.lives.books import Books

Event = Fulfilment | Payment | Refund

PLACED = order(line("tee", "60.00"), line("mug", "40.00"), is_b2b=True)
GONE = parcel("parcel-1", day(2), tee=1)
FIRST, LAST = captured("capture-1", "50.00", day(3)), captured("capture-2", "50.00", day(6))


def cancelled(money: str = "40.00") -> Refund:
    gone = back("mug", 1, "40.00", restock=Restock.CANCEL)
    return refund(gone, at=day(4), transactions=(given_back(money, day(4)),))


def heard(events: Iterable[Event]) -> Books:
    """Planned and posted after each event; it is not held at the end."""
    books, known = Books(book()), list[Event]()
    for event in events:
        known.append(event)
        books.learn(facts(PLACED, *known), is_all=False)
    books.learn(facts(PLACED, *known))
    return books


def test_money_that_comes_later_covers_what_went_back_before() -> None:
    books = heard((GONE, FIRST, cancelled(), LAST))
    entries = {name_of(posting): posting for posting in books.done}

    back_again = entries["REFUND_PAY refund:refund-money"]
    assert told(back_again.effect) == {
        ("2050", "Dr"): Decimal("40.00"),
        ("1100", "Cr"): Decimal("40.00"),
    }
    assert back_again.true_on == day(4).date(), "money is dated as it moved"
    assert books.balances == {"1100": Decimal("60.00"), "4000": Decimal("-60.00")}
    assert not books.last.waiting


def test_the_books_end_the_same_whatever_is_heard_first() -> None:
    events: tuple[Event, ...] = (GONE, FIRST, cancelled(), LAST)
    for way in permutations(events):
        books = heard(way)
        assert books.balances == {"1100": Decimal("60.00"), "4000": Decimal("-60.00")}
        assert not books.last.waiting


def test_until_the_money_comes_what_went_back_is_named_as_waiting() -> None:
    made = planned(PLACED, GONE, FIRST, cancelled())
    assert "REFUND_PAY refund:refund-money" not in by_name(made)
    assert "the payment that refund refund-1 gives back" in made.waiting


def test_more_than_all_that_came_is_still_held_with_the_difference() -> None:
    made = planned(PLACED, GONE, FIRST, cancelled("45.00"), LAST)
    assert reasons(made) == {Reason.REFUND_EXCEEDS_INVOICE}
    assert [str(finding.difference) for finding in made.findings] == ["5.00 USD"]


def test_a_cent_that_a_parcel_bills_of_what_went_back_pays_the_next_cancellation() -> None:
    """Two of three leave for 13.33, and the cart gives 6.68 back for the third, of each line.

    Where the first of the two went back out of the advance before the parcel was heard of, its
    credit memo of a cent has nothing of its own to pay: the advance lacks it for the other.
    """
    lines = [line(name, "10.00", 3, discount="10.00") for name in ("tee", "mug")]
    placed = order(*lines)
    paid, gone = captured("capture-1", "40.00", day(2)), parcel("parcel-1", day(3), tee=2, mug=2)
    refunds = [
        refund(
            back(name, 1, "6.68", restock=Restock.CANCEL),
            at=day(number),
            name=f"cancel-{name}",
            transactions=(given_back("6.68", day(number), name=f"money-{name}"),),
        )
        for number, name in ((4, "tee"), (5, "mug"))
    ]
    for first in refunds:
        books = Books(book())
        books.learn(facts(placed, paid, first))
        books.learn(facts(placed, paid, gone, *refunds))
        net_sales = books.balances["4000"] + books.balances["4090"]
        assert (books.balances["1100"], net_sales) == (Decimal("26.64"), Decimal("-26.64"))
        assert set(books.balances) == {"1100", "4000", "4090"}
        assert not books.last.waiting
