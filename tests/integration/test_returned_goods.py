"""Returned goods as deployed: the handler, its adapters and real clients, Sage simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import (
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundLine,
    Restock,
)
from shared.bootstrap import books
from shared.bootstrap import tenants as configured
from shared.facts.record import FactsRecord
from shared.ownership.table import Ownership, Rule, Side
from shared.policy.choices import Restocking
from shared.policy.stock import StockPolicy
from shared.tenants.models import Tenant
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import SOLD_AT, PostingRig, rig, sold
from tests.integration.test_order_posting_with_sage import post, sage
from tests.unit.inventory.rig import FULL, ITEM

__all__ = ["rig", "sage", "simulator"]

OF_SAGE = Ownership(item=ITEM, quantity=Rule(Side.SAGE, FULL, FULL[:1]))
OF_THE_CART = Ownership(item=ITEM, quantity=Rule(Side.CART, FULL, FULL[:1]))


def keeps_stock(rig: PostingRig, ownership: Ownership = OF_SAGE, **protocols: str) -> Tenant:
    """The company keeps its stock in Sage, and has returned goods received there."""
    known = configured.tenants().tenant("acme")
    store = known.stores[0]
    (rule,) = store.mapping.item_rules
    mapping = replace(store.mapping, item_rules=(replace(rule, item="TEE-STOCK"),), warehouse="W1")
    stock = StockPolicy(
        receive="Inventory Adjustment Increase", take_back="Inventory Adjustment Decrease"
    )
    policy = replace(store.policy, restock=Restocking.BOOK)
    changed = store.model_copy(update={"mapping": mapping, "stock": stock, "policy": policy})
    intacct = known.intacct.model_copy(update={"protocols": protocols})
    changes = {"stores": (changed,), "ownership": ownership, "intacct": intacct}
    tenant = known.model_copy(update=changes)
    item = {
        "pk": {"S": "TENANT#acme"},
        "sk": {"S": "CONFIG"},
        "document": {"S": tenant.model_dump_json()},
    }
    rig.client.put_item(TableName="tenants", Item=item)
    configured.tenants.cache_clear()
    return tenant


def keep_returned(rig: PostingRig) -> FactsRecord:
    """A tee that was sold, sent, given back and put on the shelf again."""
    known = sold("1001")
    at, money = SOLD_AT + timedelta(hours=2), Money.of("100.00", "USD")
    paid = Payment(
        Ref("shopify", "shop", "payment", "PR1"),
        "1001",
        PaymentKind.REFUND,
        PaymentState.SUCCESS,
        "shopify_payments",
        money,
        at,
    )
    back = RefundLine("L1", known.order.lines[0].quantity, money, money * 0, Restock.RETURN)  # type: ignore[union-attr]
    ref = Ref("shopify", "shop", "refund", "R1")
    refund = Refund(ref, "1001", at, "USD", (back,), transactions=(paid,))
    return rig.keep(replace(known, refunds=(refund,)))


def levels(tenant: Tenant) -> dict[str, Any]:
    found = books.reads(tenant, "100").stock_levels(("TEE-STOCK",))
    return {level.warehouse: int(level.on_hand) for level in found if level.on_hand}


@pytest.fixture(params=["rest", "xml"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_the_cart_put_on_the_shelf_lies_in_sages_warehouse_once(
    rig: PostingRig, sage: Simulator, protocol: str
) -> None:
    tenant = keeps_stock(rig, stock_document=protocol)
    keep_returned(rig)

    post("1001")
    post("1001")

    assert levels(tenant) == {"W1": 1}
    assert rig.reviews() == []
    (receipt,) = [one for key, one in rig.chain("1001").items() if "/STOCK/" in key]
    assert receipt.key == "acme/100/STOCK/shop:received:R1:L1"
    assert sage.balances() == {"4000": Decimal("-100.00"), "4095": Decimal("100.00")}


def test_what_the_cart_counts_itself_is_refused_unsent_and_told_a_person(
    rig: PostingRig, sage: Simulator
) -> None:
    tenant = keeps_stock(rig, OF_THE_CART)
    keep_returned(rig)

    post("1001")

    assert levels(tenant) == {}
    (review,) = rig.reviews()
    assert "quantity" in str(review.findings)
    assert sage.balances() == {"4000": Decimal("-100.00"), "4095": Decimal("100.00")}
