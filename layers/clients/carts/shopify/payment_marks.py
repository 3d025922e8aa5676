"""Orders of one Shopify store marked as paid: by a payment of the gateway `manual`.

Source: the GraphQL Admin API of version 2026-01 (`orderMarkAsPaid`).
"""

from __future__ import annotations

from carts.accounts import DONE
from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node
from carts.payment_marks import NO_ORDER, OTHERWISE
from carts.shopify.graph_api import GraphApi
from commerce.money import Money

_OPEN = """query Open($id: ID!) {
  order(id: $id) {
    canMarkAsPaid
    totalOutstandingSet {
      shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }
    }
  }
}"""

_MARK = """mutation MarkAsPaid($input: OrderMarkAsPaidInput!) {
  orderMarkAsPaid(input: $input) { userErrors { field message } }
}"""


class ShopifyPaymentMarks:
    """See `carts.payment_marks.PaymentMarker` for the promises."""

    def __init__(self, graph: GraphApi, *, is_presented: bool) -> None:
        """Amounts are what buyers saw where `is_presented` says so."""
        self._graph = graph
        self._side = "presentmentMoney" if is_presented else "shopMoney"

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        """Mark the order as paid, if just this amount of it is open."""
        gid = f"gid://shopify/Order/{order_id}"
        told = self._graph.ask(_OPEN, {"id": gid}).get("order")
        if told is None:
            return NO_ORDER
        order = Node(told, "order", [])
        sides = order.node("totalOutstandingSet")
        open_now = _money(sides.node(self._side)) if sides else None
        if open_now is None:
            message = "the shop's answer has another shape than documented"
            raise CartApiError(message, is_lasting=True)
        if not open_now:
            return DONE
        if open_now != amount:
            return OTHERWISE
        if not order.flag("canMarkAsPaid"):
            return Written(WriteOutcome.REFUSED, "the shop lets nobody mark this order as paid")
        payload = self._graph.send_once(_MARK, {"input": {"id": gid}}).get("orderMarkAsPaid")
        if [*Node(payload, "orderMarkAsPaid", []).nodes("userErrors")]:
            return Written(WriteOutcome.REFUSED, "the shop does not mark this order as paid")
        return DONE


def _money(node: Node | None) -> Money | None:
    return node.money("amount", node.text("currencyCode")) if node else None
