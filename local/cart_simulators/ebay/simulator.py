"""EBay: orders by offset in no useful order, tokens of two hours, signed notifications, finances.

Source: carts reference §8. A list shows what is true at that moment: an order that changes between
two pages leaves the window and shifts all that follow. Not imitated: signatures of requests that
sellers of Europe must send, disputes.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qs

from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.ebay import shapes
from local.cart_simulators.ebay.notifications import KEY_ID, TOPICS, Signer, notification
from local.cart_simulators.ebay.products import EbayProducts
from local.cart_simulators.limits import Tokens
from local.cart_simulators.orders import Change, GivenBack, ShopOrder
from local.cart_simulators.webhooks import Hook, Signed
from local.cart_simulators.wire import Answer, Refusal, Request, Route, json_answer, route

REFRESH_TOKEN = "v^1.1#demo-refresh-token"  # noqa: S105  # opens nothing but the simulator
CLIENT = ("demo-ebay-client", "demo-ebay-client-secret")

_ORDERS = "/sell/fulfillment/v1/order"
_FINANCES = "/sell/finances/v1"
_INVENTORY = "/sell/inventory/v1"
_TOKEN = "/identity/v1/oauth2/token"  # noqa: S105  # a path
_KEY = "/commerce/notification/v1/public_key"
_SPAN = re.compile(r"(lastmodifieddate|payoutDate):\[([^.\]]+\.\d+Z)\.\.([^\]]+)\]")
_OF_PAYOUT = re.compile(r"payoutId:\{(\d+)\}")
_MOST_ORDERS = 200
_REACH = timedelta(days=730)

Json = dict[str, Any]


class EbaySimulator(CartSimulator):
    """One seller on EBAY_US."""

    name: ClassVar[str] = "ebay"
    first_id: ClassVar[int] = 10_001
    retries: ClassVar[tuple[float, ...]] = (60.0, 600.0, 3600.0)

    def __init__(
        self, *, reads_offers: bool = True, items_in_write: int = 25, **options: Any
    ) -> None:
        """`reads_offers` is what the store's secret says; else as `CartSimulator`.

        `items_in_write` is how many items one call may change: eBay says 25, and says one.
        """
        self._reads_offers = reads_offers
        self._items_in_write = items_in_write
        self._signer = Signer()
        self._told = 0
        super().__init__(**options)
        self.tokens = Tokens(self.clock, seconds=7200, prefix="v^1.1#i")

    @property
    def account(self) -> str:
        """The seller's name."""
        return shapes.SELLER

    def secret(self) -> Json:
        """The store's secret; the key is pinned, since keys are asked of eBay's own host only."""
        return {
            "refresh_token": REFRESH_TOKEN,
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "public_keys": {KEY_ID: self._signer.public_key},
            "reads_offers": self._reads_offers,
        }

    def shown_id(self, order: ShopOrder) -> str:
        """EBay's id."""
        return shapes.order_id(order)

    def owed(self, order: ShopOrder) -> Decimal:
        """Tax is eBay's own business."""
        return shapes.total_of(order)

    def given_back(self, refund: GivenBack) -> Decimal:
        """Likewise."""
        return shapes.paid_back(refund)

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        shop = EbayProducts(self.catalogue, self._items_in_write)
        return (
            route("GET", f"{_INVENTORY}/inventory_item", shop.items, lists_products=True),
            route("GET", f"{_INVENTORY}/inventory_item/(?P<sku>.+)", shop.item),
            route("POST", f"{_INVENTORY}/bulk_get_inventory_item", shop.several),
            route("GET", f"{_INVENTORY}/offer", shop.offers),
            route("POST", f"{_INVENTORY}/bulk_update_price_quantity", shop.update),
            route("POST", _TOKEN, self._token),
            route("GET", _ORDERS, self._orders, is_listing=True),
            route("GET", f"{_ORDERS}/{{order_id}}", self._order),
            route("GET", f"{_ORDERS}/{{order_id}}/shipping_fulfillment", self._parcels),
            route("GET", f"{_KEY}/{{key_id}}", self._public_key),
            route("GET", f"{_FINANCES}/payout", self._payouts),
            route("GET", f"{_FINANCES}/transaction", self._transactions),
        )

    def before(self, request: Request) -> None:
        """Check the token.

        Raises:
            Refusal: there is none, or it ended.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        is_bearer = scheme == "Bearer" and self.tokens.is_valid(token)
        if request.path != _TOKEN and not is_bearer:
            raise Refusal(_error(401, 1001))

    def expire_tokens(self) -> None:
        """End every access token now."""
        self.tokens.expire_all()

    def not_found(self) -> Answer:
        """What eBay answers of an order that it does not know."""
        return _error(404, 32100)

    def hooks(self, change: Change) -> Sequence[Hook]:
        """One notification per line item of a paid or shipped order."""
        topic = TOPICS.get(change.event)
        if topic is None:
            return ()
        hooks = []
        for _ in change.order.lines:
            self._told += 1
            document = notification(topic, change.order, self._told, self.clock.now())
            signed = self._signer.signed(document)
            hooks.append(Hook(topic, shapes.order_id(change.order), _always(signed)))
        return tuple(hooks)

    def _token(self, request: Request) -> Answer:
        expected = base64.b64encode(":".join(CLIENT).encode()).decode()
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        if request.headers.get("authorization") != f"Basic {expected}":
            return json_answer({"error": "invalid_client"}, 401)
        is_user = form.get("grant_type") == "refresh_token"
        if is_user and form.get("refresh_token") != REFRESH_TOKEN:
            return json_answer({"error": "invalid_grant"}, 400)
        seconds = self.tokens.lifetime_seconds
        answer = {"access_token": self.tokens.issue(), "token_type": "User Access Token"}
        return json_answer(answer | {"expires_in": seconds})

    def _public_key(self, _: Request, key_id: str) -> Answer:
        if key_id != KEY_ID:
            return _error(404, 195_000)
        key = self._signer.public_key
        return json_answer({"key": key, "algorithm": "ECDSA", "digest": "SHA256"})

    def _orders(self, request: Request) -> Answer:
        """The newest order first, whatever changed; both bounds count."""
        span = _span(request, "lastmodifieddate")
        if span is None or span[0] < self.clock.now() - _REACH:
            return _error(400, 30_700)
        found = [order for order in self.orders if span[0] <= order.updated_at <= span[1]]
        rows = [shapes.order_body(each, shows_cancel_requests=False) for each in reversed(found)]
        return _page(request, "orders", rows, _MOST_ORDERS)

    def _order(self, _: Request, order_id: str) -> Answer:
        order = self.orders.order(shapes.book_id(order_id))
        return json_answer(shapes.order_body(order, shows_cancel_requests=True))

    def _parcels(self, _: Request, order_id: str) -> Answer:
        order = self.orders.order(shapes.book_id(order_id))
        found = [shapes.parcel_body(each) for each in order.parcels]
        return json_answer({"fulfillments": found, "total": len(found)})

    def _payouts(self, request: Request) -> Answer:
        span = _span(request, "payoutDate")
        if span is None:
            return _error(400, 462_000)
        bodies = [
            shapes.payout_body(payout_id, listed)
            for payout_id, listed in sorted(self._by_payout().items(), reverse=True)
        ]
        now = shapes.text(self.clock.now())
        shown = [
            body
            for body in bodies
            if shapes.text(span[0]) <= body["payoutDate"] <= shapes.text(span[1])
            and body["payoutDate"] <= now
        ]
        return _page(request, "payouts", shown, _MOST_ORDERS) if shown else Answer(204)

    def _transactions(self, request: Request) -> Answer:
        fits = _OF_PAYOUT.fullmatch(request.query.get("filter", ""))
        listed = self._by_payout().get(fits.group(1), []) if fits else []
        rows = [shapes.transaction_body(each) for each in reversed(listed)]
        return _page(request, "transactions", rows, 1000) if rows else Answer(204)

    def _by_payout(self) -> dict[str, list[shapes.Booking]]:
        found: dict[str, list[shapes.Booking]] = defaultdict(list)
        for order in self.orders:
            for booking in shapes.bookings(order):
                found[booking.payout_id].append(booking)
        return found


def _always(signed: Signed) -> Callable[[], Signed]:
    """A notification keeps its signature over retries."""
    return lambda: signed


def _span(request: Request, name: str) -> tuple[datetime, datetime] | None:
    fits = _SPAN.fullmatch(request.query.get("filter", ""))
    if not fits or fits.group(1) != name:
        return None
    try:
        return datetime.fromisoformat(fits.group(2)), datetime.fromisoformat(fits.group(3))
    except ValueError:
        return None


def _page(request: Request, name: str, rows: list[Json], most: int) -> Answer:
    query = request.query
    size, offset = int(query.get("limit", "50")), int(query.get("offset", "0"))
    if size > most:
        return _error(400, 30_700)
    body: Json = {"total": len(rows), "limit": size, "offset": offset}
    if offset + size < len(rows):
        body["next"] = f"https://api.ebay.com{request.path}?limit={size}&offset={offset + size}"
    return json_answer(body | {name: rows[offset : offset + size]})


def _error(status: int, number: int) -> Answer:
    errors = [{"errorId": number, "domain": "ACCESS", "message": "Refused."}]
    return json_answer({"errors": errors}, status)


SIMULATOR = EbaySimulator
