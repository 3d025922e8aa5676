"""In which sequence the parts of an order came into the books, and whether a life keeps to it.

What is heard of late is booked late, whatever its date: a life that takes the booked parts in the
sequence of their postings gives each what it was booked with, and the others what is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from commerce.orders import Refund, Restock
from shared.postings.events import Capture, Delivery, Edit, Event, RefundEvent
from shared.postings.order_keys import Keys
from shared.postings.parts import EDIT, Life
from shared.postings.plan import PostingKind


def place_of(event: Event, keys: Keys) -> int:
    """Where the event's first posting stands among those of the order; last where it has none."""
    return min((keys.place(*kind) for kind in _kinds(event)), default=len(keys.known))


def keeps_sequence(life: Life, keys: Keys) -> bool:
    """Whether what is in the books comes first, each kind in the sequence of its postings."""
    billed = [sale.id for sale in life.billed if sale.amounts]
    recognised = [sale.id for sale in life.recognised] if life.is_deferred else []
    credited = [item.refund.ref.id for item in life.credits if item.total]
    return all(
        _begins_with(names, keys.purposes(kind, prefix))
        for names, kind, prefix in (
            (billed, PostingKind.INVOICE, "invoice:"),
            (recognised, PostingKind.JOURNAL_ENTRY, "recognise:"),
            (credited, PostingKind.CREDIT_MEMO, "credit:"),
        )
    )


def _begins_with(names: Sequence[str], in_books: Sequence[str]) -> bool:
    told = [name for name in names if not name.startswith(EDIT)]
    known = [name for name in in_books if not name.startswith(EDIT)]
    return told[: len(known)] == known


def _kinds(event: Event) -> list[tuple[PostingKind, str]]:
    match event:
        case Capture():
            return [(PostingKind.INVOICE, f"invoice:{event.id}")]
        case Delivery():
            billed = [(PostingKind.INVOICE, f"invoice:{event.id}")] if event.bills else []
            earned = [(PostingKind.JOURNAL_ENTRY, f"recognise:{event.id}")]
            return [*billed, *(earned if event.recognises else [])]
        case RefundEvent():
            credit = (PostingKind.CREDIT_MEMO, f"credit:{event.refund.ref.id}")
            settled = (
                (PostingKind.CUSTOMER_REFUND, f"refund:{payment.ref.id}")
                for payment in event.money.settled
            )
            return [credit, *settled, *_closing(event.refund)]
        case Edit():
            return []


def _closing(refund: Refund) -> list[tuple[PostingKind, str]]:
    """What a refund that cancels goods may have led to by itself: the bill of the order's rest."""
    if not any(line.restock is Restock.CANCEL for line in refund.lines):
        return []
    return [(PostingKind.INVOICE, f"invoice:rest:{refund.order_id}")]
