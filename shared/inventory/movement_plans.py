"""Plans a movement of stock: which item, how much of it, dated when, at what cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from commerce.money import Money
from shared.costs.register import Costs, cost_at
from shared.gl.dates import ledger_date
from shared.inventory.articles import Articles, keeps_stock
from shared.inventory.cases import rule_of
from shared.inventory.findings import plain
from shared.inventory.movement_places import CannotMoveError, Spot, spot_of
from shared.inventory.movements import Movement, MovementKind, Wanted
from shared.inventory.reading import ReadsStock
from shared.policy.choices import Cogs
from shared.ports import Clock
from shared.tenants.models import Tenant

_DIGITS = Decimal("0.000001")
"""To what the cost of a unit is rounded where the SKU contains several."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A movement that may be; `on_hand` is what its first warehouse shows, `notes` for people."""

    movement: Movement
    on_hand: Decimal
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Goods:
    """Which item is meant, how much of it in Sage's units, and the store's name of it."""

    item: str
    quantity: Decimal
    article: str = ""
    contains: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class MovementPlans:
    """Plans movements, of any tenant; `reads_of` gives what reads an entity's books."""

    articles: Articles
    reads_of: Callable[[Tenant, str], ReadsStock]
    costs: Costs
    clock: Clock

    def plan(self, tenant: Tenant, wanted: Wanted, memo: str) -> Planned:
        """The movement that is wanted, as it would be booked now; nothing is kept or sent.

        Raises:
            CannotMoveError: it cannot be.
            IntacctError: Sage could not be asked.
            botocore.exceptions.ClientError: something could not be read.
        """
        spot = spot_of(tenant, wanted)
        goods = self._goods(tenant, spot, wanted)
        on_hand = self._on_hand(tenant, spot, goods)
        unit_cost, notes = self._cost(tenant, spot, goods, wanted)
        entity, mapping = spot.entity, spot.store.mapping if spot.store else None
        day = ledger_date(self.clock(), entity.zone, entity.day_ends_at)
        movement = Movement(
            tenant=tenant.id,
            wanted=wanted,
            entity=entity.id,
            item=goods.item,
            quantity=goods.quantity,
            unit=spot.unit,
            dated_on=day.isoformat(),
            memo=memo,
            from_warehouse=spot.from_warehouse,
            to_warehouse=spot.to_warehouse,
            definition=spot.definition,
            unit_cost=unit_cost,
            location=(mapping.location if mapping else "") or entity.location,
            department=(mapping.department if mapping else "") or entity.department,
            class_id=(mapping.class_id if mapping else "") or entity.class_id,
        )
        return Planned(movement, on_hand, notes)

    def _goods(self, tenant: Tenant, spot: Spot, wanted: Wanted) -> _Goods:
        if bool(wanted.item) == bool(wanted.sku):
            message = "name the goods by one of --item and --sku"
            raise CannotMoveError(message)
        told = self._of_sku if wanted.sku else self._of_item
        goods = told(tenant, spot, wanted)
        known = self.articles.known(tenant, [goods.item]).get(goods.item)
        if known is None:
            message = f"Sage Intacct has no item {goods.item!r}"
            raise CannotMoveError(message)
        if not keeps_stock(known):
            message = f"item {goods.item!r} is a {known.type}: no stock of it is kept"
            raise CannotMoveError(message)
        return goods

    def _of_item(self, tenant: Tenant, spot: Spot, wanted: Wanted) -> _Goods:
        """The item; the store's cost of it is known where its SKU is the item's very id."""
        item, store = wanted.item, spot.store
        if store is None or self.articles.named(tenant, store, [item]).items.get(item) != item:
            return _Goods(item, wanted.quantity)
        return _Goods(item, wanted.quantity, item, rule_of(store, item).contains)

    def _of_sku(self, tenant: Tenant, spot: Spot, wanted: Wanted) -> _Goods:
        if spot.store is None:
            message = "a transfer names no store, and so no SKU: say --item"
            raise CannotMoveError(message)
        named = self.articles.named(tenant, spot.store, [wanted.sku])
        if wanted.sku in named.wrong:
            raise CannotMoveError(named.wrong[wanted.sku].message)
        item = named.items.get(wanted.sku)
        if item is None:
            message = f"no item is known of SKU {wanted.sku!r}: `ops items link`, or say --item"
            raise CannotMoveError(message)
        contains = rule_of(spot.store, wanted.sku).contains
        return _Goods(item, wanted.quantity * contains, wanted.sku, contains)

    def _on_hand(self, tenant: Tenant, spot: Spot, goods: _Goods) -> Decimal:
        """What the first warehouse shows of the item; less than is taken out is refused."""
        warehouse = spot.from_warehouse or spot.to_warehouse
        levels = self.reads_of(tenant, spot.entity.id).stock_levels((goods.item,), warehouse)
        here = (each for each in levels if (each.item, each.warehouse) == (goods.item, warehouse))
        on_hand = sum((each.on_hand for each in here), Decimal(0))
        if spot.from_warehouse and on_hand < goods.quantity:
            message = (
                f"{warehouse} shows {plain(on_hand)} of item {goods.item!r}, fewer than"
                f" {plain(goods.quantity)}; what was booked in the last minutes may not show yet"
            )
            raise CannotMoveError(message)
        return on_hand

    def _cost(
        self, tenant: Tenant, spot: Spot, goods: _Goods, wanted: Wanted
    ) -> tuple[Money | None, tuple[str, ...]]:
        """What one unit of received goods cost when they were sold; else Sage values them."""
        store = spot.store
        if store is None or wanted.kind is not MovementKind.RECEIVE:
            return None, ()
        notes: tuple[str, ...] = ()
        if store.policy.cogs is not Cogs.OFF:
            # Our journal has booked what was restocked already (J-3.6).
            message = f"the store's policy books restocked goods itself (cogs): {spot.definition!r}"
            notes = (f"{message} must not post to the ledger",)
        named = [goods.article] if goods.article else []
        history = self.costs.load_many(tenant.id, store.id, named).get(goods.article)
        if not history:
            return None, (*notes, "no cost of it is known here: Sage Intacct values it")
        cost = cost_at(history, self._sold_at(wanted, spot.entity.zone))
        if cost.currency != spot.entity.base_currency:
            message = (
                f"its cost is known in {cost.currency}, and the books of entity"
                f" {spot.entity.id} are in {spot.entity.base_currency}"
            )
            raise CannotMoveError(message)
        if goods.contains == 1:
            return cost, notes
        return Money((cost.amount / goods.contains).quantize(_DIGITS), cost.currency), notes

    def _sold_at(self, wanted: Wanted, zone: str) -> datetime:
        """The end of the day of the sale, or now."""
        if not wanted.sold_on:
            return self.clock()
        try:
            day = date.fromisoformat(wanted.sold_on)
        except ValueError:
            message = f"{wanted.sold_on!r} is no date like 2026-03-01"
            raise CannotMoveError(message) from None
        return datetime.combine(day, time.max, ZoneInfo(zone))
