"""What warehouses hold, read from Sage Intacct: once for all stores of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from intacct.item_search import ItemSearch, KnownItem
from intacct.stock import StockLevel
from shared.inventory.levels import Held
from shared.ports import Clock
from shared.tenants.models import Store, Tenant

FRESH = timedelta(minutes=1)
"""How long a reading serves the other stores of the same warehouse."""


class ReadsStock(Protocol):
    """The part of `intacct.read_router.IntacctReads` that tells stock and items."""

    def stock_levels(
        self, items: tuple[str, ...] = (), warehouse: str = ""
    ) -> Sequence[StockLevel]:
        """What is on hand."""
        ...

    def items(self, search: ItemSearch) -> Sequence[KnownItem]:
        """Items by id or barcode."""
        ...


@dataclass(frozen=True, slots=True)
class Stock:
    """What some warehouses hold together, by item; `silent` are those that do not tell `taken`."""

    held: Mapping[str, Held]
    silent: tuple[str, ...] = ()


@dataclass
class Warehouses:
    """Reads warehouses; `reads_of` gives what reads the books of a tenant and entity."""

    reads_of: Callable[[Tenant, str], ReadsStock]
    clock: Clock
    _read: dict[tuple[str, str, str], tuple[datetime, dict[str, Held]]] = field(
        default_factory=dict, init=False
    )

    def stock(self, tenant: Tenant, store: Store, warehouses: Iterable[str]) -> Stock:
        """What the warehouses hold together.

        Raises:
            IntacctError: Sage could not be asked.
        """
        together: dict[str, Held] = {}
        silent: list[str] = []
        for warehouse in warehouses:
            held = self._held(tenant, store.entity, warehouse)
            if any(one.taken is None for one in held.values()):
                silent.append(warehouse)
            for item, one in held.items():
                together[item] = together[item] + one if item in together else one
        return Stock(together, tuple(silent))

    def forget(self, tenant: Tenant, store: Store, warehouse: str) -> None:
        """Read the warehouse anew the next time: something was moved there."""
        self._read.pop((tenant.id, store.entity, warehouse), None)

    def _held(self, tenant: Tenant, entity: str, warehouse: str) -> dict[str, Held]:
        name, now = (tenant.id, entity, warehouse), self.clock()
        known = self._read.get(name)
        if known is not None and now - known[0] < FRESH:
            return known[1]
        levels = self.reads_of(tenant, entity).stock_levels((), warehouse)
        held = {level.item: _of(level) for level in levels if level.warehouse == warehouse}
        self._read[name] = now, held
        return held


def _of(level: StockLevel) -> Held:
    if level.allocated is None or level.reserved is None:
        return Held(level.on_hand, None)
    return Held(level.on_hand, level.allocated + level.reserved)
