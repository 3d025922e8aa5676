"""Products and inventory of a BigCommerce store, as V3 shows and takes them (§12.1).

Every product has a variant, if only its base variant. An adjustment names a product without options
by the product, any other thing by its variant, and is taken as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct
from local.cart_simulators.wire import Refusal, Request, json_answer

MOST_PRODUCTS, MOST_VARIANTS, MOST_LEVELS = 10, 50, 2000

_BASE_VARIANTS = 500_000
_FIELDS = {"name": "title", "price": "price", "cost_price": "cost", "upc": "barcode"}

Json = dict[str, Any]


class BigCommerceProducts:
    """The catalogue's and the inventory's documents."""

    def __init__(self, catalogue: Catalogue, safety_stock: int) -> None:
        """Every location holds back `safety_stock` of everything."""
        self._catalogue = catalogue
        self._safety_stock = safety_stock

    def listed(self, request: Request) -> list[Json]:
        """Products that the filters let through, in the order of ids."""
        query = request.query
        first = int(query.get("id:min", "0"))
        wanted = query["id:in"].split(",") if "id:in" in query else None
        since = datetime.fromisoformat(query.get("date_modified:min", "2000-01-01T00:00:00Z"))
        return [
            product_body(product)
            for product in self._catalogue
            if product.id >= first
            and product.updated_at >= since
            and (wanted is None or str(product.id) in wanted)
        ]

    def items(self, request: Request) -> list[Json]:
        """Inventory items by SKU or variant."""
        query = request.query
        skus = query["sku:in"].split(",") if "sku:in" in query else None
        ids = query["variant_id:in"].split(",") if "variant_id:in" in query else None
        return [
            self._item(product, article)
            for product, article in self._articles()
            if (skus is None or article.offer.sku in skus)
            and (ids is None or str(variant_id(product, article)) in ids)
        ]

    def adjust(self, request: Request) -> None:
        """`PUT /v3/inventory/adjustments/absolute`.

        Raises:
            Refusal: a row names nothing that is counted, and none is taken.
        """
        rows: list[Json] = (request.document or {}).get("items", [])
        if not rows or len(rows) > MOST_LEVELS:
            raise Refusal(_problem(422))
        found = [(row, self._named(row)) for row in rows]
        for row, article in found:
            self._catalogue.set_level(article.id, Decimal(row["quantity"]), str(row["location_id"]))

    def change(self, rows: Any, *, of_variants: bool) -> list[Json]:
        """A batch of products or variants, all of it or nothing.

        Raises:
            Refusal: there are too many, or one that is not known.
        """
        most = MOST_VARIANTS if of_variants else MOST_PRODUCTS
        if not isinstance(rows, list) or not 0 < len(rows) <= most:
            raise Refusal(_problem(413))
        found = [(row, *self._target(row, of_variants=of_variants)) for row in rows]
        told = []
        for row, product, article in found:
            fields = {_FIELDS[name]: row[name] for name in row if name in _FIELDS}
            if "is_visible" in row:
                fields["is_active"] = row["is_visible"]
            if "purchasing_disabled" in row:
                fields["is_active"] = not row["purchasing_disabled"]
            self._catalogue.change(article.id, fields)
            told.append(_variant(product, article) if of_variants else product_body(product))
        return told

    def _target(self, row: Json, *, of_variants: bool) -> tuple[ShopProduct, Article]:
        for product, article in self._articles():
            is_it = variant_id(product, article) if of_variants else product.id
            if is_it == row.get("id"):
                return product, article
        raise Refusal(_problem(422))

    def _named(self, row: Json) -> Article:
        for product, article in self._articles():
            if product.has_variants:
                is_it = row.get("variant_id") == article.id
            else:
                is_it = row.get("product_id") == product.id
            if is_it or row.get("sku") == article.offer.sku != "":
                return article
        raise Refusal(_problem(422))

    def _articles(self) -> Iterator[tuple[ShopProduct, Article]]:
        return ((product, article) for product in self._catalogue for article in product.articles)

    def _item(self, product: ShopProduct, article: Article) -> Json:
        return {
            "identity": {
                "sku": article.offer.sku,
                "variant_id": variant_id(product, article),
                "product_id": product.id,
                "sku_id": article.id if product.has_variants else None,
            },
            "locations": [
                {
                    "location_id": int(place),
                    "available_to_sell": int(level) - self._safety_stock,
                    "total_inventory_onhand": int(level),
                    "settings": {"safety_stock": self._safety_stock, "is_in_stock": level > 0},
                }
                for place, level in article.levels.items()
            ],
        }


def variant_id(product: ShopProduct, article: Article) -> int:
    """The id of the thing as a variant."""
    return article.id if product.has_variants else _BASE_VARIANTS + product.id


def one(catalogue: Catalogue, product_id: str) -> Json:
    """One product.

    Raises:
        UnknownProductError: there is none.
    """
    return {"data": product_body(catalogue.product(product_id)), "meta": {}}


def product_body(product: ShopProduct) -> Json:
    """The product resource with its variants."""
    first = product.articles[0].offer
    return {
        "id": product.id,
        "name": product.title,
        "type": "physical",
        "sku": "" if product.has_variants else first.sku,
        "price": first.price,
        "cost_price": first.cost or 0,
        "tax_class_id": 0,
        "inventory_tracking": "variant" if product.has_variants else "product",
        "is_visible": product.is_active,
        "availability": "available",
        "upc": "" if product.has_variants else first.barcode,
        "gtin": "",
        "date_modified": product.updated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "variants": [_variant(product, each) for each in product.articles],
    }


def _variant(product: ShopProduct, article: Article) -> Json:
    offer = article.offer
    label = {"id": 1, "option_id": 1, "option_display_name": "Option", "label": offer.variant}
    own = {"price": offer.price, "cost_price": offer.cost or 0} if product.has_variants else {}
    return {
        "id": variant_id(product, article),
        "product_id": product.id,
        "sku": offer.sku,
        "price": None,
        "cost_price": None,
        "upc": offer.barcode,
        "gtin": "",
        "purchasing_disabled": False,
        "option_values": [label] if product.has_variants else [],
        **own,
    }


def _problem(status: int) -> Any:
    return json_answer({"status": status, "title": "Refused.", "errors": {}}, status)
