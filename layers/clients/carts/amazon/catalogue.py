"""Products and stock of one Amazon seller: listings of a site, and what Amazon keeps for it.

Listings are read by the time of their change, from the last seen one on: what changes meanwhile
comes again at the end. They are written one by one, at the pace that Amazon grants, and it works on
them by and by. Of several sites the first one's listings are told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from carts.adapter import CartApiError
from carts.amazon.calls import MOST_PAGES, Calls, Json, next_token, too_many_pages
from carts.amazon.products import (
    MERCHANT,
    Listed,
    fba_level,
    listed,
    merchant_level,
    with_price,
    with_quantity,
)
from carts.answers import as_list
from carts.bulk import refused, unwritten
from carts.catalogue import NewLevel, ProductChange, ProductReading, WriteOutcome, Written
from carts.documents import Node
from commerce.catalogue import InventoryLevel, Product

MOST_IN_PAGE = 20
MOST_NAMED = 20
"""The most listings that a page holds, and that a search may name."""

_MOST_NAMED_OF_FBA = 50
_SUMMARIES = "/fba/inventory/v1/summaries"
_TOLD = "summaries,offers,relationships"
_SECOND = timedelta(seconds=1)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_ANY_TYPE = "PRODUCT"
_AVAILABILITY, _OFFER = "fulfillment_availability", "purchasable_offer"


class AmazonCatalogue:
    """See `CatalogueClient`, `StockClient` and `ProductWriter` for the promises."""

    def __init__(
        self,
        calls: Calls,
        store: str,
        *,
        marketplaces: Sequence[str],
        seller: str,
        page_size: int,
        clock: Callable[[], datetime],
        reads_fba: bool,
    ) -> None:
        """`clock` tells when levels were seen; the first of `marketplaces` is the site told of."""
        self._calls = calls
        self._store = store
        self._site = marketplaces[0]
        self._sites = tuple(marketplaces)
        self._seller = seller
        self._page_size = min(page_size, MOST_IN_PAGE)
        self._clock = clock
        self._reads_fba = reads_fba

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of listings by the time of their change; a draft is none.

        Where one second holds more than a page its tokens are followed, and again from the first
        one on until they tell nothing new and nothing left meanwhile.
        """
        lower, token, is_moving, count = since or _FIRST, "", False, 0
        seen: set[tuple[str, datetime | None]] = set()
        for _ in range(MOST_PAGES):
            window = {"lastUpdatedAfter": _text(lower), "lastUpdatedBefore": _text(until + _SECOND)}
            sorting = {"sortBy": "lastUpdatedDate", "sortOrder": "ASC"}
            is_first = not token
            items, token, total = self._search(window | sorting, _TOLD, self._site, token)
            rows = [listed(item, self._site, self._store) for item in items]
            fresh = [row for row in rows if (row.sku, row.updated_at) not in seen]
            yield [row.reading for row in fresh if _is_inside(row, since, until)]
            seen.update((row.sku, row.updated_at) for row in rows)
            is_moving = not is_first and (is_moving or bool(fresh) or total != count)
            count = total
            reached = _reached(rows)
            if token and reached <= lower:
                continue
            if is_moving:
                token, is_moving = "", False
            elif token:
                lower, token = reached, ""
            else:
                return
        raise too_many_pages()

    def product(self, product_id: str) -> ProductReading:
        """The seller's listings of an ASIN (or of a SKU), on the first site that has one."""
        kinds = ("ASIN", "SKU") if _is_asin(product_id) else ("SKU",)
        ways = [(kind, site) for kind in kinds for site in self._sites]
        for kind, site in ways if product_id and "," not in product_id else ():
            named = {"identifiers": product_id, "identifiersType": kind}
            found = [listed(i, site, self._store) for i in self._all(named, _TOLD, site)]
            if found:
                return _joined(product_id, [each.reading for each in found])
        return ProductReading(product_id, is_gone=True)

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of what the seller keeps, then of what Amazon keeps for the seller."""
        wanted = sorted({sku for sku in skus if sku})
        if skus:
            for items in self._named(wanted, "summaries,fulfillmentAvailability"):
                yield self._levels(items)
        else:
            by_age = {"sortBy": "createdDate", "sortOrder": "ASC"}
            for items in self._pages(by_age, "summaries,fulfillmentAvailability", self._site):
                yield self._levels(items)
        if self._reads_fba:
            yield from self._kept_by_amazon(wanted if skus else None)

    def _levels(self, items: Iterable[Json]) -> list[InventoryLevel]:
        levels = (merchant_level(item, self._clock()) for item in items)
        return [level for level in levels if level is not None]

    def _kept_by_amazon(self, skus: Sequence[str] | None) -> Iterator[list[InventoryLevel]]:
        fixed = {
            "granularityType": "Marketplace",
            "granularityId": self._site,
            "marketplaceIds": self._site,
            "details": "true",
        }
        plain = [sku for sku in skus or () if "," not in sku]
        parts = [
            {"sellerSkus": ",".join(plain[at : at + _MOST_NAMED_OF_FBA])}
            for at in range(0, len(plain), _MOST_NAMED_OF_FBA)
        ]
        for part in [{}] if skus is None else parts:
            token = ""
            for _ in range(MOST_PAGES):
                more = {"nextToken": token} if token else {}
                answer = self._calls.ask(
                    "getInventorySummaries", _SUMMARIES, {**fixed, **part, **more}
                )
                payload = Node(answer.get("payload"), "payload", [])
                rows = as_list(payload.get("inventorySummaries"))
                levels = (fba_level(row, self._clock()) for row in rows)
                yield [level for level in levels if level is not None]
                token = next_token(answer.get("pagination"), token)
                if not token:
                    break
            else:
                raise too_many_pages()

    def set_stock(self, levels: Sequence[NewLevel]) -> list[Written]:
        """Set quantities that the seller keeps; a listing that Amazon serves is never touched."""
        found = self._attributes({level.stock_id or level.sku for level in levels})
        return [self._set_level(level, found) for level in levels]

    def _set_level(self, level: NewLevel, found: Mapping[str, Node]) -> Written:
        sku, units = level.stock_id or level.sku, level.available
        if units != units.to_integral_value() or units < 0:
            return refused("Amazon counts whole units only, zero or more")
        if level.location not in ("", MERCHANT):
            return refused("stock that Amazon keeps is counted by Amazon")
        if sku not in found:
            return refused("the seller has no listing of this SKU")
        value = with_quantity(found[sku], int(units))
        if value is None:
            return refused("the listing is not one whose stock the seller keeps")
        return self._patched(sku, _AVAILABILITY, value)

    def change_products(self, changes: Sequence[ProductChange]) -> list[Written]:
        """Set prices for consumers; all else is refused: Amazon decides what a page shows."""
        found = self._attributes({change.ref_id for change in changes if change.price is not None})
        return [self._change(change, found) for change in changes]

    def _change(self, change: ProductChange, found: Mapping[str, Node]) -> Written:
        if change.price is None:
            return _ONLY_PRICES
        if change.ref_id not in found:
            return refused("the seller has no listing of this SKU")
        value = with_price(found[change.ref_id], self._site, change.price)
        if value is None:
            return refused("the listing has no one offer to consumers in this currency")
        answer = self._patched(change.ref_id, _OFFER, value)
        others = (change.title, change.cost, change.barcode, change.is_active)
        has_more = any(each is not None for each in others)
        is_taken = answer.outcome is WriteOutcome.ACCEPTED
        return _ONLY_PRICES if is_taken and has_more else answer

    def _attributes(self, skus: Iterable[str]) -> dict[str, Node]:
        """What the listings say of themselves, by SKU; those that are not there are left out."""
        wanted = sorted(sku for sku in skus if sku)
        found = {}
        for items in self._named(wanted, "summaries,attributes"):
            for item in items:
                node = Node(item, "", [])
                attributes = node.node("attributes")
                if attributes is not None:
                    found[node.text("sku")] = attributes
        return found

    def _patched(self, sku: str, attribute: str, value: Sequence[Json]) -> Written:
        patch = {"op": "replace", "path": f"/attributes/{attribute}", "value": list(value)}
        path = f"{self._path()}/{quote(sku, safe='')}"
        try:
            answer = self._calls.patch(
                "patchListingsItem",
                path,
                {"productType": _ANY_TYPE, "patches": [_sendable(patch)]},
                {"marketplaceIds": self._site},
            )
        except CartApiError as exc:
            return unwritten(exc)
        node = Node(answer, "", [])
        if node.text("status") == "ACCEPTED":
            return Written(WriteOutcome.ACCEPTED, node.text("submissionId"))
        codes = [each.text("code") for each in node.nodes("issues")]
        return refused(f"Amazon's {node.text('status')}: {' '.join(filter(None, codes))}")

    def _named(self, skus: Sequence[str], told: str) -> Iterator[list[Json]]:
        """The listings of the SKUs; one with a comma is asked for alone, and not found."""
        plain = [sku for sku in skus if "," not in sku]
        for at in range(0, len(plain), MOST_NAMED):
            names = ",".join(plain[at : at + MOST_NAMED])
            yield self._all({"identifiers": names, "identifiersType": "SKU"}, told, self._site)

    def _all(self, asked: Mapping[str, str], told: str, site: str) -> list[Json]:
        return [item for page in self._pages(asked, told, site) for item in page]

    def _pages(self, asked: Mapping[str, str], told: str, site: str) -> Iterator[list[Json]]:
        token = ""
        for _ in range(MOST_PAGES):
            items, token, _ = self._search(asked, told, site, token)
            yield items
            if not token:
                return
        raise too_many_pages()

    def _search(
        self, asked: Mapping[str, str], told: str, site: str, token: str
    ) -> tuple[list[Json], str, int]:
        """One page of listings, the token of the one that follows, and how many there are."""
        params = {
            **asked,
            "marketplaceIds": site,
            "includedData": told,
            "pageSize": str(self._page_size),
            **({"pageToken": token} if token else {}),
        }
        answer = self._calls.ask("searchListingsItems", self._path(), params)
        total = answer.get("numberOfResults")
        following = next_token(answer.get("pagination"), token)
        return as_list(answer.get("items")), following, total if isinstance(total, int) else 0

    def _path(self) -> str:
        if not self._seller:
            message = "the store's domain is not its Amazon seller id"
            raise CartApiError(message, is_lasting=True)
        return f"/listings/2021-08-01/items/{quote(self._seller, safe='')}"


_ONLY_PRICES = refused("Amazon takes no title, barcode or state by itself, and has no cost")


def _reached(rows: Sequence[Listed]) -> datetime:
    """Up to when a page tells all there is: a second before its last listing."""
    times = [row.updated_at for row in rows if row.updated_at is not None]
    return times[-1] - _SECOND if times and times == sorted(times) else _FIRST


def _is_inside(row: Listed, since: datetime | None, until: datetime) -> bool:
    """Whether the listing changed in the window; one that cannot be read is told in any case."""
    if row.reading.problems:
        return True
    changed_at = row.updated_at
    return changed_at is not None and (since or _FIRST) <= changed_at < until


def _joined(product_id: str, readings: Sequence[ProductReading]) -> ProductReading:
    """Several listings of one ASIN as one product."""
    rows: tuple[Product, ...] = tuple(row for each in readings for row in each.products)
    problems = tuple(problem for each in readings for problem in each.problems)
    return ProductReading(product_id, () if problems else rows, problems)


def _sendable(document: Json) -> Json:
    """What was read, to be written: fractions as numbers, whose digits a float keeps."""
    sent: Json = json.loads(json.dumps(document, default=_number))
    return sent


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    message = f"{type(value).__name__} has no place in JSON"
    raise TypeError(message)


def _is_asin(product_id: str) -> bool:
    """Whether the id has the form of an ASIN, as orders name products."""
    return len(product_id) == _ASIN_LENGTH and product_id.isalnum() and product_id.isupper()


_ASIN_LENGTH = 10


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
