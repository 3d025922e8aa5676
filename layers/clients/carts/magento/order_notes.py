"""Notes on orders of one Magento store: comments of the order's history that buyers do not see.

Source: Adobe Commerce REST, `POST /V1/orders/:id/comments`.
"""

from __future__ import annotations

from carts.accounts import DONE
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi, NotFoundError
from carts.magento.searches import another_shape


class MagentoNotes:
    """See `carts.order_notes.NoteClient` for the promises."""

    def __init__(self, api: JsonApi) -> None:
        """Ask `api`."""
        self._api = api

    def note_order(self, order_id: str, note: str) -> Written:
        """Add the comment, unless one says the same; the order's status stays."""
        try:
            document = self._api.get(f"/orders/{order_id}").document
        except NotFoundError:
            return Written(WriteOutcome.REFUSED, "the store knows no such order")
        if not isinstance(document, dict) or to_identifier(document.get("entity_id")) != order_id:
            raise another_shape()
        order = Node(document, "order", [])
        if any(each.text("comment").strip() == note for each in order.nodes("status_histories")):
            return DONE
        comment = {
            "comment": note,
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
            "parent_id": int(order_id),
            "status": order.text("status"),
        }
        self._api.send_once("POST", f"/orders/{order_id}/comments", {"statusHistory": comment})
        return DONE
