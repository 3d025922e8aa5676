"""What articles cost is read with the products: kept where it changed, asked for where it waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from commerce.money import Money
from commerce.orders import Facts
from local.cart_simulators.catalogue import Offer
from shared.costs.register import OrderCosts
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.items.sync import LAG
from shared.policy.choices import Cogs
from shared.policy.items import ItemPolicy, UnknownSku
from shared.postings.articles import cost_place
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Stage, order_subject
from tests.accounting.shop import order
from tests.unit.items.sync_rig import Rig, sold


def costing(cogs: Cogs = Cogs.CART_COST, **policy: Any) -> Rig:
    """A store that books costs of goods."""
    rig = Rig(ItemPolicy(**policy))
    switch(rig, cogs)
    return rig


def switch(rig: Rig, cogs: Cogs) -> None:
    (store,) = rig.tenant.stores
    store = store.model_copy(update={"policy": replace(store.policy, cogs=cogs)})
    rig.tenant = rig.tenant.model_copy(update={"stores": (store,)})


def offered(rig: Rig, sku: str, cost: str) -> str:
    """The shop sells it at that cost; the product's id."""
    product = rig.cart.catalogue.add(Offer(sku=sku, cost=Decimal(cost)))
    rig.clock.advance((2 * LAG).total_seconds())
    return str(product.id)


def known(rig: Rig, sku: str) -> list[str]:
    history = rig.costs.load_many("acme", "shop", [sku]).get(sku, ())
    return [cost.amount.plain() for cost in history]


def test_the_first_run_reads_what_everything_costs_though_nothing_is_linked() -> None:
    rig = costing()
    offered(rig, "TEE", "9.00")

    report = rig.run()

    assert (report.costs, known(rig, "TEE")) == (1, ["9.00"])
    assert rig.keeper.kept == []


def test_a_cost_that_changes_holds_from_then_on() -> None:
    rig = costing()
    product = offered(rig, "TEE", "9.00")
    rig.run()
    sold_before = replace(order(sold("TEE", product)), placed_at=rig.clock.now())
    rig.clock.advance(60)
    rig.cart.catalogue.change(product, {"cost": Decimal("9.50")})
    rig.clock.advance((2 * LAG).total_seconds())

    assert rig.run().costs == 1
    assert rig.run().costs == 0
    sold_after = replace(sold_before, placed_at=rig.clock.now())
    costs = OrderCosts(rig.costs)
    assert costs("acme", "shop", sold_before) == {"TEE": Money.of("9.00", "USD")}
    assert costs("acme", "shop", sold_after) == {"TEE": Money.of("9.50", "USD")}


def test_an_order_that_waits_for_a_cost_has_its_product_asked_for_and_goes_on() -> None:
    rig = costing(Cogs.OFF, unknown_sku=UnknownSku.HOLD)
    product = offered(rig, "TEE", "9.00")
    for _ in range(2):
        rig.run()
        rig.clock.advance(timedelta(days=1).total_seconds())
    switch(rig, Cogs.CART_COST)
    assert rig.run().costs == 0
    told = order(sold("TEE", product))
    pk = order_pk("acme", "shop", "1001")
    rig.facts.save(FactsRecord(pk, Facts(told.ref, order=told), status=FactsStatus.READY))
    finding = Finding(Reason.CONFIGURATION_MISSING, cost_place("shop", "TEE"), "not known")
    subject = order_subject("shop", "1001", Stage.POSTING)
    rig.reviews.open("acme", subject, [finding], at=rig.clock.now())

    rig.run()

    assert known(rig, "TEE") == ["9.00"]
    assert [fix.tenant for fix in rig.fixes.kept] == ["acme"]


def test_costs_from_a_file_are_not_mixed_with_those_of_the_cart() -> None:
    rig = costing(Cogs.COST_FILE)
    offered(rig, "TEE", "9.00")

    rig.run()

    assert known(rig, "TEE") == []
