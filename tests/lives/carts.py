"""Draws a cart and its whole life from a seed: what was sold, paid, sent and given back.

The figures are a cart's own: taxes are rounded line by line, discounts are told per line, and a
refund of some units tells its share of what the line was worth, cumulatively.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from commerce.money import Money, allocate, total
from commerce.orders import (
    AdjustmentKind,
    Charge,
    ChargeKind,
    Facts,
    Fulfilment,
    GiftCardUse,
    LineKind,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundAdjustment,
    RefundLine,
    Restock,
    TaxLine,
)
from shared.facts.merge import merge
from shared.policy.choices import Cogs, Moment, Presentation, RefundPresentation
from tests.accounting.shop import (
    CITY,
    DISTRICT,
    STATE,
    USD,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    refund,
    shipping,
    tax,
    usd,
)

Event = Payment | Fulfilment | Refund

POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"discount_presentation": Presentation.NET, "cogs": Cogs.CART_COST},
    {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP},
    {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.CAPTURE},
    {"refund_presentation": RefundPresentation.REVERSE_REVENUE},
)
_CENT = Decimal("0.01")
_RATES = {STATE: Decimal("0.04"), CITY: Decimal("0.045"), DISTRICT: Decimal("0.00375")}


@dataclass(frozen=True, slots=True)
class Life:
    """One order, everything that happened to it in the order of time, and its policy.

    `before` is the order as it was at first, where it became another.
    """

    seed: int
    order: Order
    events: tuple[Event, ...]
    policy: dict[str, Any]
    before: Order | None = None

    def facts(self, count: int | None = None) -> Facts:
        """What is known after the first events, or after all."""
        return self.known(self.events[:count])

    def known(self, events: Iterable[Event], *, is_newest: bool = True) -> Facts:
        """What is known of it after these events, its newest edition among it or not."""
        if self.before is None:
            return facts(self.order, *events)
        first = facts(self.before, *events)
        return merge(first, facts(self.order)) if is_newest else first

    @property
    def payments(self) -> list[Payment]:
        """The receipts."""
        paid = [event for event in self.events if isinstance(event, Payment)]
        return [payment for payment in paid if payment.is_receipt]

    @property
    def parcels(self) -> list[Fulfilment]:
        """The parcels."""
        return [event for event in self.events if isinstance(event, Fulfilment)]

    @property
    def refunds(self) -> list[Refund]:
        """The refunds."""
        return [event for event in self.events if isinstance(event, Refund)]


def draw(seed: int, *, whole_lines: bool = False) -> Life:
    """The life of that seed; with `whole_lines`, each line leaves and comes back whole."""
    random = Random(f"life {seed}")  # noqa: S311  # a drawn test, not a secret
    placed = _order(random, pieces_max=1 if whole_lines else 5)
    parcels, behind = _parcels(random, placed)
    paid = _payments(random, placed)
    refunds = _returns(random, placed, parcels) + _cancellations(random, placed, behind)
    _spend(random, refunds)
    refunds += _goodwill(random, paid, refunds)
    events: list[Event] = [*paid, *parcels, *refunds]
    return Life(seed, placed, tuple(sorted(events, key=moment)), random.choice(POLICIES))


def paid_as_it_leaves(life: Life) -> Life:
    """The same life as cash sales: placed, paid and sent at one instant, and nothing cancelled.

    Money goes back when the refund is made.
    """
    at = min((parcel.shipped_at for parcel in life.parcels), default=day(2))
    events: list[Event] = [
        _given_at(max(given.created_at, at), given)
        for given in life.refunds
        if not any(line.restock is Restock.CANCEL for line in given.lines)
    ]
    events += [replace(payment, processed_at=at) for payment in life.payments]
    events += [
        replace(parcel, shipped_at=at, delivered_at=parcel.delivered_at and at)
        for parcel in life.parcels
    ]
    placed = replace(life.order, placed_at=at, cancelled_at=None)
    return replace(life, order=placed, before=None, events=tuple(sorted(events, key=moment)))


def _given_at(at: datetime, given: Refund) -> Refund:
    money = tuple(replace(payment, processed_at=at) for payment in given.transactions)
    return replace(given, created_at=at, transactions=money)


def moment(event: Event) -> datetime:
    """When an event happened."""
    match event:
        case Payment():
            return event.processed_at
        case Fulfilment():
            return event.shipped_at
        case Refund():
            return event.created_at


def last_of(life: Life) -> datetime:
    """When the last thing happened: an order, money, a parcel, its arrival, or money given back."""
    parcels = (parcel.delivered_at or parcel.shipped_at for parcel in life.parcels)
    money = (each.processed_at for given in life.refunds for each in given.transactions)
    return max([life.order.placed_at, *map(moment, life.events), *parcels, *money])


def _order(random: Random, pieces_max: int) -> Order:
    included = random.random() < 0.4
    told_whole = not included and random.random() < 0.2
    lines = [_line(random, n, pieces_max, included) for n in range(random.randint(1, 4))]
    more: dict[str, Any] = {"tax_included": included}
    if told_whole:
        taxes = [one for sold in lines for one in sold.taxes]
        lines = [_untaxed(sold) for sold in lines]
        more["taxes"] = _merged(taxes)
    if random.random() < 0.6:
        more["shipping_lines"] = _shipping(random, included=included, taxed=not told_whole)
    charges = []
    if random.random() < 0.2:
        charges.append(Charge(ChargeKind.TIP, _cents(random.randint(1, 900))))
    if random.random() < 0.15:
        charges.append(Charge(ChargeKind.DUTY, _cents(random.randint(1, 2_000))))
    if random.random() < 0.1:
        charges.append(Charge(ChargeKind.GIFT_WRAP, _cents(random.randint(1, 500))))
    more["charges"] = tuple(charges)
    placed = order(*lines, **more)
    if placed.total.amount > 10 and random.random() < 0.15:
        amount = _cents(random.randint(1, 900))
        placed = order(*lines, **more, gift_cards_applied=(GiftCardUse("card-9", amount),))
    return placed


def _line(random: Random, number: int, pieces_max: int, included: bool) -> OrderLine:  # noqa: FBT001
    quantity, price = random.randint(1, pieces_max), random.randint(1, 19_999)
    gross = price * quantity
    discount = random.choice([0, 0, gross // 10, random.randint(0, gross), gross])
    is_card = random.random() < 0.08
    if is_card:
        quantity, gross, discount = 1, price, random.choice([0, 0, price // 5])
    net = _cents(gross - discount)
    return line(
        f"line{number}",
        _cents(price).plain(),
        quantity,
        discount=_cents(discount).plain(),
        cost="1.01",
        taxes=() if is_card else _taxes(random, net, included=included),
        kind=LineKind.GIFT_CARD if is_card else LineKind.PRODUCT,
        requires_shipping=not is_card,
    )


def _untaxed(sold: OrderLine) -> OrderLine:
    return line(
        sold.id,
        sold.unit_price.plain(),
        int(sold.quantity),
        discount=sold.discount.plain(),
        cost="1.01",
        kind=sold.kind,
        requires_shipping=sold.requires_shipping,
    )


def _taxes(random: Random, worth: Money, *, included: bool) -> tuple[TaxLine, ...]:
    """What a cart would charge, off by a cent now and then."""
    told = []
    for title in random.sample(list(_RATES), random.randint(0, 3)):
        rate = _RATES[title] / (1 + _RATES[title]) if included else _RATES[title]
        amount = (worth.amount * rate).quantize(_CENT, ROUND_HALF_UP)
        amount += random.choice([0, 0, 0, 0, 1]) * _CENT
        if Decimal(0) < amount <= worth.amount / 4:
            told.append(tax(title, f"{amount}"))
    return tuple(told)


def _merged(taxes: list[TaxLine]) -> tuple[TaxLine, ...]:
    sums: dict[str, Money] = {}
    for one in taxes:
        sums[one.title] = sums.get(one.title, usd("0.00")) + one.amount
    return tuple(tax(title, amount.plain()) for title, amount in sums.items())


def _shipping(random: Random, *, included: bool, taxed: bool) -> Any:
    amount = random.randint(1, 1_500)
    off = random.choice([0, 0, amount // 2, amount])
    taxes = _taxes(random, _cents(amount - off), included=included) if taxed else ()
    return shipping(_cents(amount).plain(), discount=_cents(off).plain(), taxes=taxes)


def _parcels(random: Random, placed: Order) -> tuple[list[Fulfilment], dict[str, int]]:
    """Up to three parcels, and what stays behind."""
    left = {x.id: int(x.quantity) for x in placed.lines if x.kind is not LineKind.GIFT_CARD}
    parcels = []
    last = random.randint(0, 3)
    empties = random.random() < 0.6
    for number in range(1, last + 1):
        takes_all = empties and number == last
        taken = {x: n if takes_all else random.randint(0, n) for x, n in left.items()}
        taken = {name: count for name, count in taken.items() if count}
        if taken:
            parcels.append(parcel(f"parcel-{number}", day(1 + number), **taken))
            left = {name: count - taken.get(name, 0) for name, count in left.items()}
    return parcels, left


def _payments(random: Random, placed: Order) -> list[Payment]:
    """One to three receipts that make up the total, by several tenders."""
    cuts = [Decimal(random.randint(1, 9)) for _ in range(random.randint(1, 3))]
    gateways = random.choices(
        ["shopify_payments", "gift_card", "shopify_store_credit"], [8, 1, 1], k=len(cuts)
    )
    return [
        captured(f"capture-{n}", amount.plain(), _within(random), gateway)
        for n, (amount, gateway) in enumerate(
            zip(allocate(placed.total, cuts), gateways, strict=True), start=1
        )
        if amount
    ]


def _within(random: Random) -> datetime:
    return day(1) + timedelta(hours=random.randint(0, 24 * 9))


class _Shares:
    """The cart's own figures for some units of a line: cumulative, so that none is given twice."""

    def __init__(self, placed: Order) -> None:
        self._order = placed
        self._units: dict[str, int] = {}

    def take(self, line_id: str, count: int, restock: Restock) -> RefundLine:
        sold = next(each for each in self._order.lines if each.id == line_id)
        before = self._units.get(line_id, 0)
        self._units[line_id] = before + count
        taxes = total((one.amount for one in sold.taxes), USD)
        worth = sold.net - taxes if self._order.tax_included else sold.net
        parts = [
            (_share(amount, sold, before + count) - _share(amount, sold, before))
            for amount in (worth, taxes)
        ]
        return RefundLine(line_id, Decimal(count), parts[0], parts[1], restock)


def _share(amount: Money, sold: OrderLine, units: int) -> Money:
    exact = amount.amount * units / sold.quantity
    return Money(exact.quantize(_CENT, ROUND_DOWN), USD)


def _returns(random: Random, placed: Order, parcels: list[Fulfilment]) -> list[Refund]:
    shares = _Shares(placed)
    refunds: list[Refund] = []
    for number, sent in enumerate(parcels, start=1):
        for gone in sent.lines:
            if random.random() < 0.25:
                count = random.randint(1, int(gone.quantity))
                restock = random.choice([Restock.RETURN, Restock.SCRAP])
                back = shares.take(gone.line_id, count, restock)
                fee: tuple[RefundAdjustment, ...] = ()
                if back.subtotal.amount > 5 and random.random() < 0.3:
                    kept = RefundAdjustment(
                        AdjustmentKind.RESTOCKING_FEE, usd("-3.00"), usd("0.00")
                    )
                    fee = (kept,)
                at = day(12) + timedelta(hours=len(refunds))
                refunds.append(
                    refund(back, at=at, name=f"back-{number}-{gone.line_id}", adjustments=fee)
                )
    return refunds


def _cancellations(random: Random, placed: Order, behind: dict[str, int]) -> list[Refund]:
    left = {name: count for name, count in behind.items() if count}
    if not left or random.random() < 0.3:
        return []
    shares = _Shares(placed)
    for name, count in left.items():
        shares.take(name, int(_sold(placed, name).quantity) - count, Restock.CANCEL)
    lines = [shares.take(name, count, Restock.CANCEL) for name, count in left.items()]
    if random.random() < 0.5:
        return [refund(*lines, at=day(13), name="cancel")]
    return [
        refund(each, at=day(13) + timedelta(hours=n), name=f"cancel-{each.line_id}")
        for n, each in enumerate(lines)
    ]


def _sold(placed: Order, line_id: str) -> OrderLine:
    return next(each for each in placed.lines if each.id == line_id)


def _spend(random: Random, refunds: list[Refund]) -> None:
    """Give each refund its money, mostly where it came from."""
    for place, given in enumerate(refunds):
        if given.credit.amount > 0:
            gateway = "shopify_payments"
            if not any(line.restock is Restock.CANCEL for line in given.lines):
                gateway = random.choices([gateway, "gift_card", "shopify_store_credit"], [8, 1, 1])[
                    0
                ]
            refunds[place] = _with_money(given, gateway)


def _with_money(given: Refund, gateway: str) -> Refund:
    name = f"money-{given.ref.id}"
    money = given_back(given.credit.plain(), given.created_at, gateway=gateway, name=name)
    return refund(
        *given.lines,
        at=given.created_at,
        name=given.ref.id,
        adjustments=given.adjustments,
        transactions=(money,),
    )


def _goodwill(random: Random, paid: list[Payment], refunds: list[Refund]) -> list[Refund]:
    """A small allowance without lines, where enough money is left."""
    back = total((given.paid for given in refunds), USD)
    came = total((payment.amount for payment in paid), USD)
    if came.amount - back.amount < 20 or random.random() > 0.15:
        return []
    allowance = RefundAdjustment(AdjustmentKind.GOODWILL, usd("2.50"), usd("0.00"))
    given = refund(at=day(15), name="goodwill", adjustments=(allowance,))
    return [_with_money(given, "shopify_payments")]


def _cents(amount: int) -> Money:
    return Money(Decimal(amount) * _CENT, USD)
