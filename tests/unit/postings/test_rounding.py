"""Rounding lines: what Sage's own tax engine makes of an invoice, settled or held (R-9.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intacct.documents import DocumentResult
from shared.ledger.content import effect_digest
from shared.policy.mapping import Role
from shared.postings.plan import Plan, Reason
from shared.postings.planner import plan
from shared.postings.rounding_limit import is_rounding, most_rounding
from tests.accounting.journals import parse, play, told
from tests.accounting.lives import LIVES
from tests.accounting.planning import reasons
from tests.accounting.shop import ACCOUNTS, mapping, usd


@pytest.mark.parametrize(
    ("lines", "currency", "most"),
    [
        (1, "USD", "0.01"),
        (4, "USD", "0.04"),
        (5, "USD", "0.05"),
        (40, "USD", "0.05"),
        (3, "JPY", "3"),
    ],
)
def test_a_rounding_line_has_one_minor_unit_for_each_line_and_five_at_most(
    lines: int, currency: str, most: str
) -> None:
    assert most_rounding(lines, currency).plain() == most


def _taxed(total: str, *, is_known: bool = True) -> Plan:
    """Order A beside an invoice of which Sage stated that total; `is_known` as it was sent."""
    life = LIVES["order_a"]()
    played = play(life)
    invoice = played.postings["INVOICE invoice:parcel-1"]
    effect = effect_digest(invoice.effect) if is_known else ""
    played.posted[invoice.key] = DocumentResult(key="9", total=usd(total), effect=effect)
    return plan(life.stages[-1], played.posted, life.book)


def test_an_invoice_of_another_total_whose_lines_nobody_knows_is_held() -> None:
    made = _taxed("69.96", is_known=False)
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}
    assert made.findings[0].difference == usd("0.01")


@pytest.mark.parametrize(("total", "difference"), [("70.01", "0.06"), ("69.89", "-0.06")])
def test_what_sages_tax_engine_makes_of_an_invoice_is_held_beyond_the_limit(
    total: str, difference: str
) -> None:
    """R-9.5: eight lines, and no more than five minor units; the difference is shown."""
    made = _taxed(total)
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}
    assert made.findings[0].difference == usd(difference)
    assert "more than the 0.05" in made.findings[0].message


@pytest.mark.parametrize(
    ("total", "effect"),
    [
        ("69.96", "Dr 7900 0.01; Cr 1200 0.01"),
        ("70.00", "Dr 7900 0.05; Cr 1200 0.05"),
        ("69.90", "Dr 1200 0.05; Cr 7900 0.05"),
    ],
)
def test_what_sages_tax_engine_makes_of_an_invoice_is_rounded_within_the_limit(
    total: str, effect: str
) -> None:
    made = _taxed(total)
    assert made.findings == ()
    first = made.postings[0]
    assert is_rounding(first.key)
    assert told(first.effect) == parse(effect)


def test_a_posting_is_known_for_a_rounding_line_by_its_key() -> None:
    assert is_rounding("acme/100/CREDIT/shop@1:rounding:parcel-1")
    assert not is_rounding("acme/100/CREDIT/shop:credit:rounding")


def test_a_rounding_line_needs_its_account() -> None:
    life = LIVES["order_a"]()
    played = play(life)
    invoice = played.postings["INVOICE invoice:parcel-1"]
    effect = effect_digest(invoice.effect)
    played.posted[invoice.key] = DocumentResult(key="9", total=usd("69.96"), effect=effect)
    accounts = {role: number for role, number in ACCOUNTS.items() if role is not Role.ROUNDING}
    without = replace(life.book, mapping=mapping(accounts=accounts))
    made = plan(life.stages[-1], played.posted, without)
    assert [one.place for one in made.findings] == ["mapping.accounts.rounding"]
