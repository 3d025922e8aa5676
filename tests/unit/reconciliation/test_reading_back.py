"""Reading back a day of any size: nothing of it stays in memory but what differs."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.deletions import Deletion
from intacct.reading import AccountBalance, CountLine, Kept, LedgerLine, Marked, ReadBack
from shared.ledger.records import State
from shared.postings.plan import PostingKind
from shared.reconciliation import reading_back
from shared.reconciliation.differences import Acceptance, Cause
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.reading_back import ReadBacks, Span
from shared.reconciliation.rows import Row, order_name

ON = date(2026, 3, 2)
AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
SPAN = Span("100", "USD", ON, AT, None, again=False)
NOBODY = Acceptance(frozenset(), "")
_WRONG = "7"


def document(number: int) -> BookedDocument:
    """An invoice of ten dollars."""
    return BookedDocument(
        key=f"acme/100/INVOICE/shop:{number}",
        kind=PostingKind.INVOICE,
        reference=f"R-{number}",
        on=ON,
        currency="USD",
        state=State.DONE,
        sage_key=str(number),
        totals=(Decimal(10),),
        effect=(("1200", Decimal(10)), ("4000", Decimal(-10))),
    )


def rows(count: int) -> Iterator[Row]:
    """So many orders with an invoice each, made as they are asked for."""
    for number in range(count):
        yield Row("shop", order_name(str(number)), 1, "USD", (document(number),))


class Sage:
    """A company with these invoices; one has a line that is a cent off."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        wanted = list(references)
        self.asked.append(len(wanted))
        for one in wanted:
            key = one.removeprefix("R-")
            yield ReadBack(kind, one, key, key, total=Money.of("10.00", "USD"), dated_on=ON)

    def modified(self, kind: Marked, since: datetime) -> Iterator[ReadBack]:
        raise NotImplementedError

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        raise NotImplementedError

    def count_lines(self, keys: Iterable[str]) -> Iterator[CountLine]:
        raise NotImplementedError

    def ledger_lines(self, start_on: date, end_on: date) -> Iterator[LedgerLine]:
        assert start_on == end_on == ON
        for number in range(self.count):
            key = str(number)
            for account, sign in (("1200", 1), ("4000", -1)):
                cents = Decimal("10.01") if key == _WRONG and sign < 0 else Decimal(10)
                amount = sign * cents
                yield LedgerLine("", ON, account, amount, amount, "USD", "8.SO", "", "", record=key)

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        raise NotImplementedError


def peak_of(count: int) -> tuple[int, Sage]:
    """What reading so many orders back took in memory at most."""
    sage = Sage(count)
    gc.collect()
    tracemalloc.start()
    try:
        with ReadBacks(SPAN, lambda: rows(count)) as found:
            assert found.estimate() == (count, 1)
            found.read(sage)
            wrong = [one for one in map(document, range(count)) if found.found(one)]
            assert [one.sage_key for one in wrong] == [_WRONG]
            assert all(found.was_read(document(number)) for number in (0, count - 1))
        return tracemalloc.get_traced_memory()[1], sage
    finally:
        tracemalloc.stop()


def test_seven_times_the_orders_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "_AT_ONCE", 50)
    peak_of(50)  # what is imported and cached at first use is not the proof's

    small, _ = peak_of(100)
    large, _ = peak_of(700)

    # A document, what Sage said of it and its lines are some three thousand bytes.
    assert (large - small) / 600 < 1_000


def test_documents_are_asked_for_a_thousand_at_once() -> None:
    sage = Sage(1_050)
    with ReadBacks(SPAN, lambda: rows(1_050)) as found:
        found.read(sage)

        proved = found.updated(document(0), NOBODY)
        wrong = found.updated(document(int(_WRONG)), NOBODY)

    assert sage.asked == [1_000, 50]
    assert (proved.proved_at, proved.troubles) == (AT, ())
    assert [(one.cause, one.account, one.amount) for one in wrong.troubles] == [
        (Cause.LEDGER_DIFFERS, "4000", Decimal("-0.01"))
    ]
    assert wrong.proved_at is None
