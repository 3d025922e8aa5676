"""One seller's eBay APIs: which orders changed, one order with its refunds, and payouts.

The list of orders has offsets and no order of its own, so it is never paged: a window that does not
fit into one answer is halved until its parts do. An answer is one moment; an order that changes
meanwhile leaves for a later window and shifts nothing (carts reference §2.4 and §8.3).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote

import httpx

from carts.adapter import CartApiError, ChangedOrder, PayoutReading, Reading, StoreAccess
from carts.answers import another_shape, as_list, as_object
from carts.catalogue import CatalogueCalls
from carts.documents import Node, to_identifier
from carts.ebay import payouts
from carts.ebay.access import connected
from carts.ebay.answers import as_count
from carts.ebay.catalogue import EbayCatalogue
from carts.ebay.readings import whole_order
from carts.json_api import JsonApi, NotFoundError
from commerce.money import MoneyError

PAGE_SIZE = 200
"""The most that the list of orders gives in one answer."""

REACH = timedelta(days=730)

_ORDERS = "/sell/fulfillment/v1/order"
_PAYOUTS = "/sell/finances/v1/payout"
_TRANSACTIONS = "/sell/finances/v1/transaction"
_PAYOUTS_PER_PAGE = 200
_TRANSACTIONS_PER_PAGE = 1000
_MOST_CALLS = 2000
_MOST_PAGES = 100
_MOST_RESTARTS = 5
_INSTANT = timedelta(milliseconds=1)
_SENT = ("IN_PROGRESS", "FULFILLED")


class EbayClient(CatalogueCalls):
    """Reads one seller's orders and payouts; see `CartClient` and `PayoutClient`."""

    def __init__(
        self,
        orders: httpx.Client,
        finances: httpx.Client,
        store: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        page_size: int = PAGE_SIZE,
        reads_offers: bool = False,
    ) -> None:
        """The two clients carry base address and token of orders and of finances.

        `reads_offers` reads prices of products as well, a call for each.
        """
        self._page_size = page_size
        self._orders = JsonApi(orders, sleep=sleep)
        self._finances = JsonApi(finances, sleep=sleep)
        self._store = store
        self._clock = clock
        self._catalogue = EbayCatalogue(
            self._orders, store, page_size=page_size, clock=clock, reads_offers=reads_offers
        )

    @classmethod
    def connect(
        cls,
        access: StoreAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> Self:
        """A client with connection pools of its own; `options` as the constructor takes them.

        Raises:
            CartApiError: the store's secret or address is not as it must be.
        """
        connection = connected(access, transport)
        options.setdefault("reads_offers", connection.reads_offers)
        return cls(connection.orders, connection.finances, access.store, **options)

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Orders modified in `[since, until)`, complete whatever changes meanwhile.

        Raises:
            CartApiError: a part could not be read, or the window lies beyond eBay's reach.
        """
        if since < self._clock() - REACH:
            message = f"eBay tells orders of {REACH.days} days, not those of {since:%Y-%m-%d}"
            raise CartApiError(message, is_lasting=True)
        waiting = [(_floored(since), _floored(until - _INSTANT))]
        for _ in range(_MOST_CALLS):
            if not waiting:
                return
            begin, end = waiting.pop()
            rows = self._rows(begin, end)
            if rows is not None:
                yield rows
                continue
            if end <= begin:
                yield self._millisecond(begin)
                continue
            middle = _floored(begin + (end - begin) / 2)
            waiting += [(middle + _INSTANT, end), (begin, middle)]
        message = f"one window takes more than {_MOST_CALLS} calls"
        raise CartApiError(message, is_lasting=True)

    def _rows(self, begin: datetime, end: datetime) -> list[ChangedOrder] | None:
        """The orders modified from `begin` to `end`, both included; None when they are too many."""
        span = _modified(begin, end)
        params = {"filter": span, "limit": str(self._page_size), "offset": "0"}
        document = as_object(self._orders.get(_ORDERS, params).document)
        entries = as_list(document.get("orders"))
        if as_count(document) > len(entries):
            return None
        return [_changed(entry) for entry in entries]

    def _millisecond(self, moment: datetime) -> list[ChangedOrder]:
        """What cannot be halved any further; read anew when its number changes meanwhile."""
        span = _modified(moment, moment)
        listed = _all(self._orders, _ORDERS, span, ("orders", self._page_size))
        return [_changed(entry) for entry in listed]

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its refunds and what left, and when.

        Only here are requests to cancel shown; lists never tell them.

        Raises:
            CartApiError: the API could not be used, or knows no such order.
        """
        path = f"{_ORDERS}/{quote(order_id, safe='')}"
        try:
            document = as_object(self._orders.get(path).document)
        except NotFoundError as exc:
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True) from exc
        if to_identifier(document.get("orderId")) != order_id:
            message = "eBay answered with another order"
            raise CartApiError(message, is_lasting=True)
        parcels: list[dict[str, Any]] = []
        if document.get("orderFulfillmentStatus") in _SENT:
            answer = self._orders.get(f"{path}/shipping_fulfillment").document
            parcels = as_list(as_object(answer).get("fulfillments")) if answer is not None else []
        try:
            return whole_order(document, parcels, self._store)
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc

    def payouts(self, *, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        """Payouts begun in `[since, until)`, each with its transactions.

        Raises:
            CartApiError: they could not be read. eBay refuses sellers of Europe and the United
                Kingdom here, who must sign their requests (carts reference §8.1).
        """
        span = f"payoutDate:[{_text(since)}..{_text(until - _INSTANT)}]"
        for payout in _all(self._finances, _PAYOUTS, span, ("payouts", _PAYOUTS_PER_PAGE)):
            payout_id = to_identifier(payout.get("payoutId"))
            transactions: list[Any] = []
            if payout_id:
                only = f"payoutId:{{{payout_id}}}"
                wanted = ("transactions", _TRANSACTIONS_PER_PAGE)
                transactions = [*_all(self._finances, _TRANSACTIONS, only, wanted)]
            try:
                yield payouts.payout_reading(payout, transactions, self._store)
            except MoneyError as exc:
                message = "the payout's amounts are beyond belief"
                raise CartApiError(message, is_lasting=True) from exc


def _all(api: JsonApi, path: str, only: str, wanted: tuple[str, int]) -> list[dict[str, Any]]:
    """All entries by offset; read again from the start when their number changes meanwhile.

    `wanted` is the member that holds them, and how many a page may have.
    """
    name, size = wanted
    for _ in range(_MOST_RESTARTS):
        found: list[dict[str, Any]] = []
        expected: int | None = None
        for _ in range(_MOST_PAGES):
            params = {"filter": only, "limit": str(size), "offset": str(len(found))}
            document = api.get(path, params).document
            if document is None:
                return found
            count = as_count(as_object(document))
            if expected is not None and count != expected:
                break
            expected = count
            entries = as_list(document.get(name))
            found += entries
            if len(found) >= count:
                return found
            if not entries:
                raise another_shape()
    message = "what eBay lists kept changing while it was read"
    raise CartApiError(message)


def _modified(begin: datetime, end: datetime) -> str:
    return f"lastmodifieddate:[{_text(begin)}..{_text(end)}]"


def _changed(entry: dict[str, Any]) -> ChangedOrder:
    node = Node(entry, "orders", [])
    order_id = to_identifier(node.get("orderId"))
    updated_at = node.instant("lastModifiedDate")
    if not order_id or updated_at is None or node.problems:
        raise another_shape()
    return ChangedOrder(order_id, updated_at)


def _floored(instant: datetime) -> datetime:
    """In UTC and whole milliseconds, as eBay keeps its times."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
