"""How the stock of one store and of the company's warehouses are kept alike, as plain data.

Standard library only. Which side owns the stock of a place is the tenant's ownership table
(`quantity`); this says which places belong together and how a level is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class SoldIn(StrEnum):
    """Who counts what was sold and has not left: it is not available any more.

    SAGE: what Sage has allocated and reserved for the sales orders that we make, and what is on its
    way there. CART: what this cart has committed to its orders; it needs a cart that tells so, and
    a warehouse that no other store sells from. NOBODY: what is on hand is offered whole, since
    another system takes what is sold out of Sage at once.
    """

    SAGE = "sage"
    CART = "cart"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class StockPlace:
    """A warehouse of Sage Intacct and the cart's location that holds the same goods.

    `location` is the cart's id of it, empty where the cart knows one place only. Several warehouses
    of one location are added up, as are several locations of one warehouse that the cart owns.
    """

    warehouse: str
    location: str = ""

    def __post_init__(self) -> None:
        """Refuse a place without warehouse.

        Raises:
            ValueError: it names none.
        """
        if not self.warehouse:
            message = "a place names a warehouse"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class StockRule:
    """What is particular to one SKU; None leaves the store's own figure.

    `contains` is how many of Sage's units one of the SKU is: 12 for a case of single bottles.
    """

    sku: str
    contains: Decimal = Decimal(1)
    buffer: Decimal | None = None
    pack: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a rule of nothing, or figures that no level can be made with.

        Raises:
            ValueError: with what is wrong.
        """
        if not self.sku:
            message = "a stock rule names a SKU"
            raise ValueError(message)
        _check_figures(self.contains, self.buffer, self.pack)


@dataclass(frozen=True, slots=True)
class StockPolicy:
    """The stock of one store; nothing is kept alike without `places`.

    Quantities are in the cart's units of the SKU. `buffer` is withheld from sale; a level is cut to
    a multiple of `pack`. `allows_oversell` lets a level be negative. A change of at least
    `jump_units` and of more than `jump_share` of the greater level waits for a person, as does a
    level above `most`. `increase` and `decrease` are the transaction definitions of adjustments,
    `reason` is what their memo says. `write_off` and `receive` are those of a person's own acts at
    a warehouse that Sage owns: goods that are lost, and returned goods that are on the shelf again.
    `receive` also takes what the policy `restock` books, `take_back` the undo of that.
    `proves_worth` has all stock of the store's entity compared each day with its inventory account.
    """

    places: tuple[StockPlace, ...] = ()
    sold_in: SoldIn = SoldIn.SAGE
    buffer: Decimal = Decimal(0)
    pack: Decimal = Decimal(1)
    rules: tuple[StockRule, ...] = ()
    allows_oversell: bool = False
    jump_share: Decimal = Decimal("0.9")
    jump_units: Decimal = Decimal(100)
    most: Decimal = Decimal(1_000_000)
    increase: str = ""
    decrease: str = ""
    reason: str = "count of the store"
    write_off: str = ""
    receive: str = ""
    take_back: str = ""
    proves_worth: bool = False

    def __post_init__(self) -> None:
        """Refuse figures that no level can be made with.

        Raises:
            ValueError: with what is wrong.
        """
        _check_figures(Decimal(1), self.buffer, self.pack)
        if not (0 < self.jump_share <= 1 and self.jump_units >= 0 and self.most > 0):
            message = "jump_share lies above 0 and up to 1, jump_units from 0, most above 0"
            raise ValueError(message)
        if len({rule.sku for rule in self.rules}) < len(self.rules):
            message = "a SKU has one stock rule"
            raise ValueError(message)

    @property
    def is_kept(self) -> bool:
        """Whether stock is kept alike at all."""
        return bool(self.places)

    def by_sku(self) -> dict[str, StockRule]:
        """What is particular to SKUs, by SKU."""
        return {rule.sku: rule for rule in self.rules}


def _check_figures(contains: Decimal, buffer: Decimal | None, pack: Decimal | None) -> None:
    if not contains > 0:
        message = "contains is above 0"
        raise ValueError(message)
    if buffer is not None and buffer < 0:
        message = "a buffer is not negative"
        raise ValueError(message)
    if pack is not None and not pack > 0:
        message = "a pack is above 0"
        raise ValueError(message)
