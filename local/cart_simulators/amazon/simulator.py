"""Amazon's Selling Partner API: cursors, rates per operation, tokens of an hour, late finances.

Source: carts reference §7. A refund changes no order; Finances tells it, up to `finances_lag` late,
in pages of which some are empty. Not imitated: documents of personal data, reports, feeds.
"""

from __future__ import annotations

import base64
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qs

from local.cart_simulators.amazon import finances, shapes
from local.cart_simulators.amazon.finances import Posting
from local.cart_simulators.amazon.products import (
    LISTINGS,
    SUMMARIES,
    AmazonProducts,
    product_routes,
)
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.limits import Bucket, Tokens
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

REFRESH_TOKEN = "Atzr|demo-refresh-token"  # noqa: S105  # opens nothing but the simulator
CLIENT = ("amzn1.application-oa2-client.demo", "demo-client-secret")

_ORDERS = "/orders/2026-01-01/orders"
_TRANSACTIONS = "/finances/2024-06-19/transactions"
_GROUPS = "/finances/v0/financialEventGroups"
_RATES = {
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "listTransactions": (0.5, 10),
    "listFinancialEventGroups": (0.5, 30),
    "searchListingsItems": (5.0, 5),
    "patchListingsItem": (5.0, 5),
    "getInventorySummaries": (2.0, 2),
}
_HURRIED = 100.0
_NEWEST = timedelta(minutes=2)
_REACH = timedelta(days=730)
_TOKEN_LIFE = timedelta(hours=24)
_MOST_ORDERS = 100
_FINANCES_PAGE = 50
_EMPTY_PAGE_CHANCE = 0.3

Json = dict[str, Any]


class AmazonSimulator(CartSimulator):
    """One seller on one marketplace."""

    name: ClassVar[str] = "amazon"
    first_id: ClassVar[int] = 1_000_001
    default_location: ClassVar[str] = "DEFAULT"

    def __init__(
        self,
        *,
        finances_lag: timedelta = timedelta(0),
        defers: bool = False,
        is_hurried: bool = False,
        **options: Any,
    ) -> None:
        """Postings appear up to `finances_lag` late; `is_hurried` lifts all rates for demos."""
        self._finances_lag = finances_lag
        self._defers = defers
        self._is_hurried = is_hurried
        self._told = 0
        self._changed_at: dict[int, datetime] = {}
        super().__init__(**options)
        self.tokens = Tokens(self.clock, seconds=3600, prefix="Atza")
        self._buckets = {
            name: Bucket(self.clock, capacity=burst, per_second=rate)
            for name, (rate, burst) in _RATES.items()
        }

    @property
    def account(self) -> str:
        """The seller id."""
        return shapes.SELLER

    def secret(self) -> Json:
        """The store's secret."""
        return {
            "refresh_token": REFRESH_TOKEN,
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "marketplace_ids": [shapes.MARKETPLACE],
        }

    def shown_id(self, order: ShopOrder) -> str:
        """Amazon's id."""
        return shapes.order_id(order)

    def changed_at(self, order: ShopOrder) -> datetime:
        """A refund changes no order."""
        return self._changed_at[order.id]

    def has_taken(self, order: ShopOrder) -> bool:
        """Amazon takes the buyer's money when all has left."""
        return shapes.state_of(order) == "SHIPPED"

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        self.shop = AmazonProducts(self.catalogue)
        return (
            *product_routes(self.shop, route),
            route("POST", "/auth/o2/token", self._token),
            route("GET", _ORDERS, self._search, is_listing=True),
            route("GET", f"{_ORDERS}/{{order_id}}", self._order),
            route("GET", _TRANSACTIONS, self._transactions, is_listing=True),
            route("GET", _GROUPS, self._groups),
        )

    def before(self, request: Request) -> None:
        """Check token and rate.

        Raises:
            Refusal: the token ended, or the operation was called too often.
        """
        if request.path == "/auth/o2/token":
            return
        if not self.tokens.is_valid(request.headers.get("x-amz-access-token", "")):
            raise Refusal(_error(403, "Unauthorized"))
        if not self._is_hurried and not self._buckets[_operation(request)].take():
            raise Refusal(_error(429, "QuotaExceeded", self._stated(request)))

    def expire_tokens(self) -> None:
        """End every access token now."""
        self.tokens.expire_all()

    def not_found(self) -> Answer:
        """What Amazon answers of an order that it does not know."""
        return _error(404, "NotFound")

    def hooks(self, change: Change) -> Sequence[Hook]:
        """What the seller's queue hears: of a refund from Finances, of all else from Orders."""
        order, at = change.order, self.clock.now()
        if change.event is not Event.REFUNDED:
            self._changed_at[order.id] = order.updated_at
        if change.event is Event.PAID and change.version == 1:
            return ()
        self._told += 1
        is_refund = change.event is Event.REFUNDED
        kind = "TRANSACTION_UPDATE" if is_refund else "ORDER_CHANGE"
        made = shapes.refund_notification if is_refund else shapes.order_notification
        body = to_json(made(order, self._told, at))
        return (Hook(kind, shapes.order_id(order), lambda: Signed(body, {})),)

    def _token(self, request: Request) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        expected = {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH_TOKEN,
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
        }
        if form != expected:
            return json_answer({"error": "invalid_grant"}, 400)
        seconds = self.tokens.lifetime_seconds
        answer = {"access_token": self.tokens.issue(), "token_type": "bearer"}
        return json_answer(answer | {"expires_in": seconds, "refresh_token": REFRESH_TOKEN})

    def _search(self, request: Request) -> Answer:
        """Orders by the time of change, from where the token ended: none shifts the others."""
        query = request.query
        after, before = (_instant(query.get(n)) for n in ("lastUpdatedAfter", "lastUpdatedBefore"))
        now = self.clock.now()
        newest = now if self._is_hurried else now - _NEWEST
        if after is None or before is None or before > newest or after < now - _REACH:
            return _error(400, "InvalidInput")
        marketplaces = query.get("marketplaceIds", "").split(",")
        if not all(marketplaces):
            return _error(400, "InvalidInput")
        size = min(int(query.get("maxResultsPerPage", "100")), _MOST_ORDERS)
        asked = {"after": query["lastUpdatedAfter"], "before": query["lastUpdatedBefore"]}
        begun = (after, 0)
        if token := query.get("paginationToken"):
            known = _untoken(token)
            if {name: known.get(name) for name in asked} != asked or _is_old(known, now):
                return _error(400, "InvalidInput")
            begun = (datetime.fromisoformat(known["at"]), known["id"] + 1)
        rows = sorted((self._changed_at[order.id], order.id) for order in self.orders)
        is_sold_here = shapes.MARKETPLACE in marketplaces
        rows = [row for row in rows if is_sold_here and row >= begun and row[0] <= before]
        shown = rows[:size]
        body: Json = {
            "orders": [shapes.order_body(self.orders.order(number), at) for at, number in shown],
            "lastUpdatedBefore": query["lastUpdatedBefore"],
        }
        if len(rows) > size:
            last = {"at": shown[-1][0].isoformat(), "id": shown[-1][1], "of": now.isoformat()}
            body["pagination"] = {"nextToken": _totoken(asked | last)}
        return json_answer(body, headers=self._stated(request))

    def _order(self, request: Request, order_id: str) -> Answer:
        order = self.orders.order(shapes.book_id(order_id))
        body = shapes.order_body(order, self._changed_at[order.id])
        return json_answer({"order": body}, headers=self._stated(request))

    def _transactions(self, request: Request) -> Answer:
        """Visible postings, oldest first, by offset of a list that only grows; some pages empty."""
        query = request.query
        listed = [
            body
            for posting in self._visible()
            for body in finances.transaction(posting, defers=self._defers)
            if _is_wanted(body, query)
        ]
        begin, page = 0, 0
        if token := query.get("nextToken"):
            known = _untoken(token)
            begin, page = known["from"], known["page"]
        dice = random.Random(f"{query}{page}{self._told}")  # noqa: S311  # repeatable
        is_empty = page % 2 == 0 and dice.random() < _EMPTY_PAGE_CHANCE and begin < len(listed)
        end = begin if is_empty else min(begin + _FINANCES_PAGE, len(listed))
        more = _totoken({"from": end, "page": page + 1}) if end < len(listed) else None
        body = {"payload": {"transactions": listed[begin:end], "nextToken": more}}
        return json_answer(body, headers=self._stated(request))

    def _groups(self, request: Request) -> Answer:
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for posting in self._postings():
            sums[finances.group_number(posting.at)] += posting.net
        now = self.clock.now()
        after = _instant(request.query.get("FinancialEventGroupStartedAfter"))
        found = [finances.group(n, total, "USD", now) for n, total in sorted(sums.items())]
        shown = [
            each
            for each in found
            if after is None or each["FinancialEventGroupStart"] >= shapes.text(after)
        ]
        body = {"payload": {"FinancialEventGroupList": shown}}
        return json_answer(body, headers=self._stated(request))

    def _postings(self) -> list[Posting]:
        found = [posting for order in self.orders for posting in finances.postings(order)]
        return sorted(found, key=lambda each: (each.at, each.serial))

    def _visible(self) -> list[Posting]:
        """Postings appear late, each by a delay of its own."""
        now = self.clock.now()
        return [each for each in self._postings() if each.at + self._delay(each) <= now]

    def _delay(self, posting: Posting) -> timedelta:
        share = random.Random(posting.serial).random()  # noqa: S311  # repeatable
        return self._finances_lag * share

    def _stated(self, request: Request) -> dict[str, str]:
        rate = _HURRIED if self._is_hurried else _RATES[_operation(request)][0]
        return {"x-amzn-RateLimit-Limit": str(rate)}


def _operation(request: Request) -> str:
    path = request.path
    if path == _ORDERS:
        return "searchOrders"
    if path.startswith(LISTINGS):
        return "searchListingsItems" if request.method == "GET" else "patchListingsItem"
    if path == SUMMARIES:
        return "getInventorySummaries"
    if path.startswith(_ORDERS):
        return "getOrder"
    return "listTransactions" if path == _TRANSACTIONS else "listFinancialEventGroups"


def _is_wanted(body: Json, query: dict[str, str]) -> bool:
    """Whether a transaction is what the query names: an id, or a span of posting times."""
    if name := query.get("relatedIdentifierName"):
        wanted = {
            "relatedIdentifierName": name,
            "relatedIdentifierValue": query.get("relatedIdentifierValue"),
        }
        return wanted in body["relatedIdentifiers"]
    posted = body["postedDate"]
    after, before = query.get("postedAfter", ""), query.get("postedBefore", "9")
    return bool(after <= posted < before)


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> Answer:
    errors = [{"code": code, "message": "Refused.", "details": ""}]
    return json_answer({"errors": errors}, status, headers)


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except ValueError:
        return None


def _is_old(token: Json, now: datetime) -> bool:
    return now - datetime.fromisoformat(token["of"]) > _TOKEN_LIFE


def _totoken(members: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode()


def _untoken(token: str) -> Json:
    try:
        found = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as exc:
        raise Refusal(_error(400, "InvalidInput")) from exc
    return found if isinstance(found, dict) else {}


SIMULATOR = AmazonSimulator
