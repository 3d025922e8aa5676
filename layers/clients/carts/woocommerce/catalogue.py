"""Products and stock of one WooCommerce site: read in pages, written a hundred at a time.

The site keeps stock in whole units, in one place, and cannot compare before it writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from carts.adapter import CartApiError
from carts.catalogue import (
    NewLevel,
    ProductChange,
    ProductReading,
    WriteOutcome,
    Written,
)
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi, NotFoundError
from carts.woocommerce.listings import MOST_PAGES, Ask, Listing, another_shape, too_many_pages
from carts.woocommerce.models import gmt
from carts.woocommerce.products import VARIABLE, level_of, product_reading
from commerce.catalogue import InventoryLevel

MOST_IN_BATCH = 100
"""The most rows that the site takes in one batch."""

_MOST_SKUS = 50


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a batch: the thing, the product it is a variation of, and what is set."""

    id: str
    parent: str
    fields: dict[str, Any] = field(default_factory=dict)


class WooCommerceCatalogue:
    """See `CatalogueClient`, `StockClient` and `ProductWriter` for the promises."""

    def __init__(self, api: JsonApi, ask: Ask, store: str, *, page_size: int) -> None:
        """`ask` reads past the site's caches; `api` writes."""
        self._api = api
        self._ask = ask
        self._store = store
        self._page_size = page_size
        self._products = Listing(ask, "/products", page_size=page_size)

    @cached_property
    def currency(self) -> str:
        """The site's one currency: its products do not name it."""
        told = self._ask("/data/currencies/current", {}).document
        code = told.get("code") if isinstance(told, dict) else None
        if not isinstance(code, str) or not code:
            raise another_shape()
        return code

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products; without `since` all of them in the order of ids."""
        pages = self._products.changed(since, until) if since else self._products.by_id({})
        for rows in pages:
            yield [self._read(dict(row.told)) for row in rows]

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` when the site knows it no more."""
        try:
            document = self._ask(f"/products/{product_id}", {}).document
        except NotFoundError:
            return ProductReading(product_id, is_gone=True)
        if not isinstance(document, dict):
            raise another_shape()
        return self._read(document)

    def _read(self, document: dict[str, Any]) -> ProductReading:
        is_variable = document.get("type") == VARIABLE
        variations = self._variations(to_identifier(document.get("id"))) if is_variable else []
        return product_reading(document, variations, self._store, self.currency)

    def _variations(self, product_id: str) -> list[Any]:
        found: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            params = {"per_page": str(MOST_IN_BATCH), "page": str(page), "orderby": "id"}
            params["order"] = "asc"
            rows = self._ask(f"/products/{product_id}/variations", params).document
            if not isinstance(rows, list):
                raise another_shape()
            found += rows
            if len(rows) < MOST_IN_BATCH:
                return found
        raise too_many_pages()

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels of what the site counts; by SKU where SKUs are named."""
        if skus:
            wanted = sorted(set(skus))
            for start in range(0, len(wanted), _MOST_SKUS):
                rows = self._by_sku(wanted[start : start + _MOST_SKUS])
                yield [level for row in rows if (level := level_of(row)) is not None]
            return
        for page in self._products.by_id({}):
            entries: list[Any] = []
            for row in page:
                entries.append(row.told)
                if row.told.get("type") == VARIABLE:
                    entries += self._variations(row.id)
            yield [level for entry in entries if (level := level_of(entry)) is not None]

    def _by_sku(self, skus: Sequence[str]) -> list[Any]:
        """Products and variations that carry the SKUs; a SKU with a comma is asked for alone."""
        joined = [sku for sku in skus if "," not in sku]
        groups = [",".join(joined)] if joined else []
        found: list[Any] = []
        for group in (*groups, *(sku for sku in skus if "," in sku)):
            params = {"sku": group, "per_page": str(MOST_IN_BATCH), "status": "any"}
            rows = self._ask("/products", params).document
            if not isinstance(rows, list):
                raise another_shape()
            found += [row for row in rows if Node(row, "", []).text("sku").strip() in skus]
        return found

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set quantities; a fraction of a unit is refused, the site would cut it off."""
        known = self._named([level for level in levels if not level.stock_id])
        answers: dict[int, Written] = {}
        rows: dict[int, _Row] = {}
        for index, level in enumerate(levels):
            row = (
                known.get(level.sku) if not level.stock_id else _Row(level.stock_id, _parent(level))
            )
            if level.available != level.available.to_integral_value():
                answers[index] = Written(WriteOutcome.REFUSED, "the site counts whole units only")
            elif level.location:
                answers[index] = Written(WriteOutcome.REFUSED, "the site knows one place only")
            elif row is None:
                answers[index] = Written(WriteOutcome.REFUSED, "no product carries this SKU")
            else:
                told = {"manage_stock": True, "stock_quantity": int(level.available)}
                rows[index] = _Row(row.id, row.parent, told)
        answers |= self._write(rows)
        return [answers[index] for index in range(len(levels))]

    def _named(self, levels: Sequence[NewLevel]) -> dict[str, _Row]:
        """Where things are that are named by SKU alone; a SKU that two carry names neither."""
        if not levels:
            return {}
        found: dict[str, _Row] = {}
        doubled: set[str] = set()
        skus = sorted({level.sku for level in levels})
        for start in range(0, len(skus), _MOST_SKUS):
            for entry in self._by_sku(skus[start : start + _MOST_SKUS]):
                node = Node(entry, "", [])
                sku = node.text("sku").strip()
                if sku in found:
                    doubled.add(sku)
                parent = node.optional_identifier("parent_id")
                found[sku] = _Row(node.identifier("id"), "" if parent == "0" else parent)
        return {sku: row for sku, row in found.items() if sku not in doubled}

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set fields; the title of a variation is its product's and is refused."""
        answers: dict[int, Written] = {}
        rows: dict[int, _Row] = {}
        for index, change in enumerate(changes):
            parent = change.product_id if change.product_id != change.ref_id else ""
            if parent and change.title is not None:
                answers[index] = Written(
                    WriteOutcome.REFUSED, "a variation has the title of its product"
                )
                continue
            rows[index] = _Row(change.ref_id, parent, _fields(change))
        answers |= self._write(rows)
        return [answers[index] for index in range(len(changes))]

    def _write(self, rows: dict[int, _Row]) -> dict[int, Written]:
        """Write rows in batches, each product's variations in batches of their own."""
        answers: dict[int, Written] = {}
        groups: dict[str, list[int]] = {}
        for index, row in rows.items():
            if (row.id + row.parent).isascii() and (row.id + row.parent).isdigit():
                groups.setdefault(row.parent, []).append(index)
            else:
                answers[index] = Written(WriteOutcome.REFUSED, "the site's ids are numbers")
        for parent, indexes in groups.items():
            path = f"/products/{parent}/variations/batch" if parent else "/products/batch"
            for start in range(0, len(indexes), MOST_IN_BATCH):
                part = indexes[start : start + MOST_IN_BATCH]
                written = self._batch(path, [rows[index] for index in part])
                answers |= dict(zip(part, written, strict=True))
        return answers

    def _batch(self, path: str, rows: Sequence[_Row]) -> list[Written]:
        """One batch; where its answer is lost, writing it again is safe."""
        document = {"update": [{"id": int(row.id), **row.fields} for row in rows]}
        try:
            told = self._api.send("POST", path, document).document
        except CartApiError as exc:
            outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
            return [Written(outcome, str(exc)) for _ in rows]
        listed = told.get("update") if isinstance(told, dict) else None
        if not isinstance(listed, list):
            raise another_shape()
        by_id = {
            to_identifier(entry.get("id")): entry for entry in listed if isinstance(entry, dict)
        }
        return [_written(by_id.get(row.id)) for row in rows]


def _parent(level: NewLevel) -> str:
    return level.product_id if level.product_id != level.stock_id else ""


def _fields(change: ProductChange) -> dict[str, Any]:
    """A change in the site's names; amounts travel as text."""
    told: dict[str, Any] = {}
    if change.title is not None:
        told["name"] = change.title
    if change.price is not None:
        told["regular_price"] = change.price.plain()
    if change.cost is not None:
        told["cost_of_goods_sold"] = {"values": [{"defined_value": change.cost.plain()}]}
    if change.barcode is not None:
        told["global_unique_id"] = change.barcode
    if change.is_active is not None:
        told["status"] = "publish" if change.is_active else "private"
    return told


def _written(entry: dict[str, Any] | None) -> Written:
    if entry is None:
        return Written(WriteOutcome.UNKNOWN, "the site's answer leaves this row out")
    node = Node(entry, "", [])
    error = node.node("error")
    if error is not None:
        return Written(WriteOutcome.REFUSED, error.text("code") or "refused")
    return Written(WriteOutcome.DONE, updated_at=gmt(node, "date_modified_gmt"))
