from __future__ import annotations

from typing import Any

from shared.policy.choices import ClosedPeriod, PostingMode, Tips, UnknownLiability
from shared.policy.mapping import Role
from shared.tenants.models import Store, Tenant
from shared.tenants.pinned import pinned


def tenant(*, policy: dict[str, Any] | None = None, **mapping: Any) -> Tenant:
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "c", "user_id": "u"},
            "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
            "stores": [
                {
                    "id": "shop",
                    "cart": "shopify",
                    "entity": "100",
                    "policy": policy or {},
                    "mapping": {"version": "1", "accounts": {}, **mapping},
                }
            ],
        }
    )


def store(then: Tenant, now: Tenant) -> Store:
    return pinned(then, now).stores[0]


def sku(name: str, item: str) -> dict[str, str]:
    return {"sku": name, "item": item}


def test_what_the_old_version_decided_stays() -> None:
    then = tenant(
        policy={"tips": "revenue", "posting_mode": "summary_daily"},
        accounts={"discounts": "4090"},
        tenders=[{"gateway": "Stripe", "account": "1100"}],
        item_rules=[sku("TEE", "TEE")],
        location="OLD",
    )
    now = tenant(
        accounts={"discounts": "4091"},
        tenders=[{"gateway": "stripe", "account": "1199"}],
        item_rules=[sku("TEE", "TEE-NEW")],
        location="NEW",
    )

    known = store(then, now)

    assert (known.policy.tips, known.policy.posting_mode) == (
        Tips.REVENUE,
        PostingMode.SUMMARY_DAILY,
    )
    assert known.mapping == then.stores[0].mapping


def test_what_the_old_version_did_not_say_is_taken_from_now() -> None:
    then = tenant(accounts={"discounts": "4090"}, items={"tip": "TIP"})
    now = tenant(
        accounts={"discounts": "4091", "tips_payable": "2350"},
        taxes=[{"title": "VAT", "account": "2100", "item": "VAT"}],
        tenders=[{"gateway": "paypal", "account": "1101"}],
        item_rules=[sku("MUG", "MUG")],
        charge_rules=[{"kind": "weee", "item": "WEEE", "account": "2130"}],
        items={"tip": "OTHER", "duty": "DUTY", "default": "ANY"},
        channel_customer="WEB",
    )

    mapping = store(then, now).mapping

    assert mapping.accounts == {Role.DISCOUNTS: "4090", Role.TIPS_PAYABLE: "2350"}
    assert [rule.title for rule in mapping.taxes] == ["VAT"]
    assert [tender.gateway for tender in mapping.tenders] == ["paypal"]
    assert [rule.sku for rule in mapping.item_rules] == ["MUG"]
    assert [rule.kind for rule in mapping.charge_rules] == ["weee"]
    assert (mapping.items.tip, mapping.items.duty, mapping.items.default) == ("TIP", "DUTY", "ANY")
    assert mapping.channel_customer == "WEB"


def test_a_new_rule_never_moves_what_a_broader_one_sold() -> None:
    by_default = tenant(items={"default": "ANY"})
    by_type = tenant(line_rules=[{"scope": "product_type", "value": "Hats", "item": "HAT"}])
    now = tenant(
        item_rules=[sku("MUG", "MUG")],
        charge_rules=[{"kind": "gift_wrap", "item": "WRAP", "account": "4020"}],
    )

    assert store(by_default, now).mapping.item_rules == ()
    assert store(by_type, now).mapping.item_rules == ()
    assert store(by_default, now).mapping.charge_rules == ()


def test_rules_of_dimensions_are_those_of_the_old_version() -> None:
    rule = {"scope": "tag", "value": "vip", "department": "VIP"}

    assert store(tenant(), tenant(line_rules=[rule])).mapping.line_rules == ()


def test_a_switch_that_held_the_order_back_is_the_one_of_now() -> None:
    now = tenant(
        policy={"channel_liable_unknown": "merchant", "closed_period_invoices": "next_open"}
    )
    decided = tenant(policy={"channel_liable_unknown": "channel"})

    known = store(tenant(), now).policy

    assert known.channel_liable_unknown is UnknownLiability.MERCHANT
    assert known.closed_period_invoices is ClosedPeriod.NEXT_OPEN
    assert store(decided, now).policy.channel_liable_unknown is UnknownLiability.CHANNEL


def test_a_store_that_is_gone_stays_gone_and_a_new_one_is_as_now() -> None:
    empty = tenant().model_copy(update={"stores": ()})

    assert pinned(tenant(), empty).stores == ()
    assert pinned(empty, tenant(location="NEW")).stores == tenant(location="NEW").stores


def test_a_table_of_rates_goes_on_growing_and_its_old_rows_stay() -> None:
    def rate(currency: str, day: str, value: str) -> dict[str, str]:
        return {"currency": currency, "from_on": day, "rate": value}

    then = tenant(fx_rates=[rate("EUR", "2026-01-01", "1.10"), rate("EUR", "2026-02-01", "1.12")])
    now = tenant(
        fx_rates=[
            rate("EUR", "2026-01-01", "9.99"),
            rate("EUR", "2026-01-15", "9.99"),
            rate("EUR", "2026-03-01", "1.15"),
            rate("GBP", "2026-01-01", "1.30"),
        ]
    )

    rows = store(then, now).mapping.fx_rates

    assert [(row.currency, row.from_on, row.rate) for row in rows] == [
        ("EUR", "2026-01-01", "1.10"),
        ("EUR", "2026-02-01", "1.12"),
        ("EUR", "2026-03-01", "1.15"),
        ("GBP", "2026-01-01", "1.30"),
    ]
