"""What must hold of any bytes that come as a cart's: a finding or a hold, never a wrong number."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from carts.adapter import CartAdapter, Headers, Reading, UnknownTopicError
from carts.documents import DocumentError, parse, to_identifier
from carts.registry import adapter
from carts.shapes import Source, shapes
from commerce.codec import decode, encode
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import Order
from commerce.payouts import Payout, decode_payout, encode_payout, payout_breaches
from ops.cart_numbers import numbers
from shared.intake import deliveries
from shared.intake.deliveries import Intake, Outcome
from shared.intake.requests import WebhookRequest
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant
from tests.fuzz.mutation import Mutator

CARTS = (
    "shopify",
    "woocommerce",
    "magento",
    "amazon",
    "ebay",
    "walmart",
    "api2cart",
    "bigcommerce",
)
EVENTS = Path(__file__).parents[2] / "events"
_NOT_DOCUMENTS = ("expected", "signature_vectors")
_HEADERS: tuple[str, ...] = (
    "",
    " ",
    "é",
    "\u0000",
    "a" * 9000,
    "====",
    "AAAA",
    "{}",
    "-1",
    "1e999",
)
_NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)

_TOTALS: dict[str, tuple[str, ...]] = {
    "shopify": ("total_price",),
    "woocommerce": ("total",),
    "magento": ("grand_total",),
}
"""Where a document of the cart states its total, for carts that state it in one plain member."""

_IDS = {"shopify": "id", "woocommerce": "id", "magento": "entity_id"}


class WrongError(AssertionError):
    """A reading that says something else than its document, or that cannot be believed."""


class Probe:
    """Throws bent documents of one cart at everything that reads them."""

    def __init__(self, cart: str) -> None:
        self._cart = cart
        self._dice = random.Random()  # noqa: S311  # seeded before each input
        self._adapter = adapter(cart)
        self._shapes = shapes(cart)
        self._mutator = Mutator(self._dice)
        self._samples = _samples(cart)
        self._headers = _vector_headers(cart)
        self._topics = _topics(self._headers)
        self._intake = _intake(cart, self._account())
        self.refused = self.held = self.read = 0

    def once(self, number: int) -> None:
        """The input of that number.

        Raises:
            WrongError: something that must hold does not.
            Exception: whatever escaped; nothing may.
        """
        self._dice.seed(f"{self._cart}/{number}")
        body = self._mutator.bent(self._dice.choice(self._samples))
        self.feed(body, self._bent_headers())

    def feed(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Have the bytes proved, taken in, read and inspected.

        Raises:
            WrongError: something that must hold does not.
        """
        self._prove(body, headers)
        self._take_in(body, headers)
        try:
            document = parse(body)
        except DocumentError:
            self.refused += 1
            return
        self._adapter.describe(Headers(headers), body, document)
        topic = self._dice.choice(self._topics)
        with suppress(UnknownTopicError):
            self._believe(self._adapter.read("shop", topic, document), document)
        self._inspect(body, document)

    def _account(self) -> str:
        """The shop that the samples name."""
        for headers in self._headers:
            described = self._adapter.describe(Headers(headers), b"{}", {})
            if described.account:
                return described.account
        return ""

    def _bent_headers(self) -> dict[str, str]:
        headers = dict(self._dice.choice(self._headers))
        for name in list(headers):
            if self._dice.random() < 0.05:
                headers[name] = self._dice.choice(_HEADERS)
            elif self._dice.random() < 0.03:
                del headers[name]
        return headers

    def _prove(self, body: bytes, headers: Mapping[str, str]) -> None:
        """No bent body is proved by a sample's signature, whatever the headers hold."""
        secret = {"webhook_secrets": ["not-the-secret"], "public_keys": {}, "client_ids": ["x"]}
        if self._adapter.is_genuine(Headers(headers), body, secret):
            message = "a delivery was believed that nobody signed"
            raise WrongError(message)

    def _take_in(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Were it genuine, it would be kept: accepted, unhandled, invalid, or another shop's."""
        request = WebhookRequest("POST", self._cart, "shop", headers, body)
        with _believing(self._adapter):
            outcome = self._intake.take(request).outcome
        if outcome in (Outcome.UNAVAILABLE, Outcome.NOT_FOUND):
            message = f"intake answered {outcome}"
            raise WrongError(message)

    def _inspect(self, body: bytes, document: Any) -> None:
        """What `ops cart inspect` would print of it."""
        source = Source(document, body, currency="USD")
        fitting = [shape for shape in self._shapes if shape.fits(source)]
        for seen in fitting[0].seen(source) if fitting else ():
            json.dumps(numbers(seen), allow_nan=False).encode()
            if seen.reading is not None:
                self._believe(seen.reading, None)
            if seen.payout is not None and seen.payout.payout is not None:
                _believe_payout(seen.payout.payout)

    def _believe(self, reading: Reading, document: Any) -> None:
        facts = reading.facts
        if facts is None or facts.order is None:
            self.held += 1
            return
        self.read += 1
        if decode(encode(facts)) != facts:
            message = "the facts do not survive being stored"
            raise WrongError(message)
        order = facts.order
        breaches = order_breaches(order)
        if not breaches and _difference(order):
            message = "an order is taken as balanced that does not add up"
            raise WrongError(message)
        for refund in facts.refunds:
            refund_breaches(refund)
        self._compare(order, document)

    def _compare(self, order: Order, document: Any) -> None:
        """Total and id are the document's own, digit for digit."""
        if self._cart not in _IDS or not isinstance(document, dict):
            return
        if order.ref.id != to_identifier(document.get(_IDS[self._cart])):
            message = "the order has another id than its document"
            raise WrongError(message)
        stated = {_decimal(document.get(name)) for name in _TOTALS[self._cart]} - {None}
        if stated and order.total.amount not in stated:
            message = "the order has another total than its document"
            raise WrongError(message)


def _believe_payout(payout: Payout) -> None:
    """A settlement is proved as a whole and line by line, and survives being stored."""
    if decode_payout(encode_payout(payout)) != payout:
        message = "the payout does not survive being stored"
        raise WrongError(message)
    if payout_breaches(payout):
        return
    nets = [line.net.amount for line in payout.lines]
    kept = [line.amount.amount - line.fee.amount for line in payout.lines]
    if payout.amount is None or nets != kept or payout.amount.amount != sum(nets, Decimal(0)):
        message = "a payout is taken as proved that does not add up"
        raise WrongError(message)


def _difference(order: Order) -> Decimal:
    """The identity of carts reference §3.4, added up here once more without the model's help."""
    lines = [line for line in order.lines if line.kind.value != "component"]
    parts = [line.gross.amount - line.discount.amount for line in lines]
    parts += [each.amount.amount - each.discount.amount for each in order.shipping_lines]
    parts += [each.amount.amount for each in order.charges]
    parts += [-each.amount.amount for each in order.gift_cards_applied]
    if not order.tax_included:
        taxes = [tax for line in lines for tax in line.taxes]
        taxes += [tax for each in order.shipping_lines for tax in each.taxes]
        taxes += [tax for each in order.charges for tax in each.taxes]
        nested = [tax.amount.amount for tax in taxes]
        parts += nested or [tax.amount.amount for tax in order.taxes]
    return order.total.amount - sum(parts, start=Decimal(0))


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return Decimal(value)
    except ArithmeticError:
        return None


def _samples(cart: str) -> list[bytes]:
    files = sorted((EVENTS / cart).glob("*.json"))
    return [file.read_bytes() for file in files if file.stem not in _NOT_DOCUMENTS]


def _vector_headers(cart: str) -> list[dict[str, str]]:
    """The headers of the cart's signature vectors; a cart without has plain ones."""
    file = EVENTS / cart / "signature_vectors.json"
    if not file.is_file():
        return [{"Content-Type": "application/json"}]
    vectors = json.loads(file.read_bytes())
    return [
        {name: str(value) for name, value in vector["headers"].items()}
        for vector in vectors
        if isinstance(vector.get("headers"), dict)
    ]


def _topics(headers: list[dict[str, str]]) -> list[str]:
    """Topics that deliveries name, and those that only the product itself uses."""
    told = {value for each in headers for name, value in each.items() if "topic" in name.lower()}
    return sorted(told | _OWN_TOPICS)


_OWN_TOPICS = {
    "order",
    "order/add",
    "order_hint",
    "orders/paid",
    "refunds/create",
    "fulfillments/create",
    "order_transactions/create",
    "order.updated",
    "ORDER_CHANGE",
    "ORDER_CONFIRMATION",
    "PO_CREATED",
    "store/order/updated",
    "sales_order_save_commit_after",
}


class _Believing:
    """The cart's adapter, believing every signature."""

    def __init__(self, cart: CartAdapter) -> None:
        self._cart = cart

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cart, name)

    def is_genuine(self, *_: Any) -> bool:
        return True

    def missing_members(self, _: Any) -> list[str]:
        return []


@contextmanager
def _believing(cart: CartAdapter) -> Iterator[None]:
    with patch.object(deliveries, "adapter", lambda _: _Believing(cart)):
        yield


class _World:
    """Everything that intake needs, of nothing."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def route(self, cart: str, store: str) -> str:
        del cart, store
        return self._tenant.id

    def tenant(self, tenant_id: str) -> Tenant:
        del tenant_id
        return self._tenant

    def get(self, name: str) -> Mapping[str, Any]:
        del name
        return {"webhook_secrets": ["s"]}

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        json.dumps([key, dict(headers)]).encode()
        return bool(body) or True

    def send(self, event: Any) -> None:
        event.model_dump_json().encode()

    def open(self, tenant: str, subject: str, findings: Any, *, at: datetime) -> None:
        json.dumps([tenant, subject, [each.message for each in findings], at.isoformat()]).encode()


def _intake(cart: str, account: str) -> Intake:
    store = {
        "id": "shop",
        "cart": cart,
        "domain": account or "shop.example",
        "entity": "100",
        "mapping": {"version": "1", "accounts": {}},
    }
    tenant = Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [store],
        }
    )
    world: Any = _World(tenant)
    reviews: Reviews = world
    return Intake(
        directory=world,
        secrets=world,
        secret_prefix="",
        archive=world,
        events=world,
        reviews=lambda: reviews,
        clock=lambda: _NOW,
    )
