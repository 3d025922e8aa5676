"""What happens to an order's goods and refunds, as far as it shapes the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from commerce.orders import Refund, Restock
from shared.postings.pieces import OrderPieces
from shared.postings.refunds import RefundMoney

CAME_BACK = frozenset({Restock.RETURN, Restock.SCRAP})
"""What a refund says of goods that the buyer had and sent back."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods that left or arrived: `id` names the fulfilment; quantities by line id.

    `bills` and `recognises` say what the policy has it do.
    """

    id: str
    at: datetime
    quantities: Mapping[str, Decimal]
    bills: bool = True
    recognises: bool = True


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


@dataclass(frozen=True, slots=True)
class Edit:
    """The order became another: `id` names the edition, `pieces` are the order from then on."""

    id: str
    at: datetime
    pieces: OrderPieces


Event = Delivery | RefundEvent | Capture | Edit
