"""Looking for items by id or barcode, in neither protocol.

Sage compares text as its protocols please: who asks compares what comes back once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

MOST_ITEMS = 500
"""How many values one search names, and how many items it tells of."""


class ItemBy(StrEnum):
    """The fields that items are looked for by."""

    ID = "id"
    BARCODE = "barcode"


@dataclass(frozen=True, slots=True)
class ItemSearch:
    """Items whose field has one of the values.

    Raises:
        ValueError: no value, an empty one, or more than `MOST_ITEMS`.
    """

    by: ItemBy
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a search that would find every item without a value, or none."""
        if not self.values or not all(self.values) or len(self.values) > MOST_ITEMS:
            message = f"a search names one to {MOST_ITEMS} values, and none that is empty"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as it stands in Sage.

    `type` is Sage's word for it in lower case without blanks and dashes, alike in both protocols.
    Prices and costs are in the company's base currency, which the item does not name; None where
    Sage has none. `unit` is its group of units.
    """

    key: str
    id: str
    name: str
    type: str = ""
    is_active: bool = True
    description: str = ""
    barcode: str = ""
    product_line: str = ""
    gl_group: str = ""
    unit: str = ""
    base_price: Decimal | None = None
    standard_cost: Decimal | None = None
    is_taxable: bool | None = None


def number_of(text: str) -> Decimal | None:
    """A price or cost as Sage writes it; None where it has none, or no finite number."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
