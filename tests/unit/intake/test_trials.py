"""Carts that try an address first get the answer they want, and nothing is kept of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from shared.intake.archive import Archive
from shared.intake.cart_events import CartEvents
from shared.intake.deliveries import Intake, Outcome
from shared.intake.requests import webhook_request
from shared.tenants.models import Entity, Intacct, Store, Tenant

_SECRETS = {"woocommerce": {"webhook_secrets": ["s"]}, "magento": {"client_ids": ["c"]}}


class Tenants:
    """One tenant with one store of the cart."""

    def __init__(self, cart: str) -> None:
        store = cast("Any", Store).model_construct(id="shop", cart=cart, domain="shop.example.org")
        entity = Entity(id="100", zone="Europe/London", base_currency="GBP")
        self._tenant = Tenant.model_construct(
            id="acme",
            intacct=Intacct(company_id="c", user_id="u"),
            entities=(entity,),
            stores=(store,),
        )
        self.asked: list[str] = []

    def route(self, cart: str, store: str) -> str:
        self.asked.append(f"{cart}/{store}")
        return "acme"

    def tenant(self, tenant_id: str) -> Tenant:
        assert tenant_id == "acme"
        return self._tenant


class Secrets:
    """The secret of the one store."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members

    def get(self, name: str) -> Mapping[str, Any]:
        assert name == "stores/acme/shop"
        return self._members


def intake_of(cart: str, tenants: Tenants | None = None) -> Intake:
    """An intake whose archive and queue do not exist: touching them would raise."""
    return Intake(
        directory=tenants or Tenants(cart),
        secrets=Secrets(_SECRETS.get(cart, {})),
        secret_prefix="stores/",
        archive=cast("Archive", None),
        events=cast("CartEvents", None),
        reviews=lambda: pytest.fail("nobody is bothered with a trial"),
        clock=lambda: datetime(2026, 4, 2, tzinfo=UTC),
    )


def request(cart: str, method: str, body: str = "", **query: str) -> dict[str, Any]:
    return {
        "httpMethod": method,
        "pathParameters": {"cart": cart, "store": "shop"},
        "queryStringParameters": query or None,
        "headers": {},
        "body": body,
    }


def test_adobe_gets_its_challenge_back() -> None:
    event = request("magento", "GET", challenge="8ec8d794")

    receipt = intake_of("magento").take(webhook_request(event))

    assert receipt.outcome is Outcome.TRIED
    assert json.loads(receipt.reply) == {"challenge": "8ec8d794"}


def test_the_ping_of_a_new_woocommerce_webhook_is_answered() -> None:
    receipt = intake_of("woocommerce").take(
        webhook_request(request("woocommerce", "POST", "webhook_id=7"))
    )

    assert receipt.outcome is Outcome.TRIED


def test_an_unsigned_delivery_is_no_ping() -> None:
    receipt = intake_of("woocommerce").take(
        webhook_request(request("woocommerce", "POST", '{"id": 7}'))
    )

    assert receipt.outcome is Outcome.NOT_GENUINE


@pytest.mark.parametrize("cart", ["magento", "woocommerce"])
def test_a_get_that_tries_nothing_finds_nothing(cart: str) -> None:
    receipt = intake_of(cart).take(webhook_request(request(cart, "GET")))

    assert receipt.outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", ""])
def test_a_cart_that_tries_no_address_is_asked_for_nothing(method: str) -> None:
    tenants = Tenants("shopify")

    receipt = intake_of("shopify", tenants).take(
        webhook_request(request("shopify", method, challenge="x"))
    )

    assert receipt.outcome is Outcome.NOT_FOUND
    assert tenants.asked == []
