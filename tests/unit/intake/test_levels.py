"""What carts tell of stock: a hint to look where the cart owns it, and never an echo of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from carts.adapter import Headers, ToldLevel
from carts.magento import webhooks as magento
from carts.woocommerce import webhooks as woocommerce
from shared.intake.archive import Archive
from shared.intake.cart_events import CartEvents
from shared.intake.deliveries import Intake, Outcome, Receipt
from shared.intake.levels import DynamoDbHeardLevels, Heard, is_worth_a_look
from shared.intake.requests import WebhookRequest
from shared.ownership.table import Side
from shared.tenants.models import Tenant
from tests.contract.ledger_rig import make_table
from tests.unit.inventory.memory import MemoryHeardLevels
from tests.unit.inventory.rig import Rig, policy, table

AT = datetime(2026, 4, 2, 12, tzinfo=UTC)
SECRET = "shhh"  # of a shop that is none
DOMAIN = "shop.example"


def company(cart: str) -> Tenant:
    """A store that owns W2 at location 71002, or where its cart knows one place only, W1."""
    places = (("W1", "71001"), ("W2", "71002")) if cart == "shopify" else (("W2", ""),)
    known = Rig(policy(*places), cart="shopify", ownership=table(W2=Side.CART)).tenant
    store = known.stores[0].model_copy(update={"id": "shop", "cart": cart, "domain": DOMAIN})
    return known.model_copy(update={"stores": (store,)})


class Outside:
    """The one tenant, and its store's secret."""

    def __init__(self, cart: str) -> None:
        self._tenant = company(cart)

    def route(self, cart: str, store: str) -> str:
        return "acme" if cart and store == "shop" else ""

    def tenant(self, tenant_id: str) -> Tenant:
        assert tenant_id == "acme"
        return self._tenant

    def get(self, name: str) -> Mapping[str, Any]:
        assert name == "stores/acme/shop"
        return {"webhook_secrets": [SECRET]}


def take(cart: str, topic: str, document: Any) -> tuple[Receipt, MemoryHeardLevels]:
    """One signed delivery; archive and queue do not exist, so that touching them would raise."""
    body = json.dumps(document).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    headers = {
        "shopify": {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": DOMAIN,
        },
        "woocommerce": {
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Signature": signature,
            "X-WC-Webhook-Source": f"https://{DOMAIN}/",
        },
    }[cart]
    levels, outside = MemoryHeardLevels(), Outside(cart)
    intake = Intake(
        directory=outside,
        secrets=outside,
        secret_prefix="stores/",  # a prefix of names
        archive=cast("Archive", None),
        events=cast("CartEvents", None),
        reviews=lambda: pytest.fail("nobody is bothered with a level"),
        clock=lambda: AT,
        levels=levels,
    )
    return intake.take(WebhookRequest("POST", cart, "shop", headers, body)), levels


def level(location: int, available: Any = 7) -> dict[str, Any]:
    return {"inventory_item_id": 9, "location_id": location, "available": available}


@pytest.mark.parametrize("available", [7, -3, "0.5", 10**18, None])
def test_a_level_at_a_place_of_the_carts_is_a_hint_whatever_it_says(available: Any) -> None:
    receipt, levels = take("shopify", "inventory_levels/update", level(71002, available))

    assert receipt.outcome is Outcome.ACCEPTED
    assert levels.load("acme", "shop") == Heard(AT)


@pytest.mark.parametrize("location", [71001, 99])
def test_what_we_write_ourselves_or_no_place_is_kept_at_is_no_hint(location: int) -> None:
    receipt, levels = take("shopify", "inventory_levels/update", level(location))

    assert receipt.outcome is Outcome.UNHANDLED
    assert levels.load("acme", "shop") == Heard()


def test_a_level_of_no_stated_place_is_a_hint_where_the_cart_owns_any() -> None:
    receipt, _ = take("shopify", "inventory_levels/update", {"inventory_item_id": 9})

    assert receipt.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("product", "outcome"),
    [
        ({"id": 5, "manage_stock": True, "stock_quantity": 3}, Outcome.ACCEPTED),
        ({"id": 5, "type": "variable", "manage_stock": False}, Outcome.ACCEPTED),
    ],
)
def test_a_product_of_woocommerce_whose_stock_is_kept_is_a_hint(
    product: dict[str, Any], outcome: Outcome
) -> None:
    receipt, levels = take("woocommerce", "product.updated", product)

    assert receipt.outcome is outcome
    assert levels.load("acme", "shop").at == AT


@pytest.mark.parametrize("product", [{"id": 5, "manage_stock": "parent"}, [], "x"])
def test_other_products_of_woocommerce_are_none(product: Any) -> None:
    headers = Headers({"X-WC-Webhook-Topic": "product.updated"})
    assert woocommerce.describe(headers, b"", product).level is None


def test_magentos_event_of_a_stock_item_tells_no_place() -> None:
    event = {
        "id": "1",
        "type": "com.adobe.commerce.observer.cataloginventory_stock_item_save_commit_after",
        "data": {"value": {"product_id": "5", "qty": "7"}},
    }
    assert magento.describe(Headers({}), b"{}", event).level == ToldLevel(None)
    order = {**event, "type": "com.adobe.commerce.observer.sales_order_save_commit_after"}
    assert magento.describe(Headers({}), b"{}", order).level is None


def test_a_store_whose_stock_is_not_kept_hears_nothing() -> None:
    known = company("woocommerce")
    store = known.stores[0].model_copy(update={"stock": policy()})
    assert not is_worth_a_look(known, store, None)


@pytest.fixture
def kept() -> Iterator[DynamoDbHeardLevels]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        make_table(client, "orders")
        yield DynamoDbHeardLevels(client, "orders")


def test_hints_and_what_they_cost_are_kept_beside_one_another(kept: DynamoDbHeardLevels) -> None:
    before = kept.load("acme", "shop")
    kept.spend("acme", "shop", date(2026, 4, 2), 3)
    kept.note("acme", "shop", AT)
    heard = kept.load("acme", "shop")

    assert before == Heard()
    assert heard == Heard(AT, date(2026, 4, 2), 3)
    assert (heard.spent_on(date(2026, 4, 2)), heard.spent_on(date(2026, 4, 3))) == (3, 0)
    assert kept.load("acme", "other") == Heard()
