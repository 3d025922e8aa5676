"""What `inventory_sync` may be asked: to compare stores, or to book a person's movement."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from shared.inventory.movements import MovementKind, Wanted
from shared.inventory.sync import StockOrder
from shared.polling.schedule import PollRequest


class MovementRequest(BaseModel):
    """A movement of stock that a person asks for, as `shared.inventory.movements.Wanted` says it.

    `memo` is what its document says; `release_by` names the person who lets one that is held be
    tried again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kind: MovementKind
    reference: str
    quantity: Decimal
    entity: str = ""
    item: str = ""
    sku: str = ""
    unit: str = ""
    from_warehouse: str = ""
    to_warehouse: str = ""
    definition: str = ""
    sold_on: str = ""
    memo: str = ""
    release_by: str = ""

    def wanted(self, store: str) -> Wanted:
        """The same as the use case takes it."""
        members = self.model_dump(exclude={"memo", "release_by"})
        return Wanted(store=store, **members)


class WorthRequest(BaseModel):
    """Which entity's stock to compare with the ledger now.

    `accept_by` names the person who takes the difference that is found for right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    entity: str = ""
    accept_by: str = ""


class InventoryRequest(PollRequest):
    """Whose stock to compare; a store that is named does not wait for its time.

    With `movement` nothing is compared: that is booked for the tenant (and store) that is named.
    With `worth` the worth of the tenant's stock is compared with the ledger, and nothing else.

    `accept` are SKUs whose implausible changes are right (`*` is every one), `release_by` names the
    person who lets an adjustment in doubt go again. With `dry` nothing is written: the answer says
    what differs.
    """

    accept: tuple[str, ...] = ()
    release_by: str = ""
    dry: bool = False
    movement: MovementRequest | None = None
    worth: WorthRequest | None = None

    def order(self) -> StockOrder:
        """The same as the use case takes it."""
        accepted, is_now = frozenset(self.accept), bool(self.store)
        return StockOrder(accepted, self.release_by, is_now=is_now, is_dry=self.dry)
