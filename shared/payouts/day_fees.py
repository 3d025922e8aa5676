"""What the days of a daily summary hold of an order's fees, when a payout asks (R-6.3).

A day's journal and a payout must never both hold a fee. The record of the order's facts decides:
it names each fee that a day books before the event is entered (`shared.posting.entering`).
"""

from __future__ import annotations

from commerce.money import Money
from shared.facts.record import FactsRecord
from shared.gl.days import DayBook
from shared.policy.choices import FeesOn, PostingMode
from shared.postings.book import StoreBook
from shared.postings.day_fees import entered_fees, is_fee
from shared.postings.plan import Plan


class NotSureError(Exception):
    """An order may still book a fee; the message says what it waits for."""


def books_fees(known: FactsRecord, book: StoreBook) -> bool:
    """Whether an order of that day of placing books its fees itself, at whatever depth."""
    order = known.facts.order
    if order is None:
        return False
    return book.for_placed(order.placed_at).policy.fees_on is FeesOn.CAPTURE


def is_of_days(known: FactsRecord, book: StoreBook) -> bool:
    """Whether the order is one of a daily summary whose fees are booked with their days."""
    order = known.facts.order
    if order is None or not books_fees(known, book):
        return False
    mode = book.for_placed(order.placed_at).policy.mode_on(book.ledger_on(order.placed_at))
    return mode is PostingMode.SUMMARY_DAILY


def booked_in_days(
    known: FactsRecord, book: StoreBook, planned: Plan, days: DayBook
) -> dict[str, Money]:
    """The fees that days book, by payment.

    Args:
        known: the order as it was read.
        book: the book it is posted under.
        planned: its plan from those facts.
        days: they know which events were entered.

    Raises:
        NotSureError: a fee is told and not entered yet.
    """
    entered = days.entered(known.pk)
    told = [entry.event for entry in planned.day_entries if is_fee(entry.event)]
    if not all(event in entered for event in told):
        message = "its fees are not in the journals of their days yet"
        raise NotSureError(message)
    return entered_fees(book, entered)
