"""The switches' defaults are those of the accounting reference, section 18, and read from text."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.policy.mapping import Mapping, Role
from shared.policy.switches import PostingPolicy

DEFAULTS = {
    "posting_mode": "detail",
    "recognise_on": "ship",
    "invoice_on": "ship",
    "customer_mode": "real",
    "discount_presentation": "gross",
    "refund_presentation": "returns_account",
    "credit_on": "refund_settled",
    "goodwill_tax": "none",
    "marketplace_tax": "pass_through",
    "channel_liable_unknown": "hold",
    "tips": "payable",
    "duties": "agent",
    "cogs": "off",
    "tax_point": "invoice",
    "closed_period_receipts": "next_open",
    "closed_period_invoices": "hold",
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


def test_all_switches_are_words() -> None:
    assert all(isinstance(value, (StrEnum, bool)) for value in asdict(PostingPolicy()).values())
