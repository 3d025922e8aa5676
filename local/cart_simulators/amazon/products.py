"""Listings of an Amazon seller, and the stock that Amazon keeps (carts reference §7.6, §12.1).

Pages go on by an offset: a listing that changes meanwhile shifts those behind it. A patch replaces
an attribute as a whole, so what it leaves out (the handling time) is gone. What has a level at
`FBA` is served by Amazon.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from local.cart_simulators.amazon.shapes import MARKETPLACE, SELLER, text
from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct
from local.cart_simulators.wire import Answer, Refusal, Request, json_answer

LISTINGS = f"/listings/2021-08-01/items/{SELLER}"
SUMMARIES = "/fba/inventory/v1/summaries"

_FBA, _MERCHANT = "FBA", "DEFAULT"
_MOST_IN_PAGE = 20
_HANDLING_DAYS = 3

Json = dict[str, Any]


@dataclass(slots=True)
class _Kept:
    """What only a listing's attributes tell."""

    handling_days: int | None = _HANDLING_DAYS
    others: list[Json] = field(default_factory=list)


class AmazonProducts:
    """The Listings API and the FBA Inventory API."""

    def __init__(self, catalogue: Catalogue) -> None:
        """`catalogue` is read and changed."""
        self._catalogue = catalogue
        self._kept: dict[int, _Kept] = {}

    def search(self, request: Request) -> Answer:
        """`searchListingsItems`: filtered, sorted, by offset."""
        query = request.query
        size = int(query.get("pageSize", "10"))
        if not 0 < size <= _MOST_IN_PAGE or query.get("marketplaceIds") != MARKETPLACE:
            return _error(400, "InvalidInput")
        names = query["identifiers"].split(",") if "identifiers" in query else None
        if names is not None and len(names) > _MOST_IN_PAGE:
            return _error(400, "InvalidInput")
        after, before = (_instant(query.get(f"lastUpdated{n}", "")) for n in ("After", "Before"))
        found = [
            (product, article)
            for product, article in self._articles()
            if (names is None or _name(article, query.get("identifiersType", "")) in names)
            and (after is None or product.updated_at >= after)
            and (before is None or product.updated_at <= before)
        ]
        if query.get("sortBy", "lastUpdatedDate") == "lastUpdatedDate":
            is_falling = query.get("sortOrder", "DESC") == "DESC"
            found.sort(key=lambda pair: (pair[0].updated_at, pair[1].id), reverse=is_falling)
        begin = _untoken(query.get("pageToken", ""))
        shown = found[begin : begin + size]
        body: Json = {
            "numberOfResults": len(found),
            "items": [self._listing(*pair, query.get("includedData", "")) for pair in shown],
        }
        if begin + size < len(found):
            body["pagination"] = {"nextToken": _totoken(begin + size)}
        return json_answer(body)

    def patch(self, request: Request, sku: str) -> Answer:
        """`patchListingsItem`: an attribute is replaced as a whole."""
        found = self._catalogue.by_sku(unquote(sku))
        if found is None:
            raise Refusal(_error(404, "NotFound"))
        for patch in (request.document or {})["patches"]:
            if patch["path"] == "/attributes/fulfillment_availability":
                self._put_availability(found[1], patch["value"])
            elif patch["path"] == "/attributes/purchasable_offer":
                self._put_offers(found[1], patch["value"])
            else:
                issues = [{"code": "90220", "severity": "ERROR"}]
                return json_answer({"sku": unquote(sku), "status": "INVALID", "issues": issues})
        submission = f"submission-{found[0].version}"
        body = {"sku": unquote(sku), "status": "ACCEPTED", "submissionId": submission, "issues": []}
        return json_answer(body)

    def summaries(self, request: Request) -> Answer:
        """`getInventorySummaries` of what Amazon keeps."""
        query = request.query
        names = query["sellerSkus"].split(",") if "sellerSkus" in query else None
        rows = [
            _summary(article)
            for _, article in self._articles()
            if _FBA in article.levels and (names is None or article.offer.sku in names)
        ]
        begin = _untoken(query.get("nextToken", ""))
        size = 50
        body: Json = {"payload": {"inventorySummaries": rows[begin : begin + size]}}
        if begin + size < len(rows):
            body["pagination"] = {"nextToken": _totoken(begin + size)}
        return json_answer(body)

    def handling_days(self, sku: str) -> int | None:
        """What a listing says of its handling time."""
        found = self._catalogue.by_sku(sku)
        return self._of(found[1]).handling_days if found else None

    def sell_to_businesses(self, sku: str, amount: Decimal) -> None:
        """Offer a listing to businesses at a price of their own; an unknown SKU passes."""
        schedule = [{"schedule": [{"value_with_tax": amount}]}]
        if found := self._catalogue.by_sku(sku):
            offer = {"audience": "B2B", "currency": "USD", "our_price": schedule}
            self._of(found[1]).others.append(offer)

    def business_prices(self, sku: str) -> list[Decimal]:
        """The prices for businesses."""
        found = self._catalogue.by_sku(sku)
        kept = self._of(found[1]).others if found else []
        return [
            Decimal(str(each["our_price"][0]["schedule"][0]["value_with_tax"])) for each in kept
        ]

    def _put_availability(self, article: Article, value: list[Json]) -> None:
        for entry in value:
            if entry["fulfillment_channel_code"] == _MERCHANT:
                self._of(article).handling_days = entry.get("lead_time_to_ship_max_days")
                self._catalogue.set_level(article.id, Decimal(entry["quantity"]), _MERCHANT)

    def _put_offers(self, article: Article, value: list[Json]) -> None:
        self._of(article).others = [each for each in value if each.get("audience") != "ALL"]
        for each in value:
            if each.get("audience") == "ALL":
                amount = each["our_price"][0]["schedule"][0]["value_with_tax"]
                self._catalogue.change(article.id, {"price": Decimal(str(amount))})

    def _of(self, article: Article) -> _Kept:
        return self._kept.setdefault(article.id, _Kept())

    def _listing(self, product: ShopProduct, article: Article, told: str) -> Json:
        offer = article.offer
        body: Json = {
            "sku": offer.sku,
            "summaries": [
                {
                    "marketplaceId": MARKETPLACE,
                    "asin": _asin(article),
                    "productType": "PRODUCT",
                    "status": ["BUYABLE", "DISCOVERABLE"] if product.is_active else [],
                    "itemName": offer.title,
                    "lastUpdatedDate": text(product.updated_at),
                }
            ],
        }
        if "offers" in told:
            price = {"currencyCode": "USD", "amount": f"{offer.price:f}"}
            body["offers"] = [{"marketplaceId": MARKETPLACE, "offerType": "B2C", "price": price}]
        if "fulfillmentAvailability" in told:
            body["fulfillmentAvailability"] = [
                {
                    "fulfillmentChannelCode": channel,
                    **({} if quantity is None else {"quantity": quantity}),
                }
                for channel, quantity in _channels(article)
            ]
        if "attributes" in told:
            body["attributes"] = self._attributes(article)
        return body

    def _attributes(self, article: Article) -> Json:
        kept = self._of(article)
        availability = []
        for channel, quantity in _channels(article):
            entry: Json = {"fulfillment_channel_code": channel}
            if quantity is not None:
                entry |= {"quantity": quantity, "marketplace_id": MARKETPLACE}
                if kept.handling_days is not None:
                    entry["lead_time_to_ship_max_days"] = kept.handling_days
            availability.append(entry)
        schedule = [{"schedule": [{"value_with_tax": article.offer.price}]}]
        own = {"audience": "ALL", "currency": "USD", "marketplace_id": MARKETPLACE}
        return {
            "fulfillment_availability": availability,
            "purchasable_offer": [{**own, "our_price": schedule}, *kept.others],
        }

    def _articles(self) -> Iterator[tuple[ShopProduct, Article]]:
        for product in self._catalogue:
            for article in product.articles:
                if article.offer.sku:
                    yield product, article


def product_routes(shop: AmazonProducts, made: Callable[..., Any]) -> tuple[Any, ...]:
    """The endpoints; `made` makes a route."""
    return (
        made("GET", LISTINGS, shop.search, lists_products=True),
        made("PATCH", f"{LISTINGS}/(?P<sku>.+)", shop.patch),
        made("GET", SUMMARIES, shop.summaries),
    )


def _channels(article: Article) -> list[tuple[str, int | None]]:
    """The channels that serve a listing; Amazon's own states no quantity."""
    if _FBA in article.levels:
        return [("AMAZON_NA", None)]
    return [(_MERCHANT, int(article.levels.get(_MERCHANT, 0)))]


def _summary(article: Article) -> Json:
    level = int(article.levels[_FBA])
    return {
        "asin": _asin(article),
        "fnSku": f"X{article.id:09d}",
        "sellerSku": article.offer.sku,
        "condition": "NewItem",
        "inventoryDetails": {
            "fulfillableQuantity": level,
            "inboundWorkingQuantity": 1,
            "inboundShippedQuantity": 2,
            "inboundReceivingQuantity": 0,
            "reservedQuantity": {"totalReservedQuantity": 4},
        },
        "lastUpdatedTime": text(article.stocked_at) if article.stocked_at else "",
        "totalQuantity": level + 7,
    }


def _name(article: Article, kind: str) -> str:
    return _asin(article) if kind == "ASIN" else article.offer.sku


def _asin(article: Article) -> str:
    return f"B0{article.id:08d}"


def _instant(told: str) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _totoken(begin: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(begin).encode()).decode()


def _untoken(token: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))) if token else 0
    except (TypeError, ValueError) as exc:
        raise Refusal(_error(400, "InvalidInput")) from exc


def _error(status: int, code: str) -> Answer:
    return json_answer({"errors": [{"code": code, "message": "Refused.", "details": ""}]}, status)
