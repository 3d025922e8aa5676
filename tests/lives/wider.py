"""The same drawn carts with more of what happens in shops, at any time and under any policy.

Money goes back before the order is paid in full, goods are cancelled between parcels, refunds are
pending or fail, shipping and duties are given back, parcels arrive days later or never, captures
follow authorisations, and the switches stand in every combination that the planner offers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

from commerce.money import Money, total
from commerce.orders import (
    ChargeKind,
    FulfillmentStatus,
    Fulfilment,
    LineKind,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    Refund,
    Restock,
)
from shared.policy.choices import (
    Cogs,
    CreditOn,
    GoodwillTax,
    Moment,
    Presentation,
    RefundPresentation,
    TaxPoint,
    Tips,
    UntoldReturns,
)
from shared.policy.switches import PostingPolicy
from tests.accounting.shop import USD, day, given_back, refund
from tests.lives.carts import Event, Life, draw, moment

_SWITCHES: dict[str, Sequence[Any]] = {
    "invoice_on": tuple(Moment),
    "recognise_on": tuple(Moment),
    "discount_presentation": tuple(Presentation),
    "refund_presentation": tuple(RefundPresentation),
    "credit_on": (CreditOn.REFUND_SETTLED, CreditOn.REFUND_SETTLED, CreditOn.REFUND_CREATED),
    "goodwill_tax": tuple(GoodwillTax),
    "tips": tuple(Tips),
    "cogs": (Cogs.OFF, Cogs.CART_COST),
    "untold_returns": (UntoldReturns.NOT_RESTOCKED, UntoldReturns.RESTOCKED),
    "tax_point": (TaxPoint.INVOICE, TaxPoint.INVOICE, TaxPoint.INVOICE, TaxPoint.CAPTURE),
}
_CENT = Decimal("0.01")


def wider(seed: int) -> Life:
    """The life of that seed with more in it."""
    life = draw(seed)
    random = Random(f"wider {seed}")  # noqa: S311  # a drawn test, not a secret
    returned = {line.line_id for given in life.refunds for line in given.lines}
    parcels = [_arriving(random, sent, returned) for sent in life.parcels]
    payments = _paid(random, life.payments)
    refunds = _riding(random, life) if random.random() < 0.4 else []
    is_sent = _sent(life) is FulfillmentStatus.FULFILLED
    refunds += [_untold(random, given) if is_sent else given for given in life.refunds]
    is_early = Random(f"paid later {seed}").random() < 0.25  # noqa: S311  # a drawn test
    refunds = _dated(random, refunds, parcels, payments, is_early=is_early)
    order = life.order
    if not parcels and _is_all_cancelled(life) and random.random() < 0.5:
        order = replace(order, status=OrderStatus.CANCELLED, cancelled_at=_last(refunds))
    if random.random() < 0.1:
        order = replace(order, is_b2b=True)
    order = replace(order, fulfillment_status=_sent(life))
    events: list[Event] = [*payments, *parcels, *refunds]
    events.sort(key=moment)
    return replace(life, order=order, events=tuple(events), policy=_policy(random))


def _sent(life: Life) -> FulfillmentStatus:
    """What the cart says of the goods in the end."""
    sold = sum(line.quantity for line in life.order.lines if line.kind is LineKind.PRODUCT)
    left = sum(line.quantity for sent in life.parcels for line in sent.lines)
    if not left:
        return FulfillmentStatus.UNFULFILLED
    return FulfillmentStatus.FULFILLED if left == sold else FulfillmentStatus.PARTIAL


def _policy(random: Random) -> dict[str, Any]:
    while True:
        drawn = {name: random.choice(among) for name, among in _SWITCHES.items()}
        if not PostingPolicy(**drawn).contradictions():
            return drawn


def _arriving(random: Random, sent: Fulfilment, returned: Collection[str]) -> Fulfilment:
    """Most parcels arrive within days; of some, from which nothing comes back, nobody says so."""
    if random.random() < 0.3 and not any(line.line_id in returned for line in sent.lines):
        return sent
    return replace(sent, delivered_at=sent.shipped_at + timedelta(hours=random.randint(0, 96)))


def _paid(random: Random, receipts: Sequence[Payment]) -> list[Payment]:
    """The receipts, some after their authorisation, and what was authorised in vain."""
    told = list(receipts)
    for receipt in receipts:
        if random.random() < 0.3:
            told.append(_beside(receipt, PaymentKind.AUTHORIZATION, PaymentState.SUCCESS))
        if random.random() < 0.15:
            told.append(_beside(receipt, PaymentKind.CAPTURE, PaymentState.FAILURE))
        if random.random() < 0.15:
            told.append(_beside(receipt, PaymentKind.VOID, PaymentState.SUCCESS))
    return told


def _beside(receipt: Payment, kind: PaymentKind, state: PaymentState) -> Payment:
    name = f"{kind.value}-{state.value}-{receipt.ref.id}"
    before = receipt.processed_at - timedelta(hours=1)
    ref = replace(receipt.ref, id=name)
    return replace(receipt, ref=ref, kind=kind, state=state, processed_at=before)


def _riding(random: Random, life: Life) -> list[Refund]:
    """Shipping or duties given back by themselves."""
    refunds = []
    order = life.order
    duties = [charge.amount for charge in order.charges if charge.kind is ChargeKind.DUTY]
    if duties and random.random() < 0.5:
        part = Money((duties[0].amount * random.randint(1, 4) / 4).quantize(_CENT, ROUND_DOWN), USD)
        if part:
            refunds.append(refund(at=day(12), name="duties-back", duties=part))
    for sent in order.shipping_lines:
        taxes = total((one.amount for one in sent.taxes), USD)
        net = sent.amount - sent.discount - (taxes if order.tax_included else taxes * 0)
        quarters = random.randint(1, 4)
        parts = [
            Money((x.amount * quarters / 4).quantize(_CENT, ROUND_DOWN), USD) for x in (net, taxes)
        ]
        if parts[0]:
            refunds.append(
                refund(at=day(12), name="shipping-back", shipping=parts[0], shipping_tax=parts[1])
            )
    return refunds


def _untold(random: Random, given: Refund) -> Refund:
    """Some carts do not say what became of returned goods."""
    lines = tuple(
        replace(line, restock=Restock.NONE)
        if line.restock is not Restock.CANCEL and random.random() < 0.2
        else line
        for line in given.lines
    )
    return replace(given, lines=lines)


def _dated(
    random: Random,
    refunds: Sequence[Refund],
    parcels: Sequence[Fulfilment],
    payments: Sequence[Payment],
    *,
    is_early: bool,
) -> list[Refund]:
    """Refunds at any time after what they follow, once there is money to give back.

    What left on account is paid before anything goes back, unless it `is_early`: then money goes
    back that came for what had left, and the buyer pays later.
    """
    receipts = [payment for payment in payments if payment.is_receipt]
    spent, whole = Decimal(0), _come(receipts, day(28))
    dated = []
    for given in refunds:
        spent += max(given.credit.amount, Decimal(0))
        at = _arrived_at(given, parcels) + timedelta(hours=random.randint(1, 24 * 10))
        due = whole if parcels and not is_early else min(spent, whole)
        while at < day(28) and _come(receipts, at) < due:
            at += timedelta(hours=7)
        dated.append(replace(given, created_at=at, transactions=_money(random, given, at)))
    return dated


def _arrived_at(given: Refund, parcels: Sequence[Fulfilment]) -> datetime:
    """When the last parcel arrived of which goods come back; a cancellation waits for none."""
    lines = {line.line_id for line in given.lines if line.restock is not Restock.CANCEL}
    arrived = (
        sent.delivered_at or sent.shipped_at
        for sent in parcels
        if any(line.line_id in lines for line in sent.lines)
    )
    return max(arrived, default=day(1))


def _come(receipts: Sequence[Payment], at: datetime) -> Decimal:
    return sum((one.amount.amount for one in receipts if one.processed_at <= at), Decimal(0))


def _money(random: Random, given: Refund, at: datetime) -> tuple[Payment, ...]:
    """The money of a refund: at once, days later, still under way, or refused."""
    if given.credit.amount <= 0:
        return ()
    gateway = given.transactions[0].gateway if given.transactions else "shopify_payments"
    states = [PaymentState.SUCCESS, PaymentState.PENDING, PaymentState.FAILURE]
    (state,) = random.choices(states, [88, 6, 6])
    at += timedelta(hours=random.choice((0, 0, 0, 40)))
    name = f"money-{given.ref.id}"
    return (given_back(given.credit.plain(), at, gateway=gateway, name=name, state=state),)


def _is_all_cancelled(life: Life) -> bool:
    cancelled = {
        line.line_id
        for given in life.refunds
        for line in given.lines
        if line.restock is Restock.CANCEL
    }
    return cancelled == {line.id for line in life.order.lines}


def _last(refunds: Sequence[Refund]) -> datetime:
    return max(given.created_at for given in refunds)
