"""A Shopify shop: GraphQL Admin API with points that refill, and webhooks signed by the app.

Source: carts reference §4. Points: 2,000 that refill by 100 a second, as of a standard shop.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.limits import Bucket
from local.cart_simulators.orders import Change, Event, ShopOrder
from local.cart_simulators.shopify.graph_shapes import (
    fulfillment_node,
    gid,
    order_node,
    refund_node,
)
from local.cart_simulators.shopify.graphql import (
    Args,
    Connection,
    GraphQlError,
    cost,
    execute,
    parse,
)
from local.cart_simulators.shopify.payouts import ShopifyPayments
from local.cart_simulators.shopify.rest_shapes import (
    fulfillment_body,
    instant,
    order_body,
    refund_body,
)
from local.cart_simulators.shopify.stock import ShopifyStock
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

DOMAIN = "cartledger-sim.myshopify.example"
CLIENT_SECRET = "demo-shopify-app-secret"  # noqa: S105  # opens nothing but the simulator
ACCESS_TOKEN = "shpat-demo"  # noqa: S105  # likewise

_POINTS = 2000.0
_POINTS_PER_SECOND = 100.0
_MOST_FIRST = 250
_BOUND = re.compile(r"updated_at:(>=|<)'([^']+)'")
_LAST_HOUR = (60.0, 300.0, 600.0, 1200.0, 1800.0, 2400.0, 3600.0, 3600.0)

Json = dict[str, Any]
_Known = Iterator[tuple[str, Callable[[], Json]]]


class ShopifySimulator(CartSimulator):
    """One shop."""

    name: ClassVar[str] = "shopify"
    first_id: ClassVar[int] = 5_900_000_012_001
    default_location: ClassVar[str] = "71001"
    retries: ClassVar[tuple[float, ...]] = _LAST_HOUR
    """Eight within four hours (§4.2); how they are spread is not documented."""

    def __init__(self, **options: Any) -> None:
        """As `CartSimulator`."""
        super().__init__(**options)
        self.stock = ShopifyStock(self.catalogue)
        self.payments = ShopifyPayments(self.orders, self.clock)
        self.scopes = ["read_orders", "read_shopify_payments_payouts"]
        self.points = Bucket(self.clock, capacity=_POINTS, per_second=_POINTS_PER_SECOND)

    @property
    def account(self) -> str:
        """The shop's domain."""
        return DOMAIN

    def secret(self) -> Json:
        """The store's secret."""
        return {"webhook_secrets": [CLIENT_SECRET], "access_token": ACCESS_TOKEN}

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        api = "/admin/api/{version}"
        payments = f"{api}/shopify_payments"
        return (
            route(
                "POST",
                f"{api}/graphql.json",
                self._graphql,
                is_listing=True,
                lists_products=True,
            ),
            route("GET", f"{payments}/payouts.json", self._payouts),
            route("GET", f"{payments}/balance/transactions.json", self._transactions),
        )

    def _payouts(self, request: Request, version: str) -> Answer:
        return self.payments.payouts(request, version)

    def _transactions(self, request: Request, version: str) -> Answer:
        return self.payments.transactions(request, version)

    def before(self, request: Request) -> None:
        """Check the token.

        Raises:
            Refusal: it is another.
        """
        if request.headers.get("x-shopify-access-token") != ACCESS_TOKEN:
            raise Refusal(json_answer({"errors": "[API] Invalid API key or access token"}, 401))

    def _graphql(self, request: Request, version: str) -> Answer:
        document = request.document
        if not isinstance(document, dict) or not isinstance(document.get("query"), str):
            return json_answer({"errors": {"query": "Required parameter missing"}}, 400)
        variables: Mapping[str, Any] = document.get("variables") or {}
        headers = {"x-shopify-api-version": version}
        try:
            selected = parse(document["query"])
            asked = cost(selected, variables)
            if not self.points.take(asked):
                throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
                return json_answer({"errors": [throttled], **self._cost(asked)}, headers=headers)
            data = execute(selected, self._roots(), variables)
        except GraphQlError as exc:
            error = {"message": str(exc), "extensions": {"code": "undefinedField"}}
            return json_answer({"errors": [error]}, headers=headers)
        return json_answer({"data": data, **self._cost(asked)}, headers=headers)

    def _cost(self, asked: int) -> Json:
        status = {
            "maximumAvailable": _POINTS,
            "currentlyAvailable": self.points.available,
            "restoreRate": _POINTS_PER_SECOND,
        }
        return {"extensions": {"cost": {"requestedQueryCost": asked, "throttleStatus": status}}}

    def _roots(self) -> dict[str, Callable[[Args], Any]]:
        return {
            "currentAppInstallation": lambda _: {
                "accessScopes": [{"handle": scope} for scope in self.scopes]
            },
            "orders": self._orders,
            "order": lambda args: _named(args, self._whole()),
            "refund": lambda args: _named(args, self._refunds()),
            "fulfillment": lambda args: _named(args, self._parcels()),
            "shop": lambda _: {"currencyCode": "USD"},
            "products": self._products,
            "product": self.stock.product,
            "productVariant": self.stock.variant,
            "inventoryItems": self.stock.items,
            "inventoryItem": self.stock.item,
            "inventorySetQuantities": self.stock.set_quantities,
            "productVariantsBulkUpdate": self.stock.change_variants,
            "productUpdate": self.stock.change_product,
        }

    def _products(self, args: Args) -> Connection:
        bounds = {sign: datetime.fromisoformat(at) for sign, at in _BOUND.findall(args["query"])}
        return self.stock.products(args, bounds)

    def _orders(self, args: Args) -> Connection:
        """Orders by the time of their change; a cursor is the place in that order."""
        if args.get("sortKey") != "UPDATED_AT" or args.get("first", 0) > _MOST_FIRST:
            message = "the simulator lists orders by UPDATED_AT, 250 at most"
            raise GraphQlError(message)
        bounds = {sign: datetime.fromisoformat(at) for sign, at in _BOUND.findall(args["query"])}
        found = [order for order in self.orders if bounds[">="] <= order.updated_at < bounds["<"]]
        entries = (
            (f"{instant(order.updated_at)}|{order.id:020d}", order_node(order)) for order in found
        )
        return Connection(sorted(entries, key=lambda entry: entry[0]))

    def _whole(self) -> _Known:
        return ((gid("Order", each.id), partial(order_node, each)) for each in self.orders)

    def _refunds(self) -> _Known:
        return (
            (gid("Refund", each.id), partial(refund_node, order, each))
            for order in self.orders
            for each in order.refunds
        )

    def _parcels(self) -> _Known:
        return (
            (gid("Fulfillment", each.id), partial(fulfillment_node, order, each))
            for order in self.orders
            for each in order.parcels
        )

    def hooks(self, change: Change) -> Sequence[Hook]:
        """What Shopify sends; bodies are as of the event, not of the sending."""
        order = change.order
        if change.event is Event.PAID:
            return (_hook(change, "orders/paid", order_body(order)),)
        if change.event is Event.SHIPPED:
            parcel = next(each for each in order.parcels if each.id == change.part_id)
            return (
                _hook(change, "fulfillments/create", fulfillment_body(order, parcel)),
                _hook(change, "orders/updated", order_body(order)),
            )
        if change.event is Event.REFUNDED:
            refund = next(each for each in order.refunds if each.id == change.part_id)
            return (
                _hook(change, "refunds/create", refund_body(order, refund)),
                _hook(change, "orders/updated", order_body(order)),
            )
        return (_hook(change, _TOPICS[change.event], order_body(order)),)


def _named(args: Args, known: _Known) -> Json | None:
    return next((make() for name, make in known if name == args.get("id")), None)


_TOPICS = {
    Event.PLACED: "orders/create",
    Event.CANCELLED: "orders/cancelled",
    Event.TOUCHED: "orders/updated",
}


def _hook(change: Change, topic: str, document: Json) -> Hook:
    order: ShopOrder = change.order
    body = to_json(document)
    event_id = f"{order.id}-{change.version}-{topic.replace('/', '-')}"
    digest = hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-API-Version": "2026-01",
        "X-Shopify-Webhook-Id": f"w-{event_id}",
        "X-Shopify-Event-Id": event_id,
        "X-Shopify-Triggered-At": instant(order.updated_at),
    }
    return Hook(topic, str(order.id), lambda: Signed(body, headers))


SIMULATOR = ShopifySimulator
