"""Products and source items of a Magento shop, as its REST API shows and takes them (§12.1)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from local.cart_simulators.catalogue import Article, Catalogue, ShopProduct
from local.cart_simulators.magento.shapes import utc
from local.cart_simulators.wire import Answer, Refusal, Request, json_answer

Json = dict[str, Any]


class MagentoProducts:
    """The catalogue's endpoints; every article is a simple product, variants have a parent."""

    def __init__(self, catalogue: Catalogue) -> None:
        """`catalogue` is read and changed."""
        self._catalogue = catalogue

    def rows(self) -> Iterator[Json]:
        """All products; `entity_id` is what filters call the id."""
        for product in self._catalogue:
            if product.has_variants:
                yield _configurable(product)
            for article in product.articles:
                yield _simple(product, article)

    def source_items(self) -> Iterator[Json]:
        """All quantities at sources."""
        for product in self._catalogue:
            for article in product.articles:
                for source, level in article.levels.items():
                    yield {
                        "sku": article.offer.sku,
                        "source_code": source,
                        "quantity": level,
                        "status": int(level > 0),
                    }

    def one(self, _: Request, sku: str) -> Answer:
        """One product by SKU, with the parts of a bundle."""
        product, article = self._named(unquote(sku))
        links = [{"sku": part.sku, "qty": part.quantity} for part in article.offer.parts]
        options = [{"option_id": 1, "product_links": links}] if links else []
        extension = {"extension_attributes": {"bundle_product_options": options}}
        return json_answer(_simple(product, article) | extension)

    def change(self, request: Request, sku: str) -> Answer:
        """`PUT /V1/products/{sku}`."""
        product, article = self._named(unquote(sku))
        asked: Json = (request.document or {}).get("product", {})
        fields: Json = {}
        if "name" in asked:
            fields["title"] = asked["name"]
        if "status" in asked:
            fields["is_active"] = asked["status"] == 1
        self._catalogue.change(article.id, fields)
        return json_answer(_simple(product, article))

    def set_source_items(self, request: Request) -> Answer:
        """`POST /V1/inventory/source-items`: all of them or none."""
        rows: list[Json] = (request.document or {}).get("sourceItems", [])
        for row in rows:
            if self._catalogue.by_sku(str(row.get("sku"))) is None or not row.get("source_code"):
                raise Refusal(json_answer({"message": "Validation Failed"}, 400))
        for row in rows:
            article = self._named(row["sku"])[1]
            quantity = Decimal(str(row["quantity"]))
            self._catalogue.set_level(article.id, quantity, row["source_code"])
        return json_answer([])

    def set_amounts(self, request: Request, field: str) -> Answer:
        """`base-prices` and `cost`: what could not be set is listed."""
        errors = []
        for row in (request.document or {}).get("prices", []):
            found = self._catalogue.by_sku(str(row.get("sku")))
            if found is None:
                message = "The product that was requested doesn't exist. Row ID: SKU = %SKU."
                errors.append({"message": message, "parameters": [row.get("sku")]})
                continue
            self._catalogue.change(found[1].id, {field: Decimal(str(row[field]))})
        return json_answer(errors)

    def _named(self, sku: str) -> tuple[ShopProduct, Article]:
        found = self._catalogue.by_sku(sku)
        if found is None:
            message = (
                "The product that was requested doesn't exist. Verify the product and try again."
            )
            raise Refusal(json_answer({"message": message}, 404))
        return found


def _simple(product: ShopProduct, article: Article) -> Json:
    offer = article.offer
    attributes: list[Json] = [
        {"attribute_code": "tax_class_id", "value": "2" if offer.is_taxable else "0"}
    ]
    if offer.cost is not None:
        attributes.append({"attribute_code": "cost", "value": f"{offer.cost:f}"})
    return {
        "id": article.id,
        "entity_id": article.id,
        "sku": offer.sku,
        "name": product.title,
        "type_id": "bundle" if offer.parts else "simple",
        "price": offer.price,
        "status": 1 if product.is_active else 2,
        "updated_at": utc(product.updated_at),
        "custom_attributes": attributes,
    }


def _configurable(product: ShopProduct) -> Json:
    number = product.id
    return {
        "id": number,
        "entity_id": number,
        "sku": f"{product.articles[0].offer.sku}-family",
        "name": product.title,
        "type_id": "configurable",
        "price": 0,
        "status": 1 if product.is_active else 2,
        "updated_at": utc(product.updated_at),
        "custom_attributes": [],
    }
