"""The demo tenant: one company, a shop posted in detail and an outlet posted by daily journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.demo.carts import CartShop, CartShops
from local.demo.payloads import OUTLET_DOMAIN, SHOP_DOMAIN
from local.stack import LocalStack
from local.stack.simulator import SimulatorAccess
from shared.tenants.models import Tenant

TENANT = "acme"
ENTITY = "100"
SHOP = "acme-shop"
OUTLET = "acme-outlet"
WEBHOOK_SECRET = "demo-shopify-client-secret"  # noqa: S105  # opens nothing but the demo

_ACCOUNTS = {
    "bank": "1010",
    "receivable": "1200",
    "inventory": "1300",
    "customer_advances": "2050",
    "refunds_payable": "2060",
    "marketplace_tax": "2105",
    "duties_collected": "2120",
    "gift_cards": "2200",
    "gift_card_discount": "2201",
    "store_credit": "2210",
    "deferred_revenue": "2300",
    "tips_payable": "2350",
    "refund_liability": "2400",
    "right_to_returns": "1325",
    "product_revenue": "4000",
    "shipping_revenue": "4010",
    "fee_revenue": "4010",
    "restocking_fee_revenue": "4030",
    "discounts": "4090",
    "returns": "4095",
    "cost_of_goods": "5000",
    "inventory_write_down": "5050",
    "processing_fees": "6100",
    "rounding": "7900",
}


STOCK_SKU = "TEE-STOCK"
"""The article of the demo that is kept in stock."""

_QUANTITY: dict[str, Any] = {
    "master": "sage",
    "in_sage": ["read", "link", "update"],
    "in_carts": ["read", "link", "update"],
    "places": {"W2": "cart"},
}
"""Sage says what the first warehouse has, the shop that counts the second one what is there."""


def _mapping() -> dict[str, Any]:
    return {
        "version": "demo-1",
        "accounts": _ACCOUNTS,
        "taxes": [
            {"title": "New York State Tax", "account": "2100-NYS", "item": "TAX-NYS"},
            {"title": "Tax", "account": "2100-NYS", "item": "TAX-NYS"},
            {"title": "New York City Tax", "account": "2100-NYC", "item": "TAX-NYC"},
            {"title": "MTA District Tax", "account": "2100-MTA", "item": "TAX-MTA"},
        ],
        "tenders": [
            {
                "gateway": "shopify_payments",
                "account": "1100",
                "financial_entity": "CLR-SHOPIFY",
            },
            *(
                {"gateway": gateway, "account": "1100", "financial_entity": "CLR-SHOPIFY"}
                for gateway in ("stripe", "checkmo", "amazon", "ebay", "walmart")
            ),
            {"gateway": "gift_card", "account": "2200", "undeposited_account": "2200"},
        ],
        "item_rules": [
            {"sku": "TEE-BLUE", "item": "TEE", "account": "4000"},
            {"sku": "TEE-RED", "item": "TEE", "account": "4000"},
            {"sku": "MUG-WHITE", "item": "MUG", "account": "4000"},
            {"sku": STOCK_SKU, "item": STOCK_SKU, "account": "4000"},
        ],
        "items": {
            "default": "",
            "shipping": "SHIPPING",
            "discount": "DISCOUNT",
            "tip": "TIP",
            "duty": "DUTY",
            "fee": "FEE",
            "gift_card": "GIFT-CARD",
            "deferred": "DEFERRED",
            "marketplace_tax": "MKT-TAX",
        },
        "location": ENTITY,
        "term": "Net 30",
    }


def demo_tenant(company_id: str, user_id: str, shops: Iterable[CartShop] = ()) -> Tenant:
    """The demo tenant of the simulator's company, checked like any other configuration.

    `shops` are simulated shops of other carts.
    """
    return Tenant.model_validate(
        {
            "id": TENANT,
            "name": "Acme Demo",
            "intacct": {"company_id": company_id, "user_id": user_id},
            "entities": [{"id": ENTITY, "zone": "America/New_York", "base_currency": "USD"}],
            "ownership": {"quantity": _QUANTITY},
            "stores": [
                {
                    "id": SHOP,
                    "cart": "shopify",
                    "domain": SHOP_DOMAIN,
                    "entity": ENTITY,
                    "mapping": _mapping(),
                },
                {
                    "id": OUTLET,
                    "cart": "shopify",
                    "domain": OUTLET_DOMAIN,
                    "entity": ENTITY,
                    "policy": {"posting_mode": "summary_daily", "customer_mode": "channel"},
                    "mapping": {**_mapping(), "channel_customer": "WEB-OUTLET"},
                },
                *(_store_of(shop) for shop in shops),
            ],
        }
    )


def tenant_of_shops(tenant: str, access: SimulatorAccess, shops: Iterable[CartShop]) -> Tenant:
    """A tenant whose stores are simulated shops, all posted in detail."""
    return Tenant.model_validate(
        {
            "id": tenant,
            "intacct": {"company_id": access.company_id, "user_id": access.user_id},
            "entities": [{"id": ENTITY, "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [_store_of(shop) for shop in shops],
        }
    )


def _store_of(shop: CartShop) -> dict[str, Any]:
    """The store of a shop; tax of which its cart does not say whose it is is the shop's own."""
    policy = {"channel_liable_unknown": "merchant"}
    return {**shop.members(), "entity": ENTITY, "policy": policy, "mapping": _mapping()}


def load(stack: LocalStack, shops: CartShops) -> None:
    """Make the demo tenant known to the running stack: its configuration and its secrets."""
    access = stack.simulator
    demo = demo_tenant(access.company_id, access.user_id, shops.shops.values())
    ours = {store: {"webhook_secrets": [WEBHOOK_SECRET]} for store in (SHOP, OUTLET)}
    stack.load_tenant(demo, access.secret(), {**ours, **shops.secrets()})
