"""eBay refunds: one refund seen at two levels is one refund (carts reference §8.5).

The lines tell what the buyer got, the order tells the state and what the seller was charged, net of
the returned fee: the first is booked. A refund made on eBay's own pages has no `refundId`: the
order names it by its reference, the lines by its moment alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carts.adapter import Code
from carts.documents import Node
from carts.ebay.models import CART, amount_or_zero, hold, required_amount
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    Order,
    OrderLine,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
)

_DONE = "REFUNDED"
_NOT_BOOKED = frozenset({"PENDING", "FAILED"})


@dataclass(frozen=True, slots=True)
class _Part:
    """What one line says of a refund: its goods, its shipping, and what is neither.

    `line` is None unless the goods are the whole line: of a part eBay tells no units, so it is an
    allowance, as is what exceeds goods and shipping.
    """

    line: RefundLine | None
    shipping: Money
    allowance: Money


def refunds(node: Node, order: Order) -> tuple[Refund, ...]:
    """The refunds that went through; where the buyer's amount is not told, the order is held."""
    states = _orders_own(node)
    parts = _parts_by_id(node, order, states)
    for refund_id, entry in states.items():
        if refund_id not in parts and entry.text("refundStatus") not in _NOT_BOOKED:
            message = "does not tell what the buyer got: no line holds this refund"
            hold(entry, "amount", Code.PAYMENT_UNDECIDED, message)
    found = []
    for refund_id, listed in parts.items():
        own = states.get(refund_id)
        state = own.text("refundStatus") if own else ""
        if state in _NOT_BOOKED:
            continue
        if own is None or state != _DONE:
            message = "holds a refund whose state the order does not tell"
            hold(node, "lineItems", Code.PAYMENT_UNDECIDED, message)
            continue
        found.append(_refund(own, refund_id, order, listed))
    return tuple(found)


def _orders_own(node: Node) -> dict[str, Node]:
    summary = node.node("paymentSummary")
    entries = list(summary.nodes("refunds")) if summary else []
    found = {_given_id(entry) or entry.identifier("refundId"): entry for entry in entries}
    if len(found) != len(entries):
        node.refuse("paymentSummary.refunds", "a list of refunds with ids of their own")
    return found


def _given_id(entry: Node) -> str:
    """The refund's id, or its reference where it has none; empty where it has neither."""
    own = entry.optional_identifier("refundId")
    return own or entry.optional_identifier("refundReferenceId")


def _parts_by_id(node: Node, order: Order, states: Mapping[str, Node]) -> dict[str, list[_Part]]:
    found: dict[str, list[_Part]] = {}
    for line_node, line in zip(node.nodes("lineItems"), order.lines, strict=True):
        delivery = line_node.node("deliveryCost")
        room = {
            "goods": line.net,
            "shipping": amount_or_zero(delivery, "shippingCost", order.currency),
        }
        for entry in line_node.nodes("refunds"):
            paid = required_amount(entry, "amount", order.currency)
            if paid.is_negative:
                entry.refuse("amount", "zero or more")
            part = _split(paid, line, room)
            found.setdefault(_id_of(entry, states), []).append(part)
    return found


def _id_of(entry: Node, states: Mapping[str, Node]) -> str:
    """The refund that a line's entry is a part of: by its id, else by its moment."""
    given = _given_id(entry)
    if given:
        return given
    moment = entry.text("refundDate")
    same = [name for name, own in states.items() if own.text("refundDate") == moment]
    if moment and len(same) == 1:
        return same[0]
    entry.refuse("refundId", "an id, and no single refund of the order has its moment")
    return ""


def _split(paid: Money, line: OrderLine, room: dict[str, Money]) -> _Part:
    """Goods first, then the line's shipping: the amount is all that eBay tells of a line."""
    none = Money.zero(paid.currency)
    goods = min(paid, room["goods"])
    shipping = min(paid - goods, room["shipping"])
    room["goods"] -= goods
    room["shipping"] -= shipping
    if goods and goods == line.net:
        whole = RefundLine(line.id, line.quantity, goods, none)
        return _Part(whole, shipping, paid - goods - shipping)
    return _Part(None, shipping, paid - shipping)


def _refund(own: Node, refund_id: str, order: Order, parts: list[_Part]) -> Refund:
    currency = order.currency
    none = Money.zero(currency)
    lines = tuple(part.line for part in parts if part.line)
    shipping = total((part.shipping for part in parts), currency)
    allowance = total((part.allowance for part in parts), currency)
    paid = total((line.subtotal for line in lines), currency) + shipping + allowance
    at = own.required_instant("refundDate")
    return Refund(
        ref=Ref(CART, order.ref.store, "refund", refund_id),
        order_id=order.ref.id,
        created_at=at,
        currency=currency,
        lines=lines,
        shipping=shipping or None,
        adjustments=(
            (RefundAdjustment(AdjustmentKind.GOODWILL, allowance, none),) if allowance else ()
        ),
        transactions=(
            Payment(
                ref=Ref(CART, order.ref.store, "payment", refund_id),
                order_id=order.ref.id,
                kind=PaymentKind.REFUND,
                state=PaymentState.SUCCESS,
                gateway=CART,
                amount=paid,
                processed_at=at,
                external_id=own.text("refundReferenceId"),
            ),
        ),
    )
