"""Tax that is payable with the money: what each use of an advance takes back of it (R-2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import permutations

from commerce.orders import Fulfilment, Order, Payment
from intacct.documents import JournalEntry
from shared.policy.choices import TaxPoint
from shared.postings.planner import plan
from tests.accounting.journals import name_of
from tests.accounting.shop import STATE, book, captured, day, facts, line, order, parcel, tax
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
