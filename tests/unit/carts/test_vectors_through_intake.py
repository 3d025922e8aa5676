"""All signature vectors through the intake itself: what is kept, queued and answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from carts.adapter import CartAdapter
from carts.bigcommerce.adapter import BigCommerceAdapter
from carts.ebay.adapter import EbayAdapter
from carts.magento.adapter import MagentoAdapter
from carts.magento.keys import AdobeKeys
from carts.registry import adapter
from carts.walmart.adapter import WalmartAdapter
from shared.intake import deliveries
from shared.intake.deliveries import Intake, Outcome, Receipt
from shared.intake.requests import WebhookRequest
from shared.messages import CartEvent
from shared.tenants.models import Store, Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.carts import test_ebay_webhooks, test_magento_webhooks, test_walmart_webhooks
from tests.unit.carts.numbers import EVENTS, vectors

_DOMAINS = {
    "shopify": "test-shop.myshopify.example",
    "woocommerce": "shop.example.org",
    "magento": "shop.example.org",
    "ebay": "seller",
    "walmart": "10000000001",
    "api2cart": "1",
    "bigcommerce": "testhash01",
}
_ALL = [(cart, vector) for cart in _DOMAINS for vector in vectors(cart)]
_TAKEN = {Outcome.ACCEPTED, Outcome.UNHANDLED}


class Outside:
    """One tenant with one store of the cart; it remembers what was kept and what was queued."""

    def __init__(self, cart: str, secret: Mapping[str, Any]) -> None:
        about: dict[str, Any] = {"id": "shop", "cart": cart, "domain": _DOMAINS[cart]}
        tenant: dict[str, Any] = {"id": "acme", "stores": (Store.model_construct(**about),)}
        self._tenant = Tenant.model_construct(**tenant)
        self._secret = secret
        self.sent: list[CartEvent] = []
        self.kept: dict[str, bytes] = {}
        self.intake = Intake(
            directory=self,
            secrets=self,
            secret_prefix="stores/",  # a prefix of names
            archive=self,
            events=self,
            reviews=MemoryReviews,
            clock=FakeClock(),
        )

    def route(self, cart: str, store: str) -> str:
        return "acme" if cart and store == "shop" else ""

    def tenant(self, tenant_id: str) -> Tenant:
        assert tenant_id == "acme"
        return self._tenant

    def get(self, name: str) -> Any:
        return self.kept.get(name, self._secret)

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        del headers
        is_new = key not in self.kept
        self.kept.setdefault(key, body)
        return is_new

    def send(self, event: CartEvent) -> None:
        self.sent.append(event)

    def take(self, cart: str, vector: Mapping[str, Any]) -> Receipt:
        name, _, value = vector.get("query", "").partition("=")
        query = {name: value} if name else {}
        if "challenge_code" in vector:
            query = {"challenge_code": vector["challenge_code"]}
        request = WebhookRequest(
            vector.get("method", "GET" if query else "POST"),
            cart,
            "shop",
            vector.get("headers", {}),
            _body(cart, vector),
            query,
        )
        return self.intake.take(request)


def _body(cart: str, vector: Mapping[str, Any]) -> bytes:
    if "body_file" in vector:
        return (EVENTS / cart / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector.get("body_base64", ""))


def _secret(cart: str, vector: dict[str, Any]) -> dict[str, Any]:
    match cart:
        case "walmart":
            return test_walmart_webhooks.secret_of(vector)
        case "magento" if vector["scheme"] != "challenge":
            return test_magento_webhooks.secret_of(vector)
        case "magento":
            return {"client_ids": ["any"]}
        case "ebay":
            return {
                "client_id": "test-client",
                "client_secret": "test-secret",
                "webhook_verification_token": vector.get("verification_token", ""),
                "webhook_url": vector.get("endpoint", ""),
            }
        case "api2cart":
            profile = "a" if "plus-body" in vector["scheme"] else "b"
            return {"webhook_profile": profile, "webhook_secrets": [vector["secret"]]}
        case _:
            return {"webhook_secrets": vector.get("secrets") or [vector.get("secret", "")]}


def _cart(cart: str, vector: Mapping[str, Any]) -> CartAdapter:
    """The cart's adapter at the vector's moment, with the keys that the vector publishes."""
    now = float(vector.get("now_epoch", 0))
    match cart:
        case "walmart":
            return WalmartAdapter(now=lambda: now)
        case "bigcommerce":
            return BigCommerceAdapter(now=lambda: now)
        case "ebay":
            return EbayAdapter(keys=test_ebay_webhooks.Ebay().keys())
        case "magento":
            host = test_magento_webhooks.Host(vector.get("public_keys", {}))
            return MagentoAdapter(AdobeKeys(host))
        case _:
            return adapter(cart)


def test_there_are_sixty_six_vectors() -> None:
    assert len(_ALL) == 66


@pytest.mark.parametrize(("cart", "vector"), _ALL, ids=[each["id"] for _, each in _ALL])
def test_a_vector_is_answered_as_it_says(
    cart: str, vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "adapter", lambda _: _cart(cart, vector))
    outside = Outside(cart, _secret(cart, vector))

    receipt = outside.take(cart, vector)

    expect = vector["expect"]
    if expect.startswith("invalid"):
        assert receipt.outcome is Outcome.NOT_GENUINE
        assert receipt.status == (412 if cart == "ebay" else 0)
        assert (outside.kept, outside.sent) == ({}, [])
    elif expect in ("ping", "challenge"):
        assert receipt.outcome is Outcome.TRIED
        assert json.loads(receipt.reply or "{}") == vector.get("expected_body", {})
        assert (outside.kept, outside.sent) == ({}, [])
    else:
        assert receipt.outcome in _TAKEN
        assert list(outside.kept.values()) == [_body(cart, vector)]
        assert outside.take(cart, vector).outcome in (Outcome.DUPLICATE, Outcome.UNHANDLED)
        assert len(outside.kept) == 1
        assert len({event.delivery for event in outside.sent}) <= 1
