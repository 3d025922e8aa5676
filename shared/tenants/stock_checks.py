"""What a store's places of stock and the ownership table ask of each other: one owner each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from shared.ownership.table import Decision, Kind, Ownership, Side
from shared.policy.choices import PostingDepth, PostingMode
from shared.policy.mapping import Role
from shared.policy.stock import SoldIn, StockPlace
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]
Told = tuple[Place, str]

COUNT_ON_HAND = frozenset({"magento"})
"""Carts that are told what is on hand and take their own orders off it."""

_PLACES: Place = ("stock", "places")


def owner_of(ownership: Ownership, place: StockPlace) -> Side:
    """Who owns the stock of a place; at its warehouse and its location the same, once checked."""
    return ownership.owner(Kind.QUANTITY, "on_hand", place.warehouse)


def decision_of(ownership: Ownership, place: StockPlace) -> Decision:
    """Whether the table lets the connector carry the owner's stock of a place to the other side."""
    if owner_of(ownership, place) is Side.SAGE:
        at = place.location if place.location in ownership.quantity.places else place.warehouse
        return ownership.may_write(Kind.QUANTITY, "available", Side.CART, at)
    return ownership.may_write(Kind.QUANTITY, "on_hand", Side.SAGE, place.warehouse)


def stock_problems(store: Store, tenant: Tenant) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    seen: set[StockPlace] = set()
    for number, place in enumerate(store.stock.places):
        at = (*_PLACES, number)
        if place in seen:
            yield at, "the same warehouse and location stand there twice; keep one"
        seen.add(place)
        owners = sorted(_owners(tenant.ownership, place))
        if len(owners) > 1:
            yield at, "both sides own its stock (ownership.quantity): name one owner for all of it"
            continue
        decision = decision_of(tenant.ownership, place)
        if not decision.is_allowed:
            yield at, f"{decision.rule} says no: {decision.message}"
    yield from _shared_places(store, tenant)
    yield from _sold(store, tenant)
    yield from _worth(store)
    yield from _definitions(store, tenant)


def _owners(ownership: Ownership, place: StockPlace) -> set[Side]:
    """Everyone that the table names as the owner of something of the place."""
    names = ("on_hand", "available")
    owners = {ownership.owner(Kind.QUANTITY, name, place.warehouse) for name in names}
    if place.location in ownership.quantity.places:
        owners |= {ownership.owner(Kind.QUANTITY, name, place.location) for name in names}
    return owners


def _shared_places(store: Store, tenant: Tenant) -> Iterator[Told]:
    """A quantity that two would write, or that several would have to share."""
    by_location: dict[str, set[Side]] = defaultdict(set)
    warehouses: dict[str, set[str]] = defaultdict(set)
    for place in store.stock.places:
        by_location[place.location].add(owner_of(tenant.ownership, place))
        warehouses[place.location].add(place.warehouse)
    for number, place in enumerate(store.stock.places):
        at, others = (*_PLACES, number), _others(store, tenant, place.warehouse)
        if len(by_location[place.location]) > 1:
            yield at, "its location is told by warehouses of two owners; name one owner for them"
        elif owner_of(tenant.ownership, place) is Side.SAGE:
            if store.stock.sold_in is SoldIn.CART and others:
                text = (
                    "what is sold is counted by one cart only (sold_in: cart), and {} sells it too"
                )
                yield at, text.format(", ".join(others))
        elif len(warehouses[place.location]) > 1:
            yield at, "the cart owns it, and does not say which warehouse holds what; name one"
        elif others:
            yield at, f"two carts own the stock of one warehouse: {', '.join(others)} as well"


def _others(store: Store, tenant: Tenant, warehouse: str) -> list[str]:
    """The other stores that have a place at a warehouse."""
    return sorted(
        other.id
        for other in tenant.stores
        if other.id != store.id
        and any(place.warehouse == warehouse for place in other.stock.places)
    )


def _sold(store: Store, tenant: Tenant) -> Iterator[Told]:
    """Sage counts what is sold by the sales orders that we make; not every store has them."""
    owners = {owner_of(tenant.ownership, place) for place in store.stock.places}
    if Side.SAGE not in owners or store.stock.sold_in is not SoldIn.SAGE:
        return
    policy = store.policy
    if store.cart not in COUNT_ON_HAND and (
        policy.posting_mode is not PostingMode.DETAIL
        or policy.posting_depth is PostingDepth.THRIFTY
    ):
        message = (
            "this store makes no sales orders in Sage, where what is sold would be counted:"
            " choose cart, or nobody where another system takes it out of Sage"
        )
        yield ("stock", "sold_in"), message


def _worth(store: Store) -> Iterator[Told]:
    if store.stock.proves_worth and not store.mapping.accounts.get(Role.INVENTORY):
        message = "stock is compared with mapping.accounts.inventory: name that account"
        yield ("stock", "proves_worth"), message


def _definitions(store: Store, tenant: Tenant) -> Iterator[Told]:
    if store.stock.write_off and store.stock.write_off == store.stock.receive:
        yield ("stock", "receive"), "one definition either adds or takes away; name two"
    owners = {owner_of(tenant.ownership, place) for place in store.stock.places}
    if Side.CART not in owners:
        return
    for name in ("increase", "decrease"):
        if not getattr(store.stock, name):
            yield (
                ("stock", name),
                f"the cart owns stock: name the definition that makes it {name} in Sage",
            )
    if store.stock.increase and store.stock.increase == store.stock.decrease:
        yield ("stock", "decrease"), "one definition either adds or takes away; name two"
