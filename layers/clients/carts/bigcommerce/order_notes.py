"""Notes on orders of one BigCommerce store: lines of the staff's notes. Source: V2, `orders`.

The store cannot compare before it writes: what staff write at the very moment may be lost, so a
line is added once and never corrected.
"""

from __future__ import annotations

from carts.accounts import DONE
from carts.bigcommerce.calls import Calls, another_shape
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node, to_identifier
from carts.json_api import NotFoundError


class BigCommerceNotes:
    """See `carts.order_notes.NoteClient` for the promises."""

    def __init__(self, calls: Calls) -> None:
        """Ask by `calls`."""
        self._calls = calls

    def note_order(self, order_id: str, note: str) -> Written:
        """Add the line, unless it is there."""
        path = f"/v2/orders/{order_id}"
        try:
            document = self._calls.ask(path, {})
        except NotFoundError:
            return Written(WriteOutcome.REFUSED, "the store knows no such order")
        if not isinstance(document, dict) or to_identifier(document.get("id")) != order_id:
            raise another_shape()
        said = Node(document, "order", []).text("staff_notes")
        if note in (line.strip() for line in said.splitlines()):
            return DONE
        self._calls.send("PUT", path, {"staff_notes": f"{said}\n{note}".strip()})
        return DONE
