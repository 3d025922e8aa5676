from __future__ import annotations

from typing import Any

from shared.tenants.lint import LintKind, lint
from shared.tenants.models import Tenant
from tests.unit.tenants.test_pinned import tenant

WHOLE: dict[str, Any] = {
    "accounts": dict.fromkeys(
        (
            "receivable",
            "customer_advances",
            "product_revenue",
            "shipping_revenue",
            "discounts",
            "returns",
            "tips_payable",
            "duties_collected",
        ),
        "1",
    ),
    "taxes": [{"title": "VAT", "account": "2100", "item": "VAT"}],
    "tenders": [{"gateway": "stripe", "account": "1100"}],
    "item_rules": [{"sku": "TEE", "item": "TEE"}],
    "items": dict.fromkeys(("shipping", "tip", "duty", "discount"), "X"),
    "location": "100",
}


def found(known: Tenant) -> list[tuple[LintKind, str, str]]:
    return [
        (one.kind, ".".join(map(str, one.place)).removeprefix("stores.0.mapping."), one.message)
        for one in lint(known)
    ]


def places(known: Tenant, kind: LintKind) -> list[str]:
    return [place for of, place, _ in found(known) if of is kind]


def rule(scope: str, value: str = "", **members: Any) -> dict[str, Any]:
    return {"scope": scope, "value": value, **members}


def test_a_whole_document_raises_no_doubt() -> None:
    assert found(tenant(**WHOLE)) == []


def test_a_later_rule_that_an_earlier_one_shadows_is_never_reached() -> None:
    known = tenant(
        **WHOLE,
        line_rules=[
            rule("tag", "VIP", department="VIP", class_id="A"),
            rule("tag", "vip", department="GOLD"),
            rule("tag", "vip", department="GOLD", location="200"),
            rule("sku", "TEE", item="SHIRT"),
            rule("sku", "TEE", department="APP"),
        ],
    )

    assert [(place, message) for _, place, message in found(known)] == [
        ("line_rules.1", "is never reached: line_rules[0] names all its values first"),
        ("line_rules.3", "is never reached: item_rules[0] names all its values first"),
    ]


def test_two_earlier_rules_together_shadow_a_third() -> None:
    known = tenant(
        **WHOLE,
        line_rules=[
            rule("product_type", "Hats", department="HATS"),
            rule("product_type", "hats", class_id="H"),
            rule("product_type", "Hats", department="OTHER", class_id="O"),
        ],
    )

    ((_, place, message),) = found(known)
    assert place == "line_rules.2"
    assert "line_rules[0], line_rules[1]" in message


def test_user_defined_dimensions_are_values_of_their_own() -> None:
    known = tenant(
        **WHOLE,
        line_rules=[
            rule("tag", "vip", custom=[["Channel", "WEB"]]),
            rule("tag", "vip", custom=[["Region", "EAST"]]),
            rule("tag", "vip", custom=[["Channel", "SHOP"]]),
        ],
    )

    assert places(known, LintKind.UNREACHABLE) == ["line_rules.2"]


def test_defaults_behind_a_rule_for_the_whole_store_are_never_used() -> None:
    whole = {**WHOLE, "items": {**WHOLE["items"], "default": "ANY"}}
    known = tenant(**whole, line_rules=[rule("store", item="ALL", location="300")])

    assert places(known, LintKind.UNREACHABLE) == ["location", "items.default"]


def test_what_orders_will_need_and_nothing_names_is_missing() -> None:
    assert places(tenant(), LintKind.MISSING) == [
        "accounts.receivable",
        "accounts.customer_advances",
        "accounts.product_revenue",
        "accounts.shipping_revenue",
        "accounts.discounts",
        "accounts.returns",
        "accounts.tips_payable",
        "accounts.duties_collected",
        "items.shipping",
        "items.tip",
        "items.duty",
        "items.discount",
        "tenders",
        "taxes",
        "item_rules",
        "location",
    ]


def test_what_is_missing_depends_on_the_policy() -> None:
    policy = {
        "tips": "revenue",
        "duties": "principal",
        "discount_presentation": "net",
        "refund_presentation": "reverse_revenue",
        "credit_on": "refund_created",
        "invoice_on": "capture",
        "cogs": "cart_cost",
    }

    missing = places(tenant(policy=policy, **WHOLE), LintKind.MISSING)

    assert missing == [
        "accounts.refunds_payable",
        "accounts.fee_revenue",
        "accounts.deferred_revenue",
        "accounts.cost_of_goods",
        "accounts.inventory",
        "items.deferred",
    ]
    summary = {"posting_mode": "summary_daily"}
    whole = {**WHOLE, "items": {}}
    assert places(tenant(policy=summary, **whole), LintKind.MISSING) == []
    by_payout = {"posting_mode": "summary_payout"}
    missing = places(tenant(policy=by_payout, **whole), LintKind.MISSING)
    assert missing == ["accounts.payout_clearing"]
