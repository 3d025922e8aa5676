"""One Magento store's REST API: which orders changed, and one order with all that follows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from carts.accounts import AccountCalls
from carts.adapter import CartApiError, ChangedOrder, Reading, StoreAccess
from carts.catalogue import CatalogueCalls
from carts.documents import Node, to_identifier
from carts.json_api import TIMEOUT, JsonApi, NotFoundError, checked_base_url
from carts.magento.accounts import MagentoAccounts
from carts.magento.catalogue import MagentoCatalogue
from carts.magento.oauth1 import Credentials, OAuth1
from carts.magento.order_notes import MagentoNotes
from carts.magento.payment_marks import MagentoPaymentMarks
from carts.magento.readings import Followers, whole_order
from carts.magento.searches import Row, Search, another_shape
from carts.order_notes import NoteCalls
from carts.payment_marks import PaymentCalls
from commerce.money import MoneyError

PAGE_SIZE = 100

_MOST_LOOKS = 3
_DEFAULT_PATH = "/rest/default"
_OAUTH_VALUES = 4


class MagentoClient(CatalogueCalls, AccountCalls, NoteCalls, PaymentCalls):
    """Reads one store's orders; see `CartClient` for the promises."""

    counts_on_hand = True

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        page_size: int = PAGE_SIZE,
        is_presented: bool = False,
    ) -> None:
        """`http` carries base address and credentials; `sleep` is what waiting means.

        Orders are read as their buyers saw them where `is_presented` says so.
        """
        self._api = JsonApi(http, sleep=sleep)
        self._store = store
        self._page_size = page_size
        self._is_presented = is_presented
        self._catalogue = MagentoCatalogue(self._api, store, page_size=page_size, clock=clock)
        self._accounts = MagentoAccounts(self._api)
        self._notes = MagentoNotes(self._api)
        self._marker = MagentoPaymentMarks(self._api, is_presented=is_presented)

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
        return cls(http, access.store, is_presented=access.is_presented, **options)

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
            fields = tuple(dict.fromkeys(("entity_id", order_member, "updated_at")))
            listed = Search(self._api, path, page_size=self._page_size, fields=fields)
            for rows in listed.changed(since, until):
                told = dict.fromkeys(_changed(row, order_member) for row in rows)
                fresh = [row for row in told if row not in seen]
                seen.update(fresh)
                yield fresh

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
            node = Node(document, "", [])
            return whole_order(node, self._store, followers, is_presented=self._is_presented)
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
            raise another_shape()
        return document

    def _all(self, path: str, order_id: str) -> list[Any]:
        """All documents of the order: from the last seen id on, to the first page not full."""
        listed = Search(self._api, path, page_size=self._page_size)
        pages = listed.by_number([("order_id", "eq", order_id)])
        return [row.told for rows in pages for row in rows]


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


def _changed(row: Row, order_member: str) -> ChangedOrder:
    order_id = to_identifier(row.told.get(order_member))
    if not order_id:
        raise another_shape()
    return ChangedOrder(order_id, row.updated_at)
