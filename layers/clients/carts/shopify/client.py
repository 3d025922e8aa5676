"""One Shopify store's GraphQL Admin API: which orders changed, and one order as it is now.

Source: carts reference §4.1 and §4.3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from carts.accounts import AccountCalls
from carts.adapter import CartApiError, ChangedOrder, PayoutReading, Reading, StoreAccess
from carts.catalogue import CatalogueCalls
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi
from carts.order_notes import NoteCalls
from carts.payment_marks import PaymentCalls
from carts.shopify import graphql
from carts.shopify.accounts import ShopifyAccounts
from carts.shopify.catalogue import ShopifyCatalogue
from carts.shopify.graph_api import API_VERSION, GraphApi
from carts.shopify.order_notes import ShopifyNotes
from carts.shopify.payment_marks import ShopifyPaymentMarks
from carts.shopify.readings import order_reading
from carts.shopify.settlements import Settlements
from carts.shopify.sides import presented
from commerce.money import MoneyError

REACH = timedelta(days=60)
"""How old orders may be that an app sees without a further scope (carts reference §4.1)."""

PAGE_SIZE = 250
"""The most that the API gives in one page."""

_ALL_ORDERS = "read_all_orders"
_MOST_PAGES = 400
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class ShopifyClient(CatalogueCalls, AccountCalls, NoteCalls, PaymentCalls):
    """Reads one store's orders; see `CartClient` for the promises."""

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
        """`http` carries base address and token; `sleep` is what waiting means.

        Orders are read as their buyers saw them where `is_presented` says so.
        """
        self._http = http
        self._store = store
        self._sleep = sleep
        self._graph = GraphApi(http, sleep=sleep)
        self._catalogue = ShopifyCatalogue(self._graph, store, page_size=page_size)
        self._accounts = ShopifyAccounts(self._graph)
        self._notes = ShopifyNotes(self._graph)
        self._marker = ShopifyPaymentMarks(self._graph, is_presented=is_presented)
        self._clock = clock
        self._page_size = page_size
        self._is_presented = is_presented
        self._shows_all = False

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
            CartApiError: the address is not https (or loopback), or there is no token.
        """
        base_url = access.base_url or f"https://{access.domain}"
        parts = urlsplit(base_url)
        is_loopback = parts.hostname in ("127.0.0.1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
            message = "the store's API address must be https"
            raise CartApiError(message, is_lasting=True)
        if not access.access_token:
            message = "the store's secret has no access_token"
            raise CartApiError(message, is_lasting=True)
        http = httpx.Client(
            base_url=base_url,
            headers={"X-Shopify-Access-Token": access.access_token},
            timeout=_TIMEOUT,
            follow_redirects=False,
            transport=transport,
        )
        return cls(http, access.store, is_presented=access.is_presented, **options)

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders updated in `[since, until)`, by cursor: none is lost while they change.

        Raises:
            CartApiError: a page could not be read, or the window begins before what the app's
                scopes let it see.
        """
        self._check_reach(since)
        query = f"updated_at:>='{_text(since)}' AND updated_at:<'{_text(until)}'"
        after: str | None = None
        for _ in range(_MOST_PAGES):
            variables = {"first": self._page_size, "after": after, "query": query}
            page = self._graph.ask(graphql.CHANGED_ORDERS, variables).get("orders") or {}
            yield [_changed(node) for node in page.get("nodes") or []]
            info = page.get("pageInfo") or {}
            if not info.get("hasNextPage"):
                return
            after = info.get("endCursor")
        message = f"more than {_MOST_PAGES} pages of changed orders in one window"
        raise CartApiError(message, is_lasting=True)

    def _check_reach(self, since: datetime) -> None:
        """Refuse a window of which Shopify would leave orders out without saying so (§4.1)."""
        if self._shows_all or since >= self._clock() - REACH:
            return
        installed = self._graph.ask(graphql.SCOPES, {}).get("currentAppInstallation") or {}
        scopes = installed.get("accessScopes") or []
        if not any(each.get("handle") == _ALL_ORDERS for each in scopes if isinstance(each, dict)):
            message = (
                f"the window begins on {since:%Y-%m-%d}, but without the scope {_ALL_ORDERS}"
                f" Shopify shows orders of the last {REACH.days} days only: grant it, or set a"
                " later go-live date"
            )
            raise CartApiError(message, is_lasting=True)
        self._shows_all = True

    def payouts(self, *, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        """Payouts of Shopify Payments that were issued or may have arrived in the window.

        Raises:
            CartApiError: they could not be read; the store may have no Shopify Payments.
        """
        api = JsonApi(self._http, sleep=self._sleep)
        return Settlements(api, self._store, f"/admin/api/{API_VERSION}").payouts(since, until)

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with all lines, transactions, fulfilments and refunds.

        Raises:
            CartApiError: the API could not be used, or knows no such order.
        """
        try:
            document = graphql.order_to_rest(self._whole_order(order_id))
            if self._is_presented:
                document = presented(document)
            return order_reading(Node(document, "", []), self._store)
        except (graphql.TruncatedError, MoneyError) as exc:
            message = "the order is larger than can be read"
            raise CartApiError(message, is_lasting=True) from exc
        except (AttributeError, KeyError, TypeError) as exc:
            message = "the cart's answer has another shape than documented"
            raise CartApiError(message, is_lasting=True) from exc

    def _whole_order(self, order_id: str) -> dict[str, Any]:
        """The order node with all its lines, refunds and fulfillments."""
        gid = f"gid://shopify/Order/{order_id}"
        order = self._graph.ask(graphql.ORDER, {"id": gid}).get("order")
        if not isinstance(order, dict):
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True)
        return {
            **order,
            "lineItems": self._all_lines(gid, order.get("lineItems") or {}),
            "refunds": self._each(graphql.REFUND, "refund", order.get("refunds")),
            "fulfillments": self._each(
                graphql.FULFILLMENT, "fulfillment", order.get("fulfillments")
            ),
        }

    def _all_lines(self, gid: str, first: dict[str, Any]) -> dict[str, Any]:
        """The connection of line items with every page's entries."""
        lines: list[Any] = list(first.get("nodes") or [])
        info = first.get("pageInfo") or {}
        for _ in range(_MOST_PAGES):
            if not info.get("hasNextPage"):
                break
            answer = self._graph.ask(
                graphql.LINE_ITEMS, {"id": gid, "after": info.get("endCursor")}
            )
            page = (answer.get("order") or {}).get("lineItems") or {}
            lines.extend(page.get("nodes") or [])
            info = page.get("pageInfo") or {}
        return {"nodes": lines, "pageInfo": info}

    def _each(self, query: str, name: str, listed: Any) -> list[Any]:
        """The named objects, one question each: together they would cost more than is allowed."""
        found = []
        for each in listed or []:
            answer = self._graph.ask(query, {"id": each["id"]}).get(name)
            if not isinstance(answer, dict):
                message = f"the cart does not show a {name} of the order"
                raise CartApiError(message, is_lasting=True)
            found.append(answer)
        return found


def _changed(node: Any) -> ChangedOrder:
    fields = Node(node, "orders", [])
    order_id = to_identifier(fields.get("legacyResourceId"))
    updated_at = fields.instant("updatedAt")
    if not order_id or updated_at is None or fields.problems:
        message = "the cart's list of changed orders has another shape than documented"
        raise CartApiError(message, is_lasting=True)
    return ChangedOrder(order_id, updated_at)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
