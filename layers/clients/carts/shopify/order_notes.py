"""Notes on orders of one Shopify store: lines of the order's metafield `cartledger.notes`.

The note that the shop shows is the buyer's own and is left alone, and tags steer how lines are
booked. The metafield is set only where it is as it was read (`compareDigest`), so that a line is
there once. Source: the GraphQL Admin API of version 2026-01 (`metafieldsSet`).
"""

from __future__ import annotations

import json

from carts.accounts import DONE
from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from carts.documents import DocumentError, Node, parse
from carts.shopify.graph_api import GraphApi

_NOTES = """query Notes($id: ID!) {
  order(id: $id) {
    metafield(namespace: "cartledger", key: "notes") { value compareDigest }
  }
}"""

_SET = """mutation SetNotes($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { code field } }
}"""

_STALE = "STALE_OBJECT"


class ShopifyNotes:
    """See `carts.order_notes.NoteClient` for the promises."""

    def __init__(self, graph: GraphApi) -> None:
        """Ask `graph`."""
        self._graph = graph

    def note_order(self, order_id: str, note: str) -> Written:
        """Add the line, unless it is there."""
        gid = f"gid://shopify/Order/{order_id}"
        order = self._graph.ask(_NOTES, {"id": gid}).get("order")
        if not isinstance(order, dict):
            return Written(WriteOutcome.REFUSED, "the shop knows no such order")
        known = Node(order, "order", []).node("metafield")
        lines = _lines(known.text("value")) if known else []
        if note in lines:
            return DONE
        field = {
            "ownerId": gid,
            "namespace": "cartledger",
            "key": "notes",
            "type": "list.single_line_text_field",
            "value": json.dumps([*lines, note]),
            "compareDigest": known.text("compareDigest") if known else None,
        }
        payload = self._graph.send_once(_SET, {"metafields": [field]}).get("metafieldsSet")
        errors = [*Node(payload, "metafieldsSet", []).nodes("userErrors")]
        if not errors:
            return DONE
        code = errors[0].text("code") or "refused"
        outcome = WriteOutcome.CONFLICT if code == _STALE else WriteOutcome.REFUSED
        return Written(outcome, code)


def _lines(value: str) -> list[str]:
    try:
        lines = parse(value.encode())
    except DocumentError:
        lines = None
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        message = "the metafield cartledger.notes holds something else than lines"
        raise CartApiError(message, is_lasting=True)
    return lines
