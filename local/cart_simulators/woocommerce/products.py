"""Products and stock of a WooCommerce site: lists, variations, and batches that write (§12.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct, UnknownProductError
from local.cart_simulators.woocommerce.shapes import gmt

Json = dict[str, Any]

_NAMES = {"name": "title", "global_unique_id": "barcode"}


def product_body(product: ShopProduct) -> Json:
    """The product resource; one with variants carries no stock and no price of its own."""
    first = product.articles[0]
    whole = {
        "id": product.id,
        "name": product.title,
        "type": "variable" if product.has_variants else "simple",
        "status": "publish" if product.is_active else "private",
        "date_modified_gmt": gmt(product.updated_at),
        "variations": [each.id for each in product.articles] if product.has_variants else [],
        "parent_id": 0,
    }
    if product.has_variants:
        return {
            **_sellable(first),
            "sku": "",
            "manage_stock": False,
            "stock_quantity": None,
            **whole,
        }
    bundled = [
        {"product_id": each.product_id, "quantity_default": each.quantity}
        for each in first.offer.parts
    ]
    kind = {"type": "bundle", "bundled_items": bundled} if bundled else {}
    return {**_sellable(first), **whole, **kind}


def variation_body(product: ShopProduct, article: Article) -> Json:
    """The variation resource."""
    return {
        **_sellable(article),
        "type": "variation",
        "status": "publish" if product.is_active else "private",
        "parent_id": product.id,
        "date_modified_gmt": gmt(product.updated_at),
        "attributes": [{"id": 1, "name": "Option", "option": article.offer.variant}],
    }


def _sellable(article: Article) -> Json:
    offer = article.offer
    level = next(iter(article.levels.values()), None)
    cost = {"values": [], "total_value": offer.cost} if offer.cost is not None else None
    return {
        "id": article.id,
        "sku": offer.sku,
        "global_unique_id": offer.barcode,
        "price": f"{offer.price:.2f}",
        "regular_price": f"{offer.price:.2f}",
        "tax_status": "taxable" if offer.is_taxable else "none",
        "tax_class": "",
        "manage_stock": level is not None,
        "stock_quantity": None if level is None else int(level),
        "stock_status": "instock" if level is None or level > 0 else "outofstock",
        "cost_of_goods_sold": cost,
    }


def rows_of(catalogue: Catalogue, skus: Sequence[str]) -> list[tuple[ShopProduct, Json]]:
    """Products, or with SKUs the products and variations that carry one of them."""
    if not skus:
        return [(each, product_body(each)) for each in catalogue]
    found = []
    for product in catalogue:
        for article in product.articles:
            if article.offer.sku in skus:
                body = variation_body(product, article) if product.has_variants else None
                found.append((product, body or product_body(product)))
    return found


def write_batch(
    catalogue: Catalogue, document: Any, shown: Callable[[ShopProduct, Article], Json]
) -> Json:
    """What becomes of each row of a batch: the resource as it is then, or an error."""
    rows = document.get("update", []) if isinstance(document, dict) else []
    return {"update": [_written(catalogue, row, shown) for row in rows]}


def _written(
    catalogue: Catalogue, row: Json, shown: Callable[[ShopProduct, Article], Json]
) -> Json:
    try:
        product, article = catalogue.article(row.get("id"))
        fields: Json = {ours: row[theirs] for theirs, ours in _NAMES.items() if theirs in row}
        if "regular_price" in row:
            fields["price"] = Decimal(row["regular_price"])
        if "status" in row:
            fields["is_active"] = row["status"] == "publish"
        if costs := (row.get("cost_of_goods_sold") or {}).get("values"):
            fields["cost"] = Decimal(costs[0]["defined_value"])
        if fields:
            catalogue.change(article.id, fields)
        if "stock_quantity" in row:
            catalogue.set_level(article.id, Decimal(int(row["stock_quantity"])))
    except UnknownProductError:
        return _error(row, "woocommerce_rest_product_invalid_id", 400)
    except (ValidationError, ArithmeticError, TypeError, ValueError):
        return _error(row, "rest_invalid_param", 400)
    return shown(product, article)


def _error(row: Json, code: str, status: int) -> Json:
    return {
        "id": row.get("id"),
        "error": {"code": code, "message": code, "data": {"status": status}},
    }
