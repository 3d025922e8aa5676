"""Items, quantities per ship node, prices and feeds of a Walmart seller (carts reference §12.1).

A quantity that was put in stays until a parcel leaves; what open orders hold is reserved of the
first ship node. A cursor serves once. A feed is worked on after `feed_seconds`, row by row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct
from local.cart_simulators.orders import ShopOrder
from local.cart_simulators.wire import Answer, Refusal, Request, json_answer

_MOST_IN_PAGE = 50

Json = dict[str, Any]


@dataclass(slots=True)
class _Feed:
    """A feed that was handed in, and what became of its rows."""

    kind: str
    document: Json
    ready_at: datetime
    results: list[tuple[str, str]] = field(default_factory=list)
    is_done: bool = False


class WalmartProducts:
    """The endpoints of items, inventory, prices and feeds."""

    def __init__(
        self, catalogue: Catalogue, orders: Iterable[ShopOrder], feed_seconds: float
    ) -> None:
        """`orders` tell what is reserved."""
        self._catalogue = catalogue
        self._orders = orders
        self._feed_time = timedelta(seconds=feed_seconds)
        self._feeds: dict[str, _Feed] = {}
        self._cursors: dict[str, int] = {}
        self._told_cursors = 0

    def work(self) -> None:
        """Work on the feeds whose time has come."""
        for feed in self._feeds.values():
            if not feed.is_done and self._catalogue.now() >= feed.ready_at:
                feed.is_done = True
                if feed.kind == "MP_INVENTORY":
                    self._put_quantities(feed)
                else:
                    self._put_prices(feed)

    def items(self, request: Request) -> Answer:
        """Items by cursor; the first one is a star."""
        rows = [_item(*pair) for pair in self._articles()]
        shown, cursor = self._page(request, rows, first="*")
        body = {"ItemResponse": shown, "totalItems": len(rows), "nextCursor": cursor}
        return json_answer(body)

    def item(self, _: Request, sku: str) -> Answer:
        """One item by its SKU."""
        item = _item(*self._named(unquote(sku)))
        return json_answer({"ItemResponse": [item], "totalItems": 1})

    def inventories(self, request: Request) -> Answer:
        """Quantities of all items at all ship nodes."""
        rows = [self._inventory(article) for _, article in self._articles()]
        shown, cursor = self._page(request, rows, first="")
        meta = {"totalCount": len(rows), "nextCursor": cursor}
        return json_answer({"meta": meta, "elements": {"inventories": shown}})

    def inventory(self, _: Request, sku: str) -> Answer:
        """Quantities of one item."""
        return json_answer(self._inventory(self._named(unquote(sku))[1]))

    def put_inventory(self, request: Request, sku: str) -> Answer:
        """`PUT /v3/inventories/{sku}`: an answer for each ship node."""
        article = self._named(unquote(sku))[1]
        nodes: list[Json] = (request.document or {})["inventories"]["nodes"]
        told = []
        for node in nodes:
            name = node["shipNode"]
            if not name.isdigit():
                errors = [{"code": "INVALID_SHIP_NODE"}]
                told.append({"shipNode": name, "status": "Failure", "errors": errors})
                continue
            amount = Decimal(node["inputQty"]["amount"])
            self._catalogue.set_level(article.id, amount, name)
            told.append({"shipNode": name, "status": "Success"})
        return json_answer({"sku": article.offer.sku, "nodes": told})

    def put_price(self, request: Request) -> Answer:
        """`PUT /v3/price`."""
        document: Json = request.document or {}
        article = self._named(document["sku"])[1]
        amount = Decimal(document["pricing"][0]["currentPrice"]["amount"])
        self._catalogue.change(article.id, {"price": amount})
        return json_answer({"sku": article.offer.sku, "message": "It may take five minutes."})

    def hand_in(self, request: Request) -> Answer:
        """`POST /v3/feeds`: a file in a form."""
        _, _, rest = request.body.partition(b"\r\n\r\n")
        document = json.loads(rest.rpartition(b"\r\n--")[0], parse_float=Decimal)
        number = f"FEED{len(self._feeds) + 1:08d}@demo"
        ready_at = self._catalogue.now() + self._feed_time
        self._feeds[number] = _Feed(request.query.get("feedType", ""), document, ready_at)
        self.work()
        return json_answer({"feedId": number})

    def feed(self, request: Request, feed_id: str) -> Answer:
        """`GET /v3/feeds/{feedId}` with details."""
        found = self._feeds.get(unquote(feed_id))
        if found is None:
            raise Refusal(_error(404, "CONTENT_NOT_FOUND"))
        begin, size = (int(request.query.get(name, "0")) for name in ("offset", "limit"))
        rows = [_result(*result) for result in found.results[begin : begin + size]]
        return json_answer(
            {
                "feedId": unquote(feed_id),
                "feedStatus": "PROCESSED" if found.is_done else "INPROGRESS",
                "itemsReceived": len(found.results),
                "itemDetails": {"itemIngestionStatus": rows},
            }
        )

    def _put_quantities(self, feed: _Feed) -> None:
        for row in feed.document["inventory"]:
            found = self._catalogue.by_sku(row["sku"])
            if found is not None:
                for node in row["shipNodes"]:
                    amount = Decimal(node["quantity"]["amount"])
                    self._catalogue.set_level(found[1].id, amount, node["shipNode"])
            feed.results.append((row["sku"], "SUCCESS" if found else "DATA_ERROR"))

    def _put_prices(self, feed: _Feed) -> None:
        for row in feed.document["MPItem"]:
            told = row["Promo&Discount"]
            found = self._catalogue.by_sku(told["sku"])
            if found:
                self._catalogue.change(found[1].id, {"price": Decimal(told["price"])})
            feed.results.append((told["sku"], "SUCCESS" if found else "DATA_ERROR"))

    def _page(self, request: Request, rows: list[Json], *, first: str) -> tuple[list[Json], Any]:
        query = request.query
        cursor, size = query.get("nextCursor", ""), int(query.get("limit", "20"))
        if size > _MOST_IN_PAGE:
            raise Refusal(_error(400, "INVALID_REQUEST_PARAM"))
        begin = 0
        if cursor != first:
            if cursor not in self._cursors:
                raise Refusal(_error(400, "INVALID_CURSOR"))
            begin = self._cursors.pop(cursor)
        end = begin + size
        following = None
        if end < len(rows):
            self._told_cursors += 1
            following = f"cursor-{self._told_cursors}"
            self._cursors[following] = end
        return rows[begin:end], following

    def _articles(self) -> Iterator[tuple[ShopProduct, Article]]:
        for product in self._catalogue:
            for article in product.articles:
                if article.offer.sku:
                    yield product, article

    def _named(self, sku: str) -> tuple[ShopProduct, Article]:
        found = self._catalogue.by_sku(sku) if sku else None
        if found is None:
            raise Refusal(_error(404, "CONTENT_NOT_FOUND"))
        return found

    def _inventory(self, article: Article) -> Json:
        reserved = self._reserved(article.offer.sku)
        nodes = []
        for name, level in article.levels.items():
            nodes.append(
                {
                    "shipNode": name,
                    "inputQty": _units(level),
                    "reservedQty": _units(reserved),
                    "availToSellQty": _units(level - reserved),
                }
            )
            reserved = Decimal(0)
        return {"sku": article.offer.sku, "nodes": nodes}

    def _reserved(self, sku: str) -> Decimal:
        """What orders hold that has not left."""
        held = 0
        for order in self._orders:
            if order.cancelled_at is None:
                held += sum(
                    line.quantity - order.shipped(line.id)
                    for line in order.lines
                    if line.sku == sku
                )
        return Decimal(held)


def product_routes(shop: WalmartProducts, made: Callable[..., Any]) -> tuple[Any, ...]:
    """The endpoints; `made` makes a route."""
    return (
        made("GET", "/v3/items", shop.items, lists_products=True),
        made("GET", "/v3/items/(?P<sku>.+)", shop.item),
        made("GET", "/v3/inventories", shop.inventories),
        made("GET", "/v3/inventories/(?P<sku>.+)", shop.inventory),
        made("PUT", "/v3/inventories/(?P<sku>.+)", shop.put_inventory),
        made("PUT", "/v3/price", shop.put_price),
        made("POST", "/v3/feeds", shop.hand_in),
        made("GET", "/v3/feeds/(?P<feed_id>.+)", shop.feed),
    )


def _item(product: ShopProduct, article: Article) -> Json:
    offer = article.offer
    return {
        "mart": "WALMART_US",
        "sku": offer.sku,
        "wpid": f"WP{article.id}",
        "upc": offer.barcode or None,
        "productName": offer.title,
        "price": {"currency": "USD", "amount": offer.price},
        "publishedStatus": "PUBLISHED" if product.is_active else "UNPUBLISHED",
        "lifecycleStatus": "ACTIVE",
    }


def _units(amount: Decimal) -> Json:
    return {"unit": "EACH", "amount": int(amount)}


def _result(sku: str, status: str) -> Json:
    row: Json = {"martId": 0, "sku": sku, "ingestionStatus": status}
    if status != "SUCCESS":
        error = {"type": "DATA_ERROR", "code": "ERR_EXT_DATA_0101005"}
        row["ingestionErrors"] = {"ingestionError": [error]}
    return row


def _error(status: int, code: str) -> Answer:
    errors = [{"code": f"{code}.GMP_ITEM_API", "severity": "ERROR", "category": "DATA"}]
    return json_answer({"errors": {"error": errors}}, status)
