"""Products and inventory of a Shopify shop as its GraphQL Admin API shows and takes them (§4.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct, UnknownProductError
from local.cart_simulators.shopify.graph_shapes import gid
from local.cart_simulators.shopify.graphql import Args, Connection, GraphQlError
from local.cart_simulators.shopify.rest_shapes import instant

Json = dict[str, Any]

_ITEM_OFFSET = 500_000
"""An inventory item has an id of its own, which is not the variant's."""
_MOST_QUANTITIES = 250
_EVER = datetime(1, 1, 1, tzinfo=UTC)


class ShopifyStock:
    """Queries and mutations over a shop's catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        """`catalogue` is read and changed."""
        self._catalogue = catalogue

    def products(self, args: Args, bounds: Mapping[str, Any]) -> Connection:
        """Products by the time of their change."""
        if args.get("sortKey") != "UPDATED_AT":
            message = "the simulator lists products by UPDATED_AT"
            raise GraphQlError(message)
        since, until = bounds.get(">=", _EVER), bounds["<"]
        entries = [
            (f"{each.updated_at.isoformat()}|{each.id:020d}", each)
            for each in self._catalogue
            if since <= each.updated_at < until
        ]
        return Connection(sorted(entries, key=lambda entry: entry[0]), self._product)

    def product(self, args: Args) -> Json | None:
        """One product by its global id."""
        try:
            return self._product(self._catalogue.product(_number(args.get("id"))))
        except UnknownProductError:
            return None

    def variant(self, args: Args) -> Json | None:
        """One variant by its global id."""
        found = self._article(args.get("id"), 0)
        return self._variant(*found) if found else None

    def items(self, args: Args) -> Connection:
        """Inventory items by id, all or those of the SKUs that the query names."""
        query = args.get("query")
        entries = [
            (f"{article.id:020d}", article)
            for product in self._catalogue
            for article in product.articles
            if query is None or _names(str(query), article.offer.sku)
        ]
        return Connection(sorted(entries, key=lambda entry: entry[0]), self._item)

    def item(self, args: Args) -> Json | None:
        """One inventory item by its global id."""
        found = self._article(args.get("id"), _ITEM_OFFSET)
        return self._item(found[1]) if found else None

    def set_quantities(self, args: Args) -> Json:
        """`inventorySetQuantities`: all of them, or none and what is wrong with which."""
        asked: Json = args["input"]
        rows: list[Json] = asked["quantities"]
        if asked.get("name") != "available" or len(rows) > _MOST_QUANTITIES:
            return {"userErrors": [_error("INVALID_NAME", ["input", "name"])]}
        errors = [
            _error(code, ["input", "quantities", str(index), "inventoryItemId"])
            for index, row in enumerate(rows)
            if (code := self._wrong(row))
        ]
        for row in rows if not errors else ():
            article_id = _number(row["inventoryItemId"]) - _ITEM_OFFSET
            place = str(_number(row["locationId"]))
            self._catalogue.set_level(article_id, Decimal(row["quantity"]), place)
        return {"userErrors": errors}

    def _wrong(self, row: Json) -> str:
        found = self._article(row.get("inventoryItemId"), _ITEM_OFFSET)
        place = str(_number(row.get("locationId")))
        if found is None:
            return "INVALID_INVENTORY_ITEM"
        if place not in found[1].levels:
            return "ITEM_NOT_STOCKED_AT_LOCATION"
        expected = row.get("changeFromQuantity")
        is_stale = expected is not None and found[1].levels[place] != expected
        return "CHANGE_FROM_QUANTITY_STALE" if is_stale else ""

    def change_variants(self, args: Args) -> Json:
        """`productVariantsBulkUpdate` with partial updates."""
        errors = []
        for index, row in enumerate(args["variants"]):
            found = self._article(row.get("id"), 0)
            if found is None or found[0].id != _number(args["productId"]):
                errors.append(_error("PRODUCT_VARIANT_DOES_NOT_EXIST", ["variants", str(index)]))
                continue
            fields = {
                ours: row[theirs] for theirs, ours in (("barcode", "barcode"),) if theirs in row
            }
            try:
                if "price" in row:
                    fields["price"] = Decimal(row["price"])
                if "cost" in (row.get("inventoryItem") or {}):
                    fields["cost"] = Decimal(row["inventoryItem"]["cost"])
            except InvalidOperation:
                errors.append(_error("INVALID_INPUT", ["variants", str(index), "price"]))
                continue
            self._catalogue.change(found[1].id, fields)
        return {"userErrors": errors}

    def change_product(self, args: Args) -> Json:
        """`productUpdate`."""
        asked: Json = args["product"]
        try:
            product = self._catalogue.product(_number(asked.get("id")))
        except UnknownProductError:
            return {"userErrors": [_error("", ["id"], "Product does not exist")]}
        if "title" in asked:
            for article in product.articles:
                self._catalogue.change(article.id, {"title": asked["title"]})
            product.title = asked["title"]
        if "status" in asked:
            self._catalogue.change(
                product.articles[0].id, {"is_active": asked["status"] == "ACTIVE"}
            )
        return {"userErrors": []}

    def _article(self, global_id: Any, offset: int) -> tuple[ShopProduct, Article] | None:
        try:
            return self._catalogue.article(_number(global_id) - offset)
        except UnknownProductError:
            return None

    def _product(self, product: ShopProduct) -> Json:
        variants = [(f"{each.id:020d}", self._variant(product, each)) for each in product.articles]
        return {
            "id": gid("Product", product.id),
            "legacyResourceId": str(product.id),
            "title": product.title,
            "status": "ACTIVE" if product.is_active else "DRAFT",
            "isGiftCard": False,
            "updatedAt": instant(product.updated_at),
            "variants": Connection(variants),
        }

    def _variant(self, product: ShopProduct, article: Article) -> Json:
        offer = article.offer
        parts = [
            (
                f"{index:03d}",
                {
                    "quantity": int(part.quantity),
                    "productVariant": self._part(part.sku),
                },
            )
            for index, part in enumerate(offer.parts)
        ]
        return {
            "id": gid("ProductVariant", article.id),
            "legacyResourceId": str(article.id),
            "title": offer.variant or "Default Title",
            "sku": offer.sku or None,
            "barcode": offer.barcode or None,
            "price": f"{offer.price:.2f}",
            "taxable": offer.is_taxable,
            "updatedAt": instant(product.updated_at),
            "requiresComponents": bool(parts),
            "inventoryItem": self._item(article),
            "productVariantComponents": Connection(parts),
        }

    def _part(self, sku: str) -> Json:
        """The variant that a part of a bundle is; one that is gone keeps its SKU only."""
        found = self._catalogue.by_sku(sku)
        return {
            "sku": sku,
            "legacyResourceId": str(found[1].id) if found else None,
            "product": {"legacyResourceId": str(found[0].id) if found else None},
        }

    def _item(self, article: Article) -> Json:
        offer = article.offer
        cost = {"amount": f"{offer.cost:f}", "currencyCode": "USD"} if offer.cost else None
        return {
            "id": gid("InventoryItem", article.id + _ITEM_OFFSET),
            "sku": offer.sku or None,
            "tracked": bool(article.levels),
            "unitCost": cost,
            "inventoryLevels": Connection(list(self._levels(article))),
        }

    def _levels(self, article: Article) -> Iterable[tuple[str, Json]]:
        at = instant(article.stocked_at or self._catalogue.now())
        for place, level in sorted(article.levels.items()):
            amounts = {
                "available": int(level),
                "on_hand": int(level),
                "committed": 0,
                "incoming": 0,
            }
            quantities = [{"name": name, "quantity": each} for name, each in amounts.items()]
            node = {
                "updatedAt": at,
                "location": {"legacyResourceId": place},
                "quantities": quantities,
            }
            yield place, node


def _names(query: str, sku: str) -> bool:
    """Whether a search of the form `sku:'a' OR sku:'b'` finds the SKU; Shopify ignores case."""
    wanted = query.lower().replace("\\'", "'")
    return f"sku:'{sku.lower()}'" in wanted


def _number(global_id: Any) -> int:
    text = str(global_id).rsplit("/", 1)[-1]
    return int(text) if text.isdigit() else -1


def _error(code: str, place: list[str], message: str = "") -> Json:
    return {"code": code, "field": place, "message": message or code}
