"""An order taken apart into signed amounts, each with its own item, account and dimensions.

Everything later (parts of shipments, refunds, journals) is a share of pieces, so that the cart's
own figures are copied (R-0.7) and one rule of rounding serves all (R-9.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from commerce.money import Money, allocate, total
from commerce.orders import (
    Charge,
    ChargeKind,
    LineKind,
    Order,
    OrderLine,
    ShippingLine,
    TaxLine,
)
from intacct.documents import Dimensions
from shared.policy.choices import Presentation
from shared.postings.chart import Chart, Target
from shared.postings.hits import Hit


class PieceKind(StrEnum):
    """What a piece of an order is."""

    GOODS = "goods"
    DISCOUNT = "discount"
    SHIPPING = "shipping"
    SHIPPING_DISCOUNT = "shipping_discount"
    CHARGE = "charge"
    DUTY = "duty"
    TAX = "tax"


_REVENUE = frozenset(
    {
        PieceKind.GOODS,
        PieceKind.DISCOUNT,
        PieceKind.SHIPPING,
        PieceKind.SHIPPING_DISCOUNT,
        PieceKind.CHARGE,
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A signed amount of an order, net of tax: positive is credited to `account` when it is sold.

    `part` is the id of the order line, shipping line or charge it belongs to, empty for a tax of
    the whole order. A piece that `rides` is spread with the goods, pro rata of their net (R-2.7).
    `hits` are the rules that chose its item, account and dimensions. What `is_omitted` is told by
    the cart and never booked (R-5.4).
    """

    id: str
    kind: PieceKind
    part: str
    item: str
    account: str
    dimensions: Dimensions
    amount: Money
    memo: str = ""
    rides: bool = False
    is_liability: bool = False
    hits: tuple[Hit, ...] = ()
    is_omitted: bool = False

    @property
    def is_deferrable(self) -> bool:
        """Whether it is revenue that waits for the goods when billed before they leave."""
        return self.kind in _REVENUE and not self.is_liability


@dataclass(frozen=True, slots=True)
class OrderPieces:
    """An order's pieces, and the goods they follow: quantity and net value by line id."""

    order_id: str
    pieces: tuple[Piece, ...]
    quantities: dict[str, Decimal]
    nets: dict[str, Money]
    currency: str

    def of_part(self, part: str, *kinds: PieceKind) -> tuple[Piece, ...]:
        """The pieces of one line, shipping line or charge, of the given kinds."""
        return tuple(p for p in self.pieces if p.part == part and p.kind in kinds)

    @property
    def total(self) -> Money:
        """What is booked of the whole order, tax included."""
        booked = (piece.amount for piece in self.pieces if not piece.is_omitted)
        return total(booked, self.currency)

    @property
    def stated_total(self) -> Money:
        """What the whole order comes to for the buyer, what is not booked included."""
        return total((piece.amount for piece in self.pieces), self.currency)

    @property
    def omitted(self) -> frozenset[str]:
        """The ids of the pieces that are never booked."""
        return frozenset(piece.id for piece in self.pieces if piece.is_omitted)


_Part = OrderLine | ShippingLine | Charge


@dataclass(frozen=True, slots=True)
class _Slot:
    """What all pieces of one line, shipping line or charge share."""

    part: str
    place: str
    memo: str = ""
    rides: bool = False
    is_liability: bool = False


class _Taker:
    """Takes one order apart; `chart` collects what the mapping lacks."""

    def __init__(self, order: Order, chart: Chart, presentation: Presentation) -> None:
        self._order = order
        self._chart = chart
        self._gross = presentation is Presentation.GROSS
        self._included = _included_order_taxes(order)
        self.pieces: list[Piece] = []
        self.quantities: dict[str, Decimal] = {}
        self.nets: dict[str, Money] = {}

    def take(self) -> OrderPieces:
        order = self._order
        for line in order.sale_lines:
            self._line(line)
        for shipping in order.shipping_lines:
            self._shipping(shipping)
        for index, charge in enumerate(order.charges):
            self._charge(index, charge)
        if not _has_nested_taxes(order):
            self._taxes(_Slot("", "order", rides=True), order.taxes)
        return OrderPieces(
            order.ref.id, tuple(self.pieces), self.quantities, self.nets, order.currency
        )

    def _line(self, line: OrderLine) -> None:
        rides = line.kind is LineKind.TIP
        is_card = line.kind is LineKind.GIFT_CARD
        place = f"order.lines[{line.id}]"
        slot = _Slot(line.id, place, line.sku, rides=rides, is_liability=rides or is_card)
        target = self._chart.sold(line, place)
        net = line.net - self._included_tax(line.id, line.taxes)
        discount = _net_discount(line.discount, line.net, net)
        if not rides:
            self.quantities[line.id] = line.quantity
            self.nets[line.id] = net
        if not discount or not (self._gross or is_card):
            self._add(slot, PieceKind.GOODS, target, net)
        else:
            off = self._chart.discount(target)
            if is_card:
                off = self._chart.gift_card_discount()
            self._add(slot, PieceKind.GOODS, target, net + discount)
            self._add(slot, PieceKind.DISCOUNT, off, -discount)
        self._taxes(slot, line.taxes)

    def _shipping(self, line: ShippingLine) -> None:
        slot = _Slot(f"shipping:{line.id}", f"order.shipping_lines[{line.id}]", rides=True)
        charged = line.amount - line.discount
        net = charged - self._included_tax(slot.part, line.taxes)
        shown = _net_discount(line.discount, charged, net) * int(self._gross)
        if net + shown:
            target = self._chart.shipping()
            self._add(slot, PieceKind.SHIPPING, target, net + shown)
            if shown:
                off = self._chart.discount(target)
                self._add(slot, PieceKind.SHIPPING_DISCOUNT, off, -shown)
        self._taxes(slot, line.taxes)

    def _charge(self, index: int, charge: Charge) -> None:
        if not charge.amount:
            return
        passes_through = charge.kind in (ChargeKind.DUTY, ChargeKind.TIP, ChargeKind.ROUNDING)
        slot = _Slot(
            f"charge:{index}",
            f"order.charges[{index}]",
            charge.kind.value,
            rides=True,
            is_liability=passes_through,
        )
        kind = PieceKind.DUTY if charge.kind is ChargeKind.DUTY else PieceKind.CHARGE
        net = charge.amount - self._included_tax(slot.part, charge.taxes)
        self._add(slot, kind, self._chart.charge(charge, slot.place), net)
        self._taxes(slot, charge.taxes)

    def _taxes(self, slot: _Slot, taxes: tuple[TaxLine, ...]) -> None:
        for index, tax in enumerate(taxes):
            if tax.amount:
                target = self._chart.tax(tax, f"{slot.place}.taxes[{index}]")
                self._add(slot, PieceKind.TAX, target, tax.amount, tax=(index, tax.title))

    def _add(
        self,
        slot: _Slot,
        kind: PieceKind,
        target: Target,
        amount: Money,
        *,
        tax: tuple[int, str] | None = None,
    ) -> None:
        suffix = f":{tax[0]}" if tax else ""
        self.pieces.append(
            Piece(
                id=f"{slot.part}/{kind.value}{suffix}",
                kind=kind,
                part=slot.part,
                item=target.item,
                account=target.account,
                dimensions=target.dimensions,
                amount=amount.rounded(),
                memo=tax[1] if tax else slot.memo,
                rides=slot.rides,
                is_liability=slot.is_liability or tax is not None,
                hits=target.hits,
                is_omitted=target.is_omitted,
            )
        )

    def _included_tax(self, part: str, taxes: tuple[TaxLine, ...]) -> Money:
        """The tax inside the part's own amounts: the cart's figure, never a rate (R-5.3)."""
        currency = self._order.currency
        if not self._order.tax_included:
            return Money.zero(currency)
        if part in self._included:
            return self._included[part]
        return total((tax.amount for tax in taxes), currency)


def _parts(order: Order) -> Iterable[tuple[str, _Part]]:
    yield from ((line.id, line) for line in order.sale_lines)
    yield from ((f"shipping:{line.id}", line) for line in order.shipping_lines)
    yield from ((f"charge:{index}", charge) for index, charge in enumerate(order.charges))


def _has_nested_taxes(order: Order) -> bool:
    return any(part.taxes for _, part in _parts(order))


def _included_order_taxes(order: Order) -> dict[str, Money]:
    """How a tax that is stated for the order only lies inside the prices of its parts."""
    if not order.tax_included or _has_nested_taxes(order) or not order.taxes:
        return {}
    whole = total((tax.amount for tax in order.taxes), order.currency)
    priced = [
        (key, part.net if isinstance(part, OrderLine) else part.amount - part.discount)
        for key, part in _parts(order)
        if not isinstance(part, Charge)
    ]
    shares = allocate(whole, [max(net.amount, Decimal(0)) for _, net in priced])
    return {key: share for (key, _), share in zip(priced, shares, strict=True)}


def _net_discount(discount: Money, charged: Money, net: Money) -> Money:
    """The discount without its tax, in the proportion that tax has in what was charged."""
    if charged == net or not charged:
        return discount
    return Money(discount.amount * net.amount / charged.amount, discount.currency).rounded()


def take_apart(order: Order, chart: Chart, presentation: Presentation) -> OrderPieces:
    """The pieces of an order; what the mapping lacks is in `chart.findings` afterwards."""
    return _Taker(order, chart, presentation).take()
