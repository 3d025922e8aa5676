"""What a month of orders costs a tenant at Sage, at each depth, from its own mix of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from intacct.limits import Tier
from ops.desk import Desk
from ops.errors import OpsError
from ops.order_books import days_of
from ops.stored_orders import stored_orders
from shared.budgets.advice import Advice, Channel, advise
from shared.budgets.counting import depth_of, mix_of_orders
from shared.budgets.depths import (
    BACKGROUND_READS_MOST,
    DEFAULT_MIX,
    Cost,
    Depth,
    Mix,
    Volume,
    cost_of,
)
from shared.budgets.months import overage_usd, percent
from shared.connections.profiles import limits_of
from shared.facts.record import FactsStatus
from shared.posting.store_books import store_book
from shared.tenants.models import Store, Tenant

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What prices are asked for.

    `orders` a month are split among the stores as their stored orders are. `sample` bounds how many
    orders are read of each store, `batch` says how many travel in a request, `price` is that of one
    transaction over the allowance in USD, where the contract has another than the published one.
    """

    orders: int
    sample: int = 2_000
    batch: int = 1
    price: Decimal | None = None
    store: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One depth for the whole tenant: transactions of a month, their share and what they cost.

    `overage_usd` is what the month costs beside the subscription, polling included, and
    `polling_usd` what of it is the polling's; None where the price of the tier is not published.
    """

    depth: Depth
    transactions: int
    per_order: Decimal
    share_percent: float
    overage_usd: Decimal | None
    polling_usd: Decimal | None
    parts: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Pricing:
    """The three offers, what they rest on, and which channels to move to stay within the tier."""

    tenant: str
    tier: str
    allowance: int
    orders: int
    polling: int
    polling_percent: float
    offers: tuple[Offer, ...]
    mixes: dict[str, Mix]
    advice: Advice
    assumptions: tuple[str, ...]


def pricing(desk: Desk, tenant: Tenant, asked: Asked) -> Pricing:
    """What `asked.orders` a month cost; reads the stored orders and changes nothing.

    Raises:
        OpsError: the tenant has no such store with an entity.
    """
    stores = [store for store in tenant.stores if asked.store in ("", store.id)]
    mixes = {store.id: _mix(desk, tenant, store, asked) for store in stores}
    if not mixes:
        message = f"tenant {tenant.id} has no store {asked.store}".rstrip()
        raise OpsError(message)
    volumes = _volumes(mixes, asked)
    allowance = limits_of(tenant.intacct).allowance(_DAYS)
    channels = [
        Channel(
            store.id,
            depth_of(store.policy),
            _known(mixes[store.id]),
            volumes[store.id],
            may_summarise=not store.mapping.term,
        )
        for store in stores
    ]
    offers = tuple(_offer(tenant, depth, channels, allowance, asked) for depth in Depth)
    return Pricing(
        tenant=tenant.id,
        tier=tenant.intacct.tier,
        allowance=allowance,
        orders=asked.orders,
        polling=BACKGROUND_READS_MOST,
        polling_percent=percent(BACKGROUND_READS_MOST, allowance),
        offers=offers,
        mixes=mixes,
        advice=advise(channels, allowance, others=BACKGROUND_READS_MOST),
        assumptions=_assumptions(tenant, mixes, asked),
    )


def priced(usd: Decimal | None) -> str:
    """An overage as people read it."""
    return f"{usd:,}" if usd is not None else "UNCONFIRMED: ask Sage"


def _mix(desk: Desk, tenant: Tenant, store: Store, asked: Asked) -> Mix:
    book = store_book(tenant, store.id)
    if book is None:
        message = f"store {store.id} has no entity"
        raise OpsError(message)
    ready = (
        record.facts
        for record in stored_orders(desk, tenant.id, store.id)
        if record.status is FactsStatus.READY
    )
    days = days_of(desk)
    return mix_of_orders(islice(ready, asked.sample), book, lambda key: days.head(key).batches)


def _known(mix: Mix) -> Mix:
    return mix if mix.orders else replace(DEFAULT_MIX, day=mix.day)


def _volumes(mixes: dict[str, Mix], asked: Asked) -> dict[str, Volume]:
    """The month of each store: its share of the orders, as they are stored; even without any."""
    weights = {store: mix.orders for store, mix in mixes.items()}
    if not any(weights.values()):
        weights = dict.fromkeys(mixes, 1)
    whole, volumes, left = sum(weights.values()), {}, asked.orders
    for number, (store, weight) in enumerate(weights.items(), start=1):
        orders = left if number == len(weights) else asked.orders * weight // whole
        left -= orders
        volumes[store] = Volume(orders, days=_DAYS, payouts=_DAYS, batch=asked.batch)
    return volumes


def _offer(
    tenant: Tenant, depth: Depth, channels: Sequence[Channel], allowance: int, asked: Asked
) -> Offer:
    costs: list[Cost] = [cost_of(depth, channel.mix, channel.volume) for channel in channels]
    transactions = sum(cost.transactions for cost in costs)
    parts: dict[str, Decimal] = {}
    for cost in costs:
        for name, count in cost.parts:
            parts[name] = parts.get(name, Decimal(0)) + count
    orders = max(1, asked.orders)
    tier, over = Tier(tenant.intacct.tier), transactions + BACKGROUND_READS_MOST - allowance
    usd = overage_usd(tier, over, asked.price)
    unpolled = overage_usd(tier, over - BACKGROUND_READS_MOST, asked.price)
    return Offer(
        depth=depth,
        transactions=transactions,
        per_order=(Decimal(transactions) / orders).quantize(Decimal("0.01")),
        share_percent=percent(transactions, allowance),
        overage_usd=usd,
        polling_usd=None if usd is None or unpolled is None else usd - unpolled,
        parts=parts,
    )


def _assumptions(tenant: Tenant, mixes: dict[str, Mix], asked: Asked) -> tuple[str, ...]:
    told = [
        f"store {store}: no order is stored that can be planned, so an assumed mix is used:"
        f" {DEFAULT_MIX.new_customers:%} new buyers, half captured before they ship, 8% refunded"
        for store, mix in mixes.items()
        if not mix.orders
    ]
    told += [
        f"store {store}: {mix.not_planned} stored orders cannot be planned and are left out"
        for store, mix in mixes.items()
        if mix.not_planned
    ]
    told += [
        f"store {store}: no day is stored, so one as its policy wants it is taken, never corrected"
        for store, mix in mixes.items()
        if not mix.day.days
    ]
    told.append("days are corrected as often as those of the counted orders were")
    told.append("each store has a payout a day; a month has 30 days")
    told.append(
        f"at most {BACKGROUND_READS_MOST} reads a month that no order needs; they are in the cost"
    )
    told.append("that a written record counts for itself in a batch over REST is UNCONFIRMED (U19)")
    if asked.price is None and Tier(tenant.intacct.tier) is not Tier.ONE:
        told.append(f"the price of a transaction over tier {tenant.intacct.tier} is UNCONFIRMED")
    elif asked.price is None:
        told.append("tier 1 charges 0.15 USD for ten transactions over the allowance")
    return tuple(told)
