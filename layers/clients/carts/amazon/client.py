"""One seller's Selling Partner API: which orders changed, one order with its refunds, settlements.

Orders tell no refund, and a refund changes no order: Finances is read beside them, up to 48 hours
back, since that is how late it tells (carts reference §7.3 and §7.5).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote

import httpx

from carts.adapter import CartApiError, ChangedOrder, PayoutReading, Reading, StoreAccess
from carts.amazon import payouts
from carts.amazon.access import connected
from carts.amazon.calls import (
    MOST_PAGES,
    Calls,
    next_token,
    too_many_pages,
)
from carts.amazon.catalogue import AmazonCatalogue
from carts.amazon.marketplaces import MARKETPLACES
from carts.amazon.readings import whole_order
from carts.amazon.transactions import GROUP_ID, ORDER_ID, read_transactions
from carts.answers import another_shape, as_list
from carts.catalogue import CatalogueCalls
from carts.documents import MOST_MOVEMENTS, Node, to_identifier
from carts.json_api import NotFoundError, RefusedParametersError
from commerce.money import MoneyError

PAGE_SIZE = 100
LAG = timedelta(minutes=2)
"""Amazon takes no upper bound that is newer."""

REACH = timedelta(days=730)
LATENESS = timedelta(hours=48)
LONGEST_FINANCES_WINDOW = timedelta(days=180)

_ORDERS = "/orders/2026-01-01/orders"
_TRANSACTIONS = "/finances/2024-06-19/transactions"
_GROUPS = "/finances/v0/financialEventGroups"
_INCLUDED = "PROCEEDS,TAX,BUYER,RECIPIENT,PAYMENT,PROMOTION,CANCELLATION,FULFILLMENT"
_LONGEST_GROUP = timedelta(days=35)
_MOST_TOLD = 20_000
_NO_MONEY_YET = frozenset({"PENDING_AVAILABILITY", "PENDING"})

_Window = tuple[datetime, datetime]


class AmazonClient(CatalogueCalls):
    """Reads one seller's orders and settlements; see `CartClient` and `PayoutClient`."""

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        marketplaces: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        page_size: int = PAGE_SIZE,
        seller: str = "",
        reads_fba: bool = True,
    ) -> None:
        """`http` carries base address and token; `marketplaces` are those the store sells on.

        `seller` is the seller's id, without which nothing of products is told; `reads_fba` is
        whether the stock that Amazon keeps is read.
        """
        self._page_size = page_size
        self._calls = Calls(http, sleep=sleep, monotonic=monotonic)
        self._store = store
        self._marketplaces = tuple(marketplaces)
        self._currencies = {MARKETPLACES[each].currency for each in marketplaces}
        self._clock = clock
        self._catalogue = AmazonCatalogue(
            self._calls,
            store,
            marketplaces=self._marketplaces,
            seller=seller,
            page_size=page_size,
            clock=clock,
            reads_fba=reads_fba,
        )
        self._resumable: dict[_Window, str] = {}
        self._told: dict[tuple[str, str], None] = {}

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
        return cls(
            connection.http,
            access.store,
            marketplaces=connection.marketplaces,
            **{"seller": access.domain, "reads_fba": connection.reads_fba, **options},
        )

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders updated in the window, then those that a refund was posted of.

        Where Amazon's pace ends a window early, the same window goes on where it ended.

        Raises:
            CartApiError: a page could not be read, or the window lies beyond Amazon's reach.
        """
        now = self._clock()
        if since < now - REACH:
            message = f"Amazon tells orders of {REACH.days} days, not those of {since:%Y-%m-%d}"
            raise CartApiError(message, is_lasting=True)
        if until > now - LAG:
            message = "Amazon takes no window that ends within the last two minutes"
            raise CartApiError(message)
        yield from self._updated((since, until))
        yield from self._refunded(since - LATENESS, until)

    def _updated(self, window: _Window) -> Iterator[Sequence[ChangedOrder]]:
        params = {
            "lastUpdatedAfter": _text(window[0]),
            "lastUpdatedBefore": _text(window[1]),
            "marketplaceIds": ",".join(self._marketplaces),
            "maxResultsPerPage": str(self._page_size),
        }
        token = self._resumable.get(window, "")
        for _ in range(MOST_PAGES):
            page = self._page(params, token, window)
            yield [_changed(entry) for entry in as_list(page.get("orders"))]
            following = next_token(page.get("pagination"), token)
            if not following:
                self._resumable.pop(window, None)
                return
            token = following
            self._resumable = {window: token}
        raise too_many_pages()

    def _page(self, params: dict[str, str], token: str, window: _Window) -> dict[str, Any]:
        if not token:
            return self._calls.ask("searchOrders", _ORDERS, params)
        try:
            return self._calls.ask("searchOrders", _ORDERS, params | {"paginationToken": token})
        except RefusedParametersError as exc:
            self._resumable.pop(window, None)
            message = "Amazon no longer takes the token of the page: the window is read anew"
            raise CartApiError(message) from exc

    def _refunded(self, since: datetime, until: datetime) -> Iterator[Sequence[ChangedOrder]]:
        """Orders with a refund that this process has not told of: Finances tells it late."""
        for begin, end in _windows(since, until):
            window = {"postedAfter": _text(begin), "postedBefore": _text(end)}
            for page in self._transaction_pages(window):
                listed = Node({"transactions": page}, "finances", [])
                rows = []
                keys = []
                for each in read_transactions(listed.nodes("transactions", most=MOST_MOVEMENTS)):
                    key = (each.id, each.status)
                    is_ours = each.marketplace in ("", *self._marketplaces)
                    if is_ours and each.is_refund and each.order_id and key not in self._told:
                        rows.append(ChangedOrder(each.order_id, each.posted_at, is_follower=True))
                        keys.append(key)
                yield rows
                self._remember(keys)

    def _remember(self, keys: Sequence[tuple[str, str]]) -> None:
        self._told.update(dict.fromkeys(keys))
        while len(self._told) > _MOST_TOLD:
            self._told.pop(next(iter(self._told)))

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with the refunds that Finances tells of it.

        Raises:
            CartApiError: the API could not be used, knows no such order, or it is of a marketplace
                that the store does not sell on.
        """
        try:
            path = f"{_ORDERS}/{quote(order_id, safe='')}"
            document = self._calls.ask("getOrder", path, {"includedData": _INCLUDED})
        except NotFoundError as exc:
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True) from exc
        order = document.get("order", document)
        if not isinstance(order, dict) or to_identifier(order.get("orderId")) != order_id:
            message = "Amazon answered with another order"
            raise CartApiError(message, is_lasting=True)
        self._check_marketplace(order)
        transactions: list[Any] = []
        if _state(order) not in _NO_MONEY_YET:
            transactions = self._transactions(ORDER_ID, order_id)
        try:
            return whole_order(order, transactions, self._store)
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc

    def _check_marketplace(self, order: dict[str, Any]) -> None:
        channel = order.get("salesChannel")
        marketplace = channel.get("marketplaceId") if isinstance(channel, dict) else None
        if isinstance(marketplace, str) and marketplace not in self._marketplaces:
            message = "the order is of a marketplace that the store does not sell on"
            raise CartApiError(message, is_lasting=True)

    def payouts(self, *, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        """Settlements that were closed, or whose money moved, in the half-open window.

        A seller's account has settlements in each currency; those of other stores are left out.

        Raises:
            CartApiError: they could not be read.
        """
        for group in self._groups(since - _LONGEST_GROUP, until):
            node = Node(group, "group", [])
            moments = (payouts.ended_at(node), node.instant("FundTransferDate"))
            if not any(moment and since <= moment < until for moment in moments):
                continue
            if payouts.currency_of(node) not in self._currencies:
                continue
            group_id = to_identifier(node.get("FinancialEventGroupId"))
            transactions = self._transactions(GROUP_ID, group_id) if group_id else []
            try:
                yield payouts.settlement(group, transactions, self._store)
            except MoneyError as exc:
                message = "the settlement's amounts are beyond belief"
                raise CartApiError(message, is_lasting=True) from exc

    def _groups(self, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        params = {
            "FinancialEventGroupStartedAfter": _text(since),
            "FinancialEventGroupStartedBefore": _text(min(until, self._clock() - LAG)),
            "MaxResultsPerPage": str(PAGE_SIZE),
        }
        token = ""
        for _ in range(MOST_PAGES):
            more = {"NextToken": token} if token else {}
            answer = self._calls.ask("listFinancialEventGroups", _GROUPS, params | more)
            payload = answer.get("payload")
            if not isinstance(payload, dict):
                raise another_shape()
            yield from as_list(payload.get("FinancialEventGroupList"))
            token = next_token({"nextToken": payload.get("NextToken")}, token)
            if not token:
                return
        raise too_many_pages()

    def _transactions(self, name: str, value: str) -> list[Any]:
        params = {"relatedIdentifierName": name, "relatedIdentifierValue": value}
        return [each for page in self._transaction_pages(params) for each in page]

    def _transaction_pages(self, params: dict[str, str]) -> Iterator[list[Any]]:
        """Pages to the last: one may be empty and still not be the last."""
        token = ""
        for _ in range(MOST_PAGES):
            more = {"nextToken": token} if token else {}
            answer = self._calls.ask("listTransactions", _TRANSACTIONS, params | more)
            payload = answer.get("payload", answer)
            if not isinstance(payload, dict):
                raise another_shape()
            yield as_list(payload.get("transactions"))
            token = next_token(payload, token)
            if not token:
                return
        raise too_many_pages()


def _state(order: dict[str, Any]) -> str:
    progress = order.get("fulfillment")
    state = progress.get("fulfillmentStatus") if isinstance(progress, dict) else None
    return state if isinstance(state, str) else ""


def _changed(entry: dict[str, Any]) -> ChangedOrder:
    node = Node(entry, "orders", [])
    order_id = to_identifier(node.get("orderId"))
    updated_at = node.instant("lastUpdatedTime")
    if not order_id or updated_at is None or node.problems:
        raise another_shape()
    return ChangedOrder(order_id, updated_at)


def _windows(since: datetime, until: datetime) -> Iterator[_Window]:
    """The span in parts that Finances answers for."""
    begin = since
    while begin < until:
        end = min(begin + LONGEST_FINANCES_WINDOW, until)
        yield begin, end
        begin = end


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
