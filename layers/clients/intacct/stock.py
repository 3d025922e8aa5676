"""Stock in neither protocol: inventory documents, transfers between warehouses, what is on hand.

Quantities are positive: the transaction definition says whether stock rises or falls (XML reference
§13.5, REST reference §16.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from commerce.money import Money
from intacct.dimensions import NO_DIMENSIONS, Dimensions


@dataclass(frozen=True, slots=True)
class StockLine:
    """A quantity of one item in one warehouse; `unit_cost` counts where the definition costs."""

    item: str
    warehouse: str
    quantity: Decimal
    unit: str
    unit_cost: Money | None = None
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""


@dataclass(frozen=True, slots=True)
class StockDocument:
    """An Inventory Control document of the named definition: an adjustment, a receipt, an issue.

    `reference` is our mark, in the document's reference number.
    """

    definition: str
    reference: str
    dated_on: date
    lines: tuple[StockLine, ...]
    memo: str = ""
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class TransferLine:
    """A quantity of one item that moves from one warehouse to another."""

    item: str
    quantity: Decimal
    unit: str
    from_warehouse: str
    to_warehouse: str
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""


@dataclass(frozen=True, slots=True)
class WarehouseTransfer:
    """An immediate transfer: what leaves one warehouse is in the other at once."""

    reference: str
    dated_on: date
    lines: tuple[TransferLine, ...]
    memo: str = ""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """What one warehouse holds of one item, as Sage counts it; None where it does not say."""

    item: str
    warehouse: str
    on_hand: Decimal
    allocated: Decimal | None = None
    reserved: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StockCost:
    """What a unit of an item costs in one warehouse: average and standard, None where none is told.

    In the base currency of the company.
    """

    item: str
    warehouse: str
    average: Decimal | None = None
    standard: Decimal | None = None


StockMovement = StockDocument | WarehouseTransfer
