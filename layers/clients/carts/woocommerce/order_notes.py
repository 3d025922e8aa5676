"""Notes on orders of one WooCommerce site: private ones. Source: REST API v3, order notes."""

from __future__ import annotations

from carts.accounts import DONE
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node
from carts.json_api import JsonApi, NotFoundError
from carts.woocommerce.listings import Ask, another_shape


class WooCommerceNotes:
    """See `carts.order_notes.NoteClient` for the promises."""

    def __init__(self, api: JsonApi, ask: Ask) -> None:
        """`ask` reads past the site's caches; `api` writes."""
        self._api = api
        self._ask = ask

    def note_order(self, order_id: str, note: str) -> Written:
        """Add the note, unless one says the same."""
        path = f"/orders/{order_id}/notes"
        try:
            listed = self._ask(path, {"type": "internal"}).document
        except NotFoundError:
            return Written(WriteOutcome.REFUSED, "the site knows no such order")
        if not isinstance(listed, list):
            raise another_shape()
        if any(Node(each, "note", []).text("note").strip() == note for each in listed):
            return DONE
        self._api.send_once("POST", path, {"note": note, "customer_note": False})
        return DONE
