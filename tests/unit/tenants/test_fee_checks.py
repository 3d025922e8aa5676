"""Fees at capture: only where a cart tells them, and moved to and from on a day to come."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.tenants.fee_checks import fee_moves, fee_problems
from shared.tenants.models import Store, Tenant

TODAY = date(2026, 3, 10)
CAPTURE = {"fees_on": "capture", "fees_on_from": "2026-04-01"}
BACK = {"fees_on_from": "2026-06-01", "fees_on_before": "capture"}


def store(cart: str = "woocommerce", **policy: str) -> Store:
    told: dict[str, Any] = {"id": "shop", "cart": cart, "entity": "100", "policy": policy}
    return Store.model_validate({**told, "mapping": {"version": "1", "accounts": {}}})


def tenant(**policy: str) -> Tenant:
    entities = [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}]
    intacct = {"company_id": "C", "user_id": "U"}
    document = {"id": "acme", "intacct": intacct, "entities": entities}
    return Tenant.model_validate({**document, "stores": [store(**policy)]})


@pytest.mark.parametrize("policy", [{"fees_on": "capture"}, BACK])
def test_a_cart_that_tells_fees_with_payouts_alone_is_refused(policy: dict[str, str]) -> None:
    ((place, message),) = fee_problems(store("shopify", **policy))

    assert place == ("policy", "fees_on")
    assert "shopify tells fees with payouts alone" in message
    assert list(fee_problems(store(**policy))) == []
    assert list(fee_problems(store("shopify"))) == []


@pytest.mark.parametrize(
    ("old", "new", "member"),
    [
        ({}, {"fees_on": "capture"}, "fees_on_from"),
        ({}, {"fees_on": "capture", "fees_on_from": "2026-03-10"}, "fees_on_from"),
        (CAPTURE, {}, "fees_on_before"),
        (CAPTURE, {"fees_on_from": "2026-06-01"}, "fees_on_before"),
        (BACK, {}, "fees_on_before"),
        (BACK, {**BACK, "fees_on": "capture"}, "fees_on_from"),
    ],
)
def test_a_change_that_payouts_could_not_follow_is_refused(
    old: dict[str, str], new: dict[str, str], member: str
) -> None:
    ((place, _),) = fee_moves(tenant(**old), tenant(**new), TODAY)

    assert place == ("stores", 0, "policy", member)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, CAPTURE),
        (CAPTURE, CAPTURE),
        (CAPTURE, BACK),
        ({}, {"fees_on_before": "capture"}),
        ({}, {"tips": "revenue"}),
    ],
)
def test_a_change_on_a_day_to_come_is_taken(old: dict[str, str], new: dict[str, str]) -> None:
    assert list(fee_moves(tenant(**old), tenant(**new), TODAY)) == []


@pytest.mark.parametrize(
    "policy",
    [
        {"posting_mode": "summary_payout", "customer_mode": "channel"},
        {
            "posting_mode": "summary_daily",
            "posting_mode_from": "2026-04-01",
            "posting_mode_before": "summary_payout",
            "customer_mode": "channel",
        },
        {"posting_depth": "thrifty", "customer_mode": "channel"},
    ],
)
def test_channels_without_single_receipts_cannot_have_their_fees(policy: dict[str, str]) -> None:
    told = store(fees_on="capture", **policy).policy.contradictions()

    assert [switch for switch, _ in told] == ["fees_on"]


def test_channels_of_daily_journals_may_book_fees_with_their_days() -> None:
    policy = store(fees_on="capture", posting_mode="summary_daily").policy

    assert policy.contradictions() == ()
