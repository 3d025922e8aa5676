"""A WooCommerce site: lists by page number, bounds that leave out their own second, no retries.

Source: carts reference §6. Switches imitate sites that differ: `sorts_by_change` false refuses
`orderby=modified`, which is not in the published list of options.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from local.cart_simulators.cart import CartSimulator
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
from local.cart_simulators.woocommerce.products import (
    product_body,
    rows_of,
    variation_body,
    write_batch,
)
from local.cart_simulators.woocommerce.shapes import gmt, order_body, refund_body

DOMAIN = "woo.shop.example"
WEBHOOK_SECRET = "demo-woo-webhook-secret"  # noqa: S105  # opens nothing but the simulator
CONSUMER = ("ck_demo", "cs_demo")

_API = "/wp-json/wc/v3"
_MOST_PER_PAGE = 100
_DEFAULT_PER_PAGE = 10
Json = dict[str, Any]

_TOPICS = {Event.PLACED: "order.created"}


class WooCommerceSimulator(CartSimulator):
    """One site."""

    name: ClassVar[str] = "woocommerce"
    first_id: ClassVar[int] = 7001

    def __init__(self, *, sorts_by_change: bool = True, **options: Any) -> None:
        """`sorts_by_change` is whether `orderby=modified` is taken; else as `CartSimulator`."""
        self.sorts_by_change = sorts_by_change
        super().__init__(**options)

    @property
    def account(self) -> str:
        """The site's host, as its webhooks name their source."""
        return DOMAIN

    def secret(self) -> dict[str, Any]:
        """The store's secret."""
        return {"webhook_secrets": [WEBHOOK_SECRET], "access_token": ":".join(CONSUMER)}

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        return (
            route("GET", f"{_API}/orders", self._orders, is_listing=True),
            route("GET", f"{_API}/orders/{{order_id}}", self._order),
            route("GET", f"{_API}/orders/{{order_id}}/refunds", self._refunds),
            route("GET", f"{_API}/data/currencies/current", self._currency),
            route("GET", f"{_API}/products", self._products, lists_products=True),
            route("POST", f"{_API}/products/batch", self._change_products),
            route("GET", f"{_API}/products/{{product_id}}", self._product),
            route("GET", f"{_API}/products/{{product_id}}/variations", self._variations),
            route(
                "POST", f"{_API}/products/{{product_id}}/variations/batch", self._change_variations
            ),
        )

    def before(self, request: Request) -> None:
        """Check the keys.

        Raises:
            Refusal: they are others.
        """
        expected = base64.b64encode(":".join(CONSUMER).encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            raise Refusal(_error(401, "woocommerce_rest_cannot_view"))

    def not_found(self) -> Answer:
        """What the site answers of an order that it does not know."""
        return _error(404, "woocommerce_rest_shop_order_invalid_id")

    def hooks(self, change: Change) -> Sequence[Hook]:
        """One delivery per change; the body is built when it is sent."""
        if change.event is Event.PAID and change.version == 1:
            return ()
        topic = _TOPICS.get(change.event, "order.updated")
        order = change.order
        return (Hook(topic, str(order.id), lambda: _signed(topic, order)),)

    def _orders(self, request: Request) -> Answer:
        rows = [(each.updated_at, each.id, order_body(each)) for each in self.orders]
        return self._listed(request, rows)

    def _listed(self, request: Request, entries: Sequence[tuple[datetime, int, Json]]) -> Answer:
        """One page of a list, filtered and sorted as the query wants."""
        query = request.query
        if query.get("orderby") == "modified" and not self.sorts_by_change:
            return _error(400, "rest_invalid_param")
        size, page = (
            int(query.get("per_page", _DEFAULT_PER_PAGE)),
            int(query.get("page", "1")),
        )
        if not 1 <= size <= _MOST_PER_PAGE or page < 1:
            return _error(400, "rest_invalid_param")
        rows = _chosen(query, entries)
        shown = rows[(page - 1) * size : page * size]
        wanted = [name for name in query.get("_fields", "").split(",") if name]
        pages = -(-len(rows) // size)
        headers = {"x-wp-total": str(len(rows)), "x-wp-totalpages": str(pages)}
        return json_answer([_only(body, wanted) for _, _, body in shown], headers=headers)

    def _currency(self, _: Request) -> Answer:
        return json_answer({"code": "USD", "name": "United States (US) dollar", "symbol": "&#36;"})

    def _products(self, request: Request) -> Answer:
        skus = [sku for sku in request.query.get("sku", "").split(",") if sku]
        rows = [
            (product.updated_at, int(body["id"]), body)
            for product, body in rows_of(self.catalogue, skus)
        ]
        return self._listed(request, rows)

    def _product(self, _: Request, product_id: str) -> Answer:
        return json_answer(product_body(self.catalogue.product(product_id)))

    def _variations(self, request: Request, product_id: str) -> Answer:
        product = self.catalogue.product(product_id)
        rows = [
            (product.updated_at, each.id, variation_body(product, each))
            for each in product.articles
        ]
        return self._listed(request, rows if product.has_variants else [])

    def _change_products(self, request: Request) -> Answer:
        return json_answer(
            write_batch(self.catalogue, request.document, lambda product, _: product_body(product))
        )

    def _change_variations(self, request: Request, product_id: str) -> Answer:
        self.catalogue.product(product_id)
        return json_answer(write_batch(self.catalogue, request.document, variation_body))

    def _order(self, _: Request, order_id: str) -> Answer:
        return json_answer(order_body(self.orders.order(order_id)))

    def _refunds(self, request: Request, order_id: str) -> Answer:
        order = self.orders.order(order_id)
        size = int(request.query.get("per_page", _DEFAULT_PER_PAGE))
        page = int(request.query.get("page", "1"))
        listed = list(reversed(order.refunds))[(page - 1) * size : page * size]
        return json_answer([refund_body(order, each) for each in listed])


def _chosen(
    query: dict[str, str], entries: Sequence[tuple[datetime, int, Json]]
) -> list[tuple[datetime, int, Json]]:
    after, before = _bound(query, "modified_after"), _bound(query, "modified_before")
    excluded = {each for each in query.get("exclude", "").split(",") if each}
    by_change = query.get("orderby") == "modified"
    return sorted(
        (
            entry
            for entry in entries
            if (after is None or entry[0] > after)
            and (before is None or entry[0] < before)
            and str(entry[1]) not in excluded
        ),
        key=lambda entry: entry[:2] if by_change else (entry[1],),
        reverse=query.get("order", "desc") == "desc",
    )


def _bound(query: dict[str, str], name: str) -> datetime | None:
    """A bound of the window; it leaves out its own second. Only GMT is understood here."""
    given = query.get(name)
    if given is None:
        return None
    if query.get("dates_are_gmt") != "true":
        raise Refusal(_error(400, "simulator_wants_gmt"))
    return datetime.fromisoformat(given).replace(tzinfo=UTC)


def _only(body: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: body[name] for name in names if name in body} if names else body


def _error(status: int, code: str) -> Answer:
    return json_answer({"code": code, "message": code, "data": {"status": status}}, status)


def _signed(topic: str, order: ShopOrder) -> Signed:
    body = to_json(order_body(order))
    digest = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).digest()
    return Signed(
        body,
        {
            "Content-Type": "application/json",
            "User-Agent": "WooCommerce/10.2 Hookshot",
            "X-WC-Webhook-Source": f"https://{DOMAIN}/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": "order",
            "X-WC-Webhook-Event": topic.partition(".")[2],
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-WC-Webhook-ID": "12",
            "X-WC-Webhook-Delivery-ID": hashlib.sha256(gmt(order.updated_at).encode()).hexdigest(),
        },
    )


SIMULATOR = WooCommerceSimulator
