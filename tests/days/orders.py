"""Drawn orders of a shop: sold, shipped in parcels, given back, and told late."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from commerce.orders import Facts, Fulfilment, Order, Payment, Ref, Refund
from tests.accounting.shop import (
    STATE,
    back,
    captured,
    given_back,
    line,
    order,
    parcel,
    ref,
    refund,
    tax,
)

FIRST_DAY = datetime(2026, 3, 24, 15, tzinfo=UTC)
_DAYS_OF_SALES = 9


@dataclass(slots=True)
class Told:
    """An order, and its facts as they become known: when, and everything known by then."""

    id: str
    stages: list[tuple[datetime, Facts]] = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        """All that is known in the end."""
        return self.stages[-1][1]


def drawn_order(dice: random.Random, name: str) -> Told:
    """An order of tees: paid, shipped in one or two parcels, perhaps given back in part."""
    placed_at = FIRST_DAY + timedelta(days=dice.randrange(_DAYS_OF_SALES))
    quantity, price = dice.randint(1, 4), Decimal(dice.randint(100, 9999)) / 100
    levy = Decimal(dice.randint(0, 99)) / 100
    placed = _placed(name, quantity, price, levy, placed_at)
    paid = captured(f"pay-{name}", f"{quantity * (price + levy):.2f}", placed_at)
    told = Told(name)
    sent = [
        parcel(f"{name}-{number}", at, tee=count)
        for number, (count, at) in enumerate(_parcels(dice, quantity, placed_at))
    ]
    known: list[Payment | Fulfilment | Refund] = [paid]
    told.stages.append((_later(dice, placed_at), _facts(placed, known)))
    for one in sent:
        known = [*known, one]
        told.stages.append((_later(dice, one.shipped_at), _facts(placed, known)))
    if dice.random() < 0.4:
        known = [*known, _refund(dice, name, quantity, price, levy, sent[-1].shipped_at)]
        told.stages.append((_later(dice, sent[-1].shipped_at), _facts(placed, known)))
    told.stages.sort(key=lambda stage: stage[0])
    told.stages = _growing(told.stages)
    if dice.random() < 0.15:
        told.stages.append(_corrected(dice, told, (quantity, price, levy), placed_at))
    return told


def _growing(stages: list[tuple[datetime, Facts]]) -> list[tuple[datetime, Facts]]:
    """Facts never go backwards: what came first was merged with what came later."""
    grown: list[tuple[datetime, Facts]] = []
    for at, facts in stages:
        before = grown[-1][1] if grown else facts
        grown.append((at, max(facts, before, key=lambda one: len(one.fulfilments + one.refunds))))
    return grown


def _corrected(
    dice: random.Random, told: Told, sold: tuple[int, Decimal, Decimal], placed_at: datetime
) -> tuple[datetime, Facts]:
    """The cart corrects the tax of the order, and what was paid for it, days later."""
    quantity, price, levy = sold
    known = told.facts
    other = levy + Decimal("0.01")
    placed = _placed(told.id, quantity, price, other, placed_at)
    paid = captured(f"pay-{told.id}", f"{quantity * (price + other):.2f}", placed_at)
    at = told.stages[-1][0] + timedelta(days=dice.randint(1, 6))
    return at, replace(known, order=placed, payments=(paid,))


def _placed(name: str, quantity: int, price: Decimal, levy: Decimal, at: datetime) -> Order:
    taxes = (tax(STATE, f"{quantity * levy:.2f}"),) if levy else ()
    sold = line("tee", f"{price:.2f}", quantity, taxes=taxes)
    return order(sold, at=at, ref=ref("order", name), number=f"#{name}")


def _parcels(dice: random.Random, quantity: int, at: datetime) -> list[tuple[int, datetime]]:
    first = quantity if quantity == 1 or dice.random() < 0.6 else dice.randint(1, quantity - 1)
    at += timedelta(days=dice.choice((0, 0, 1, 2)), hours=1)
    if first == quantity:
        return [(first, at)]
    return [(first, at), (quantity - first, at + timedelta(days=dice.randint(1, 3)))]


def _refund(  # noqa: PLR0917  # one drawn order
    dice: random.Random, name: str, quantity: int, price: Decimal, levy: Decimal, at: datetime
) -> Refund:
    count = dice.randint(1, quantity)
    at += timedelta(days=dice.randint(0, 4), hours=2)
    money = given_back(f"{count * (price + levy):.2f}", at, name=f"back-{name}")
    returned = back("tee", count, f"{count * price:.2f}", f"{count * levy:.2f}")
    return refund(returned, at=at, name=f"refund-{name}", transactions=(money,))


def _facts(placed: Order, known: list[Payment | Fulfilment | Refund]) -> Facts:
    return Facts(
        ref=Ref("shopify", "shop", "order", placed.ref.id),
        order=placed,
        payments=tuple(one for one in known if isinstance(one, Payment)),
        fulfilments=tuple(one for one in known if isinstance(one, Fulfilment)),
        refunds=tuple(one for one in known if isinstance(one, Refund)),
    )


def _later(dice: random.Random, at: datetime) -> datetime:
    """Most deliveries come at once, some hours or days late."""
    hours = dice.choice((0, 0, 0, 1, 20, 50, 140))
    return at + timedelta(hours=hours, minutes=dice.randrange(50))
