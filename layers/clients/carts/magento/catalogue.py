"""Products and stock of one Magento store: read by search criteria, written in bulk where it can.

A source's quantity is what is physically there: the shop takes its own reservations off it. The
store cannot compare before it writes, and takes a call's rows all or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from carts.adapter import CartApiError
from carts.catalogue import NewLevel, ProductChange, ProductReading, WriteOutcome, Written
from carts.documents import Node
from carts.json_api import JsonApi, NotFoundError, RefusedParametersError
from carts.magento.products import BUNDLE, PART_IDS, level_of, part_skus, product_reading
from carts.magento.searches import (
    MOST_PAGES,
    Search,
    another_shape,
    criteria,
    items_of,
    too_many_pages,
)
from commerce.catalogue import InventoryLevel

MOST_IN_CALL = 100
"""As many rows as we send in one call; the store itself names no limit."""

_MOST_SKUS = 50
_MOST_RESTARTS = 5
_ALL_STORES = 0


class MagentoCatalogue:
    """See `CatalogueClient`, `StockClient` and `ProductWriter` for the promises."""

    def __init__(
        self, api: JsonApi, store: str, *, page_size: int, clock: Callable[[], datetime]
    ) -> None:
        """`clock` tells when levels were seen: the store does not."""
        self._api = api
        self._store = store
        self._page_size = page_size
        self._clock = clock
        self._products = Search(api, "/products", page_size=page_size, member="id")

    @cached_property
    def currency(self) -> str:
        """The currency in which the store keeps prices."""
        told = self._api.get("/store/storeConfigs").document
        if not isinstance(told, list) or not told:
            raise another_shape()
        return Node(told[0], "storeConfigs[0]", []).text("base_currency_code")

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products; without `since` all of them in the order of ids."""
        pages = self._products.changed(since, until) if since else self._products.by_number()
        for rows in pages:
            yield [self._read(dict(row.told)) for row in rows]

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` when the store knows it no more."""
        for rows in self._products.by_number([("entity_id", "eq", product_id)]):
            for row in rows:
                return self._read(dict(row.told))
        return ProductReading(product_id, is_gone=True)

    def _read(self, document: dict[str, Any]) -> ProductReading:
        """A listed product; a bundle tells its parts only by itself."""
        if document.get("type_id") == BUNDLE:
            sku = quote(str(document.get("sku", "")), safe="")
            try:
                document = self._api.get(f"/products/{sku}").document
            except NotFoundError:
                return ProductReading(str(document.get("id", "")), is_gone=True)
            document = {**document, PART_IDS: self._ids_of(part_skus(document))}
        return product_reading(document, self._store, self.currency)

    def _ids_of(self, skus: Sequence[str]) -> dict[str, str]:
        """The products of those SKUs: a bundle names its parts by nothing else."""
        found: dict[str, str] = {}
        for start in range(0, len(skus), _MOST_SKUS):
            named = ",".join(skus[start : start + _MOST_SKUS])
            for rows in self._products.by_number([("sku", "in", named)]):
                found |= {str(row.told.get("sku", "")): str(row.number) for row in rows}
        return found

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels per source, read again from the start when their number changes."""
        wanted = sorted(set(skus))
        parts = [wanted[at : at + _MOST_SKUS] for at in range(0, len(wanted), _MOST_SKUS)]
        for part in parts or [[]]:
            filters = [("sku", "in", ",".join(part))] if part else []
            for items in self._source_items(filters):
                levels = (level_of(item, self._clock()) for item in items)
                yield [level for level in levels if level and (not part or level.sku in part)]

    def _source_items(self, filters: list[tuple[str, str, str]]) -> Iterator[list[Any]]:
        """By page number: source items have neither id nor time; sorted by what never moves."""
        sorting = [("sku", "ASC"), ("source_code", "ASC")]
        for _ in range(_MOST_RESTARTS):
            expected: int | None = None
            for page in range(1, MOST_PAGES + 1):
                params = criteria(filters, sorting, page_size=self._page_size, page=page)
                items, count = items_of(self._api.get("/inventory/source-items", params).document)
                if expected is not None and count != expected:
                    break
                expected = count
                yield items
                if page * self._page_size >= count:
                    return
            else:
                raise too_many_pages()
        message = "the store's source items kept changing while they were listed"
        raise CartApiError(message)

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set sources' quantities; a row that the store does not take is found by halving."""
        rows = [
            {
                "sku": level.stock_id or level.sku,
                "source_code": level.location,
                "quantity": float(level.available),
                "status": int(level.available > 0),
            }
            for level in levels
        ]
        answers: list[Written] = []
        for start in range(0, len(rows), MOST_IN_CALL):
            answers += self._set(rows[start : start + MOST_IN_CALL])
        return answers

    def _set(self, rows: list[dict[str, Any]]) -> list[Written]:
        try:
            self._api.send("POST", "/inventory/source-items", {"sourceItems": rows})
        except (RefusedParametersError, NotFoundError) as exc:
            if len(rows) == 1:
                return [Written(WriteOutcome.REFUSED, str(exc))]
            half = len(rows) // 2
            return [*self._set(rows[:half]), *self._set(rows[half:])]
        except CartApiError as exc:
            outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
            return [Written(outcome, str(exc)) for _ in rows]
        return [Written(WriteOutcome.DONE) for _ in rows]

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Prices and costs in bulk, for all store views; names and states one by one."""
        done = Written(WriteOutcome.DONE)
        answers = dict.fromkeys(range(len(changes)), done)
        prices = {i: str(each.price.amount) for i, each in enumerate(changes) if each.price}
        costs = {i: str(each.cost.amount) for i, each in enumerate(changes) if each.cost}
        answers |= self._set_amounts("/products/base-prices", "price", changes, prices)
        refused = self._set_amounts("/products/cost", "cost", changes, costs)
        answers |= {i: answer for i, answer in refused.items() if answers[i] == done}
        for index, change in enumerate(changes):
            if answers[index] == done:
                answers[index] = self._change(change)
        return [answers[index] for index in range(len(changes))]

    def _set_amounts(
        self, path: str, member: str, changes: Sequence[ProductChange], amounts: dict[int, str]
    ) -> dict[int, Written]:
        """The answers of a bulk call, which lists what it refuses by SKU."""
        answers: dict[int, Written] = {}
        indexes = list(amounts)
        for start in range(0, len(indexes), MOST_IN_CALL):
            part = indexes[start : start + MOST_IN_CALL]
            rows = [
                {member: amounts[index], "store_id": _ALL_STORES, "sku": changes[index].sku}
                for index in part
            ]
            try:
                told = self._api.send("POST", path, {"prices": rows}).document
            except CartApiError as exc:
                outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
                answers |= dict.fromkeys(part, Written(outcome, str(exc)))
                continue
            refused = _refused_skus(told)
            answers |= {
                index: Written(WriteOutcome.REFUSED, refused[changes[index].sku])
                if changes[index].sku in refused
                else Written(WriteOutcome.DONE)
                for index in part
            }
        return answers

    def _change(self, change: ProductChange) -> Written:
        if change.barcode is not None:
            return Written(WriteOutcome.REFUSED, "the store has no barcode of its own")
        product: dict[str, Any] = {}
        if change.title is not None:
            product["name"] = change.title
        if change.is_active is not None:
            product["status"] = 1 if change.is_active else 2
        if not product:
            return Written(WriteOutcome.DONE)
        try:
            path = f"/products/{quote(change.sku, safe='')}"
            self._api.send("PUT", path, {"product": {"sku": change.sku, **product}})
        except CartApiError as exc:
            outcome = WriteOutcome.REFUSED if exc.is_lasting else WriteOutcome.UNKNOWN
            return Written(outcome, str(exc))
        return Written(WriteOutcome.DONE)


def _refused_skus(told: Any) -> dict[str, str]:
    """What a bulk call refused: the message's parameters name the SKU."""
    refused: dict[str, str] = {}
    for entry in told if isinstance(told, list) else ():
        node = Node(entry, "", [])
        for parameter in node.texts("parameters"):
            refused[parameter] = node.text("message")
    return refused
