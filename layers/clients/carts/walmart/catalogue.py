"""Products and stock of one Walmart seller.

Few rows are written one by one, with their result at once; many in a feed, whose outcome is looked
at later. Neither items nor quantities tell when they changed, so all are told every time. A cursor
serves once: where its answer is lost the list is read again from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from carts.adapter import CartApiError
from carts.answers import another_shape, as_list, as_object
from carts.bulk import in_calls, refused, unwritten
from carts.catalogue import (
    STILL_NOW,
    NewLevel,
    ProductChange,
    ProductReading,
    WriteOutcome,
    Written,
)
from carts.json_api import NotFoundError, RefusedParametersError
from carts.walmart import feeds
from carts.walmart.calls import Calls, cursor_of
from carts.walmart.models import CURRENCY
from carts.walmart.products import levels_of, product_reading
from commerce.catalogue import InventoryLevel

MOST_IN_PAGE = 50
FEW = 10
"""As many items as are still written one by one: Walmart takes 200 quantities a minute, but only
100 prices an hour (UNCONFIRMED, from what others found)."""

_ITEMS, _INVENTORIES, _PRICE = "/v3/items", "/v3/inventories", "/v3/price"
_MOST_PAGES = 2000
_MOST_RESTARTS = 5

Json = dict[str, Any]


class WalmartCatalogue:
    """See `CatalogueClient`, `StockClient`, `ProductWriter` and `FeedClient` for the promises."""

    def __init__(
        self,
        calls: Calls,
        store: str,
        *,
        page_size: int,
        clock: Callable[[], datetime],
        counts_on_hand: bool,
    ) -> None:
        """`clock` tells when things were seen; `counts_on_hand` is the store's word."""
        self._calls = calls
        self._store = store
        self._page_size = str(min(page_size, MOST_IN_PAGE))
        self._clock = clock
        self._counts_on_hand = counts_on_hand

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of all items, unless the window is long over: Walmart tells no time of change."""
        del since
        if until < self._clock() - STILL_NOW:
            return
        fixed = {"limit": self._page_size, "includeDetails": "true"}
        for page in self._by_cursor(_ITEMS, fixed, first="*"):
            items = as_list(page.get("ItemResponse"))
            yield [product_reading(item, self._store, self._clock()) for item in items]

    def product(self, product_id: str) -> ProductReading:
        """The item of a SKU; `is_gone` when Walmart knows it no more."""
        if not product_id:
            return ProductReading(product_id, is_gone=True)
        try:
            document = self._calls.ask("item", f"{_ITEMS}/{quote(product_id, safe='')}", {})
        except NotFoundError:
            return ProductReading(product_id, is_gone=True)
        for item in as_list(document.get("ItemResponse")):
            if item.get("sku") == product_id:
                return product_reading(item, self._store, self._clock())
        return ProductReading(product_id, is_gone=True)

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels at every ship node; many SKUs are picked out of all."""
        if 0 < len(set(skus)) <= FEW:
            for sku in sorted(set(skus)):
                yield self._levels([self._inventory(sku)] if sku else [])
            return
        wanted = set(skus)
        for page in self._by_cursor(_INVENTORIES, {"limit": self._page_size}, first=""):
            items = as_list(as_object(page.get("elements") or {}).get("inventories"))
            yield [each for each in self._levels(items) if not wanted or each.sku in wanted]

    def _inventory(self, sku: str) -> Json:
        path = f"{_INVENTORIES}/{quote(sku, safe='')}"
        try:
            return {**self._calls.ask("inventory", path, {}), "sku": sku}
        except NotFoundError:
            return {"sku": sku, "nodes": []}

    def _levels(self, items: Sequence[Json]) -> list[InventoryLevel]:
        now, on_hand = self._clock(), self._counts_on_hand
        return [each for item in items for each in levels_of(item, now, counts_on_hand=on_hand)]

    def _by_cursor(self, path: str, fixed: Mapping[str, str], *, first: str) -> Iterator[Json]:
        """Pages to the last; from the start again when a cursor is not taken (any more)."""
        for _ in range(_MOST_RESTARTS):
            cursor = first
            for _ in range(_MOST_PAGES):
                params = {**fixed, **({"nextCursor": cursor} if cursor else {})}
                try:
                    page = self._calls.ask(path, path, params)
                except RefusedParametersError:
                    if cursor == first:
                        raise
                    break
                yield page
                following = cursor_of(page) or cursor_of(page, "meta")
                if not following:
                    return
                if following == cursor:
                    raise another_shape()
                cursor = following
            else:
                message = f"more than {_MOST_PAGES} pages in one list"
                raise CartApiError(message, is_lasting=True)
        message = "Walmart takes its own cursors no more"
        raise CartApiError(message)

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set quantities at ship nodes: few items one by one, many in a feed."""
        answers: dict[int, Written] = {}
        rows: dict[int, NewLevel] = {}
        for index, level in enumerate(levels):
            units = level.available
            if units != units.to_integral_value() or units < 0:
                answers[index] = refused("Walmart counts whole units only, zero or more")
            elif not level.location:
                answers[index] = refused("the level names no ship node")
            elif not (level.stock_id or level.sku):
                answers[index] = refused("the level names no SKU")
            else:
                rows[index] = level
        chosen = list(rows.values())
        if len({level.stock_id or level.sku for level in chosen}) <= FEW:
            written = [self._put_level(level) for level in chosen]
        else:
            written = in_calls(chosen, self._feed_levels, most=feeds.MOST_ROWS)
        answers |= dict(zip(rows, written, strict=True))
        return [answers[index] for index in range(len(levels))]

    def _put_level(self, level: NewLevel) -> Written:
        amount = {"unit": "EACH", "amount": int(level.available)}
        node = {"shipNode": level.location, "inputQty": amount}
        path = f"{_INVENTORIES}/{quote(level.stock_id or level.sku, safe='')}"
        try:
            told = self._calls.put("inventory write", path, {"inventories": {"nodes": [node]}})
        except CartApiError as exc:
            return unwritten(exc)
        return _node_answer(as_list(told.get("nodes")), level.location)

    def _feed_levels(self, levels: Sequence[NewLevel]) -> list[Written]:
        return feeds.hand_in(self._calls, feeds.QUANTITIES, feeds.quantities(levels), len(levels))

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set prices: few one by one, many in a feed; all else is refused.

        A title goes with the whole item only, in the form of its kind of product.
        """
        answers: dict[int, Written] = {}
        rows: dict[int, ProductChange] = {}
        for index, change in enumerate(changes):
            if change.price is None:
                answers[index] = _ONLY_PRICES
            elif change.price.currency != CURRENCY:
                answers[index] = refused("Walmart US takes dollars only")
            else:
                rows[index] = change
        chosen = list(rows.values())
        if len(chosen) <= FEW:
            written = [self._put_price(change) for change in chosen]
        else:
            written = in_calls(chosen, self._feed_prices, most=feeds.MOST_ROWS)
        answers |= dict(zip(rows, written, strict=True))
        return [
            _ONLY_PRICES
            if index in rows and _is_taken(answers[index]) and _has_more(change)
            else answers[index]
            for index, change in enumerate(changes)
        ]

    def _put_price(self, change: ProductChange) -> Written:
        assert change.price is not None, "only changes of prices are written"  # noqa: S101
        price = {"currency": CURRENCY, "amount": float(change.price.amount)}
        pricing = [{"currentPriceType": "BASE", "currentPrice": price}]
        try:
            self._calls.put("price write", _PRICE, {"sku": change.ref_id, "pricing": pricing})
        except CartApiError as exc:
            return unwritten(exc)
        return Written(WriteOutcome.DONE)

    def _feed_prices(self, changes: Sequence[ProductChange]) -> list[Written]:
        return feeds.hand_in(self._calls, feeds.PRICES, feeds.prices(changes), len(changes))

    def feed_outcomes(self, feed: str) -> Mapping[str, Written] | None:
        """What became of a feed's rows by SKU; None while Walmart works on it."""
        return feeds.outcomes(self._calls, feed)


_ONLY_PRICES = refused("Walmart takes no title, barcode or state by itself, and has no cost")


def _node_answer(nodes: Sequence[Json], ship_node: str) -> Written:
    """What became of a ship node's quantity: the call itself goes well in any case."""
    for node in nodes:
        if node.get("shipNode") == ship_node:
            status = node.get("status")
            if status == "Success":
                return Written(WriteOutcome.DONE)
            errors = as_list(node.get("errors"))
            codes = " ".join(str(error.get("code")) for error in errors)
            return refused(f"Walmart's {status}: {codes or 'no code'}")
    return Written(WriteOutcome.UNKNOWN, "Walmart's answer leaves this row out")


def _is_taken(answer: Written) -> bool:
    return answer.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED)


def _has_more(change: ProductChange) -> bool:
    others = (change.title, change.cost, change.barcode, change.is_active)
    return any(each is not None for each in others)
