"""One BigCommerce store's API: which orders changed, and one order with its sub-resources.

A window is read in the order of ids, from the last one seen on: an order that changes meanwhile
leaves for a later window and shifts nothing (carts reference §2.4 and §11).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from carts.accounts import AccountCalls
from carts.adapter import CartApiError, ChangedOrder, Reading, StoreAccess
from carts.bigcommerce.accounts import BigCommerceAccounts
from carts.bigcommerce.calls import MOST_PAGES, Calls, another_shape, data_of, entries, pagination
from carts.bigcommerce.catalogue import BigCommerceCatalogue
from carts.bigcommerce.models import moment
from carts.bigcommerce.order_notes import BigCommerceNotes
from carts.bigcommerce.readings import ORDER_TOPIC, read
from carts.catalogue import CatalogueCalls
from carts.documents import Node, to_identifier
from carts.json_api import TIMEOUT, NotFoundError, checked_base_url
from carts.order_notes import NoteCalls
from commerce.money import MoneyError

PAGE_SIZE = 250
"""The most that a list gives in one answer."""

HOST = "https://api.bigcommerce.com"

_STORE_HASH = re.compile(r"[a-z0-9]{1,40}")
_MOST_LOOKS = 3
_SECOND = timedelta(seconds=1)


class BigCommerceClient(CatalogueCalls, AccountCalls, NoteCalls):
    """Reads one store's orders; see `CartClient` for the promises."""

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        page_size: int = PAGE_SIZE,
    ) -> None:
        """`http` carries base address and token; `clock` tells when levels were seen."""
        self._calls = Calls(http, sleep=sleep, monotonic=monotonic)
        self._store = store
        self._page_size = page_size
        self._catalogue = BigCommerceCatalogue(self._calls, store, page_size=page_size, clock=clock)
        self._accounts = BigCommerceAccounts(self._calls)
        self._notes = BigCommerceNotes(self._calls)

    @classmethod
    def connect(
        cls,
        access: StoreAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> Self:
        """A client with a connection pool of its own; `options` as the constructor takes them.

        The store's `domain` is its hash; the token goes to BigCommerce's own host only, or to
        loopback, where a simulator stands.

        Raises:
            CartApiError: there is no token, the domain is no store hash, or the address is another.
        """
        store_hash = access.domain.lower()
        if not access.access_token:
            message = "the store's secret lacks access_token"
            raise CartApiError(message, is_lasting=True)
        if not _STORE_HASH.fullmatch(store_hash):
            message = "the store's domain is not its BigCommerce store hash"
            raise CartApiError(message, is_lasting=True)
        http = httpx.Client(
            base_url=f"{_host(access.base_url)}/stores/{store_hash}",
            headers={"X-Auth-Token": access.access_token, "Accept": "application/json"},
            timeout=TIMEOUT,
            follow_redirects=False,
            transport=transport,
        )
        return cls(http, access.store, **options)

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders modified in `[since, until)`, complete whatever changes meanwhile.

        Whether the bounds belong to the window is not documented: a second more is asked for.

        Raises:
            CartApiError: a page could not be read.
        """
        params = {
            "min_date_modified": format_datetime(since - _SECOND),
            "max_date_modified": format_datetime(until + _SECOND),
            "sort": "id:asc",
            "limit": str(self._page_size),
        }
        last = 0
        for _ in range(MOST_PAGES):
            listed = self._list("/v2/orders", {**params, "min_id": str(last + 1)})
            ids = [_number(entry) for entry in listed]
            if ids != sorted(set(ids)) or (ids and ids[0] <= last):
                raise another_shape()
            rows = [_changed(entry) for entry in listed]
            yield [row for row in rows if since <= row.updated_at < until]
            if len(listed) < self._page_size:
                return
            last = ids[-1]
        message = f"more than {MOST_PAGES} pages in one window"
        raise CartApiError(message, is_lasting=True)

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its payments, shipments and refunds.

        The parts are read one after the other: when the order changed meanwhile, all are read anew.

        Raises:
            CartApiError: the API could not be used, knows no such order, or it kept changing.
        """
        before = self._order(order_id)
        for _ in range(_MOST_LOOKS):
            document = self._with_parts(order_id, before)
            after = self._order(order_id)
            if after == before:
                return self._read(document)
            before = after
        message = "the order kept changing while it was read"
        raise CartApiError(message)

    def _read(self, document: dict[str, Any]) -> Reading:
        try:
            return read(Node(document, "", []), self._store, ORDER_TOPIC)
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc

    def _order(self, order_id: str) -> dict[str, Any]:
        if not order_id.isascii() or not order_id.isdigit():
            raise _no_such_order()
        try:
            document = self._calls.ask(f"/v2/orders/{order_id}", {})
        except NotFoundError as exc:
            raise _no_such_order() from exc
        if not isinstance(document, dict):
            raise another_shape()
        if to_identifier(document.get("id")) != order_id:
            message = "BigCommerce answered with another order"
            raise CartApiError(message, is_lasting=True)
        return document

    def _with_parts(self, order_id: str, order: dict[str, Any]) -> dict[str, Any]:
        listed = {
            name: [*self._pages(f"/v2/orders/{order_id}/{name}")]
            for name in ("products", "shipping_addresses", "shipments")
        }
        v3 = f"/v3/orders/{order_id}"
        return {
            "order": order,
            **listed,
            "transactions": [*self._data_pages(f"{v3}/transactions")],
            "refunds": [*self._data_pages(f"{v3}/payment_actions/refunds")],
        }

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        """All entries of a list of V2, which ends with a page that is not full."""
        for page in range(1, MOST_PAGES + 1):
            listed = self._list(path, {"limit": str(self._page_size), "page": str(page)})
            yield from listed
            if len(listed) < self._page_size:
                return
        raise another_shape()

    def _data_pages(self, path: str) -> Iterator[dict[str, Any]]:
        """All entries of a list of V3, which tells how many pages it has."""
        for page in range(1, MOST_PAGES + 1):
            params = {"limit": str(self._page_size), "page": str(page)}
            document = self._calls.ask(path, params)
            yield from data_of(document)
            if page >= (pagination(document, "total_pages") or 1):
                return
        raise another_shape()

    def _list(self, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
        """A list of V2: an empty one is told by 204."""
        document = self._calls.ask(path, params)
        return [] if document is None else entries(document)


def _host(given: str) -> str:
    if not given:
        return HOST
    base_url = checked_base_url(given)
    if urlsplit(base_url).scheme == "https" and base_url != HOST:
        message = "the store's API address is not BigCommerce's: leave it out"
        raise CartApiError(message, is_lasting=True)
    return base_url


def _number(entry: dict[str, Any]) -> int:
    found = entry.get("id")
    if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
        raise another_shape()
    return found


def _changed(entry: dict[str, Any]) -> ChangedOrder:
    node = Node(entry, "orders", [])
    updated_at = moment(node, "date_modified")
    if updated_at is None or node.problems:
        raise another_shape()
    return ChangedOrder(str(_number(entry)), updated_at)


def _no_such_order() -> CartApiError:
    message = "the cart knows no such order"
    return CartApiError(message, is_lasting=True)
