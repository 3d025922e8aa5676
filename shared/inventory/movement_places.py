"""Where a movement of stock happens: entity, warehouses, definition, and who may do it there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.inventory.movements import MovementKind, Wanted
from shared.ownership.table import Kind, Side
from shared.tenants.models import Entity, Store, Tenant
from shared.tenants.stock_checks import owner_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a movement happens and under which definition; what is empty does not apply."""

    entity: Entity
    store: Store | None
    unit: str
    from_warehouse: str = ""
    to_warehouse: str = ""
    definition: str = ""


class CannotMoveError(Exception):
    """The movement cannot be; each problem is a sentence that says what mends it."""

    def __init__(self, *problems: str) -> None:
        """Tell the problems."""
        super().__init__("; ".join(problems))
        self.problems = problems


def spot_of(tenant: Tenant, wanted: Wanted) -> Spot:
    """Where the movement that is wanted happens.

    Raises:
        CannotMoveError: the tenant's document or its ownership table does not allow it.
    """
    if not wanted.has_good_reference:
        message = "a reference has up to 40 letters, digits, dots, dashes or underscores"
        raise CannotMoveError(message)
    if not (wanted.quantity.is_finite() and wanted.quantity > 0):
        message = "the quantity is above 0"
        raise CannotMoveError(message)
    is_transfer = wanted.kind is MovementKind.TRANSFER
    spot = _of_transfer(tenant, wanted) if is_transfer else _of_store(tenant, wanted)
    refused = tuple(_refusals(tenant, spot))
    if refused:
        raise CannotMoveError(*refused)
    return spot


def _of_transfer(tenant: Tenant, wanted: Wanted) -> Spot:
    source, target = wanted.from_warehouse, wanted.to_warehouse
    if not source or not target or source == target:
        message = "a transfer names two warehouses: --from and --to"
        raise CannotMoveError(message)
    entity = _entity_of(tenant, wanted)
    units = {store.mapping.definitions.unit for store in tenant.stores if store.entity == entity.id}
    if not wanted.unit and len(units) != 1:
        message = f"the stores of entity {entity.id} do not name one unit: say --unit"
        raise CannotMoveError(message)
    return Spot(entity, None, wanted.unit or units.pop(), source, target)


def _entity_of(tenant: Tenant, wanted: Wanted) -> Entity:
    """The entity that is named, the only one, or that of the stores at the two warehouses."""
    known = {entity.id: entity for entity in tenant.entities}
    if wanted.entity:
        if wanted.entity not in known:
            message = f"there is no entity {wanted.entity!r}"
            raise CannotMoveError(message)
        return known[wanted.entity]
    if len(known) == 1:
        return tenant.entities[0]
    both = {wanted.from_warehouse, wanted.to_warehouse}
    there = {
        store.entity
        for store in tenant.stores
        if both & {place.warehouse for place in store.stock.places}
    }
    if len(there) != 1:
        message = "the tenant has several entities: say --entity"
        raise CannotMoveError(message)
    return known[there.pop()]


def _of_store(tenant: Tenant, wanted: Wanted) -> Spot:
    store = tenant.store(wanted.store)
    if store is None:
        message = f"there is no store {wanted.store!r}"
        raise CannotMoveError(message)
    entity = tenant.entity(store.entity)
    assert entity is not None, "a store's entity is checked with its document"  # noqa: S101
    definition = wanted.definition or getattr(store.stock, wanted.kind.value)
    if not definition:
        message = (
            f"stores.{store.id}.stock.{wanted.kind.value} names no transaction definition:"
            " set it, or say --definition"
        )
        raise CannotMoveError(message)
    unit = wanted.unit or store.mapping.definitions.unit
    is_out = wanted.kind is MovementKind.WRITE_OFF
    warehouse = (wanted.from_warehouse if is_out else wanted.to_warehouse) or _only(tenant, store)
    if is_out:
        return Spot(entity, store, unit, from_warehouse=warehouse, definition=definition)
    return Spot(entity, store, unit, to_warehouse=warehouse, definition=definition)


def _only(tenant: Tenant, store: Store) -> str:
    """The one warehouse of the store that Sage owns."""
    theirs = {
        place.warehouse
        for place in store.stock.places
        if owner_of(tenant.ownership, place) is Side.SAGE
    }
    if len(theirs) != 1:
        names = ", ".join(sorted(theirs)) or "none"
        message = f"Sage Intacct owns {names} of the store's warehouses: say --warehouse"
        raise CannotMoveError(message)
    return theirs.pop()


def _refusals(tenant: Tenant, spot: Spot) -> Iterator[str]:
    """What the ownership table does not allow a person to move here."""
    for place in (spot.from_warehouse, spot.to_warehouse):
        if place:
            decision = tenant.ownership.may_act(Kind.QUANTITY, "on_hand", Side.SAGE, place)
            if not decision.is_allowed:
                yield f"{decision.rule} says no at {place}: {decision.message}"
