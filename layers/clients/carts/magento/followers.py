"""What follows a Magento order: invoices as receipts, shipments as parcels (carts reference §5.6).

Each kind of document counts its numbers from one, so the kind stands in every id.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from carts.adapter import Code, Problem
from carts.documents import Node
from carts.magento.models import CART, currency_of, required_money, rows, utc
from commerce.orders import (
    Fulfilment,
    FulfilmentLine,
    LineKind,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
)

_INVOICE_STATES = {
    "1": PaymentState.PENDING,
    "2": PaymentState.SUCCESS,
    "3": PaymentState.FAILURE,
}


def receipts(invoices: Iterable[Node], order: Order) -> tuple[Payment, ...]:
    """An invoice of Magento is made when money is captured: each paid one is a receipt."""
    return tuple(_receipt(invoice, order) for invoice in invoices)


def _receipt(node: Node, order: Order) -> Payment:
    state = _INVOICE_STATES.get(node.text("state"))
    if state is None:
        message = "is a state of an invoice that is not understood"
        node.problems.append(Problem(Code.PAYMENT_UNDECIDED, node.at("state"), message))
        state = PaymentState.PENDING
    amount = required_money(node, "grand_total", currency_of(node))
    if amount.is_negative:
        node.refuse("grand_total", "an amount of zero or more")
    return Payment(
        ref=Ref(CART, order.ref.store, "payment", f"invoice:{node.identifier('entity_id')}"),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=state,
        gateway=order.gateways[0] if order.gateways else "",
        amount=amount,
        processed_at=utc(node, "created_at"),
        external_id=node.text("transaction_id"),
    )


def parcels(shipments: Iterable[Node], order: Order) -> tuple[Fulfilment, ...]:
    """The shipments; a bundle's box counts for the parts that carry its money."""
    return tuple(_parcel(shipment, order) for shipment in shipments)


def _parcel(node: Node, order: Order) -> Fulfilment:
    shipped: dict[str, Decimal] = {}
    for row in rows(node):
        line_id = row.identifier("order_item_id")
        shipped[line_id] = shipped.get(line_id, Decimal(0)) + (row.decimal("qty") or Decimal(0))
    lines = _money_lines(shipped, order)
    return Fulfilment(
        ref=Ref(CART, order.ref.store, "fulfilment", node.identifier("entity_id")),
        order_id=order.ref.id,
        shipped_at=utc(node, "created_at"),
        lines=tuple(FulfilmentLine(line_id, quantity) for line_id, quantity in lines.items()),
    )


def _money_lines(shipped: dict[str, Decimal], order: Order) -> dict[str, Decimal]:
    """Quantities of lines that carry money; rows of components are told by their family."""
    by_id = {line.id: line for line in order.lines}
    found: dict[str, Decimal] = {}
    for line_id, quantity in shipped.items():
        line = by_id.get(line_id)
        if line is None or line.kind is not LineKind.COMPONENT:
            found[line_id] = quantity
        elif not line.parent_id and line.quantity:
            for part in order.sale_lines:
                if part.parent_id == line_id and part.id not in shipped:
                    found[part.id] = part.quantity * quantity / line.quantity
    return found
