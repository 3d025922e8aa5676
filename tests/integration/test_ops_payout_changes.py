"""`payout accept-change`: the difference is shown, agreed to and noted, or refused with why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.payouts import FeeKind, Payout, PayoutLineKind
from shared.ledger.records import Intent
from shared.ledger.states import claim
from shared.payouts.keeping import Keeper
from shared.payouts.records import PayoutState
from shared.payouts.store import PayoutKey
from shared.postings.keys import posting_key
from shared.postings.plan import PostingKind
from shared.tenants.models import Tenant
from tests.integration.ops_rig import OpsRig, rig
from tests.unit.payouts.told import LINES, line, payout

__all__ = ["rig"]

KEY = PayoutKey("acme", "shop", "po-1001")
ACCEPT = ("payout", "accept-change", "acme", "shop", "po-1001", "--why", "the source is right")
CHANGED = payout(
    (*LINES, line("9", PayoutLineKind.CHARGE, "5.00", "0.20", fee_kind=FeeKind.PROCESSING)),
    amount="164.14",
)


def keep(rig: OpsRig, told: Payout) -> None:
    Keeper(rig.desk.payouts, rig.desk.reviews, rig.desk.clock, lambda _: None).keep("acme", told)


@pytest.fixture
def changed(rig: OpsRig) -> OpsRig:
    """A payout whose entry is in the books, and whose source tells 5.00 more."""
    known = rig.desk.tenants.stored("acme")
    document: dict[str, Any] = known.tenant.model_dump(mode="json")
    more = {"payout_clearing": "1100", "payouts_in_transit": "1120", "processing_fees": "6100"}
    document["stores"][0]["mapping"]["accounts"] |= more
    rig.desk.tenants.replace(known, Tenant.model_validate(document))
    keep(rig, payout())
    record = rig.desk.payouts.load(KEY)
    assert record is not None
    rig.desk.payouts.save(replace(record, frozen=record.content, is_booked=True, due_at=None))
    entry = posting_key(
        tenant="acme",
        entity="100",
        kind=PostingKind.JOURNAL_ENTRY,
        store="shop",
        purpose="payout:po-1001",
    )
    intent = Intent(KEY.ledger_pk, entry, "1001-JE-1", "c1", "h1")
    rig.desk.ledger.commit(claim(intent, None, owner="worker", now=rig.desk.clock()))
    keep(rig, CHANGED)
    return rig


def test_the_difference_is_shown_before_it_is_agreed_to(changed: OpsRig) -> None:
    refused = changed.run(*ACCEPT, answers="n\n")
    record = changed.desk.payouts.load(KEY)
    told = changed.json(*ACCEPT, "--yes")

    assert refused.exit_code == 1
    assert record is not None
    assert record.history.editions == ()
    assert {"line": "9", "member": "amount", "booked": "", "now": "5.00"} in told["lines"]
    assert told["entry"] == [
        ["100", "2026-03-05", "debit", "1120", "4.80"],
        ["100", "2026-03-05", "debit", "6100", "0.20"],
        ["100", "2026-03-05", "credit", "1100", "5.00"],
    ]


def test_what_is_agreed_to_is_due_and_noted(changed: OpsRig) -> None:
    told = changed.run(*ACCEPT, "--yes")
    again = changed.run(*ACCEPT, "--yes")

    assert (told.exit_code, again.exit_code) == (0, 1), told.output
    assert "tells what was booked" in again.output
    record = changed.desk.payouts.load(KEY)
    assert record is not None
    assert (record.state, record.conflict) == (PayoutState.DUE, "")
    assert record.due_at is not None
    assert "accept-change" in changed.run("audit", "acme").output


def test_what_does_not_add_up_is_not_taken_over(changed: OpsRig) -> None:
    keep(changed, replace(CHANGED, amount=payout().amount))

    result = changed.run(*ACCEPT, "--yes")

    assert result.exit_code == 1
    assert "does not add up" in result.output


@pytest.mark.parametrize("policy", [{"posting_depth": "thrifty", "customer_mode": "channel"}])
def test_invoices_that_were_paid_with_it_are_a_persons_to_correct(
    changed: OpsRig, policy: dict[str, str]
) -> None:
    known = changed.desk.tenants.stored("acme")
    document: dict[str, Any] = known.tenant.model_dump(mode="json")
    document["stores"][0]["policy"] |= policy
    document["stores"][0]["mapping"]["channel_customer"] = "C-WEB"
    changed.desk.tenants.replace(known, Tenant.model_validate(document))

    result = changed.run(*ACCEPT, "--yes")

    assert result.exit_code == 1
    assert "correct by hand" in result.output
