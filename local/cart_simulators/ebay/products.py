"""Inventory items and offers of an eBay seller, as the Inventory API shows and takes them (§12.1).

Each thing is an item under its SKU, with one offer at a fixed price; a thing without SKU was listed
elsewhere and is not shown. Not imitated: groups of variations, offers on several sites, auctions.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct
from local.cart_simulators.wire import Answer, Refusal, Request, json_answer

_OFFERS = 9_000_000
_MOST_IN_CALL = 25
_MOST_IN_PAGE = 200
_NO_ITEM, _NO_OFFER = 25_710, 25_713

Json = dict[str, Any]


class EbayProducts:
    """The Inventory API's endpoints."""

    def __init__(self, catalogue: Catalogue, items_in_write: int = _MOST_IN_CALL) -> None:
        """`items_in_write` is how many items one call may change."""
        self._catalogue = catalogue
        self._items_in_write = items_in_write

    def items(self, request: Request) -> Answer:
        """All items; `offset` is the number of the page."""
        size = int(request.query.get("limit", "25"))
        number = int(request.query.get("offset", "0"))
        if not 0 < size <= _MOST_IN_PAGE:
            return _error(400, 25_709)
        rows = [_item(*pair) for pair in self._articles()]
        shown = rows[number * size : (number + 1) * size]
        body = {"total": len(rows), "size": len(shown), "limit": size, "inventoryItems": shown}
        return json_answer(body)

    def item(self, _: Request, sku: str) -> Answer:
        """One item by its SKU."""
        return json_answer(_item(*self._named(unquote(sku), _NO_ITEM)))

    def several(self, request: Request) -> Answer:
        """`bulk_get_inventory_item`."""
        answers = []
        for row in _requests(request):
            found = self._catalogue.by_sku(row["sku"])
            if found is None:
                answers.append(_row_error(row["sku"], 404, _NO_ITEM))
            else:
                answers.append(
                    {"sku": row["sku"], "statusCode": 200, "inventoryItem": _item(*found)}
                )
        return json_answer({"responses": answers}, _status(answers))

    def offers(self, request: Request) -> Answer:
        """The offers of a SKU."""
        product, article = self._named(request.query.get("sku", ""), _NO_OFFER)
        offer = {
            "offerId": str(_OFFERS + article.id),
            "sku": article.offer.sku,
            "marketplaceId": "EBAY_US",
            "format": "FIXED_PRICE",
            "status": "PUBLISHED" if product.is_active else "UNPUBLISHED",
            "pricingSummary": {"price": {"value": f"{article.offer.price:f}", "currency": "USD"}},
        }
        return json_answer({"total": 1, "size": 1, "limit": 100, "offers": [offer]})

    def update(self, request: Request) -> Answer:
        """`bulk_update_price_quantity`: an answer for each quantity and each offer."""
        answers = []
        for row in _requests(request, self._items_in_write):
            found = self._catalogue.by_sku(row["sku"])
            if found is None:
                answers.append(_row_error(row["sku"], 400, _NO_ITEM))
                continue
            article = found[1]
            if "shipToLocationAvailability" in row:
                quantity = Decimal(row["shipToLocationAvailability"]["quantity"])
                self._catalogue.set_level(article.id, quantity)
                answers.append({"sku": row["sku"], "statusCode": 200})
            for offer in row.get("offers", []):
                if offer["offerId"] != str(_OFFERS + article.id):
                    answers.append(_row_error(row["sku"], 400, _NO_OFFER))
                    continue
                price = Decimal(offer["price"]["value"])
                self._catalogue.change(article.id, {"price": price})
                answers.append({**_named_offer(row, offer), "statusCode": 200})
        return json_answer({"responses": answers}, _status(answers))

    def _articles(self) -> Iterator[tuple[ShopProduct, Article]]:
        for product in self._catalogue:
            for article in product.articles:
                if article.offer.sku:
                    yield product, article

    def _named(self, sku: str, number: int) -> tuple[ShopProduct, Article]:
        found = self._catalogue.by_sku(sku) if sku else None
        if found is None:
            raise Refusal(_error(404, number))
        return found


def _requests(request: Request, most: int = _MOST_IN_CALL) -> list[Json]:
    rows: list[Json] = (request.document or {}).get("requests", [])
    if not 0 < len(rows) <= most:
        raise Refusal(_error(400, 25_709))
    return rows


def _item(product: ShopProduct, article: Article) -> Json:
    offer = article.offer
    about: Json = {"title": offer.title, "aspects": {}}
    if offer.barcode:
        about["upc"] = [offer.barcode]
    quantity = sum(article.levels.values(), Decimal(0))
    item: Json = {
        "sku": offer.sku,
        "locale": "en_US",
        "product": about,
        "condition": "NEW",
        "availability": {"shipToLocationAvailability": {"quantity": int(quantity)}},
    }
    return item | ({"inventoryItemGroupKeys": [str(product.id)]} if product.has_variants else {})


def _named_offer(row: Json, offer: Json) -> Json:
    return {"sku": row["sku"], "offerId": offer["offerId"]}


def _row_error(sku: str, status: int, number: int) -> Json:
    return {"sku": sku, "statusCode": status, "errors": [{"errorId": number, "domain": "API"}]}


def _status(answers: list[Json]) -> int:
    """200 when all went well, else that several things became of it."""
    return 200 if all(each["statusCode"] == 200 for each in answers) else 207  # noqa: PLR2004  # HTTP's own


def _error(status: int, number: int) -> Answer:
    return json_answer({"errors": [{"errorId": number, "domain": "API_INVENTORY"}]}, status)
