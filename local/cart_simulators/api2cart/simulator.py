"""API2Cart: errors in envelopes of HTTP 200, cursors that stand alone, a quota.

Source: carts reference §10. Switches imitate the carts behind it: `is_odd` for the odd shapes,
`knows_cursors` false for lists that end with their first page. Deliveries are signed by profile `a`
or `b`; neither recipe is documented (U1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from local.cart_simulators.api2cart.products import (
    Api2CartProducts,
    envelope,
    error,
    product_routes,
)
from local.cart_simulators.api2cart.shapes import listed_body, oddly, order_body
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.limits import Bucket
from local.cart_simulators.orders import Change, Event, ShopOrder
from local.cart_simulators.webhooks import Hook, Signed
from local.cart_simulators.wire import (
    Answer,
    Refusal,
    Request,
    Route,
    route,
    to_json,
)

API_KEY = "demo-api2cart-key"
STORE_KEY = "demo-api2cart-store-key"

_API = "/v1.1"
_MOST = 250

Json = dict[str, Any]


class Api2CartSimulator(CartSimulator):
    """One store behind API2Cart."""

    name: ClassVar[str] = "api2cart"
    first_id: ClassVar[int] = 9101
    retries: ClassVar[tuple[float, ...]] = (60.0, 600.0)

    def __init__(
        self,
        *,
        is_odd: bool = False,
        knows_cursors: bool = True,
        has_test_payments: bool = False,
        profile: str = "b",
        calls_at_once: int = 500,
        writes_in_batches: bool = False,
        job_seconds: float = 0.0,
        **options: Any,
    ) -> None:
        """A quota of `calls_at_once`, twenty a second; else as `CartSimulator`.

        `writes_in_batches` is what the secret says; a batch is done after `job_seconds`.
        """
        self._writes_in_batches = writes_in_batches
        self._job_seconds = job_seconds
        self._is_odd = is_odd
        self._knows_cursors = knows_cursors
        self._has_test_payments = has_test_payments
        self._profile = profile
        super().__init__(**options)
        self._quota = Bucket(self.clock, capacity=calls_at_once, per_second=20)

    @property
    def account(self) -> str:
        """A name for the store; deliveries name none."""
        return "demo-store"

    def secret(self) -> Json:
        """The store's secret."""
        return {
            "api_key": API_KEY,
            "store_key": STORE_KEY,
            "webhook_profile": self._profile,
            "webhook_secrets": [STORE_KEY],
            **({"writes_in_batches": True} if self._writes_in_batches else {}),
        }

    def routes(self) -> Sequence[Route]:
        """The methods that we call."""
        self._shop = Api2CartProducts(
            self.catalogue,
            self._listed_products,
            is_odd=self._is_odd,
            job_seconds=self._job_seconds,
        )
        return (
            *product_routes(self._shop, _API, route),
            route("GET", f"{_API}/order\\.list\\.json", self._list, is_listing=True),
            route("GET", f"{_API}/order\\.info\\.json", self._info),
            route("GET", f"{_API}/order\\.transaction\\.list\\.json", self._transactions),
        )

    def before(self, request: Request) -> None:
        """Check keys and quota.

        Raises:
            Refusal: an envelope with an error, in HTTP 200.
        """
        keys = (request.headers.get("x-api-key"), request.headers.get("x-store-key"))
        if keys != (API_KEY, STORE_KEY):
            raise Refusal(error(2, "Incorrect API key or store key"))
        if not self._quota.take():
            raise Refusal(error(5, "Your quota of requests is exceeded"))
        self._shop.work()

    def not_found(self) -> Answer:
        """What API2Cart answers of an order that it does not know."""
        return error(112, "Order not found")

    def hooks(self, change: Change) -> Sequence[Hook]:
        """One delivery per change; the body is built when it is sent."""
        if change.event is Event.PAID and change.version == 1:
            return ()
        action = "add" if change.event is Event.PLACED else "update"
        order = change.order
        return (Hook(f"order/{action}", str(order.id), lambda: self._signed(action, order)),)

    def _signed(self, action: str, order: ShopOrder) -> Signed:
        body = to_json(listed_body(order))
        named = {
            "X-Webhook-Action": action,
            "X-Webhook-Entity": "order",
            "X-Webhook-Store-Id": "1",
            "X-Webhook-Timestamp": str(int(self.clock.now().timestamp())),
        }
        head = json.dumps(named, separators=(",", ":"), sort_keys=True).encode()
        message = head + body if self._profile == "a" else body
        digest = hmac.new(STORE_KEY.encode(), message, hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        headers = {"Content-Type": "application/json", "X-Webhook-Signature": signature}
        return Signed(body, {**named, **headers})

    def _list(self, request: Request) -> Answer:
        """Orders by the time of change; a cursor goes on where the page before ended."""
        query = request.query
        if cursor := query.get("page_cursor"):
            if len(query) > 1:
                return error(109, "Incorrect parameter 'page_cursor'")
            asked = _untoken(cursor)
        else:
            asked = query
        since, until = (_instant(asked.get(n, "")) for n in ("modified_from", "modified_to"))
        size = int(asked.get("count", "10"))
        if since is None or until is None or not 1 <= size <= _MOST:
            return error(109, "Incorrect parameter 'modified_from'")
        after = (datetime.fromisoformat(asked["at"]), asked["id"]) if "at" in asked else None
        rows = sorted((each.updated_at, each.id) for each in self.orders)
        rows = [row for row in rows if since < row[0] < until and (after is None or row > after)]
        rows = rows[int(asked.get("start", "0")) :]
        shown = rows[:size]
        following = None
        if len(rows) > size and self._knows_cursors:
            last = {"at": shown[-1][0].isoformat(), "id": shown[-1][1]}
            following = _token({**asked, **last})
        bodies = [listed_body(self.orders.order(number)) for _, number in shown]
        result = {"orders_count": len(shown), "order": [self._shaped(body) for body in bodies]}
        return envelope(result, pagination={"previous": None, "next": following})

    def _listed_products(self, request: Request, rows: Iterable[Json], member: str) -> Answer:
        """Products or child items by filters; a cursor goes on where the page before ended."""
        query = request.query
        asked = _untoken(query["page_cursor"]) if "page_cursor" in query else query
        if "page_cursor" in query and len(query) > 1:
            return error(109, "Incorrect parameter 'page_cursor'")
        size = int(asked.get("count", "10"))
        if not 1 <= size <= _MOST:
            return error(109, "Incorrect parameter 'count'")
        found = [row for row in rows if _fits(row, asked)]
        found.sort(key=lambda row: (_changed_at(row), row["id"]))
        after = tuple(asked["at"]) if "at" in asked else None
        found = [row for row in found if after is None or (_changed_at(row), row["id"]) > after]
        found = found[int(asked.get("start", "0")) :]
        shown, following = found[:size], None
        if len(found) > size and self._knows_cursors:
            following = _token({**asked, "at": [_changed_at(shown[-1]), shown[-1]["id"]]})
        result: Json = {"total_count": len(found), member: shown}
        return envelope(result, pagination={"previous": None, "next": following})

    def _info(self, request: Request) -> Answer:
        query = request.query
        if "id" not in query and "order_id" not in query:
            return error(114, "Missing parameter 'id'")
        order = self.orders.order(query.get("id") or query["order_id"].removeprefix("1000"))
        return envelope(self._shaped(order_body(order)))

    def _transactions(self, request: Request) -> Answer:
        order = self.orders.order(request.query.get("order_ids", ""))
        payment = {
            "id": f"{order.id}1",
            "order_id": str(order.id),
            "is_test_mode": "True" if self._is_odd else True,
            "settlement_amount": order.total,
        }
        found = [payment] if order.paid_at and self._has_test_payments else []
        return envelope({"transactions_count": len(found), "transactions": found})

    def _shaped(self, body: Json) -> Json:
        return oddly(body) if self._is_odd else body


def _changed_at(row: Json) -> str:
    """When a product or child item changed, in a form that sorts."""
    told = row.get("modified_at") or row.get("modified_time")
    text = told["value"] if isinstance(told, dict) else told
    found = datetime.fromisoformat(str(text))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _fits(row: Json, asked: Json) -> bool:
    """Whether the filters let a product or child item through."""
    since, until = (_instant(asked.get(name, "")) for name in ("modified_from", "modified_to"))
    changed_at = datetime.fromisoformat(_changed_at(row))
    owner = row.get("parent_id", row["id"])
    return (
        (since is None or changed_at > since)
        and (until is None or changed_at < until)
        and ("sku" not in asked or asked["sku"] == row.get("u_sku", row.get("sku")))
        and ("product_ids" not in asked or owner in asked["product_ids"].split(","))
    )


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _token(members: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode()


def _untoken(token: str) -> Json:
    try:
        found: Json = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as exc:
        raise Refusal(error(109, "Incorrect parameter 'page_cursor'")) from exc
    return found


SIMULATOR = Api2CartSimulator
