"""One store behind API2Cart: which orders changed, and one order as it is now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from carts.adapter import CartApiError, ChangedOrder, Reading, StoreAccess
from carts.answers import another_shape
from carts.api2cart.access import connected
from carts.api2cart.catalogue import Api2CartCatalogue
from carts.api2cart.envelopes import Envelopes
from carts.api2cart.lists import ChangeList
from carts.api2cart.models import child, children, is_true, required_instant
from carts.api2cart.readings import ORDER_TOPIC, read
from carts.catalogue import CatalogueCalls, Written
from carts.documents import Node, to_identifier
from carts.json_api import NotFoundError
from commerce.money import MoneyError

PAGE_SIZE = 250

_LISTED = (
    "{return_code,return_message,pagination,"
    "result{orders_count,order{id,order_id,create_at,modified_at}}}"
)
_WHOLE = (
    "{return_code,return_message,result{id,order_id,customer,create_at,modified_at,finished_time,"
    "currency,totals,total,discounts,status,order_products,bundles,refunds,shipping_method,"
    "shipping_methods,shipping_address,billing_address,payment_method,store_id,channel_id,"
    "additional_fields}}"
)


class Api2CartClient(CatalogueCalls):
    """Reads one store's orders; see `CartClient` for the promises."""

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        reach: timedelta | None = None,
        reads_transactions: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        page_size: int = PAGE_SIZE,
        writes_in_batches: bool = False,
    ) -> None:
        """`http` carries base address and keys; see `access.Connection` for the rest."""
        self._api = Envelopes(http, sleep=sleep)
        self._store = store
        self._reach = reach
        self._reads_transactions = reads_transactions
        self._clock = clock
        asked = {
            "sort_by": "modified_at",
            "sort_direction": "asc",
            "response_fields": _LISTED,
        }
        self._orders = ChangeList(
            self._api, "order.list", "order", asked=asked, page_size=page_size
        )
        self._catalogue: Api2CartCatalogue = Api2CartCatalogue(
            self._api,
            store,
            page_size=page_size,
            clock=clock,
            writes_in_batches=writes_in_batches,
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
        return cls(
            connection.http,
            access.store,
            reach=connection.reach,
            reads_transactions=connection.reads_transactions,
            **{"writes_in_batches": connection.writes_in_batches, **options},
        )

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders modified in `[since, until)`, complete whatever changes meanwhile.

        Raises:
            CartApiError: a page could not be read, or the window lies beyond the cart's reach.
        """
        if self._reach is not None and since < self._clock() - self._reach:
            days = self._reach.days
            message = f"the cart tells orders of {days} days, not those of {since:%Y-%m-%d}"
            raise CartApiError(message, is_lasting=True)
        seen: set[ChangedOrder] = set()
        for nodes in self._orders.modified(since, until):
            page = [_changed(node) for node in nodes]
            rows = [row for row in page if since <= row.updated_at < until and row not in seen]
            yield rows
            seen.update(rows)

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its refunds and what its state implies.

        Raises:
            CartApiError: the API could not be used, or knows no such order.
        """
        envelope = self._info(order_id)
        node = Node(envelope, "", [])
        try:
            reading = read(node, self._store, ORDER_TOPIC)
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc
        facts = reading.facts
        if facts is None or facts.order is None:
            return reading
        if facts.ref.id != order_id:
            message = "API2Cart answered with another order"
            raise CartApiError(message, is_lasting=True)
        if self._reads_transactions and self._is_test(order_id):
            order = replace(facts.order, is_test=True)
            return replace(reading, facts=replace(facts, order=order))
        return reading

    def feed_outcomes(self, feed: str) -> Mapping[str, Written] | None:
        """What became of a batch's rows by their ids; None while API2Cart works on it."""
        return self._catalogue.feed_outcomes(feed)

    def _info(self, order_id: str) -> dict[str, Any]:
        """By `id`; where the cart behind leaves that empty its orders are known by `order_id`."""
        try:
            return self._api.ask("order.info", {"id": order_id, "response_fields": _WHOLE})
        except NotFoundError:
            return self._api.ask("order.info", {"order_id": order_id, "response_fields": _WHOLE})

    def _is_test(self, order_id: str) -> bool:
        """Whether a payment of the order was a test: orders themselves do not say it (§12)."""
        envelope = self._api.ask("order.transaction.list", {"order_ids": order_id})
        result = child(Node(envelope, "", []), "result")
        if result is None:
            raise another_shape()
        found = [is_true(each, "is_test_mode") for each in children(result, "transactions")]
        if result.problems:
            raise another_shape()
        return any(found)


def _changed(node: Node) -> ChangedOrder:
    """A listed order; one without a time of its change is read in any case."""
    order_id = to_identifier(node.get("id")) or to_identifier(node.get("order_id"))
    changed_at = required_instant(node, "modified_at", "create_at")
    if not order_id or node.problems:
        raise another_shape()
    is_timed = node.get("modified_at") not in (None, "")
    return ChangedOrder(order_id, changed_at, is_follower=not is_timed)
