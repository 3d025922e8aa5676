"""`payout lost`: shown first, refused where it cannot be, and noted with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from commerce.payouts import PayoutLineKind, PayoutStatus
from shared.payouts.keeping import Keeper
from shared.payouts.records import PayoutState
from shared.payouts.store import PayoutKey
from shared.tenants.models import Tenant
from tests.integration.ops_rig import OpsRig, rig
from tests.unit.payouts.told import ARRIVED_AT, CHARGED_AT, line, payout

__all__ = ["rig"]

KEY = PayoutKey("acme", "shop", "po-1001")
LOST = ("payout", "lost", "acme", "shop", "po-1001", "9")
SAID = ("--on", "2026-03-30", "--why", "the bank's letter", "--yes")


@pytest.fixture
def disputed(rig: OpsRig) -> OpsRig:
    """A payout with a dispute of 69.95 on order A."""
    opened = line("9", PayoutLineKind.DISPUTE, "-69.95", at=CHARGED_AT, order_id="A")
    lines = (line("1", PayoutLineKind.CHARGE, "100.00"), opened)
    told = payout(lines, amount="30.05", status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)
    _keeper(rig).keep("acme", told)
    _configure(rig)
    return rig


def _keeper(rig: OpsRig) -> Keeper:
    return Keeper(rig.desk.payouts, rig.desk.reviews, rig.desk.clock, lambda _: None)


def _configure(rig: OpsRig, **policy: str) -> None:
    known = rig.desk.tenants.stored("acme")
    document: dict[str, Any] = known.tenant.model_dump(mode="json")
    more = {"payout_clearing": "1100", "payouts_in_transit": "1120", "bank": "1010"}
    more |= {"disputes_receivable": "1210", "chargeback_losses": "6150"}
    document["stores"][0]["mapping"]["accounts"] |= more
    document["stores"][0]["policy"] |= policy
    rig.desk.tenants.replace(known, Tenant.model_validate(document))


def test_a_lost_dispute_is_shown_agreed_to_noted_and_due(disputed: OpsRig) -> None:
    refused = disputed.run(*LOST, *SAID[:-1], answers="n\n")
    before = disputed.desk.payouts.load(KEY)
    told = disputed.run(*LOST, *SAID)
    again = disputed.run(*LOST, *SAID)

    assert refused.exit_code == 1
    assert before is not None
    assert before.history.losses == ()
    assert (told.exit_code, again.exit_code) == (0, 1), told.output
    assert "6150" in told.output
    assert "written off before" in again.output
    record = disputed.desk.payouts.load(KEY)
    assert record is not None
    assert [loss.line_id for loss in record.history.losses] == ["9"]
    assert record.state is PayoutState.DUE
    assert record.due_at is not None
    assert "payout lost" in disputed.run("audit", "acme").output


def test_the_entry_is_told_before_anything_is_kept(disputed: OpsRig) -> None:
    told = disputed.json(*LOST, *SAID)

    assert told["entry"] == [
        ["100", "2026-03-30", "debit", "6150", "69.95"],
        ["100", "2026-03-30", "credit", "1210", "69.95"],
    ]
    assert told["tax"] == []


def test_relief_needs_an_order_whose_tax_is_known(disputed: OpsRig) -> None:
    _configure(disputed, lost_dispute_tax_relief="on")

    unknown = disputed.run(*LOST, *SAID)
    disputed.keep("A")
    known = disputed.json(*LOST, *SAID)

    assert unknown.exit_code == 1
    assert "order is not known" in unknown.output
    assert known["tax"] == []


def test_a_dispute_whose_money_came_back_cannot_be_lost(disputed: OpsRig) -> None:
    won = line("10", PayoutLineKind.DISPUTE, "69.95", at=ARRIVED_AT, order_id="A")
    _keeper(disputed).keep("acme", payout((won,), amount="69.95", payout_id="po-1002"))

    told = disputed.run(*LOST, *SAID)

    assert told.exit_code == 1
    assert "po-1002 brought its money back" in told.output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((*LOST[:-1], "1", *SAID), "opened no dispute"),
        ((*LOST[:-2], "po-9", "9", *SAID), "has no payout"),
        ((*LOST, "--on", "2026-03-01", *SAID[2:]), "before the dispute"),
        ((*LOST, "--on", "2999-01-01", *SAID[2:]), "has not come yet"),
    ],
)
def test_what_cannot_be_lost_is_refused_in_one_line(
    disputed: OpsRig, arguments: tuple[str, ...], why: str
) -> None:
    result = disputed.run(*arguments)

    assert result.exit_code == 1
    assert why in result.output
