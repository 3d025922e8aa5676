"""Wider lives of a marketplace: taxes that it collects, exchanges, and replacements of no value.

The tax of a line is collected by the marketplace, by the seller, or nobody says by whom (R-5.4 to
R-5.6). Goods that come back are exchanged for others: the order becomes another edition with one
more line and its own parcel, and one payment settles the difference in either direction (R-3.9).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from commerce.money import Money, total
from commerce.orders import (
    LineKind,
    Order,
    OrderLine,
    Payment,
    Refund,
    Restock,
    TaxCollector,
    TaxLine,
    Version,
)
from shared.policy.choices import MarketplaceTax, TaxPoint, UnknownLiability
from tests.accounting.shop import USD, captured, given_back, parcel
from tests.lives.books import BUYER, Books, at_once
from tests.lives.carts import Event, Life, moment
from tests.lives.wider import wider

SWAP = "swap"
"""The line that an exchange adds."""

_SHOWN = "2105"
_TENDERS = ("1100", "2200", "2210")
_CAME_BACK = (Restock.RETURN, Restock.SCRAP)


def marketed(seed: int) -> Life:
    """The wider life of that seed as a marketplace has it."""
    random = Random(f"market {seed}")  # noqa: S311  # a drawn test, not a secret
    life = wider(seed)
    if random.random() < 0.05:
        return _replacement(life)
    if random.random() < 0.7:
        life = _collected(random, life)
    exchanged = [given for given in life.refunds if _is_exchange(given)]
    if exchanged and random.random() < 0.6:
        life = _exchanged(random, life, random.choice(exchanged))
    return life


def _replacement(life: Life) -> Life:
    """Nothing is paid for it, whatever its amounts were, and parcels are all that happens."""
    lines = tuple(
        replace(sold, discount=sold.gross, taxes=(), kind=LineKind.PRODUCT)
        for sold in life.order.lines
    )
    free = replace(
        life.order,
        lines=lines,
        taxes=(),
        shipping_lines=(),
        charges=(),
        gift_cards_applied=(),
        total=Money.zero(USD),
        is_replacement=True,
    )
    return replace(life, order=free, events=tuple(life.parcels))


def _collected(random: Random, life: Life) -> Life:
    """All taxes are the marketplace's, or each tax is one of the three."""
    is_mixed = random.random() < 0.4
    collectors = tuple(TaxCollector)

    def collected(tax: TaxLine) -> TaxLine:
        collector = random.choice(collectors) if is_mixed else TaxCollector.MARKETPLACE
        return replace(tax, collected_by=collector)

    policy = {
        "marketplace_tax": random.choice(tuple(MarketplaceTax)),
        "channel_liable_unknown": random.choice(
            (UnknownLiability.MERCHANT, UnknownLiability.CHANNEL)
        ),
    }
    order = with_taxes(life.order, collected)
    return replace(life, order=order, policy={**life.policy, **policy})


def with_taxes(order: Order, changed: Callable[[TaxLine], TaxLine]) -> Order:
    """The order with each of its taxes changed."""

    def taxes(told: tuple[TaxLine, ...]) -> tuple[TaxLine, ...]:
        return tuple(map(changed, told))

    return replace(
        order,
        lines=tuple(replace(each, taxes=taxes(each.taxes)) for each in order.lines),
        shipping_lines=tuple(
            replace(each, taxes=taxes(each.taxes)) for each in order.shipping_lines
        ),
        charges=tuple(replace(each, taxes=taxes(each.taxes)) for each in order.charges),
        taxes=taxes(order.taxes),
    )


def leaves_tax_out(life: Life) -> bool:
    """Whether some of what its buyer pays is never booked (R-5.4)."""
    return life.policy.get("marketplace_tax") is MarketplaceTax.OMIT


def a_tax_left_out_changes_nothing_else(life: Life, books: Books) -> None:
    """Beside the same life with the tax shown, only it and the money that came for it are missing.

    Raises:
        AssertionError: another account differs, or more or less money than that tax is missing.
    """
    if books.last.waiting and life.policy.get("tax_point") is TaxPoint.CAPTURE:
        return  # what of a receipt's taxes no invoice has used yet is rounded with the others
    shown = {**life.policy, "marketplace_tax": MarketplaceTax.PASS_THROUGH}
    ours, theirs = books.balances, at_once(replace(life, policy=shown)).balances
    zero = Decimal(0)
    apart = {
        name: ours.get(name, zero) - theirs.get(name, zero) for name in {*ours, *theirs} - {_SHOWN}
    }
    money = sum((apart.pop(name, zero) for name in (*_TENDERS, *BUYER)), zero)
    assert money == theirs.get(_SHOWN, zero), "the money of the tax"
    assert not any(apart.values()), apart


def _is_exchange(given: Refund) -> bool:
    """Whether goods came back for more than the fees that were kept of them."""
    came_back = any(line.restock in _CAME_BACK for line in given.lines)
    return came_back and given.credit.amount > 0


def _exchanged(random: Random, life: Life, given: Refund) -> Life:
    """Other goods for those that came back; the buyer pays, or gets, the difference."""
    among = [sold for sold in life.order.lines if sold.kind is LineKind.PRODUCT]
    swap = _swap(random.choice(among))
    costs = _total(swap, is_included=life.order.tax_included)
    at = given.created_at
    sent = parcel("parcel-swap", at + timedelta(hours=random.randint(1, 72)), **{SWAP: 1})
    sent = replace(
        sent,
        delivered_at=random.choice((None, *[sent.shipped_at + timedelta(hours=20)] * 4)),
    )
    events: list[Event] = [event for event in life.events if event is not given]
    events += [sent, replace(given, transactions=_back(given, given.credit - costs))]
    if costs > given.credit:
        due = (costs - given.credit).plain()
        events.append(captured("difference", due, at + timedelta(hours=random.randint(0, 48))))
    newest = replace(
        life.order,
        lines=(*life.order.lines, swap),
        total=life.order.total + costs,
        version=Version(at, "exchanged"),
    )
    events.sort(key=moment)
    policy = {**life.policy, "tax_point": TaxPoint.INVOICE}  # no edit after a tax at capture
    return replace(life, order=newest, before=life.order, events=tuple(events), policy=policy)


def _swap(sold: OrderLine) -> OrderLine:
    """One of the like, at the price and the taxes of all of that line."""
    return replace(
        sold, id=SWAP, sku="SWAP", quantity=Decimal(1), unit_price=sold.gross, title="another"
    )


def _total(sold: OrderLine, *, is_included: bool) -> Money:
    taxes = total((tax.amount for tax in sold.taxes), USD)
    return sold.net if is_included else sold.net + taxes


def _back(given: Refund, left: Money) -> tuple[Payment, ...]:
    """The money of the refund, less what the other goods cost."""
    if left.amount <= 0:
        return ()
    (payment,) = given.transactions or (given_back(left.plain(), given.created_at),)
    return (replace(payment, amount=left),)
