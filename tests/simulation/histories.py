"""Drawn business: orders, edits, shipments, refunds of some tenants, and what must come of them.

The expectation is arithmetic over what was sold, not another run of the planner: it knows only
prices, taxes, discounts and what was given back.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from local.demo.payloads import (
    DemoOrder,
    Line,
    Tax,
    fulfillment_body,
    order_body,
    refund_body,
)
from shared.tenants.models import Tenant
from tests.simulation.scheduler import START

SHOP, OUTLET = "shop", "outlet"
SECRET = "a-webhook-secret"
_RUSHES = 0.2
"""How many histories begin with many buyers at once: their orders travel to Sage together."""
_TAX = "New York State Tax"
_ACCOUNTS = {
    "receivable": "1200",
    "customer_advances": "2050",
    "product_revenue": "4000",
    "shipping_revenue": "4010",
    "discounts": "4090",
    "returns": "4095",
    "deferred_revenue": "2300",
}
_MAPPING: Mapping[str, Any] = {
    "version": "1",
    "accounts": _ACCOUNTS,
    "taxes": [{"title": _TAX, "account": "2100-NYS", "item": "TAX-NYS"}],
    "tenders": [
        {"gateway": "shopify_payments", "account": "1100", "financial_entity": "CLR-SHOPIFY"}
    ],
    "item_rules": [
        {"sku": "TEE", "item": "TEE", "account": "4000"},
        {"sku": "MUG", "item": "MUG", "account": "4000"},
    ],
    "items": {"shipping": "SHIPPING", "discount": "DISCOUNT"},
    "location": "100",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event that the cart tells of, at `at` seconds after the start."""

    at: float
    tenant: str
    store: str
    order_id: str
    topic: str
    event_id: str
    body: Mapping[str, Any]


@dataclass(slots=True)
class _Life:
    """One order on its way: whose it is, what was sold, and what the cart tells so far."""

    tenant: str
    store: str
    order: DemoOrder
    bodies: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The store's id."""
        return f"{self.tenant}-{self.store}"

    def tell(self, at: float, topic: str, body: dict[str, Any]) -> None:
        """Add what the cart says at that time."""
        self.bodies.append((at, topic, body))


@dataclass(slots=True)
class Business:
    """What happens at the tenants' shops, and the balances that must be in their books.

    `dues` say for a store and an order what its tenant's books must show, in cents, debits less
    credits. `edited` and `cancelled` name orders by store and id.
    """

    tenants: tuple[str, ...]
    is_rush: bool = False
    deliveries: list[Delivery] = field(default_factory=list)
    dues: list[tuple[str, str, Counter[str]]] = field(default_factory=list)
    edited: set[tuple[str, str]] = field(default_factory=set)
    cancelled: set[tuple[str, str]] = field(default_factory=set)

    def owe(self, store: str, order_id: int, **amounts: Decimal) -> None:
        """Add debits (credits are negative) of an order to what the books must show, in cents."""
        due: Counter[str] = Counter()
        for account, amount in amounts.items():
            due[account.removeprefix("a").replace("_", "-")] += int(amount * 100)
        self.dues.append((store, str(order_id), due))

    def balances(self, tenant: str) -> dict[str, int]:
        """What the tenant's books must show on each account."""
        sums: Counter[str] = Counter()
        for store, _, due in self.dues:
            if store.partition("-")[0] == tenant:
                for account, cents in due.items():
                    sums[account] += cents
        return {account: cents for account, cents in sums.items() if cents}

    def orders(self) -> list[tuple[str, str]]:
        """All orders by store and id."""
        return list(dict.fromkeys((each.store, each.order_id) for each in self.deliveries))

    def without(self, orders: Collection[tuple[str, str]]) -> Business:
        """The same business, had these orders never been placed."""
        return replace(
            self,
            deliveries=[d for d in self.deliveries if (d.store, d.order_id) not in orders],
            dues=[due for due in self.dues if due[:2] not in orders],
        )


def tenant_of(
    name: str, hard_unique: tuple[str, ...], *, batch: bool, protocols: Mapping[str, str]
) -> Tenant:
    """A tenant with a shop posted in detail and an outlet posted by daily journal."""
    shop = {"cart": "shopify", "entity": "100", "mapping": _MAPPING}
    outlet = {**shop, "mapping": {**_MAPPING, "channel_customer": "WEB"}}
    summary = {"posting_mode": "summary_daily", "customer_mode": "channel"}
    return Tenant.model_validate(
        {
            "id": name,
            "intacct": {
                "company_id": name,
                "user_id": "ws",
                "hard_unique": hard_unique,
                "batch": batch,
                "protocols": dict(protocols),
            },
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [
                {"id": f"{name}-{SHOP}", "domain": domain_of(f"{name}-{SHOP}"), **shop},
                {
                    "id": f"{name}-{OUTLET}",
                    "domain": domain_of(f"{name}-{OUTLET}"),
                    **outlet,
                    "policy": summary,
                },
            ],
        }
    )


def domain_of(store: str) -> str:
    """The domain that a store's deliveries name."""
    return f"{store}.myshopify.example"


def drawn(dice: random.Random) -> Business:
    """Some orders of two or three tenants, with everything that becomes of them."""
    is_rush = dice.random() < _RUSHES
    tenants = ("acme", "bolt", "coda")[: 1 if is_rush else dice.choice((1, 2, 2, 3))]
    business = Business(tenants, is_rush)
    spread = 1.0 if is_rush else dice.choice((1.0, 60.0, 3600.0, 3600.0))
    for number in range(dice.randint(4, 8) if is_rush else dice.randint(1, 5)):
        _order(business, dice, dice.choice(tenants), number, begins_at=dice.random() * spread)
    business.deliveries.sort(key=lambda delivery: delivery.at)
    return business


def _order(
    business: Business, dice: random.Random, tenant: str, number: int, *, begins_at: float
) -> None:
    store = OUTLET if dice.random() < 0.3 else SHOP
    at = begins_at
    order = replace(_drawn_order(dice, number), placed_at=_text(at))
    if business.is_rush:
        order = replace(order, customer_id=order.id)
    life = _Life(tenant, store, order)
    if dice.random() < 0.4:  # unpaid at first, and edited before it is paid
        earlier = _with_more(order) if dice.random() < 0.6 else order
        if earlier is not order:
            business.edited.add((f"{tenant}-{store}", str(order.id)))
        life.tell(at, "orders/create", order_body(earlier, paid=False))
        at += 60.0 + dice.random() * 1800.0
    if life.bodies and dice.random() < 0.15:
        body = order_body(order, paid=False, updated_at=_text(at))
        business.cancelled.add((f"{tenant}-{store}", str(order.id)))
        life.tell(at, "orders/cancelled", {**body, "cancelled_at": _text(at)})
    else:
        life.tell(at, "orders/paid", order_body(order, updated_at=_text(at)))
        _after_payment(business, dice, life, at)
    for index, (time, topic, body) in enumerate(life.bodies):
        event = f"{tenant}-{order.id}-{index}"
        told = _canaried(body, tenant, order)
        delivery = Delivery(time, tenant, f"{tenant}-{store}", str(order.id), topic, event, told)
        business.deliveries.append(delivery)


def _after_payment(business: Business, dice: random.Random, life: _Life, at: float) -> None:
    order, total = life.order, Decimal(life.order.total)
    if life.store == SHOP and dice.random() < 0.15:  # paid, and never shipped in this history
        business.owe(life.place, order.id, a1100=total, a2050=-total)
        return
    at += 120.0 + dice.random() * 5400.0
    parcel = {**fulfillment_body(order), "created_at": _text(at), "updated_at": _text(at)}
    life.tell(at, "fulfillments/create", parcel)
    gross = sum((line.quantity * Decimal(line.price) for line in order.lines), start=Decimal(0))
    tax = sum((Decimal(t.amount) for line in order.lines for t in line.taxes), start=Decimal(0))
    business.owe(
        life.place,
        order.id,
        a1100=total,
        a4000=-gross,
        a4090=sum((Decimal(line.discount) for line in order.lines), start=Decimal(0)),
        a4010=-Decimal(order.shipping),
        a2100_NYS=-tax,
    )
    if dice.random() < 0.5:
        _refund(business, life, at + 300.0 + dice.random() * 5400.0)


def _refund(business: Business, life: _Life, at: float) -> None:
    """One unit of the first line, which has no discount, comes back with its share of the tax."""
    line = life.order.lines[0]
    price = Decimal(line.price)
    tax = sum((Decimal(t.amount) for t in line.taxes), start=Decimal(0)) / line.quantity
    body = refund_body(life.order, subtotal=f"{price:.2f}", tax=f"{tax:.2f}")
    when = {"created_at": _text(at), "processed_at": _text(at)}
    moved = [{**transaction, **when} for transaction in body["transactions"]]
    life.tell(at, "refunds/create", {**body, **when, "transactions": moved})
    given_back = price + tax
    business.owe(life.place, life.order.id, a1100=-given_back, a4095=price, a2100_NYS=tax)


def _drawn_order(dice: random.Random, number: int) -> DemoOrder:
    quantity = dice.randint(1, 3)
    unit_tax = Decimal(dice.randint(0, 200)) / 100
    taxes = (Tax(_TAX, f"{unit_tax * quantity:.2f}"),) if unit_tax else ()
    lines = [Line("TEE", "a tee", quantity, _price(dice), taxes=taxes)]
    if dice.random() < 0.5:
        price = _price(dice)
        discount = dice.choice((Decimal(0), (Decimal(price) / 10).quantize(Decimal("0.01"))))
        lines.append(Line("MUG", "a mug", dice.randint(1, 2), price, discount=f"{discount:.2f}"))
    shipping = dice.choice(("0.00", "5.00", "7.95"))
    order = DemoOrder(
        id=1001 + number,
        name=f"#{1001 + number}",
        customer_id=dice.choice((71, 71, 72)),
        lines=tuple(lines),
        total="0.00",
        shipping=shipping,
    )
    return replace(order, total=_total(order))


def _with_more(order: DemoOrder) -> DemoOrder:
    """The order as it was before somebody took a unit out."""
    first, *others = order.lines
    more = replace(first, quantity=first.quantity + 1)
    earlier = replace(order, lines=(more, *others))
    return replace(earlier, total=_total(earlier))


def _total(order: DemoOrder) -> str:
    sums = [Decimal(order.shipping)]
    for line in order.lines:
        sums += [line.quantity * Decimal(line.price), -Decimal(line.discount)]
        sums += [Decimal(tax.amount) for tax in line.taxes]
    return f"{sum(sums):.2f}"


def _canaried(body: Mapping[str, Any], tenant: str, order: DemoOrder) -> dict[str, Any]:
    """The body with a buyer that names the tenant, so that a leak across tenants shows."""
    if "line_items" not in body or "customer" not in body:
        return dict(body)
    email = f"buyer{order.customer_id}@canary-{tenant}.example"
    customer = {**body["customer"], "email": email, "last_name": f"Canary-{tenant}"}
    return {**body, "email": email, "customer": customer}


def _price(dice: random.Random) -> str:
    return f"{Decimal(dice.randint(100, 9999)) / 100:.2f}"


def _text(at: float) -> str:
    return (START + timedelta(seconds=round(at))).isoformat()
