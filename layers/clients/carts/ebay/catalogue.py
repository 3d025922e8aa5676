"""Products and stock of one eBay seller, as the Inventory API keeps them.

Listings that were made elsewhere (by hand, by the Trading API) are not in it: what it does not know
may still be sold. It keeps no time of change, so all items are told every time. Prices are those of
offers, which cost a call for each item: they are read where the store's secret says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from carts.adapter import CartApiError
from carts.answers import as_list, as_object
from carts.bulk import in_calls, refused, unwritten
from carts.catalogue import (
    STILL_NOW,
    NewLevel,
    ProductChange,
    ProductReading,
    WriteOutcome,
    Written,
)
from carts.documents import Node
from carts.ebay.answers import Json, as_count
from carts.ebay.products import Offer, level_of, offer_of, product_reading
from carts.json_api import JsonApi, NotFoundError
from carts.numbered import Page, numbered_pages
from commerce.catalogue import InventoryLevel
from commerce.money import Money

MOST_IN_CALL = 25
"""The most items that a call reads or writes; one that takes fewer is found by halving.

Of writes eBay also says that a call takes one item only (UNCONFIRMED which of the two holds).
"""

MOST_IN_PAGE = 200
LONGEST_SKU = 50

_INVENTORY = "/sell/inventory/v1"
_OFFERS_PER_PAGE = 100
_FINE = 200
_ONLY_PRICES = refused("eBay takes no title, barcode or state by itself, and has no cost")


class EbayCatalogue:
    """See `CatalogueClient`, `StockClient` and `ProductWriter` for the promises."""

    def __init__(
        self,
        api: JsonApi,
        store: str,
        *,
        page_size: int,
        clock: Callable[[], datetime],
        reads_offers: bool = False,
    ) -> None:
        """`clock` tells when items were seen; `reads_offers` asks for prices, a call an item."""
        self._api = api
        self._store = store
        self._page_size = min(page_size, MOST_IN_PAGE)
        self._clock = clock
        self._reads_offers = reads_offers

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of all items, unless the window is long over: eBay tells no time of change."""
        del since
        if until < self._clock() - STILL_NOW:
            return
        for items in self._listed():
            yield [self._read(item) for item in items]

    def product(self, product_id: str) -> ProductReading:
        """The item of a SKU; nothing where there is none, which may be a listing made elsewhere."""
        if not 0 < len(product_id) <= LONGEST_SKU:
            return ProductReading(product_id)
        try:
            path = f"{_INVENTORY}/inventory_item/{quote(product_id, safe='')}"
            item = as_object(self._api.get(path).document)
        except NotFoundError:
            return ProductReading(product_id)
        return self._read({**item, "sku": product_id})

    def _read(self, item: Json) -> ProductReading:
        if not self._reads_offers:
            return product_reading(item, None, self._store, self._clock())
        offers: list[Offer] = []
        for document in self._offers(Node(item, "", []).text("sku")):
            offer, why = offer_of(document)
            if offer is None:
                return why
            offers.append(offer)
        return product_reading(item, offers, self._store, self._clock())

    def _listed(self) -> Iterator[list[Json]]:
        """All items by page number; read again from the start when their number changes."""

        def page(number: int) -> Page:
            params = {"limit": str(self._page_size), "offset": str(number)}
            document = self._api.get(f"{_INVENTORY}/inventory_item", params).document
            if document is None:
                return [], 0
            listed = as_object(document)
            return as_list(listed.get("inventoryItems")), as_count(listed)

        return numbered_pages(page, "inventory items")

    def _offers(self, sku: str) -> list[Json]:
        """The item's offers; eBay answers 404 where it has none."""
        params = {"sku": sku, "limit": str(_OFFERS_PER_PAGE)}
        try:
            document = self._api.get(f"{_INVENTORY}/offer", params).document
        except NotFoundError:
            return []
        return [] if document is None else as_list(as_object(document).get("offers"))

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels, of all items without `skus`."""
        for items in self._named(skus) if skus else self._listed():
            levels = (level_of(item, self._clock()) for item in items)
            yield [level for level in levels if level is not None]

    def _named(self, skus: Iterable[str]) -> Iterator[list[Json]]:
        """The items of the SKUs, as many of them as there are."""
        wanted = sorted({sku for sku in skus if 0 < len(sku) <= LONGEST_SKU})
        for start in range(0, len(wanted), MOST_IN_CALL):
            requests = [{"sku": sku} for sku in wanted[start : start + MOST_IN_CALL]]
            path = f"{_INVENTORY}/bulk_get_inventory_item"
            answer = as_object(self._api.send("POST", path, {"requests": requests}).document)
            found = []
            for entry in as_list(answer.get("responses")):
                item = entry.get("inventoryItem")
                if isinstance(item, dict):
                    found.append({**item, "sku": entry.get("sku")})
            yield found

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set quantities of items: whole units, in the one place that the quantity is of."""
        answers: dict[int, Written] = {}
        rows: dict[int, Json] = {}
        for index, level in enumerate(levels):
            units = level.available
            if units != units.to_integral_value() or units < 0:
                answers[index] = refused("eBay counts whole units only, zero or more")
            elif level.location:
                answers[index] = refused("the quantity of an item is of one place only")
            else:
                total = {"quantity": int(units)}
                sku = level.stock_id or level.sku
                rows[index] = {"sku": sku, "shipToLocationAvailability": total}
        return self._written(answers, rows, len(levels))

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set prices of what is listed at a fixed price; all else is refused.

        A title goes with the whole item only, whose quantity would go back to what it was when the
        item was read.
        """
        answers: dict[int, Written] = {}
        rows: dict[int, Json] = {}
        for index, change in enumerate(changes):
            price = change.price
            row = _ONLY_PRICES if price is None else self._priced(change.ref_id, price)
            if isinstance(row, Written):
                answers[index] = row
            else:
                rows[index] = row
        told = self._written(answers, rows, len(changes))
        return [
            _ONLY_PRICES if answer.outcome is WriteOutcome.DONE and _has_more(change) else answer
            for change, answer in zip(changes, told, strict=True)
        ]

    def _priced(self, sku: str, price: Money) -> Json | Written:
        """The row that sets the price of every offer of that currency."""
        try:
            offers = [offer_of(document)[0] for document in self._offers(sku)]
        except CartApiError as exc:
            return unwritten(exc)
        value = {"currency": price.currency, "value": price.plain()}
        named = [
            {"offerId": offer.id, "price": value}
            for offer in offers
            if offer and offer.price is not None and offer.price.currency == price.currency
        ]
        if not named:
            return refused("the item has no offer at a fixed price in this currency")
        return {"sku": sku, "offers": named}

    def _written(
        self, answers: dict[int, Written], rows: dict[int, Json], count: int
    ) -> list[Written]:
        told = in_calls(list(rows.values()), self._update, most=MOST_IN_CALL)
        answers |= dict(zip(rows, told, strict=True))
        return [answers[index] for index in range(count)]

    def _update(self, rows: Sequence[Json]) -> list[Written]:
        """One bulk call; eBay answers for each quantity, and for each offer, by its SKU."""
        path = f"{_INVENTORY}/bulk_update_price_quantity"
        document = as_object(self._api.send("POST", path, {"requests": list(rows)}).document)
        told: dict[str, list[Json]] = {}
        for entry in as_list(document.get("responses")):
            told.setdefault(str(entry.get("sku")), []).append(entry)
        return [_answer(told.get(row["sku"], [])) for row in rows]


def _has_more(change: ProductChange) -> bool:
    others = (change.title, change.cost, change.barcode, change.is_active)
    return any(each is not None for each in others)


def _answer(entries: Sequence[Json]) -> Written:
    if not entries:
        return Written(WriteOutcome.UNKNOWN, "eBay's answer leaves this row out")
    failed = [entry for entry in entries if entry.get("statusCode") != _FINE]
    if not failed:
        return Written(WriteOutcome.DONE)
    errors = Node(failed[0], "", []).nodes("errors")
    numbers = [error.text("errorId") for error in errors]
    return refused(f"eBay's error {' '.join(numbers) or failed[0].get('statusCode')}")
