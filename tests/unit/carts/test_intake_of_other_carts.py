"""Deliveries of carts whose bodies may not name their account, through the intake itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.intake.deliveries import Intake, Outcome
from shared.intake.requests import WebhookRequest
from shared.messages import CartEvent
from shared.tenants.models import Store, Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.carts.numbers import sample

_BIG_SECRET = "big-secret"  # a test's own
_SECRETS: dict[str, dict[str, Any]] = {
    "walmart": {
        "webhook_scheme": "hmac",
        "webhook_header": "X-Proof",
        "webhook_secrets": [_BIG_SECRET],
    },
    "api2cart": {"webhook_profile": "b", "webhook_secrets": [_BIG_SECRET]},
    "amazon": {},
    "ebay": {"public_keys": {"kid": "key"}},
}


class Outside:
    """One tenant with one store of the cart; it remembers what was kept and queued."""

    def __init__(self, cart: str, domain: str) -> None:
        about: dict[str, Any] = {"id": "shop", "cart": cart, "domain": domain}
        tenant: dict[str, Any] = {"id": "acme", "stores": (Store.model_construct(**about),)}
        self._tenant = Tenant.model_construct(**tenant)
        self._secret = _SECRETS[cart]
        self.sent: list[CartEvent] = []

    def route(self, cart: str, store: str) -> str:
        return "acme" if cart and store == "shop" else ""

    def tenant(self, tenant_id: str) -> Tenant:
        assert tenant_id == "acme"
        return self._tenant

    def get(self, name: str) -> Mapping[str, Any]:
        assert name == "stores/acme/shop"
        return self._secret

    def send(self, event: CartEvent) -> None:
        self.sent.append(event)


class Kept:
    """An archive in a dictionary."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        assert not any("proof" in name or name == "signature" for name in headers)
        is_new = key not in self.bodies
        self.bodies.setdefault(key, body)
        return is_new

    def get(self, key: str) -> bytes:
        return self.bodies[key]


def take(cart: str, domain: str, body: bytes, headers: dict[str, str]) -> tuple[Outcome, Outside]:
    outside = Outside(cart, domain)
    intake = Intake(
        directory=outside,
        secrets=outside,
        secret_prefix="stores/",  # a prefix of names
        archive=Kept(),
        events=outside,
        reviews=MemoryReviews,
        clock=FakeClock(),
    )
    receipt = intake.take(WebhookRequest("POST", cart, "shop", headers, body))
    return receipt.outcome, outside


def proof(body: bytes) -> str:
    return base64.b64encode(hmac.new(_BIG_SECRET.encode(), body, hashlib.sha256).digest()).decode()


def walmart_body(**changes: Any) -> bytes:
    document = sample("walmart", "event_po_created")
    payload = {**document["payload"], **changes}
    kept = {name: value for name, value in payload.items() if value is not None}
    return json.dumps({**document, "payload": kept}).encode()


@pytest.mark.parametrize(
    ("partner", "outcome"),
    [
        ("10000000001", Outcome.ACCEPTED),
        (None, Outcome.ACCEPTED),
        ("10000000002", Outcome.NOT_GENUINE),
        ("", Outcome.NOT_GENUINE),
    ],
)
def test_a_seller_that_is_named_must_be_the_stores(partner: str | None, outcome: Outcome) -> None:
    body = walmart_body(partnerId=partner)

    found, outside = take("walmart", "10000000001", body, {"X-Proof": proof(body)})

    assert found is outcome
    assert [event.resource_id for event in outside.sent] == (
        ["3800000000001"] if outcome is Outcome.ACCEPTED else []
    )


def test_a_forged_delivery_is_turned_away_and_nothing_queued() -> None:
    found, outside = take("walmart", "10000000001", walmart_body(), {"X-Proof": proof(b"other")})

    assert (found, outside.sent) == (Outcome.NOT_GENUINE, [])


def test_a_wish_to_cancel_is_kept_and_not_queued() -> None:
    document = sample("walmart", "event_order_updates_intent_to_cancel")
    body = json.dumps(document).encode()

    found, outside = take("walmart", "10000000001", body, {"X-Proof": proof(body)})

    assert (found, outside.sent) == (Outcome.UNHANDLED, [])


def test_an_api2cart_delivery_is_queued_as_a_hint_of_its_order() -> None:
    body = json.dumps({"id": "9101"}).encode()
    headers = {
        "x-webhook-entity": "order",
        "x-webhook-action": "update",
        "x-webhook-signature": proof(body),
    }

    found, outside = take("api2cart", "anything", body, headers)

    assert found is Outcome.ACCEPTED
    assert [(event.topic, event.resource_id) for event in outside.sent] == [
        ("order/update", "9101")
    ]


def test_nothing_of_amazon_comes_in_over_http() -> None:
    body = json.dumps(sample("amazon", "order_change_notification")).encode()

    found, outside = take("amazon", "a0testseller01", body, {})

    assert (found, outside.sent) == (Outcome.NOT_GENUINE, [])


def test_ebay_hears_of_a_bad_signature_in_its_own_way() -> None:
    outside = Outside("ebay", "test_seller")
    intake = Intake(
        directory=outside,
        secrets=outside,
        secret_prefix="stores/",  # a prefix of names
        archive=Kept(),
        events=outside,
        reviews=MemoryReviews,
        clock=FakeClock(),
    )

    receipt = intake.take(WebhookRequest("POST", "ebay", "shop", {}, b"{}"))

    assert (receipt.outcome, receipt.status) == (Outcome.NOT_GENUINE, 412)
