"""Products and stock of one store behind API2Cart.

Products are listed by their time of change, variants asked for by the products of a page. Rows are
written one by one; carts behind that take batches are written so where the store's secret says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from carts.adapter import CartApiError
from carts.answers import another_shape
from carts.api2cart.envelopes import Envelopes
from carts.api2cart.lists import ChangeList
from carts.api2cart.models import child, children
from carts.api2cart.products import (
    may_have_variants,
    product_levels,
    product_reading,
    variant_levels,
)
from carts.bulk import in_calls, refused, unwritten
from carts.catalogue import NewLevel, ProductChange, ProductReading, WriteOutcome, Written
from carts.documents import Node
from carts.json_api import NotFoundError, RefusedParametersError
from commerce.catalogue import InventoryLevel

MOST_IN_BATCH = 100
"""As many rows as we send in one batch; API2Cart names no bound."""

FEW = 10
"""As many SKUs as are still asked for one by one."""

_MOST_NAMED = 50
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_FUTURE = timedelta(days=1)
_PRODUCT = (
    "id,type,u_sku,u_model,name,price,cost_price,create_at,modified_at,avail_sale,avail_view,"
    "quantity,inventory,manage_stock,is_stock_managed,u_upc,u_gtin,u_ean,u_isbn,tax_class_id,"
    "group_items"
)
_CHILD = (
    "id,parent_id,sku,modified_time,combination,default_price,cost_price,tax_class_id,"
    "avail_for_sale,manage_stock,inventory_level,inventory,upc,gtin,ean,isbn"
)
_HEAD = "return_code,return_message,pagination"
_PRODUCTS = f"{{{_HEAD},result{{total_count,product{{{_PRODUCT}}}}}}}"
_CHILDREN = f"{{{_HEAD},result{{total_count,children{{{_CHILD}}}}}}}"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row to write: what it is of, and what is set."""

    product_id: str
    variant_id: str
    fields: Json

    @property
    def document(self) -> Json:
        """The row as API2Cart takes it."""
        if not self.variant_id:
            return {"id": self.product_id, **self.fields}
        return {"id": self.variant_id, "product_id": self.product_id, **self.fields}


class Api2CartCatalogue:
    """See `CatalogueClient`, `StockClient`, `ProductWriter` and `FeedClient` for the promises."""

    def __init__(
        self,
        api: Envelopes,
        store: str,
        *,
        page_size: int,
        clock: Callable[[], datetime],
        writes_in_batches: bool,
    ) -> None:
        """`clock` tells when things were seen, for carts that tell no time of change."""
        self._api = api
        self._store = store
        self._page_size = page_size
        self._clock = clock
        self._writes_in_batches = writes_in_batches
        listed, parts = ({"response_fields": fields} for fields in (_PRODUCTS, _CHILDREN))
        self._products = ChangeList(
            api,
            "product.list",
            "product",
            asked=listed,
            page_size=page_size,
            counts_within_a_second=True,
        )
        self._children = ChangeList(
            api, "product.child_item.list", "children", asked=parts, page_size=page_size
        )

    @cached_property
    def currency(self) -> str:
        """The store's currency: products do not name it. Empty where it is not told."""
        fields = "{return_code,return_message,result{stores_info}}"
        result = child(
            Node(self._api.ask("cart.info", {"response_fields": fields}), "", []), "result"
        )
        for info in children(result, "stores_info") if result else ():
            told = child(info, "currency")
            code = told.text("iso3") if told else ""
            if len(code) == _CODE_LENGTH and code.isascii() and code.isupper():
                return code
        return ""

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products; one without a time of change is in every window."""
        for nodes in self._products.modified(since or _FIRST, until):
            readings = self._read(nodes)
            yield [each for each in readings if _is_inside(each, since)]

    def _read(self, products: Sequence[Node]) -> list[ProductReading]:
        variants = self._variants(products)
        return [
            product_reading(
                each, variants.get(each.text("id"), []), self._store, self.currency, self._clock()
            )
            for each in products
        ]

    def _variants(self, products: Sequence[Node]) -> dict[str, list[Node]]:
        """The child items of those products that may have some, by product."""
        asked = sorted({each.text("id") for each in products if may_have_variants(each)})
        found: dict[str, list[Node]] = {}
        for start in range(0, len(asked), _MOST_NAMED):
            names = ",".join(asked[start : start + _MOST_NAMED])
            for node in self._all(self._children, {"product_ids": names}, _CHILDREN):
                found.setdefault(node.text("parent_id"), []).append(node)
        return found

    def _all(self, listed: ChangeList, asked: Mapping[str, str], fields: str) -> Iterator[Node]:
        """All that a list tells, without a window; nothing where it knows nothing of it."""
        params = {**asked, "count": str(self._page_size), "response_fields": fields}
        try:
            for nodes, cursor in listed.pages(params):
                yield from nodes
                if not cursor and len(nodes) >= self._page_size:
                    yield from self._by_start(listed, params, len(nodes))
        except NotFoundError:
            return

    def _by_start(
        self, listed: ChangeList, params: Mapping[str, str], begin: int
    ) -> Iterator[Node]:
        """What follows a full page where the cart behind knows no cursor."""
        nodes = listed.asked({**params, "start": str(begin)})
        while nodes:
            yield from nodes
            begin += len(nodes)
            nodes = listed.asked({**params, "start": str(begin)})

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` when the cart knows it no more."""
        fields = f"{{return_code,return_message,result{{{_PRODUCT}}}}}"
        try:
            envelope = self._api.ask("product.info", {"id": product_id, "response_fields": fields})
        except NotFoundError:
            return ProductReading(product_id, is_gone=True)
        product = child(Node(envelope, "", []), "result")
        if product is None:
            raise another_shape()
        (reading,) = self._read([Node(product.members, "", [])])
        return reading

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels; few SKUs are asked for one by one, many are picked out of all."""
        wanted = {sku for sku in skus if sku}
        if skus and len(wanted) <= FEW:
            for sku in sorted(wanted):
                yield [level for level in self._levels_of_sku(sku) if level.sku == sku]
            return
        for nodes in self._products.modified(_FIRST, self._clock() + _FUTURE):
            levels = self._levels(nodes)
            yield [level for level in levels if not wanted or level.sku in wanted]

    def _levels(self, products: Sequence[Node]) -> list[InventoryLevel]:
        variants = self._variants(products)
        levels: list[InventoryLevel] = []
        for product in products:
            product_id, parts = product.text("id"), variants.get(product.text("id"), [])
            for part in parts:
                levels += variant_levels(part, product_id, self._clock())
            if not parts:
                levels += product_levels(product, self._clock())
        return levels

    def _levels_of_sku(self, sku: str) -> list[InventoryLevel]:
        """Both lists take a SKU; a cart that passes it over tells more, which is left out."""
        products = list(self._all(self._products, {"sku": sku}, _PRODUCTS))
        levels = self._levels(products)
        for part in self._all(self._children, {"sku": sku}, _CHILDREN):
            levels += variant_levels(part, part.text("parent_id"), self._clock())
        return list({(each.stock_id, each.location): each for each in levels}.values())

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set quantities: whole units, at a warehouse or, without one, of the thing itself."""
        named = self._named({level.sku for level in levels if not level.stock_id})
        answers: dict[int, Written] = {}
        rows: dict[int, _Row] = {}
        for index, level in enumerate(levels):
            stock_id, units = level.stock_id or named.get(level.sku, ""), level.available
            if units != units.to_integral_value() or units < 0:
                answers[index] = refused("carts behind API2Cart count whole units, zero or more")
            elif not stock_id:
                answers[index] = refused("no one product carries this SKU")
            else:
                place = {"warehouse_id": level.location} if level.location else {}
                product_id, _, variant_id = stock_id.partition("/")
                rows[index] = _Row(product_id, variant_id, {"quantity": int(units), **place})
        answers |= self._write(rows)
        return [answers[index] for index in range(len(levels))]

    def _named(self, skus: Iterable[str]) -> dict[str, str]:
        """The stock of each SKU; one that two things carry names neither."""
        found: dict[str, set[str]] = {}
        wanted = sorted(sku for sku in skus if sku)
        for page in self.stock(wanted) if wanted else ():
            for level in page:
                found.setdefault(level.sku, set()).add(level.stock_id)
        return {sku: next(iter(ids)) for sku, ids in found.items() if len(ids) == 1}

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set fields; the title of a variant is its product's and is refused."""
        answers: dict[int, Written] = {}
        rows: dict[int, _Row] = {}
        for index, change in enumerate(changes):
            is_variant = bool(change.product_id) and change.product_id != change.ref_id
            amounts = [each for each in (change.price, change.cost) if each is not None]
            if is_variant and change.title is not None:
                answers[index] = refused("a variant has the title of its product")
            elif any(each.currency != self.currency for each in amounts):
                answers[index] = refused("an amount is not in the store's currency")
            elif is_variant:
                rows[index] = _Row(change.product_id, change.ref_id, _fields(change))
            else:
                rows[index] = _Row(change.ref_id, "", _fields(change))
        answers |= self._write(rows)
        return [answers[index] for index in range(len(changes))]

    def _write(self, rows: Mapping[int, _Row]) -> dict[int, Written]:
        if not self._writes_in_batches or len(rows) <= FEW:
            return {index: self._put(row) for index, row in rows.items()}
        answers: dict[int, Written] = {}
        for is_variant in (False, True):
            part = {i: row for i, row in rows.items() if bool(row.variant_id) is is_variant}
            name = "product.variant.update.batch" if is_variant else "product.update.batch"
            written = in_calls(list(part.values()), self._batcher(name), most=MOST_IN_BATCH)
            answers |= dict(zip(part, written, strict=True))
        return answers

    def _put(self, row: _Row) -> Written:
        method = "product.variant.update" if row.variant_id else "product.update"
        try:
            self._api.send("PUT", method, row.document)
        except NotFoundError:
            return refused("the cart knows no such product")
        except CartApiError as exc:
            return unwritten(exc)
        return Written(WriteOutcome.DONE)

    def _batcher(self, method: str) -> Callable[[Sequence[_Row]], list[Written]]:
        def batch(rows: Sequence[_Row]) -> list[Written]:
            document = {"payload": [row.document for row in rows]}
            result = child(Node(self._api.send("POST", method, document), "", []), "result")
            job = result.text("job_id") if result else ""
            if not job:
                raise another_shape()
            return [Written(WriteOutcome.ACCEPTED, feed=job) for _ in rows]

        return batch

    def feed_outcomes(self, feed: str) -> Mapping[str, Written] | None:
        """What became of a batch's rows by their ids; None while API2Cart works on it."""
        try:
            envelope = self._api.ask("batch.job.result", {"id": feed})
        except (NotFoundError, RefusedParametersError) as exc:
            message = "API2Cart knows no such job"
            raise CartApiError(message, is_lasting=True) from exc
        except CartApiError as exc:
            if exc.is_lasting:
                raise
            return None
        result = child(Node(envelope, "", []), "result")
        if result is None:
            raise another_shape()
        return {
            item.text("entity_id") or item.text("id"): _outcome(item)
            for item in children(result, "items")
        }


_CODE_LENGTH = 3


def _outcome(item: Node) -> Written:
    """The text of an error is not passed on: it may quote what was sent."""
    errors = item.get("errors")
    if errors:
        return refused(f"API2Cart's {item.text('status') or 'error'}")
    return Written(WriteOutcome.DONE)


def _fields(change: ProductChange) -> Json:
    """A change in API2Cart's names; amounts are JSON numbers, whose digits a float keeps."""
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
        told["available_for_sale"] = change.is_active
    return told


def _is_inside(reading: ProductReading, since: datetime | None) -> bool:
    """Whether it changed in the window or later, or cannot be read, or tells no time of change."""
    changed_at = max((row.updated_at for row in reading.products), default=None)
    return changed_at is None or since is None or since <= changed_at
