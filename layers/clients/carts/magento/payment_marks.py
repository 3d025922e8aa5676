"""Orders of one Magento store marked as paid: by an invoice of all that is left to invoice.

The store takes the money of an offline method for received with the invoice. Source: Adobe Commerce
REST, `POST /V1/order/:id/invoice`.
"""

from __future__ import annotations

from carts.accounts import DONE
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi, NotFoundError
from carts.magento.searches import another_shape
from carts.payment_marks import NO_ORDER, OTHERWISE
from commerce.money import Money

_OVER = frozenset({"canceled", "closed", "holded", "payment_review"})


class MagentoPaymentMarks:
    """See `carts.payment_marks.PaymentMarker` for the promises."""

    def __init__(self, api: JsonApi, *, is_presented: bool) -> None:
        """Amounts are what buyers saw where `is_presented` says so."""
        self._api = api
        self._prefix = "" if is_presented else "base_"

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        """Invoice the order, if just this amount of it is due."""
        try:
            document = self._api.get(f"/orders/{order_id}").document
        except NotFoundError:
            return NO_ORDER
        if not isinstance(document, dict) or to_identifier(document.get("entity_id")) != order_id:
            raise another_shape()
        order = Node(document, "order", [])
        currency = order.text("base_currency_code" if self._prefix else "order_currency_code")
        due = order.money(f"{self._prefix}total_due", currency)
        if due is None:
            raise another_shape()
        if order.text("state") in _OVER:
            return Written(WriteOutcome.REFUSED, "the order takes no payment in the cart any more")
        if not due:
            return DONE
        if due != amount:
            return OTHERWISE
        call = {"capture": True, "notify": False}
        self._api.send_once("POST", f"/order/{order_id}/invoice", call)
        return DONE
