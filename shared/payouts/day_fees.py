"""What an order's days book of its fees, settled for good before a payout is booked (R-6.3).

A day's journal and a payout must never both hold a fee. The record of the order's facts decides:
it names each fee that a day books before the event is entered (`shared.posting.entering`), and here
each that none does before the payout is booked. Both writes are conditional on the very facts that
were read, so that whichever comes second sees the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from commerce.money import Money
from shared.facts.record import FactsRecord, FactsStore, StaleFactsError
from shared.gl.days import DayBook
from shared.policy.switches import FeesOn, PostingMode
from shared.postings.book import StoreBook
from shared.postings.day_fees import entered_fees, is_fee
from shared.postings.plan import Plan


class NotSureError(Exception):
    """An order may still book a fee; the message says what it waits for."""


def is_of_days(known: FactsRecord, book: StoreBook) -> bool:
    """Whether the order is one of a daily summary whose fees are booked with their days."""
    order = known.facts.order
    if order is None:
        return False
    placed = book.for_placed(order.placed_at)
    mode = placed.policy.mode_on(placed.ledger_on(order.placed_at))
    return mode is PostingMode.SUMMARY_DAILY and placed.policy.fees_on is FeesOn.CAPTURE


@dataclass(frozen=True, slots=True)
class DayFees:
    """Settles orders' fees in `facts`; `days` know which events were entered."""

    facts: FactsStore
    days: DayBook

    def settle(self, known: FactsRecord, book: StoreBook, planned: Plan) -> Mapping[str, Money]:
        """The fees that days book, by payment; those of the order's other receipts never will be.

        Args:
            known: the order as it was read.
            book: the book it is posted under.
            planned: its plan from those facts.

        Raises:
            NotSureError: a fee is told and not entered yet, or the order changed just now.
        """
        entered = self.days.entered(known.pk)
        told = [entry.event for entry in planned.day_entries if is_fee(entry.event)]
        if not all(event in entered for event in told):
            message = "its fees are not in the journals of their days yet"
            raise NotSureError(message)
        nothing = {
            payment.ref.id: payment.amount.rounded() * 0
            for payment in known.facts.payments
            if payment.is_receipt and payment.ref.id not in known.fees
        }
        if nothing:
            try:
                self.facts.save(replace(known, fees={**known.fees, **nothing}))
            except StaleFactsError:
                message = "it changed just now"
                raise NotSureError(message) from None
        return entered_fees(book, entered)
