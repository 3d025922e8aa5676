"""One seller's Walmart Marketplace API: which orders changed, one order, and reconciliation.

Lists go on by a cursor and per kind of ship node: without naming it Walmart lists what sellers ship
themselves and nothing else. A return need not change its order, so returns are read beside the
orders (carts reference §9.3 and §9.5).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote

import httpx

from carts.adapter import CartApiError, ChangedOrder, PayoutReading, Reading, StoreAccess
from carts.answers import another_shape, as_list, as_object
from carts.catalogue import CatalogueCalls, Written
from carts.documents import Node, to_identifier
from carts.json_api import NotFoundError
from carts.walmart import payouts, reports
from carts.walmart.access import connected
from carts.walmart.calls import Calls
from carts.walmart.catalogue import WalmartCatalogue
from carts.walmart.models import ChargesPer
from carts.walmart.orders import newest_change, shows_refund
from carts.walmart.readings import ORDER_TOPIC, read
from commerce.money import MoneyError

PAGE_SIZE = 200
"""The most that a list gives in one answer."""

REACH = timedelta(days=180)
MOST_LISTED = 20_000
"""The most that Walmart lists of one query; a window of more is halved."""

SHIP_NODES = ("SellerFulfilled", "WFSFulfilled", "3PLFulfilled")

_ORDERS = "/v3/orders"
_RETURNS = "/v3/returns"
_MOST_PAGES = 1000
_MOST_TOLD = 20_000
_SECOND = timedelta(seconds=1)

_Found = tuple[ChangedOrder, str]
"""A row, and a digest of what it was told for; empty where it may be told again."""


class WalmartClient(CatalogueCalls):
    """Reads one seller's orders and reconciliation; see `CartClient` and `PayoutClient`."""

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        charges_per: ChargesPer = ChargesPer.UNKNOWN,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        page_size: int = PAGE_SIZE,
        most_listed: int = MOST_LISTED,
        counts_on_hand: bool = False,
    ) -> None:
        """`http` carries base address and token.

        `charges_per` is the store's word on charges, `counts_on_hand` its word on quantities.
        """
        self._http = http
        self._calls = Calls(http, clock=clock, sleep=sleep)
        self._store = store
        self._charges_per = charges_per
        self._clock = clock
        self._page_size = page_size
        self._most_listed = most_listed
        self._told: dict[str, None] = {}
        self.counts_on_hand = counts_on_hand
        self._catalogue: WalmartCatalogue = WalmartCatalogue(
            self._calls, store, page_size=page_size, clock=clock, counts_on_hand=counts_on_hand
        )

    @classmethod
    def connect(
        cls,
        access: StoreAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> Self:
        """A client with a connection pool of its own; `options` as the constructor takes them.

        Raises:
            CartApiError: the store's secret or address is not as it must be.
        """
        connection = connected(access, transport)
        options.setdefault("counts_on_hand", connection.counts_on_hand)
        return cls(connection.http, access.store, charges_per=connection.charges_per, **options)

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders modified in the window, then those that something was returned of.

        Raises:
            CartApiError: a page could not be read, or the window lies beyond Walmart's reach.
        """
        if since < self._clock() - REACH:
            message = f"Walmart tells orders of {REACH.days} days, not those of {since:%Y-%m-%d}"
            raise CartApiError(message, is_lasting=True)
        seen: set[ChangedOrder] = set()
        for page in self._found(since, until):
            yield [row for row, _ in page if row not in seen]
            seen.update(row for row, _ in page)
            self._remember(said for _, said in page)

    def _found(self, since: datetime, until: datetime) -> Iterator[Sequence[_Found]]:
        for ship_node in SHIP_NODES:
            yield from self._modified(ship_node, since, until)
        yield from self._returned(since, until)

    def _modified(
        self, ship_node: str, since: datetime, until: datetime
    ) -> Iterator[Sequence[_Found]]:
        params = {
            "lastModifiedStartDate": _text(since),
            "lastModifiedEndDate": _text(until),
            "limit": str(self._page_size),
            "shipNodeType": ship_node,
            "replacementInfo": "true",
        }
        for index, document in enumerate(self._calls.pages(_ORDERS, params)):
            listing = as_object(document.get("list"))
            if not index and _count(listing) > self._most_listed:
                yield from self._halved(ship_node, since, until)
                return
            elements = as_object(listing.get("elements") or {})
            yield self._rows(as_list(elements.get("order")), since)

    def _halved(
        self, ship_node: str, since: datetime, until: datetime
    ) -> Iterator[Sequence[_Found]]:
        if until - since <= _SECOND:
            message = f"more than {self._most_listed} orders were modified in one second"
            raise CartApiError(message, is_lasting=True)
        middle = since + (until - since) / 2
        yield from self._modified(ship_node, since, middle)
        yield from self._modified(ship_node, middle, until)

    def _rows(self, entries: Sequence[dict[str, Any]], since: datetime) -> list[_Found]:
        """An order by its newest line; it is read in any case where that does not tell the change.

        Refunds carry no date, and need not change their line's: each state of them is told once.
        """
        rows: list[_Found] = []
        for entry in entries:
            node = Node(entry, "orders", [])
            order_id = to_identifier(node.get("purchaseOrderId"))
            changed_at = newest_change(node)
            if not order_id or changed_at is None or node.problems:
                raise another_shape()
            if changed_at >= since:
                rows.append((ChangedOrder(order_id, changed_at), ""))
            said = _digest(entry)
            is_hidden = changed_at < since or shows_refund(node)
            if is_hidden and said not in self._told:
                rows.append((ChangedOrder(order_id, changed_at, is_follower=True), said))
        return rows

    def _returned(self, since: datetime, until: datetime) -> Iterator[Sequence[_Found]]:
        params = {
            "returnLastModifiedStartDate": _text(since),
            "returnLastModifiedEndDate": _text(until),
            "limit": str(self._page_size),
        }
        for document in self._calls.pages(_RETURNS, params):
            rows: list[_Found] = []
            for entry in as_list(document.get("returnOrders")):
                said = _digest(entry)
                lines = [] if said in self._told else as_list(entry.get("returnOrderLines"))
                order_ids = {to_identifier(line.get("purchaseOrderId")) for line in lines}
                told = (ChangedOrder(each, until, is_follower=True) for each in order_ids if each)
                rows += [(row, said) for row in told]
            yield rows

    def _remember(self, said: Iterable[str]) -> None:
        """Not to be told again, now that somebody took it."""
        self._told.update(dict.fromkeys(filter(None, said)))
        while len(self._told) > _MOST_TOLD:
            self._told.pop(next(iter(self._told)))

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its parcels, receipts and refunds.

        Raises:
            CartApiError: the API could not be used, or knows no such order.
        """
        path = f"{_ORDERS}/{quote(order_id, safe='')}"
        try:
            document = self._calls.ask("order", path, {"replacementInfo": "true"})
        except NotFoundError as exc:
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True) from exc
        order = document.get("order", document)
        if not isinstance(order, dict) or to_identifier(order.get("purchaseOrderId")) != order_id:
            message = "Walmart answered with another order"
            raise CartApiError(message, is_lasting=True)
        try:
            return read(Node(document, "", []), self._store, ORDER_TOPIC, self._charges_per)
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc

    def payouts(self, *, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        """Settlements whose report is dated in the half-open window, with all their rows.

        Raises:
            CartApiError: they could not be read.
        """
        for reported_at, name in reports.available(self._calls.api):
            if since <= reported_at < until:
                rows = reports.download(self._http, name)
                try:
                    yield payouts.settlement(rows, self._store)
                except MoneyError as exc:
                    message = "the settlement's amounts are beyond belief"
                    raise CartApiError(message, is_lasting=True) from exc

    def feed_outcomes(self, feed: str) -> Mapping[str, Written] | None:
        """What became of a feed's rows by SKU; None while Walmart works on it."""
        return self._catalogue.feed_outcomes(feed)


def _digest(entry: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True, default=str).encode()).hexdigest()


def _count(listing: dict[str, Any]) -> int:
    meta = listing.get("meta")
    count = meta.get("totalCount") if isinstance(meta, dict) else None
    return count if isinstance(count, int) else 0


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
