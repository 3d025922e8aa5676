"""BigCommerce: lists of V2 by page or by id, empty ones told by 204, a window of calls.

Source: carts reference §11. A list shows what is true at that moment: by page number, an order that
changes meanwhile leaves and shifts all that follow.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from local.cart_simulators.bigcommerce import products, shapes
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.limits import Bucket
from local.cart_simulators.orders import Change, Event, ShopOrder
from local.cart_simulators.webhooks import Hook, Signed
from local.cart_simulators.wire import (
    Answer,
    Refusal,
    Request,
    Route,
    json_answer,
    route,
    to_json,
)

STORE_HASH = "demohash01"
ACCESS_TOKEN = "demo-bigcommerce-token"  # noqa: S105  # opens nothing but the simulator
CLIENT_SECRET = "demo-bigcommerce-client-secret"  # noqa: S105  # likewise

_STORE = f"/stores/{STORE_HASH}"
_V2, _V3 = f"{_STORE}/v2/orders", f"{_STORE}/v3/orders"
_PRODUCTS, _INVENTORY = f"{_STORE}/v3/catalog/products", f"{_STORE}/v3/inventory"
_MOST = 250
_SCOPES = {Event.PLACED: "store/order/created", Event.REFUNDED: "store/order/refund/created"}

Json = dict[str, Any]


class BigCommerceSimulator(CartSimulator):
    """One store."""

    name: ClassVar[str] = "bigcommerce"
    first_id: ClassVar[int] = 251
    retries: ClassVar[tuple[float, ...]] = (60.0, 180.0, 300.0)
    default_location: ClassVar[str] = "1"

    def __init__(
        self,
        *,
        takes_test_payments: bool = False,
        calls_at_once: int = 500,
        safety_stock: int = 0,
        **options: Any,
    ) -> None:
        """`calls_at_once`, of which twenty come back a second; else as `CartSimulator`.

        Every location holds back `safety_stock` of everything.
        """
        self._takes_test_payments = takes_test_payments
        self._safety_stock = safety_stock
        self._told = 0
        super().__init__(**options)
        self._bucket = Bucket(self.clock, capacity=calls_at_once, per_second=20)

    @property
    def account(self) -> str:
        """The store's hash."""
        return STORE_HASH

    def secret(self) -> Json:
        """The store's secret."""
        return {"access_token": ACCESS_TOKEN, "webhook_secrets": [CLIENT_SECRET]}

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        return (
            *self._product_routes(),
            route("GET", _V2, self._orders, is_listing=True),
            route("GET", f"{_V2}/{{order_id}}", self._order),
            route("GET", f"{_V2}/{{order_id}}/products", self._products),
            route("GET", f"{_V2}/{{order_id}}/shipping_addresses", self._addresses),
            route("GET", f"{_V2}/{{order_id}}/shipments", self._shipments),
            route("GET", f"{_V3}/{{order_id}}/transactions", self._transactions),
            route("GET", f"{_V3}/{{order_id}}/payment_actions/refunds", self._refunds),
        )

    def _product_routes(self) -> Sequence[Route]:
        shop = products.BigCommerceProducts(self.catalogue, self._safety_stock)

        def adjusted(request: Request) -> Answer:
            shop.adjust(request)
            return json_answer({"transaction_id": "demo"}, headers=self._left())

        def changed(request: Request, *, of_variants: bool) -> Answer:
            rows = shop.change(request.document, of_variants=of_variants)
            return json_answer({"data": rows, "meta": {}}, headers=self._left())

        return (
            route("GET", f"{_STORE}/v2/store", lambda _: json_answer({"currency": "USD"})),
            route(
                "GET",
                _PRODUCTS,
                lambda asked: self._data(asked, shop.listed(asked)),
                lists_products=True,
            ),
            route(
                "GET",
                f"{_PRODUCTS}/{{product_id}}",
                lambda _, product_id: json_answer(products.one(self.catalogue, product_id)),
            ),
            route("PUT", _PRODUCTS, lambda asked: changed(asked, of_variants=False)),
            route(
                "PUT",
                f"{_STORE}/v3/catalog/variants",
                lambda asked: changed(asked, of_variants=True),
            ),
            route(
                "GET",
                f"{_INVENTORY}/items",
                lambda asked: self._data(asked, shop.items(asked), most=1000),
            ),
            route("PUT", f"{_INVENTORY}/adjustments/absolute", adjusted),
        )

    def before(self, request: Request) -> None:
        """Check token and rate.

        Raises:
            Refusal: the token is another, or too many calls were made.
        """
        if request.headers.get("x-auth-token") != ACCESS_TOKEN:
            raise Refusal(_error(401))
        if not self._bucket.take():
            raise Refusal(_error(429, self._left()))

    def not_found(self) -> Answer:
        """What BigCommerce answers of an order that it does not know."""
        return _error(404)

    def hooks(self, change: Change) -> Sequence[Hook]:
        """One delivery per change, by id only; signed anew whenever it is sent."""
        if change.event is Event.PAID and change.version == 1:
            return ()
        scope = _SCOPES.get(change.event, "store/order/updated")
        order_id = change.order.id
        data: Json = {"type": "order", "id": order_id}
        if change.event is Event.REFUNDED:
            data = {"type": "refund", "order_id": order_id, "refund_id": change.part_id}
        self._told += 1
        event = f"msg_{self._told:08d}"
        body = to_json(
            {
                "store_id": "7700123",
                "producer": f"stores/{STORE_HASH}",
                "scope": scope,
                "data": data,
                "hash": hashlib.sha256(event.encode()).hexdigest()[:40],
                "created_at": int(self.clock.now().timestamp()),
            }
        )
        return (Hook(scope, str(order_id), lambda: self._signed(event, body)),)

    def _signed(self, event: str, body: bytes) -> Signed:
        sent_at = str(int(self.clock.now().timestamp()))
        message = f"{event}.{sent_at}.".encode() + body
        digest = hmac.new(CLIENT_SECRET.encode(), message, hashlib.sha256).digest()
        return Signed(
            body,
            {
                "Content-Type": "application/json",
                "webhook-id": event,
                "webhook-timestamp": sent_at,
                "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
            },
        )

    def _orders(self, request: Request) -> Answer:
        query = request.query
        since, until = (
            _instant(query.get(name, "")) for name in ("min_date_modified", "max_date_modified")
        )
        by, _, direction = query.get("sort", "id:asc").partition(":")
        if since is None or until is None or by not in ("id", "date_modified"):
            return _error(400)
        rows = [
            order
            for order in self.orders
            if since < order.updated_at < until and order.id >= int(query.get("min_id", "0"))
        ]
        rows.sort(
            key=lambda order: (order.updated_at if by == "date_modified" else since, order.id),
            reverse=direction == "desc",
        )
        return self._listed(request, [shapes.order_body(order) for order in rows])

    def _order(self, _: Request, order_id: str) -> Answer:
        body = shapes.order_body(self.orders.order(order_id))
        return json_answer(body, headers=self._left())

    def _products(self, request: Request, order_id: str) -> Answer:
        lines = self.orders.order(order_id).lines
        return self._listed(request, [shapes.product_body(line) for line in lines])

    def _addresses(self, request: Request, order_id: str) -> Answer:
        return self._listed(request, [shapes.address(self.orders.order(order_id))])

    def _shipments(self, request: Request, order_id: str) -> Answer:
        parcels = self.orders.order(order_id).parcels
        return self._listed(request, [shapes.shipment_body(parcel) for parcel in parcels])

    def _transactions(self, request: Request, order_id: str) -> Answer:
        order = self.orders.order(order_id)
        bodies = shapes.transaction_bodies(order, is_test=self._takes_test_payments)
        return self._data(request, bodies)

    def _refunds(self, request: Request, order_id: str) -> Answer:
        order: ShopOrder = self.orders.order(order_id)
        return self._data(request, [shapes.refund_body(order, each) for each in order.refunds])

    def _listed(self, request: Request, rows: list[Json]) -> Answer:
        """A list of V2."""
        shown = _page(request, rows)
        if not shown:
            return Answer(204, headers=self._left())
        return json_answer(shown, headers=self._left())

    def _data(self, request: Request, rows: list[Json], most: int = _MOST) -> Answer:
        """A list of V3."""
        size = min(int(request.query.get("limit", "50")), most)
        pagination = {"total": len(rows), "total_pages": max(-(-len(rows) // size), 1)}
        document = {"data": _page(request, rows, most), "meta": {"pagination": pagination}}
        return json_answer(document, headers=self._left())

    def _left(self) -> dict[str, str]:
        return {
            "x-rate-limit-requests-left": str(int(self._bucket.available)),
            "x-rate-limit-time-reset-ms": str(int(self._bucket.seconds_until() * 1000) + 1),
        }


def _page(request: Request, rows: list[Json], most: int = _MOST) -> list[Json]:
    query = request.query
    size, page = min(int(query.get("limit", "50")), most), int(query.get("page", "1"))
    return rows[(page - 1) * size : page * size]


def _instant(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def _error(status: int, headers: dict[str, str] | None = None) -> Answer:
    return json_answer([{"status": status, "message": "Refused."}], status, headers)


SIMULATOR = BigCommerceSimulator
