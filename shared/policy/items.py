"""How the goods of one store become items in the books, as plain data.

Standard library only. What may be created and changed in Sage, and in the cart, is the tenant's
ownership table (`item`, `price`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnknownSku(StrEnum):
    """What becomes of goods that no rule of the mapping names and that no item is linked to.

    CATCH_ALL: they are sold as `items.default` of the mapping. HOLD: the order waits until the
    article is linked. CREATE: it waits until its product was read from the cart and made an item.
    """

    CATCH_ALL = "catch_all"
    HOLD = "hold"
    CREATE = "create"


class ItemScope(StrEnum):
    """Which articles get an item at all: those that an order sold, or all that the cart offers."""

    SOLD = "sold"
    ALL = "all"


class Bundles(StrEnum):
    """What a bundle of several articles is in the books.

    AS_TOLD: as the cart tells it, one article where the cart's line is one. KIT: an item of Sage's
    type Kit with the items of its parts. PARTS: each line is booked as the items of its parts, and
    its money is divided over them.
    """

    AS_TOLD = "as_told"
    KIT = "kit"
    PARTS = "parts"


class ItemMatch(StrEnum):
    """How an article without link is looked for among the items of Sage Intacct.

    SKU: the item of that very id. BARCODE: the only item that carries the product's barcode.
    """

    SKU = "sku"
    BARCODE = "barcode"


@dataclass(frozen=True, slots=True)
class ItemPolicy:
    """The items of one store, of the articles in `scope`; `match` is tried in its order.

    New items are of `item_type` (REST's word, as `nonInventory` or `inventory`), with the GL group,
    group of units, product line and cost method named here, as far as they are named; their id is
    the SKU where Sage takes it as one. `updates` lets what the cart owns by the ownership table
    follow the cart, `writes_back` what Sage owns follow Sage. `bundles` says what bundles are.
    """

    unknown_sku: UnknownSku = UnknownSku.CATCH_ALL
    scope: ItemScope = ItemScope.SOLD
    match: tuple[ItemMatch, ...] = (ItemMatch.SKU, ItemMatch.BARCODE)
    item_type: str = "nonInventory"
    gl_group: str = ""
    unit_group: str = ""
    product_line: str = ""
    cost_method: str = ""
    updates: bool = True
    writes_back: bool = False
    bundles: Bundles = Bundles.AS_TOLD

    @property
    def is_kept(self) -> bool:
        """Whether articles are linked to items at all."""
        return self.unknown_sku is not UnknownSku.CATCH_ALL
