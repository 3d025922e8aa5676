"""One Magento store's REST API: which orders changed, and one order with all that follows it.

Pages are read from the last seen time on, and within one second from the last seen id on, never by
number: an order that changes while pages are read shifts nothing away (carts reference §2.4, §5.3).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from carts.adapter import CartApiError, ChangedOrder, Reading, StoreAccess
from carts.documents import Node, to_identifier
from carts.json_api import TIMEOUT, JsonApi, NotFoundError, checked_base_url
from carts.magento.models import utc
from carts.magento.oauth1 import Credentials, OAuth1
from carts.magento.readings import Followers, whole_order
from commerce.money import MoneyError

PAGE_SIZE = 100

_MOST_PAGES = 1000
_MOST_LOOKS = 3
_SECOND = timedelta(seconds=1)
_DEFAULT_PATH = "/rest/default"
_OAUTH_VALUES = 4

Filter = tuple[str, str, str]
"""Field, condition, value."""


class MagentoClient:
    """Reads one store's orders; see `CartClient` for the promises."""

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        page_size: int = PAGE_SIZE,
    ) -> None:
        """`http` carries base address and credentials; `sleep` is what waiting means."""
        self._api = JsonApi(http, sleep=sleep)
        self._store = store
        self._page_size = page_size

    @classmethod
    def connect(
        cls,
        access: StoreAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> Self:
        """A client with a connection pool of its own; `options` as the constructor takes them.

        The access token is the integration's four values with colons between them (consumer key,
        consumer secret, access token, access token secret), or one token sent as bearer where the
        shop allows that. Without a path in the address the default store's view is read.

        Raises:
            CartApiError: the address is not https (or loopback), or the token has another form.
        """
        base_url = checked_base_url(access.base_url or f"https://{access.domain}")
        if "/rest" not in urlsplit(base_url).path:
            base_url += _DEFAULT_PATH
        http = httpx.Client(
            base_url=f"{base_url}/V1",
            auth=_auth(access),
            timeout=TIMEOUT,
            follow_redirects=False,
            transport=transport,
        )
        return cls(http, access.store, **options)

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders that were updated in `[since, until)`, or whose credit memos were.

        Each order is told once for each time of change, however many rows say it.

        Raises:
            CartApiError: a page could not be read.
        """
        seen: set[ChangedOrder] = set()
        for path, order_member in (("/orders", "entity_id"), ("/creditmemos", "order_id")):
            for rows in self._changed(path, order_member, since, until):
                fresh = [row for row in dict.fromkeys(rows) if row not in seen]
                seen.update(fresh)
                yield fresh

    def _changed(
        self, path: str, order_member: str, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """All rows of the window: by time, and where a page holds one second only, by id."""
        lower = since.astimezone(UTC).replace(microsecond=0)
        for _ in range(_MOST_PAGES):
            window = [("updated_at", "gteq", _text(lower)), ("updated_at", "lt", _text(until))]
            rows = self._page(path, order_member, window, [("updated_at", "ASC")])
            times = [row.updated_at for _, row in rows]
            if times != sorted(times):
                message = "the store does not sort what it lists"
                raise CartApiError(message, is_lasting=True)
            yield [row for _, row in rows]
            if len(rows) < self._page_size:
                return
            if times[-1] > lower:
                lower = times[-1]
                continue
            yield from self._second(path, order_member, lower)
            lower += _SECOND
        raise _too_many_pages()

    def _second(
        self, path: str, order_member: str, second: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """All rows of one second, from the last seen id on."""
        last_id = 0
        for _ in range(_MOST_PAGES):
            filters = [
                ("updated_at", "gteq", _text(second)),
                ("updated_at", "lt", _text(second + _SECOND)),
                ("entity_id", "gt", str(last_id)),
            ]
            rows = self._page(path, order_member, filters, [("entity_id", "ASC")])
            yield [row for _, row in rows]
            if len(rows) < self._page_size:
                return
            last_id = _next_id([number for number, _ in rows], last_id)
        raise _too_many_pages()

    def _page(
        self,
        path: str,
        order_member: str,
        filters: Sequence[Filter],
        sorting: Sequence[tuple[str, str]],
    ) -> list[tuple[int, ChangedOrder]]:
        """The first page of what the filters let through, each row with its own number."""
        members = ",".join(dict.fromkeys(("entity_id", order_member, "updated_at")))
        params = self._criteria(filters, sorting) | {"fields": f"items[{members}],total_count"}
        items = _items(self._api.get(path, params).document)
        return [_row(item, order_member) for item in items]

    def _criteria(
        self, filters: Sequence[Filter], sorting: Sequence[tuple[str, str]]
    ) -> dict[str, str]:
        """The search grammar of all lists: groups are joined by and (carts reference §5.3)."""
        params = {
            "searchCriteria[pageSize]": str(self._page_size),
            "searchCriteria[currentPage]": "1",
        }
        for index, (member, condition, value) in enumerate(filters):
            group = f"searchCriteria[filter_groups][{index}][filters][0]"
            params[f"{group}[field]"] = member
            params[f"{group}[condition_type]"] = condition
            params[f"{group}[value]"] = value
        for index, (member, direction) in enumerate(sorting):
            params[f"searchCriteria[sortOrders][{index}][field]"] = member
            params[f"searchCriteria[sortOrders][{index}][direction]"] = direction
        return params

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its invoices, shipments and credit memos.

        The order is read before and after them, so that all belong to one version of it.

        Raises:
            CartApiError: the API could not be used, or knows no such order.
        """
        document = self._one(order_id)
        for _ in range(_MOST_LOOKS):
            followers = Followers(
                invoices=self._all("/invoices", order_id),
                shipments=self._all("/shipments", order_id),
                credit_memos=self._all("/creditmemos", order_id),
            )
            again = self._one(order_id)
            if again == document:
                return self._reading(document, followers)
            document = again
        message = "the order kept changing while it was read"
        raise CartApiError(message)

    def _reading(self, document: dict[str, Any], followers: Followers) -> Reading:
        try:
            return whole_order(Node(document, "", []), self._store, followers)
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc

    def _one(self, order_id: str) -> dict[str, Any]:
        try:
            document = self._api.get(f"/orders/{order_id}").document
        except NotFoundError as exc:
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True) from exc
        if not isinstance(document, dict) or to_identifier(document.get("entity_id")) != order_id:
            raise _another_shape()
        return document

    def _all(self, path: str, order_id: str) -> list[Any]:
        """All documents of the order: from the last seen id on, to the first page not full."""
        found: list[Any] = []
        last_id = 0
        for _ in range(_MOST_PAGES):
            filters = [("order_id", "eq", order_id), ("entity_id", "gt", str(last_id))]
            params = self._criteria(filters, [("entity_id", "ASC")])
            items = _items(self._api.get(path, params).document)
            found += items
            if len(items) < self._page_size:
                return found
            last_id = _next_id([_number(Node(item, path, [])) for item in items], last_id)
        raise _too_many_pages()


def _auth(access: StoreAccess) -> httpx.Auth:
    values = access.access_token.split(":")
    if len(values) == _OAUTH_VALUES and all(values):
        return OAuth1(Credentials(*values))
    if len(values) == 1 and values[0]:
        return _Bearer(values[0])
    message = "the store's access_token is neither four values with colons nor one token"
    raise CartApiError(message, is_lasting=True)


class _Bearer(httpx.Auth):
    """An access token as it is, for shops that switched that on."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _items(document: Any) -> list[Any]:
    """The entries of a list; shops answer null for none."""
    items = document.get("items") if isinstance(document, dict) else None
    if isinstance(document, dict) and items is None and document.get("total_count") == 0:
        return []
    if not isinstance(items, list):
        raise _another_shape()
    return items


def _row(item: Any, order_member: str) -> tuple[int, ChangedOrder]:
    node = Node(item, "items", [])
    number = _number(node)
    order_id = to_identifier(node.get(order_member))
    updated_at = utc(node, "updated_at")
    if not order_id or node.problems:
        raise _another_shape()
    return number, ChangedOrder(order_id, updated_at)


def _number(node: Node) -> int:
    text = to_identifier(node.get("entity_id"))
    if not text.isdigit():
        raise _another_shape()
    return int(text)


def _next_id(numbers: Sequence[int], last_id: int) -> int:
    """The last id of a full page; it must have grown, or the store does not sort or filter."""
    if list(numbers) != sorted(numbers) or numbers[-1] <= last_id:
        message = "the store does not sort what it lists"
        raise CartApiError(message, is_lasting=True)
    return numbers[-1]


def _too_many_pages() -> CartApiError:
    message = f"more than {_MOST_PAGES} pages in one list"
    return CartApiError(message, is_lasting=True)


def _another_shape() -> CartApiError:
    message = "the store's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
