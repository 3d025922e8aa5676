"""Tax that is payable with the money: what each use of an advance takes back of it (R-2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import permutations

from commerce.orders import Fulfilment, Order, Payment, Restock
from intacct.documents import JournalEntry
from shared.policy.choices import TaxPoint
from shared.postings.planner import plan
from tests.accounting.journals import name_of
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
)
from tests.lives.books import Books

PLACED: Order = order(
    line("tee", "40.00"), line("mug", "30.00"), line("cap", "30.00", taxes=(tax(STATE, "0.01"),))
)
PAID = captured("capture-1", "100.01", day(1))
PARCELS = (
    parcel("parcel-1", day(2), tee=1),
    parcel("parcel-2", day(3), mug=1),
    parcel("parcel-3", day(4), cap=1),
)


def heard(events: Iterable[Fulfilment | Payment]) -> Books:
    books, known = Books(book(tax_point=TaxPoint.CAPTURE)), list[Fulfilment | Payment]()
    for event in events:
        known.append(event)
        books.learn(facts(PLACED, *known))
    return books


def taken_back(books: Books) -> Sequence[str]:
    names = (name_of(posting) for posting in books.done)
    return [name for name in names if name.startswith("JOURNAL tax:capture-1:")]


def test_a_use_of_an_advance_whose_share_of_the_tax_is_no_cent_has_no_journal() -> None:
    books = heard((PAID, *PARCELS))

    assert taken_back(books) == ["JOURNAL tax:capture-1:parcel-3:30.01"]
    entries = (x.document for x in books.done if isinstance(x.document, JournalEntry))
    assert all(entry.lines for entry in entries), "Sage takes no journal without lines"
    again = plan(facts(PLACED, PAID, *PARCELS), books.posted, books.book)
    assert not again.postings, "nothing is taken back once more"


def test_the_cent_is_taken_back_once_whatever_leaves_or_is_heard_of_first() -> None:
    for parcels in permutations(PARCELS):
        books = heard((PAID, *parcels))
        assert len(taken_back(books)) == 1
        assert books.balances["2100-NYS"] == Decimal("-0.01"), "that of the invoice"


def test_the_tax_of_a_use_of_an_advance_waits_for_its_document() -> None:
    """A refund that takes all of an advance waits for the next: a parcel may come before it."""
    first, last = captured("capture-1", "20.00", day(1)), captured("capture-2", "90.00", day(6))
    placed = order(line("tee", "70.00", taxes=(tax(STATE, "7.00"),)), line("mug", "33.00"))
    cancelled = refund(
        back("mug", 1, "33.00", restock=Restock.CANCEL),
        at=day(4),
        transactions=(given_back("33.00", day(4)),),
    )
    gone = parcel("parcel-1", day(2), tee=1)
    for cut_after in range(5):
        books = Books(book(tax_point=TaxPoint.CAPTURE))
        books.learn(facts(placed, first, last, cancelled), cut_after=cut_after)
        books.learn(facts(placed, first, last, cancelled, gone))
        shown = {name: amount for name, amount in books.balances.items() if amount}
        assert shown == {
            "1100": Decimal("77.00"),
            "4000": Decimal("-70.00"),
            "2100-NYS": Decimal("-7.00"),
        }
        assert not books.last.waiting
