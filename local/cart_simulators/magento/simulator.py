"""A Magento Open Source shop: lists by search criteria, OAuth 1.0a, no webhooks of its own.

Source: carts reference §5. A page past the end repeats the last one, a known quirk. Hooks of a
community module can be imitated: an unsigned body with a shared text in a header (§5.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote

from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.magento.products import MagentoProducts
from local.cart_simulators.magento.shapes import (
    invoice_body,
    memo_body,
    order_body,
    shipment_body,
    utc,
)
from local.cart_simulators.orders import Change, Event
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

DOMAIN = "magento.shop.example"
SHARED_SECRET = "demo-magento-shared-text"  # noqa: S105  # opens nothing but the simulator
OAUTH = ("demo-consumer-key", "demo-consumer-secret", "demo-token", "demo-token-secret")

_API = "/rest/default/V1"
_DEFAULT_PAGE = 20
_MOST_PER_PAGE = 300
_FILTER = re.compile(
    r"searchCriteria\[filter_groups\]\[(\d+)\]\[filters\]\[(\d+)\]"
    r"\[(field|value|condition_type)\]"
)
_SORT = re.compile(r"searchCriteria\[sortOrders\]\[(\d+)\]\[(field|direction)\]")
_FIELDS = re.compile(r"items\[([^\]]*)\]")
_OAUTH_PART = re.compile(r'(\w+)="([^"]*)"')

_CONDITIONS: dict[str, Callable[[Any, Any], Any]] = {
    "in": lambda value, wanted: value in str(wanted).split(","),
    "eq": operator.eq,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
}

Json = dict[str, Any]


class MagentoSimulator(CartSimulator):
    """One shop."""

    name: ClassVar[str] = "magento"
    first_id: ClassVar[int] = 451
    default_location: ClassVar[str] = "default"
    sells_from_stock: ClassVar[bool] = False

    @property
    def account(self) -> str:
        """The shop's host."""
        return DOMAIN

    def secret(self) -> Json:
        """The store's secret."""
        return {"webhook_secrets": [SHARED_SECRET], "access_token": ":".join(OAUTH)}

    def routes(self) -> Sequence[Route]:
        """The endpoints that we call."""
        shop = MagentoProducts(self.catalogue)
        lists: dict[str, Callable[[], Iterator[Json]]] = {
            "orders": lambda: (order_body(order) for order in self.orders),
            "invoices": self._invoices,
            "shipments": self._shipments,
            "creditmemos": self._memos,
        }
        return (
            *(
                route("GET", f"{_API}/{name}", _lister(rows), is_listing=True)
                for name, rows in lists.items()
            ),
            route("GET", f"{_API}/orders/{{order_id}}", self._order),
            route("GET", f"{_API}/store/storeConfigs", self._configuration),
            route("GET", f"{_API}/products", _lister(shop.rows), lists_products=True),
            route("GET", f"{_API}/products/{{sku}}", shop.one),
            route("PUT", f"{_API}/products/{{sku}}", shop.change),
            route(
                "POST",
                f"{_API}/products/base-prices",
                lambda request: shop.set_amounts(request, "price"),
            ),
            route(
                "POST", f"{_API}/products/cost", lambda request: shop.set_amounts(request, "cost")
            ),
            route("GET", f"{_API}/inventory/source-items", _lister(shop.source_items)),
            route("POST", f"{_API}/inventory/source-items", shop.set_source_items),
        )

    def before(self, request: Request) -> None:
        """Check the OAuth signature.

        Raises:
            Refusal: the request was not signed with the integration's four values.
        """
        given = dict(_OAUTH_PART.findall(request.headers.get("authorization", "")))
        signature = unquote(given.pop("oauth_signature", ""))
        scheme = "https" if "host" in request.headers and _is_public(request) else "http"
        address = f"{scheme}://{request.headers.get('host', '')}{request.path}"
        pairs = [(name, unquote(value)) for name, value in given.items()]
        pairs += parse_qsl(request.query_string, keep_blank_values=True)
        joined = "&".join(
            f"{n}={v}" for n, v in sorted((_escaped(n), _escaped(v)) for n, v in pairs)
        )
        base = "&".join((request.method, _escaped(address), _escaped(joined)))
        key = f"{_escaped(OAUTH[1])}&{_escaped(OAUTH[3])}"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(base64.b64encode(digest).decode(), signature):
            raise Refusal(json_answer({"message": "The signature is invalid."}, 401))

    def not_found(self) -> Answer:
        """What the shop answers of an order that it does not know."""
        message = "The entity that was requested doesn't exist. Verify the entity and try again."
        return json_answer({"message": message}, 404)

    def hooks(self, change: Change) -> Sequence[Hook]:
        """What a community module posts: the saved order, and a shared text."""
        if change.event is Event.PAID and change.version == 1:
            return ()
        order = change.order

        def made() -> Signed:
            entity = {"entity_id": order.id, "updated_at": utc(order.updated_at)}
            body = to_json({"order": entity})
            headers = {"Content-Type": "application/json", "X-Cartledger-Secret": SHARED_SECRET}
            return Signed(body, headers)

        return (Hook("order_hint", str(order.id), made),)

    def _order(self, _: Request, order_id: str) -> Answer:
        return json_answer(order_body(self.orders.order(order_id)))

    def _configuration(self, _: Request) -> Answer:
        return json_answer([{"id": 1, "code": "default", "base_currency_code": "USD"}])

    def _invoices(self) -> Iterator[Json]:
        return (invoice_body(order) for order in self.orders if order.paid_at)

    def _shipments(self) -> Iterator[Json]:
        return (shipment_body(order, each) for order in self.orders for each in order.parcels)

    def _memos(self) -> Iterator[Json]:
        return (memo_body(order, each) for order in self.orders for each in order.refunds)


def _lister(rows: Callable[[], Iterator[Json]]) -> Callable[[Request], Answer]:
    return lambda request: _listed(request, list(rows()))


def _listed(request: Request, rows: list[Json]) -> Answer:
    """What the search criteria let through, sorted, one page of it."""
    query = request.query
    groups: dict[str, dict[str, Json]] = {}
    sorting: dict[str, Json] = {}
    for name, value in query.items():
        if fits := _FILTER.fullmatch(name):
            group, number, member = fits.groups()
            groups.setdefault(group, {}).setdefault(number, {})[member] = value
        elif fits := _SORT.fullmatch(name):
            sorting.setdefault(fits.group(1), {})[fits.group(2)] = value
    found = [
        row for row in rows if all(any(_fits(row, f) for f in g.values()) for g in groups.values())
    ]
    for _, order in sorted(sorting.items(), reverse=True):
        field = order["field"]
        found.sort(key=lambda row: row[field], reverse=order.get("direction") != "ASC")
    size = int(query.get("searchCriteria[pageSize]", _DEFAULT_PAGE))
    if size > _MOST_PER_PAGE:
        return json_answer({"message": f"Maximum SearchCriteria pageSize is {_MOST_PER_PAGE}"}, 400)
    last_page = max(1, -(-len(found) // size))
    page = min(int(query.get("searchCriteria[currentPage]", "1")), last_page)
    shown = found[(page - 1) * size : page * size]
    if fits := _FIELDS.search(query.get("fields", "")):
        names = fits.group(1).split(",")
        shown = [{name: row[name] for name in names if name in row} for row in shown]
    elif shown and "id" in shown[0]:  # a product, which answers call by another name than filters
        shown = [{name: row[name] for name in row if name != "entity_id"} for row in shown]
    return json_answer({"items": shown or None, "total_count": len(found)})


def _fits(row: Json, condition: Json) -> bool:
    value, wanted = row.get(condition["field"]), condition["value"]
    if isinstance(value, int):
        given: Any = int(wanted)
    else:
        value, given = str(value), wanted
    return bool(_CONDITIONS[condition.get("condition_type", "eq")](value, given))


def _is_public(request: Request) -> bool:
    """Whether the caller came by a public name, which is by https; loopback is plain."""
    host = request.headers["host"].partition(":")[0]
    return host not in ("127.0.0.1", "localhost")


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")


SIMULATOR = MagentoSimulator
