"""What a gateway kept of a receipt, booked with the journals of its day (R-6.3, J-11.2).

On a summary channel a fee is a business event of its own, of the day of the capture. Whether it is
booked so, and how much, is settled once and kept with the facts of the order: when the event is
entered, or when a payout looks for fees and none is told yet (`shared.payouts.day_fees`). What the
cart says of the fee afterwards is the payout's, whole or as a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from commerce.money import Money
from shared.postings.book import StoreBook
from shared.postings.fees import FEE, gateway_fee, settled_fee
from shared.postings.plan import DayEntry
from shared.postings.preparation import Prepared
from shared.postings.takings import Taking

_TAKEN_BACK = "undo:"


def is_fee(event: str) -> bool:
    """Whether an event of a day books a fee, or takes one back."""
    return event.removeprefix(_TAKEN_BACK).startswith(FEE)


def day_fees(prepared: Prepared) -> Iterator[tuple[Taking, Money]]:
    """The receipts of the order whose fees its days book: as settled, else as the cart tells."""
    for taking in prepared.takings:
        settled = settled_fee(prepared.book, taking.id)
        fee = gateway_fee(prepared, taking) if settled is None else settled
        if fee and fee.currency == prepared.order.currency:
            yield taking, fee


def settled_by(entries: Iterable[DayEntry], book: StoreBook) -> Mapping[str, Money]:
    """What is settled of an order's fees once these events are entered, by payment."""
    suffix = book.named_event("")
    told = {
        entry.event.removeprefix(FEE).removesuffix(suffix): entry.lines[0].amount
        for entry in entries
        if entry.event.startswith(FEE)
    }
    return {**book.fees, **told}


def entered_fees(book: StoreBook, entered: Iterable[str]) -> dict[str, Money]:
    """The fees of an order that its days' journals hold, by payment.

    Args:
        book: the order's, with what is settled of its fees.
        entered: its events in day books.
    """
    events = set(entered)
    return {
        payment: fee
        for payment, fee in book.fees.items()
        if fee and book.named_event(f"{FEE}{payment}") in events
    }
