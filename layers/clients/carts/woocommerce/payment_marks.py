"""Orders of one WooCommerce site marked as paid: what waits for its payment begins to be worked on.

An order that is paid has the day of it (`date_paid`), which the site itself sets as it takes up the
order. Source: REST API v3, orders (`set_paid`, `status`).
"""

from __future__ import annotations

from carts.accounts import DONE
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node
from carts.json_api import JsonApi, NotFoundError
from carts.payment_marks import NO_ORDER, OTHERWISE
from carts.woocommerce.listings import Ask, another_shape
from commerce.money import Money

_MARKS = {
    "pending": {"set_paid": True},
    "failed": {"set_paid": True},
    "on-hold": {"status": "processing"},
}
"""What has an order of that status paid."""


class WooCommercePaymentMarks:
    """See `carts.payment_marks.PaymentMarker` for the promises."""

    def __init__(self, api: JsonApi, ask: Ask) -> None:
        """`ask` reads past the site's caches; `api` writes."""
        self._api = api
        self._ask = ask

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        """Mark the order as paid, if its total is this amount."""
        path = f"/orders/{order_id}"
        try:
            order = _order(self._ask(path, {}).document)
        except NotFoundError:
            return NO_ORDER
        if order.text("date_paid_gmt"):
            return DONE
        if order.money("total", order.text("currency")) != amount:
            return OTHERWISE
        mark = _MARKS.get(order.text("status"))
        if mark is None:
            return Written(WriteOutcome.REFUSED, "the order waits for no payment in the cart")
        after = _order(self._api.send_once("PUT", path, mark).document)
        if not after.text("date_paid_gmt"):
            return Written(WriteOutcome.REFUSED, "the site does not take the order for paid")
        return DONE


def _order(document: object) -> Node:
    if not isinstance(document, dict):
        raise another_shape()
    return Node(document, "order", [])
