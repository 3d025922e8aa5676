"""Walmart's feeds: what they hold, and what became of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from carts.adapter import CartApiError
from carts.answers import another_shape, as_list
from carts.bulk import refused
from carts.catalogue import NewLevel, ProductChange, WriteOutcome, Written
from carts.documents import Node
from carts.json_api import NotFoundError
from carts.walmart.calls import Calls

QUANTITIES, PRICES = "MP_INVENTORY", "PRICE_AND_PROMOTION"
"""Kinds of feeds."""

MOST_ROWS = 2500
"""The most rows that we hand in at once: Walmart takes a megabyte of quantities."""

_PRICES_VERSION = "2.0.20240126-12_25_52-api"
_DETAILS_PER_PAGE = 50
_MOST_PAGES = 500
_DONE, _ERROR = "PROCESSED", "ERROR"
_SUCCESS, _UNDECIDED = "SUCCESS", frozenset({"", "INPROGRESS", "RECEIVED"})

Json = dict[str, Any]


def quantities(levels: Sequence[NewLevel]) -> Json:
    """A feed of quantities, one row for each item with its ship nodes."""
    items: dict[str, list[Json]] = {}
    for level in levels:
        amount = {"unit": "EACH", "amount": int(level.available)}
        place = {"shipNode": level.location, "quantity": amount}
        items.setdefault(level.stock_id or level.sku, []).append(place)
    rows = [{"sku": sku, "shipNodes": places} for sku, places in items.items()]
    return {"inventoryHeader": {"version": "1.5"}, "inventory": rows}


def prices(changes: Sequence[ProductChange]) -> Json:
    """A feed of prices; a price is a JSON number, whose digits a float keeps."""
    rows = [
        {"Promo&Discount": {"sku": change.ref_id, "price": float(change.price.amount)}}
        for change in changes
        if change.price is not None
    ]
    header = {"businessUnit": "WALMART_US", "version": _PRICES_VERSION, "locale": "en"}
    return {"MPItemFeedHeader": header, "MPItem": rows}


def hand_in(calls: Calls, kind: str, document: Json, count: int) -> list[Written]:
    """Hand a feed in; all its rows are accepted, and looked at by the feed's id."""
    feed = calls.feed(kind, document).get("feedId")
    if not isinstance(feed, str) or not feed:
        raise another_shape()
    return [Written(WriteOutcome.ACCEPTED, feed=feed)] * count


def outcomes(calls: Calls, feed: str) -> Mapping[str, Written] | None:
    """What became of a feed's rows by SKU; None while Walmart works on it.

    Raises:
        CartApiError: Walmart could not read the feed, knows it not, or could not be asked.
    """
    found: dict[str, Written] = {}
    for page in range(_MOST_PAGES):
        params = {
            "includeDetails": "true",
            "limit": str(_DETAILS_PER_PAGE),
            "offset": str(page * _DETAILS_PER_PAGE),
        }
        try:
            document = calls.ask("feed", f"/v3/feeds/{quote(feed, safe='')}", params)
        except NotFoundError as exc:
            message = "Walmart knows no such feed"
            raise CartApiError(message, is_lasting=True) from exc
        status = document.get("feedStatus")
        if status == _ERROR:
            message = "Walmart could not read the feed"
            raise CartApiError(message, is_lasting=True)
        if status != _DONE:
            return None
        details = Node(document.get("itemDetails") or {}, "itemDetails", [])
        rows = as_list(details.get("itemIngestionStatus"))
        for row in rows:
            node = Node(row, "", [])
            sku, outcome = node.text("sku").strip(), _outcome(node)
            if sku not in found or outcome.outcome is not WriteOutcome.DONE:
                found[sku] = outcome
        if len(rows) < _DETAILS_PER_PAGE:
            return found
    raise another_shape()


def _outcome(row: Node) -> Written:
    status = row.text("ingestionStatus")
    if status == _SUCCESS:
        return Written(WriteOutcome.DONE)
    if status in _UNDECIDED:
        return Written(WriteOutcome.UNKNOWN, "Walmart does not tell what became of the row")
    errors = row.node("ingestionErrors")
    codes = [each.text("code") for each in errors.nodes("ingestionError")] if errors else []
    return refused(f"Walmart's {status}: {' '.join(filter(None, codes)) or 'no code'}")
