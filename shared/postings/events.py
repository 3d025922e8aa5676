"""What happens to an order's goods and refunds, as far as it shapes the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from commerce.orders import Refund
from shared.postings.refunds import RefundMoney


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods that left: `id` names the fulfilment; quantities by line id."""

    id: str
    at: datetime
    quantities: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """A refund and its money; `is_effective` says whether its credit may be booked yet (R-3.5)."""

    refund: Refund
    money: RefundMoney
    is_effective: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """The moment at which everything is billed, where the policy bills on capture."""

    id: str
    at: datetime


Event = Delivery | RefundEvent | Capture


@dataclass(frozen=True, slots=True)
class Additions:
    """Lines that an edit added to an order of which parts are in the books already.

    Those parts took their share of shipping and the like without them. `in_books` are the ids of
    the events that are booked.
    """

    lines: frozenset[str]
    in_books: frozenset[str]

    def begin_with(self, event: Event) -> bool:
        """Whether the lines count from this event on: it names one, or it is new itself."""
        match event:
            case Delivery():
                return event.id not in self.in_books or not self.lines.isdisjoint(event.quantities)
            case RefundEvent():
                refunded = {line.line_id for line in event.refund.lines}
                is_new = event.refund.ref.id not in self.in_books
                return is_new or not self.lines.isdisjoint(refunded)
            case Capture():
                return event.id not in self.in_books
