"""Products and stock of one BigCommerce store.

Products are read in the order of ids, from the last one seen on: what changes meanwhile shifts
nothing. Stock is kept by location, in whole units, and written as what is on hand: the safety stock
that a location holds back is read first and added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from carts.bigcommerce.calls import (
    MOST_PAGES,
    Calls,
    another_shape,
    data_of,
    pagination,
)
from carts.bigcommerce.products import Known, known, levels_of, product_reading
from carts.bulk import in_calls, refused
from carts.catalogue import NewLevel, ProductChange, ProductReading, WriteOutcome, Written
from carts.documents import Node, to_identifier
from carts.json_api import NotFoundError, RefusedParametersError
from carts.numbered import Page, numbered_pages
from commerce.catalogue import InventoryLevel

MOST_PRODUCTS_IN_CALL = 10
MOST_VARIANTS_IN_CALL = 50
"""BigCommerce's own bounds; the second one is subject to change."""

MOST_LEVELS_IN_CALL = 500
"""As many as we send at once; BigCommerce takes 2,000."""

_MOST_ITEMS_IN_PAGE = 1000
_MOST_NAMED = 50
_PRODUCTS = "/v3/catalog/products"
_VARIANTS = "/v3/catalog/variants"
_ITEMS = "/v3/inventory/items"
_ADJUSTMENTS = "/v3/inventory/adjustments/absolute"

Json = dict[str, Any]


class BigCommerceCatalogue:
    """See `CatalogueClient`, `StockClient` and `ProductWriter` for the promises."""

    def __init__(
        self, calls: Calls, store: str, *, page_size: int, clock: Callable[[], datetime]
    ) -> None:
        """`clock` tells when levels were seen: the store does not."""
        self._calls = calls
        self._store = store
        self._page_size = page_size
        self._clock = clock

    @cached_property
    def currency(self) -> str:
        """The store's default currency: its products do not name it."""
        told = self._calls.ask("/v2/store", {})
        code = told.get("currency") if isinstance(told, dict) else None
        if not isinstance(code, str) or not code:
            raise another_shape()
        return code

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products in the order of ids; what changed after `until` comes later."""
        window = {} if since is None else {"date_modified:min": _text(since)}
        last = 0
        for _ in range(MOST_PAGES):
            params = {
                **window,
                "id:min": str(last + 1),
                "sort": "id",
                "direction": "asc",
                "limit": str(self._page_size),
                "include": "variants",
            }
            document = self._calls.ask(_PRODUCTS, params)
            rows = data_of(document)
            ids = [_number(row) for row in rows]
            if ids != sorted(set(ids)) or (ids and ids[0] <= last):
                raise another_shape()
            readings = (product_reading(row, self._store, self.currency) for row in rows)
            yield [each for each in readings if _is_wanted(each, since, until)]
            if not rows or pagination(document, "total_pages") in (0, 1):
                return
            last = ids[-1]
        raise another_shape()

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` when the store knows it no more."""
        if not _is_number(product_id):
            return ProductReading(product_id, is_gone=True)
        try:
            document = self._calls.ask(f"{_PRODUCTS}/{product_id}", {"include": "variants"})
        except NotFoundError:
            return ProductReading(product_id, is_gone=True)
        if not isinstance(document, dict):
            raise another_shape()
        return product_reading(document.get("data"), self._store, self.currency)

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels at every location, by SKU where SKUs are named."""
        if skus:
            for items in self._items("sku:in", skus):
                levels = (level for item in items for level in levels_of(item, self._clock()))
                yield [level for level in levels if level.sku in skus]
            return
        for items in self._listed({}):
            yield [level for item in items for level in levels_of(item, self._clock())]

    def _items(self, name: str, values: Iterable[str]) -> Iterator[list[Json]]:
        """Inventory items by what names them; a SKU with a comma cannot be asked for."""
        wanted = sorted({value for value in values if value and "," not in value})
        for start in range(0, len(wanted), _MOST_NAMED):
            yield from self._listed({name: ",".join(wanted[start : start + _MOST_NAMED])})

    def _listed(self, filters: dict[str, str]) -> Iterator[list[Json]]:
        def page(number: int) -> Page:
            size = str(min(self._page_size, _MOST_ITEMS_IN_PAGE))
            params = {**filters, "page": str(number + 1), "limit": size}
            document = self._calls.ask(_ITEMS, params)
            rows = data_of(document)
            total = pagination(document, "total")
            return rows, len(rows) if total is None else total

        return numbered_pages(page, "inventory items")

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set what is available at locations: whole units of things that the store counts."""
        by_id = self._found(levels)
        answers: dict[int, Written] = {}
        rows: dict[int, Json] = {}
        for index, level in enumerate(levels):
            item = by_id.get(level.stock_id or level.sku)
            units = level.available
            if units != units.to_integral_value() or units < 0:
                answers[index] = refused("the store counts whole units only, zero or more")
            elif not _is_number(level.location):
                answers[index] = refused("the level names none of the store's locations")
            elif item is None:
                answers[index] = refused("the store counts nothing of this name")
            else:
                rows[index] = item.row(level)
        written = in_calls(list(rows.values()), self._adjust, most=MOST_LEVELS_IN_CALL)
        answers |= dict(zip(rows, written, strict=True))
        return [answers[index] for index in range(len(levels))]

    def _found(self, levels: Sequence[NewLevel]) -> dict[str, _Item]:
        """What the levels name, by its variant or by its SKU."""
        found: dict[str, _Item] = {}
        by_id = {level.stock_id for level in levels if _is_number(level.stock_id)}
        for items in self._items("variant_id:in", by_id):
            found |= {each.variant: each for each in map(_item, items) if each.variant}
        by_sku = {level.sku for level in levels if not level.stock_id}
        for items in self._items("sku:in", by_sku):
            found |= {each.sku: each for each in map(_item, items) if each.sku in by_sku}
        return found

    def _adjust(self, rows: Sequence[Json]) -> list[Written]:
        document = {"reason": "Set from the books", "items": list(rows)}
        self._calls.send("PUT", _ADJUSTMENTS, document)
        return [Written(WriteOutcome.DONE) for _ in rows]

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set fields of products and of variants; the title of a variant is its product's."""
        products = self._known({change.product_id for change in changes})
        answers: dict[int, Written] = {}
        whole: dict[int, Json] = {}
        parts: dict[int, Json] = {}
        for index, change in enumerate(changes):
            found = products.get(change.product_id)
            why = self._why_not(change, found)
            if found is None or why:
                answers[index] = refused(why)
            elif change.ref_id == found.base:
                whole[index] = {"id": int(found.id), **_fields(change, "is_visible")}
            else:
                fields = _fields(change, "purchasing_disabled")
                parts[index] = {"id": int(change.ref_id), **fields}
        for path, rows, most in (
            (_PRODUCTS, whole, MOST_PRODUCTS_IN_CALL),
            (_VARIANTS, parts, MOST_VARIANTS_IN_CALL),
        ):
            written = in_calls(list(rows.values()), _writer(self._calls, path), most=most)
            answers |= dict(zip(rows, written, strict=True))
        return [answers[index] for index in range(len(changes))]

    def _known(self, product_ids: Iterable[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        wanted = sorted(each for each in product_ids if _is_number(each))
        for start in range(0, len(wanted), _MOST_NAMED):
            part = wanted[start : start + _MOST_NAMED]
            params = {"id:in": ",".join(part), "include": "variants", "limit": str(len(part))}
            for row in data_of(self._calls.ask(_PRODUCTS, params)):
                product = known(row)
                if _is_number(product.id):
                    found[product.id] = product
        return found

    def _why_not(self, change: ProductChange, found: Known | None) -> str:
        is_known = found is not None and change.ref_id in found.variants
        if found is None or not is_known or not _is_number(change.ref_id):
            return "the store knows no such product"
        if change.title is not None and change.ref_id != found.base:
            return "a variant has the title of its product"
        amounts = (change.price, change.cost)
        if any(each is not None and each.currency != self.currency for each in amounts):
            return "an amount is not in the store's currency"
        return ""


@dataclass(frozen=True, slots=True)
class _Item:
    """An inventory item: what names it, and what each location holds back of it."""

    sku: str
    variant: str
    product: str
    is_base: bool
    held_back: dict[str, Decimal]

    def row(self, level: NewLevel) -> Json:
        """The adjustment; a product without options is counted as the product."""
        name, number = (
            ("product_id", self.product) if self.is_base else ("variant_id", self.variant)
        )
        held_back = self.held_back.get(level.location, Decimal(0))
        return {
            "location_id": int(level.location),
            name: int(number),
            "quantity": int(level.available + held_back),
        }


def _item(document: Json) -> _Item:
    node = Node(document, "", [])
    identity = node.node("identity") or Node({}, "identity", node.problems)
    held_back = {}
    for place in node.nodes("locations"):
        settings = place.node("settings")
        units = settings.decimal("safety_stock") if settings else None
        held_back[to_identifier(place.get("location_id"))] = units or Decimal(0)
    product = to_identifier(identity.get("product_id"))
    variant = to_identifier(identity.get("variant_id"))
    if not all(_is_number(each) for each in (product, variant) if each):
        raise another_shape()
    found = _Item(
        sku=identity.text("sku").strip(),
        variant=variant,
        product=product,
        is_base=bool(product) and identity.has("sku_id") and identity.get("sku_id") is None,
        held_back=held_back,
    )
    if node.problems:
        raise another_shape()
    return found


def _writer(calls: Calls, path: str) -> Callable[[Sequence[Json]], list[Written]]:
    """Writes rows at `path`, which answers with all that it wrote."""

    def write(rows: Sequence[Json]) -> list[Written]:
        document = calls.send("PUT", path, list(rows))
        if isinstance(document, dict) and document.get("errors"):
            message = "BigCommerce took the batch only in part"
            raise RefusedParametersError(message, is_lasting=True)
        told = {to_identifier(row.get("id")) for row in data_of(document)}
        missing = Written(WriteOutcome.UNKNOWN, "the store's answer leaves this row out")
        done = Written(WriteOutcome.DONE)
        return [done if str(row["id"]) in told else missing for row in rows]

    return write


def _fields(change: ProductChange, shown_as: str) -> Json:
    """A change in BigCommerce's names; amounts are JSON numbers, whose digits a float keeps."""
    told: Json = {}
    if change.title is not None:
        told["name"] = change.title
    if change.price is not None:
        told["price"] = float(change.price.amount)
    if change.cost is not None:
        told["cost_price"] = float(change.cost.amount)
    if change.barcode is not None:
        told["upc"] = change.barcode
    if change.is_active is not None:
        is_hiding = shown_as == "purchasing_disabled"
        told[shown_as] = change.is_active is not is_hiding
    return told


def _is_wanted(reading: ProductReading, since: datetime | None, until: datetime) -> bool:
    """Whether it changed in the window; one that cannot be read is told in any case."""
    changed_at = max((row.updated_at for row in reading.products), default=None)
    return changed_at is None or ((since is None or changed_at >= since) and changed_at < until)


def _number(entry: Json) -> int:
    found = entry.get("id")
    if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
        raise another_shape()
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
