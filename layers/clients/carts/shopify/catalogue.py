"""Products and stock of one Shopify store: read by cursor, written with what was seen before.

A level is set only where the shop still shows the one that the decision was taken on (API version
2026-01, `changeFromQuantity`). Shopify takes a call's quantities all or none: the rows that it
names are left out and the others sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from carts.adapter import CartApiError
from carts.catalogue import NewLevel, ProductChange, ProductReading, WriteOutcome, Written
from carts.documents import Node, to_identifier
from carts.shopify import catalogue_queries as queries
from carts.shopify.graph_api import GraphApi
from carts.shopify.graphql import last_part
from carts.shopify.products import levels_of, product_reading
from commerce.catalogue import InventoryLevel

MOST_QUANTITIES = 250
"""The most quantities of one call."""

_MOST_PAGES = 10_000
_PRODUCTS = 25
_ITEMS = 50
_SKUS = 20
_STALE = ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE")


class ShopifyCatalogue:
    """See `CatalogueClient`, `StockClient` and `ProductWriter` for the promises."""

    def __init__(self, graph: GraphApi, store: str, *, page_size: int) -> None:
        """`page_size` bounds pages from above; what a query costs bounds them as well."""
        self._graph = graph
        self._store = store
        self._products = min(page_size, _PRODUCTS)
        self._items = min(page_size, _ITEMS)

    @cached_property
    def currency(self) -> str:
        """The shop's currency, in which variants state their price."""
        shop = _object(self._graph.ask(queries.SHOP, {}).get("shop"))
        return str(shop.get("currencyCode", ""))

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products by cursor over the time of their change."""
        bounds = [f"updated_at:<'{_text(until)}'"]
        if since is not None:
            bounds.insert(0, f"updated_at:>='{_text(since)}'")
        variables: dict[str, Any] = {"first": self._products, "query": " AND ".join(bounds)}
        for page in self._pages(queries.PRODUCTS, "products", variables):
            yield [self._read(node) for node in page]

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` when the shop knows it no more."""
        gid = f"gid://shopify/Product/{product_id}"
        node = self._graph.ask(queries.PRODUCT, {"id": gid}).get("product")
        return self._read(_object(node)) if node else ProductReading(product_id, is_gone=True)

    def _read(self, product: Mapping[str, Any]) -> ProductReading:
        told = {"id": product.get("id")}
        variants = self._rest(
            product.get("variants"), queries.VARIANTS, told, "product", "variants"
        )
        rows = [self._with_parts(variant) for variant in variants]
        return product_reading(product, rows, self._store, self.currency)

    def _with_parts(self, variant: Any) -> Any:
        """A variant with the parts that it is bundled of, which are asked for only where it is."""
        if not isinstance(variant, dict) or not variant.get("requiresComponents"):
            return variant
        told = {"id": variant.get("id")}
        first = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}
        parts = self._rest(
            first, queries.COMPONENTS, told, "productVariant", "productVariantComponents"
        )
        return {**variant, "components": parts}

    def _rest(
        self, first: Any, query: str, variables: dict[str, Any], name: str, connection: str
    ) -> list[Any]:
        """A connection of one object with the entries of all its pages."""
        page = _object(first)
        found = _list(page.get("nodes"))
        for _ in range(_MOST_PAGES):
            info = _object(page.get("pageInfo"))
            if not info.get("hasNextPage"):
                break
            told = self._graph.ask(query, {**variables, "after": info.get("endCursor")})
            page = _object(_object(told.get(name)).get(connection))
            found += _list(page.get("nodes"))
        return found

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels at every location of what the shop counts."""
        wanted = sorted(set(skus))
        if not wanted:
            yield from self._levels("")
        for start in range(0, len(wanted), _SKUS):
            part = wanted[start : start + _SKUS]
            named = " OR ".join(f"sku:'{_escaped(sku)}'" for sku in part)
            for levels in self._levels(named):
                yield [level for level in levels if level.sku in part]

    def _levels(self, query: str) -> Iterator[list[InventoryLevel]]:
        variables: dict[str, Any] = {"first": self._items, "query": query or None}
        for page in self._pages(queries.INVENTORY, "inventoryItems", variables):
            levels: list[InventoryLevel] = []
            for item in page:
                told = {"id": item.get("id")}
                rows = self._rest(
                    item.get("inventoryLevels"),
                    queries.LEVELS,
                    told,
                    "inventoryItem",
                    "inventoryLevels",
                )
                levels += levels_of(item, rows)
            yield levels

    def _pages(
        self, query: str, name: str, variables: dict[str, Any]
    ) -> Iterator[list[dict[str, Any]]]:
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = _object(self._graph.ask(query, {**variables, "after": after}).get(name))
            yield [_object(node) for node in _list(page.get("nodes"))]
            info = _object(page.get("pageInfo"))
            if not info.get("hasNextPage"):
                return
            after = info.get("endCursor")
        message = f"more than {_MOST_PAGES} pages of {name}"
        raise CartApiError(message, is_lasting=True)

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set what is available; where `expected` is given, only if the shop still shows it."""
        items = self._items_of(sorted({each.sku for each in levels if not each.stock_id}))
        answers: dict[int, Written] = {}
        rows: dict[int, dict[str, Any]] = {}
        for index, level in enumerate(levels):
            item = level.stock_id or items.get(level.sku, "")
            if level.available != level.available.to_integral_value():
                answers[index] = Written(WriteOutcome.REFUSED, "the shop counts whole units only")
            elif not item:
                answers[index] = Written(WriteOutcome.REFUSED, "no one variant carries this SKU")
            else:
                rows[index] = _quantity(level, item)
        indexes = list(rows)
        for start in range(0, len(indexes), MOST_QUANTITIES):
            part = {index: rows[index] for index in indexes[start : start + MOST_QUANTITIES]}
            answers |= self._set(part)
        return [answers[index] for index in range(len(levels))]

    def _items_of(self, skus: Sequence[str]) -> dict[str, str]:
        """The inventory items of SKUs; a SKU that two items carry names neither."""
        found: dict[str, set[str]] = {}
        for start in range(0, len(skus), _SKUS):
            part = skus[start : start + _SKUS]
            named = " OR ".join(f"sku:'{_escaped(sku)}'" for sku in part)
            variables: dict[str, Any] = {"first": self._items, "query": named}
            for page in self._pages(queries.INVENTORY, "inventoryItems", variables):
                for entry in page:
                    node = Node(entry, "", [])
                    if (sku := node.text("sku").strip()) in part:
                        found.setdefault(sku, set()).add(to_identifier(last_part(node.get("id"))))
        return {sku: ids.pop() for sku, ids in found.items() if len(ids) == 1}

    def _set(self, rows: dict[int, dict[str, Any]]) -> dict[int, Written]:
        """One call's quantities, sent again without those that the shop names as wrong."""
        answers: dict[int, Written] = {}
        left = dict(rows)
        while left:
            wanted = {"name": "available", "reason": "correction", "quantities": [*left.values()]}
            try:
                told = self._graph.ask(queries.SET_QUANTITIES, {"input": wanted})
            except CartApiError as exc:
                outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
                return answers | {index: Written(outcome, str(exc)) for index in left}
            payload = _object(told.get("inventorySetQuantities"))
            errors = [Node(each, "", []) for each in _list(payload.get("userErrors"))]
            if not errors:
                return answers | {index: Written(WriteOutcome.DONE) for index in left}
            wrong = _named_rows(errors, list(left))
            if not wrong:
                code = errors[0].text("code") or "refused"
                return answers | {index: Written(WriteOutcome.REFUSED, code) for index in left}
            answers |= wrong
            left = {index: row for index, row in left.items() if index not in wrong}
        return answers

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set fields of variants, a product's in one call; title and status are the product's."""
        answers: dict[int, Written] = {}
        products: dict[str, list[int]] = {}
        for index, change in enumerate(changes):
            products.setdefault(change.product_id or change.ref_id, []).append(index)
        for product_id, indexes in products.items():
            told = {index: changes[index] for index in indexes}
            answers |= self._change_variants(product_id, told)
            whole = {index: each for index, each in told.items() if _is_of_product(each)}
            answers |= {
                index: self._change_product(product_id, each)
                for index, each in whole.items()
                if answers[index].outcome is WriteOutcome.DONE
            }
        return [answers[index] for index in range(len(changes))]

    def _change_variants(
        self, product_id: str, changes: Mapping[int, ProductChange]
    ) -> dict[int, Written]:
        rows = {index: row for index, each in changes.items() if len(row := _variant(each)) > 1}
        done = {index: Written(WriteOutcome.DONE) for index in changes}
        if not rows:
            return done
        variables = {"product": f"gid://shopify/Product/{product_id}", "variants": [*rows.values()]}
        errors = self._errors(queries.CHANGE_VARIANTS, "productVariantsBulkUpdate", variables)
        if isinstance(errors, Written):
            return done | dict.fromkeys(rows, errors)
        named = _named_rows(errors, list(rows))
        if errors and not named:
            refused = Written(WriteOutcome.REFUSED, errors[0].text("code") or "refused")
            return done | dict.fromkeys(rows, refused)
        return done | named

    def _change_product(self, product_id: str, change: ProductChange) -> Written:
        product: dict[str, Any] = {"id": f"gid://shopify/Product/{product_id}"}
        if change.title is not None:
            product["title"] = change.title
        if change.is_active is not None:
            product["status"] = "ACTIVE" if change.is_active else "DRAFT"
        errors = self._errors(queries.CHANGE_PRODUCT, "productUpdate", {"product": product})
        if isinstance(errors, Written):
            return errors
        if errors:
            return Written(WriteOutcome.REFUSED, errors[0].text("message") or "refused")
        return Written(WriteOutcome.DONE)

    def _errors(self, query: str, name: str, variables: dict[str, Any]) -> list[Node] | Written:
        """What a mutation complains of; an answer for all of its rows where it failed whole."""
        try:
            payload = _object(self._graph.ask(query, variables).get(name))
        except CartApiError as exc:
            outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
            return Written(outcome, str(exc))
        return [Node(each, "", []) for each in _list(payload.get("userErrors"))]


def _quantity(level: NewLevel, item: str) -> dict[str, Any]:
    """A row of the call; no expected quantity is said with null, and not compared."""
    return {
        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
        "locationId": f"gid://shopify/Location/{level.location}",
        "quantity": int(level.available),
        "changeFromQuantity": None if level.expected is None else int(level.expected),
    }


def _variant(change: ProductChange) -> dict[str, Any]:
    row: dict[str, Any] = {"id": f"gid://shopify/ProductVariant/{change.ref_id}"}
    if change.price is not None:
        row["price"] = change.price.plain()
    if change.barcode is not None:
        row["barcode"] = change.barcode
    if change.cost is not None:
        row["inventoryItem"] = {"cost": change.cost.plain()}
    return row


def _is_of_product(change: ProductChange) -> bool:
    return change.title is not None or change.is_active is not None


def _named_rows(errors: Sequence[Node], indexes: Sequence[int]) -> dict[int, Written]:
    """The rows that errors name by their place in the list (`input.quantities.3.quantity`)."""
    wrong: dict[int, Written] = {}
    for error in errors:
        place = next((int(part) for part in error.texts("field") if part.isdigit()), None)
        if place is None or place >= len(indexes):
            continue
        code = error.text("code") or error.text("message") or "refused"
        outcome = WriteOutcome.CONFLICT if code in _STALE else WriteOutcome.REFUSED
        wrong[indexes[place]] = Written(outcome, code)
    return wrong


def _object(value: Any) -> dict[str, Any]:
    """The object; an absent one is empty."""
    if value is not None and not isinstance(value, dict):
        raise _another_shape()
    return value or {}


def _list(value: Any) -> list[Any]:
    """The list; an absent one is empty."""
    if value is not None and not isinstance(value, list):
        raise _another_shape()
    return list(value or [])


def _another_shape() -> CartApiError:
    message = "the shop's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)


def _escaped(sku: str) -> str:
    return sku.replace("\\", "\\\\").replace("'", "\\'")


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
