"""The switches' defaults are those of the accounting reference, section 18, and read from text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.policy.choices import PostingMode
from shared.policy.mapping import Mapping, Role
from shared.policy.switches import PostingPolicy

DEFAULTS = {
    "posting_mode": "detail",
    "posting_mode_from": "",
    "posting_mode_before": "detail",
    "posting_depth": "full",
    "posting_depth_from": "",
    "posting_depth_before": "full",
    "recognise_on": "ship",
    "invoice_on": "ship",
    "customer_mode": "real",
    "customer_mode_before": "real",
    "discount_presentation": "gross",
    "refund_presentation": "returns_account",
    "credit_on": "refund_settled",
    "goodwill_tax": "none",
    "marketplace_tax": "pass_through",
    "channel_liable_unknown": "hold",
    "tips": "payable",
    "duties": "agent",
    "cogs": "off",
    "untold_returns": "not_restocked",
    "restock": "by_hand",
    "tax_point": "invoice",
    "closed_period_receipts": "next_open",
    "closed_period_credits": "next_open",
    "closed_period_invoices": "hold",
    "closed_period_payouts": "next_open",
    "closed_period_summaries": "hold",
    "summary_journals": "posted",
    "payout_months": "split",
    "gift_card_below_face": "face_with_contra",
    "breakage": "off",
    "expected_returns": "off",
    "currency_side": "shop",
    "fx_rate": "erp_daily",
    "fx_tolerance_percent": "0.5",
    "fx_tolerance_min": "0.05",
    "clearing_differences": "stay",
    "fees_on": "payout",
    "fees_on_from": "",
    "fees_on_before": "payout",
    "lost_dispute_tax_relief": "off",
    "post_zero_lines": False,
}


def test_the_defaults_are_those_of_the_accounting_reference() -> None:
    assert asdict(PostingPolicy()) == DEFAULTS


def test_a_policy_is_read_from_plain_words() -> None:
    policy = TypeAdapter(PostingPolicy).validate_python({"credit_on": "refund_created"})
    assert policy.credit_on == "refund_created"
    assert policy.tips == "payable"


@pytest.mark.parametrize("switch", [name for name, value in DEFAULTS.items() if value is not False])
def test_an_unknown_setting_is_refused(switch: str) -> None:
    with pytest.raises(ValidationError, match=switch):
        TypeAdapter(PostingPolicy).validate_python({switch: "whatever"})


THRIFTY = {"posting_depth": "thrifty", "customer_mode": "channel"}


def test_orders_placed_before_a_move_keep_depth_and_customers() -> None:
    policy = TypeAdapter(PostingPolicy).validate_python(
        {**THRIFTY, "posting_depth_from": "2026-04-01"}
    )

    before = policy.for_placed(date(2026, 3, 31))

    assert (before.posting_depth, before.customer_mode) == ("full", "real")
    assert policy.for_placed(date(2026, 4, 1)) == policy
    assert before.for_placed(date(2026, 3, 31)) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"posting_depth": "thrifty"},
        {"posting_depth_from": "2026-04-01", "posting_depth_before": "thrifty"},
        {**THRIFTY, "posting_depth_from": "in April"},
    ],
)
def test_a_depth_that_cannot_be_posted_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="posting_depth"):
        TypeAdapter(PostingPolicy).validate_python(wrong)


def test_a_mapping_is_read_from_plain_words() -> None:
    mapping = TypeAdapter(Mapping).validate_python(
        {
            "version": "1",
            "accounts": {"receivable": "1200"},
            "charge_rules": [{"kind": "donation", "item": "DONATION", "account": "2350"}],
            "items": {"rounding": "ROUNDING"},
        }
    )
    assert mapping.accounts == {Role.RECEIVABLE: "1200"}
    assert mapping.charge_rules[0].item == "DONATION"
    assert mapping.items.rounding == "ROUNDING"


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValidationError, match="accounts"):
        TypeAdapter(Mapping).validate_python({"version": "1", "accounts": {"petty_cash": "1"}})


def test_all_switches_are_words_and_three_are_dates() -> None:
    switches = asdict(PostingPolicy())

    assert switches.pop("posting_mode_from") == ""
    assert switches.pop("posting_depth_from") == ""
    assert switches.pop("fees_on_from") == ""
    assert switches.pop("fx_tolerance_percent") == "0.5"
    assert switches.pop("fx_tolerance_min") == "0.05"
    assert all(isinstance(value, (StrEnum, bool)) for value in switches.values())


def test_orders_placed_before_a_channel_moved_keep_their_mode() -> None:
    policy = PostingPolicy(PostingMode.SUMMARY_DAILY, posting_mode_from="2026-04-01")

    assert policy.mode_on(date(2026, 3, 31)) is PostingMode.DETAIL
    assert policy.mode_on(date(2026, 4, 1)) is PostingMode.SUMMARY_DAILY
    assert policy.modes() == {PostingMode.DETAIL, PostingMode.SUMMARY_DAILY}


def test_a_channel_that_never_moved_has_one_mode() -> None:
    policy = PostingPolicy(PostingMode.SUMMARY_DAILY)

    assert policy.mode_on(date(2020, 1, 1)) is PostingMode.SUMMARY_DAILY
    assert policy.modes() == {PostingMode.SUMMARY_DAILY}


@pytest.mark.parametrize(
    ("switches", "switch", "says"),
    [
        ({"recognise_on": "capture"}, "recognise_on", "set invoice_on to capture"),
        ({"invoice_on": "deliver"}, "recognise_on", "revenue of a ship needs its invoice first"),
        ({"tax_point": "capture", "posting_mode": "summary_daily"}, "tax_point", "detail"),
        (
            {"tax_point": "capture", "posting_depth": "thrifty", "customer_mode": "channel"},
            "tax_point",
            "posting_depth full",
        ),
    ],
)
def test_switches_that_contradict_each_other_are_told_by_name(
    switches: dict[str, str], switch: str, says: str
) -> None:
    policy = TypeAdapter(PostingPolicy).validate_python(switches)
    ((named, message),) = policy.contradictions()
    assert named == switch
    assert says in message


@pytest.mark.parametrize("invoice_on", ["capture", "ship", "deliver"])
def test_revenue_may_be_earned_with_the_invoice_or_later(invoice_on: str) -> None:
    switches = {"invoice_on": invoice_on, "recognise_on": "deliver"}
    assert TypeAdapter(PostingPolicy).validate_python(switches).contradictions() == ()
