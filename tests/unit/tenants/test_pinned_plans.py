"""Filling the gaps of an old version never changes what could be posted under it.

`PINNED_EXAMPLES` runs more of them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from commerce.money import Money
from commerce.orders import (
    Charge,
    ChargeKind,
    Facts,
    OrderLine,
    ShippingLine,
    TaxCollector,
    TaxLine,
)
from shared.posting.store_books import store_book
from shared.postings.plan import Plan
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from shared.tenants.pinned import pinned
from tests.integration.order_posting_rig import sold, tenant

EXAMPLES = int(os.environ.get("PINNED_EXAMPLES", "6"))
SKUS = ("TEE", "MUG", "CAP")
TYPES = ("Shirts", "Hats")
GATEWAYS = ("shopify_payments", "klarna")
TAXES = ("NY State", "NY City")
KINDS = (ChargeKind.WEEE, ChargeKind.GIFT_WRAP, ChargeKind.TIP)
ROLES = ("discounts", "tips_payable", "fee_revenue", "shipping_revenue", "marketplace_tax")
NAMES = st.sampled_from(["", "A", "B"])


def few(values: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=len(values))


def most(values: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    """All values but one, or all."""
    return st.sampled_from([None, *values]).map(
        lambda left_out: [value for value in values if value != left_out]
    )


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, Any]:
    """Any mapping: for each value that an order may say, a rule or none."""
    numbers = st.sampled_from(["1", "2"])
    base = tenant().model_dump(mode="json")["stores"][0]["mapping"]
    accounts = {name: number for name, number in base["accounts"].items() if name not in ROLES}
    accounts |= {role: f"4{draw(numbers)}00" for role in draw(most(ROLES))}
    rules = [
        {"scope": "product_type", "value": value, "department": draw(NAMES) or "A"}
        | ({"item": "BROAD"} if draw(st.booleans()) else {})
        for value in TYPES
    ]
    return {
        **base,
        "accounts": accounts,
        "taxes": [
            {"title": title, "account": f"21{draw(numbers)}", "item": f"T{draw(numbers)}"}
            for title in draw(most(TAXES))
        ],
        "tenders": [
            {"gateway": gateway, "account": f"11{draw(numbers)}", "financial_entity": "CLR"}
            for gateway in draw(most(GATEWAYS))
        ],
        "item_rules": [
            {"sku": sku, "item": f"{sku}-{draw(numbers)}", "department": draw(NAMES)}
            for sku in draw(few(SKUS))
        ],
        "line_rules": rules,
        "charge_rules": [
            {"kind": kind.value, "item": f"C{draw(numbers)}", "account": f"49{draw(numbers)}"}
            for kind in draw(most(KINDS))
        ],
        "items": {
            name: draw(st.sampled_from(["", "A", "B"]))
            for name in ("default", "shipping", "tip", "fee", "marketplace_tax")
        },
        "location": draw(st.sampled_from(["100", "200"])),
        "department": draw(NAMES),
    }


@st.composite
def versions(draw: st.DrawFn) -> Tenant:
    """A version of the tenant's document: any mapping, any setting of a switch or two."""
    document = tenant().model_dump(mode="json")
    document["stores"][0]["mapping"] = draw(mappings())
    document["stores"][0]["policy"] = {
        "tips": draw(st.sampled_from(["payable", "revenue"])),
        "channel_liable_unknown": draw(st.sampled_from(["hold", "merchant", "channel"])),
    }
    return Tenant.model_validate(document)


@st.composite
def orders(draw: st.DrawFn) -> Facts:
    """An order of one line, perhaps with a tax, a charge and shipping, paid by any gateway."""
    facts = sold("1001")
    assert facts.order is not None
    tax = Money.of("5.00", "USD")
    none = Money.zero("USD")
    titles = draw(few(TAXES))
    collectors = [TaxCollector.SELLER, TaxCollector.MARKETPLACE, TaxCollector.UNKNOWN]
    taxes = tuple(
        TaxLine(title, tax, collected_by=draw(st.sampled_from(collectors))) for title in titles
    )
    charges = tuple(Charge(kind, tax) for kind in draw(few(KINDS)))
    shipping = (ShippingLine("S", "DHL", tax, none),) if draw(st.booleans()) else ()
    line: OrderLine = replace(
        facts.order.lines[0],
        sku=draw(st.sampled_from(SKUS)),
        product_type=draw(st.sampled_from((*TYPES, ""))),
        taxes=taxes,
    )
    extra = Decimal(len(taxes) + len(charges) + len(shipping))
    total = Money.of(str(Decimal(100) + 5 * extra), "USD")
    order = replace(
        facts.order, lines=(line,), charges=charges, shipping_lines=shipping, total=total
    )
    paid = replace(facts.payments[0], amount=total, gateway=draw(st.sampled_from(GATEWAYS)))
    return replace(facts, order=order, payments=(paid,))


def planned(known: Tenant, facts: Facts) -> Plan:
    book = store_book(known, "shop")
    assert book is not None
    return plan(facts, {}, book.for_customer("C-1"), ())


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(versions(), versions(), orders())
def test_what_could_be_posted_under_a_version_is_posted_the_same_for_ever(
    then: Tenant, now: Tenant, facts: Facts
) -> None:
    before = planned(then, facts)
    assume(not before.findings)

    after = planned(pinned(then, now), facts)

    assert [(one.key, one.document) for one in after.postings] == [
        (one.key, one.document) for one in before.postings
    ]


@settings(max_examples=EXAMPLES, deadline=None)
@given(versions(), versions(), orders())
def test_filling_gaps_only_ever_takes_findings_away(
    then: Tenant, now: Tenant, facts: Facts
) -> None:
    before = {finding.message for finding in planned(then, facts).findings}
    current = {finding.message for finding in planned(now, facts).findings}

    after = {finding.message for finding in planned(pinned(then, now), facts).findings}

    assert after <= before | current
