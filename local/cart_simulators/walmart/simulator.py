"""Walmart US: cursors per kind of ship node, tokens of fifteen minutes, token buckets, reports.

Source: carts reference §9. A refund dates nothing: its order shows it, its line's time stays. With
`refunds_touch_orders` false it does not even bring the order into the list of changed ones: only
the list of returns tells it. Parcels and refunds are not pushed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.limits import Bucket, Tokens
from local.cart_simulators.orders import Change, Event, ShopOrder
from local.cart_simulators.walmart import reports, shapes
from local.cart_simulators.walmart.products import WalmartProducts, product_routes
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

CLIENT = ("demo-walmart-client", "demo-walmart-client-secret")
WEBHOOK = ("connector", "demo-walmart-password")

_TOKEN = "/v3/token"  # noqa: S105  # a path
_ORDERS = "/v3/orders"
_RETURNS = "/v3/returns"
_REPORTS = "/v3/report/reconreport"
_REACH = timedelta(days=180)
_MOST = 200
_TOPICS = {Event.PLACED: "PO_CREATED", Event.CANCELLED: "PO_LINE_AUTOCANCELLED"}

Json = dict[str, Any]
_Row = tuple[datetime, int, Json]


class WalmartSimulator(CartSimulator):
    """One seller."""

    name: ClassVar[str] = "walmart"
    first_id: ClassVar[int] = 1001
    retries: ClassVar[tuple[float, ...]] = (60.0, 600.0)
    default_location: ClassVar[str] = "10000001"
    sells_from_stock: ClassVar[bool] = False

    def __init__(
        self,
        *,
        splits_units: bool = True,
        refunds_touch_orders: bool = True,
        calls_at_once: int = 200,
        feed_seconds: float = 0.0,
        counts_on_hand: bool = False,
        **options: Any,
    ) -> None:
        """A bucket of `calls_at_once` for each list, ten a second; else as `CartSimulator`.

        A feed is worked on after `feed_seconds`; `counts_on_hand` is what the secret says.
        """
        self._feed_seconds = feed_seconds
        self._counts_on_hand = counts_on_hand
        self._splits_units = splits_units
        self._refunds_touch_orders = refunds_touch_orders
        self._told = 0
        self._changed_at: dict[int, datetime] = {}
        super().__init__(**options)
        self.tokens = Tokens(self.clock, seconds=900, prefix="eyJraWQ")
        self._buckets = {
            path: Bucket(self.clock, capacity=calls_at_once, per_second=10)
            for path in (_ORDERS, _RETURNS)
        }

    @property
    def account(self) -> str:
        """The partner id."""
        return shapes.PARTNER

    def secret(self) -> Json:
        """The store's secret; it says what charges are per where a line holds several units."""
        return {
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "webhook_scheme": "basic",
            "webhook_username": WEBHOOK[0],
            "webhook_secrets": [WEBHOOK[1]],
            **({} if self._splits_units else {"charges_per": "line"}),
            **({"counts_on_hand": True} if self._counts_on_hand else {}),
        }

    def shown_id(self, order: ShopOrder) -> str:
        """The purchase order's id."""
        return shapes.order_id(order)

    def changed_at(self, order: ShopOrder) -> datetime:
        """A refund changes no line's time."""
        return self._changed_at[order.id]

    def has_taken(self, order: ShopOrder) -> bool:
        """Walmart takes the buyer's money as lines leave."""
        return order.is_shipped and bool(order.parcels)

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        self._shop = WalmartProducts(self.catalogue, self.orders, self._feed_seconds)
        return (
            *product_routes(self._shop, route),
            route("POST", _TOKEN, self._token),
            route("GET", _ORDERS, self._orders, is_listing=True),
            route("GET", f"{_ORDERS}/{{order_id}}", self._order),
            route("GET", _RETURNS, self._returns, is_listing=True),
            route("GET", f"{_REPORTS}/availableReconFiles", self._reports),
            route("GET", f"{_REPORTS}/reconFile", self._report),
        )

    def before(self, request: Request) -> None:
        """Check headers, token and rate.

        Raises:
            Refusal: a header is missing, the token ended, or the bucket is empty.
        """
        headers = request.headers
        if not headers.get("wm_qos.correlation_id") or not headers.get("wm_svc.name"):
            raise Refusal(_error(400, "INVALID_REQUEST_HEADER"))
        if request.path == _TOKEN:
            return
        if not self.tokens.is_valid(headers.get("wm_sec.access_token", "")):
            raise Refusal(_error(401, "UNAUTHORIZED"))
        self._shop.work()
        bucket = self._buckets.get(request.path)
        if bucket and not bucket.take():
            raise Refusal(_error(429, "REQUEST_THRESHOLD_VIOLATED", self._left(request)))

    def expire_tokens(self) -> None:
        """End every access token now."""
        self.tokens.expire_all()

    def not_found(self) -> Answer:
        """What Walmart answers of an order that it does not know."""
        return _error(404, "CONTENT_NOT_FOUND")

    def hooks(self, change: Change) -> Sequence[Hook]:
        """New and cancelled orders; what the seller does himself is not told."""
        order = change.order
        if change.event is not Event.REFUNDED:
            self._changed_at[order.id] = order.updated_at
        topic = _TOPICS.get(change.event)
        if topic is None:
            return ()
        self._told += 1
        body = to_json(
            {
                "source": {
                    "eventType": topic,
                    "eventTime": shapes.text(self.clock.now()),
                    "eventId": f"00000000-0000-4000-8000-{self._told:012d}",
                },
                "payload": {"purchaseOrderId": shapes.order_id(order), "partnerId": self.account},
            }
        )
        basic = base64.b64encode(":".join(WEBHOOK).encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}
        return (Hook(topic, shapes.order_id(order), lambda: Signed(body, headers)),)

    def _token(self, request: Request) -> Answer:
        expected = base64.b64encode(":".join(CLIENT).encode()).decode()
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        is_known = request.headers.get("authorization") == f"Basic {expected}"
        if not is_known or form != {"grant_type": "client_credentials"}:
            return _error(401, "INVALID_CREDENTIALS")
        answer = {"access_token": self.tokens.issue(), "token_type": "Bearer"}
        return json_answer(answer | {"expires_in": self.tokens.lifetime_seconds})

    def _orders(self, request: Request) -> Answer:
        """Orders of one kind of ship node by the time of change, on from where the cursor ended."""
        query = request.query
        rows: list[_Row] = [
            (self._listed_at(each), each.id, self._body(each))
            for each in self.orders
            if shapes.ship_node(each) == query.get("shipNodeType", shapes.SHIP_NODES[0])
        ]
        found = self._page(query, rows, ("lastModifiedStartDate", "lastModifiedEndDate"))
        if found is None:
            return _error(400, "INVALID_REQUEST_PARAM")
        meta, shown = found
        body = {"list": {"meta": meta, "elements": {"order": shown}}}
        return json_answer(body, headers=self._left(request))

    def _returns(self, request: Request) -> Answer:
        rows: list[_Row] = [
            (refund.at, refund.id, shapes.return_body(order, refund))
            for order in self.orders
            for refund in order.refunds
        ]
        names = ("returnLastModifiedStartDate", "returnLastModifiedEndDate")
        found = self._page(request.query, rows, names)
        if found is None:
            return _error(400, "INVALID_REQUEST_PARAM")
        meta, shown = found
        return json_answer({"meta": meta, "returnOrders": shown}, headers=self._left(request))

    def _page(
        self, query: dict[str, str], rows: list[_Row], names: tuple[str, str]
    ) -> tuple[Json, list[Json]] | None:
        """One page and what leads to the next; None where the parameters are not taken."""
        since, until = (_instant(query.get(name, "")) for name in names)
        size = int(query.get("limit", "100"))
        if since is None or until is None or size > _MOST or since < self.clock.now() - _REACH:
            return None
        begun = _untoken(query.get("soIndex", "")) or (since, 0)
        inside = sorted(row[:2] for row in rows if since <= row[0] <= until)
        following = [row for row in inside if row > begun or (row == begun and not row[1])]
        chosen = following[:size]
        bodies = {row[:2]: row[2] for row in rows}
        cursor = None
        if len(following) > size:
            cursor = "?" + urlencode(query | {"soIndex": _totoken(*chosen[-1])})
        meta = {"totalCount": len(inside), "limit": size, "nextCursor": cursor}
        return meta, [bodies[row] for row in chosen]

    def _order(self, _: Request, order_id: str) -> Answer:
        return json_answer({"order": self._body(self.orders.order(shapes.book_id(order_id)))})

    def _body(self, order: ShopOrder) -> Json:
        changed_at = self._changed_at[order.id]
        return shapes.order_body(order, changed_at, splits_units=self._splits_units)

    def _listed_at(self, order: ShopOrder) -> datetime:
        return order.updated_at if self._refunds_touch_orders else self._changed_at[order.id]

    def _reports(self, _: Request) -> Answer:
        names = reports.report_names(self.orders, self.clock.now())
        return json_answer({"availableApReportDates": names})

    def _report(self, request: Request) -> Answer:
        name = request.query.get("reportDate", "")
        if name not in reports.report_names(self.orders, self.clock.now()):
            return _error(404, "CONTENT_NOT_FOUND")
        headers = {"content-type": "application/octet-stream"}
        return Answer(200, reports.report(self.orders, name), headers)

    def _left(self, request: Request) -> dict[str, str]:
        bucket = self._buckets[request.path]
        full_at = self.clock.now() + timedelta(seconds=bucket.seconds_until())
        return {
            "x-current-token-count": str(int(bucket.available)),
            "x-next-replenishment-time": str(int(full_at.timestamp() * 1000) + 1),
        }


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _totoken(at: datetime, number: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), number]).encode()).decode()


def _untoken(token: str) -> tuple[datetime, int] | None:
    if not token:
        return None
    at, number = json.loads(base64.urlsafe_b64decode(token))
    return datetime.fromisoformat(at), int(number)


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> Answer:
    errors = [{"code": f"{code}.GMP_ORDER_API", "severity": "ERROR", "category": "DATA"}]
    return json_answer({"errors": {"error": errors}}, status, headers)


SIMULATOR = WalmartSimulator
