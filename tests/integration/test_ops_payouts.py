"""`payout`: what is listed and shown, and that a poll by hand is noted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import Result

from commerce.payouts import Payout, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.documents import DocumentResult
from shared.facts.record import FactsStatus
from shared.ledger.records import Intent
from shared.ledger.states import claim, finish
from shared.payouts.keeping import Keeper
from shared.payouts.proof import payout_subject
from shared.payouts.store import PayoutKey
from shared.postings.findings import Finding, Reason
from shared.postings.keys import posting_key
from shared.postings.plan import PostingKind
from shared.tenants.models import Tenant
from tests.integration.ops_rig import OpsRig, rig
from tests.unit.payouts.told import SENT_AT, payout, usd

__all__ = ["rig"]


def keep(rig: OpsRig, told: Payout) -> None:
    desk = rig.desk
    Keeper(desk.payouts, desk.reviews, desk.clock, lambda _: None).keep("acme", told)


def test_payouts_are_listed_with_what_became_of_them(rig: OpsRig) -> None:
    keep(rig, payout())
    keep(rig, payout(payout_id="po-1002", amount="159.35"))

    listed = rig.json("payout", "list", "acme", "shop")
    held = rig.json("payout", "list", "acme", "shop", "--state", "held")

    assert {each["payout"]: each["state"] for each in listed} == {
        "po-1001": "due",
        "po-1002": "held",
    }
    assert [each["payout"] for each in held] == ["po-1002"]


def test_a_payout_is_shown_with_its_sums_lines_and_findings(rig: OpsRig) -> None:
    keep(rig, payout(amount="159.35"))

    shown = rig.json("payout", "show", "acme", "shop", "po-1001")
    printed = rig.run("payout", "show", "acme", "shop", "po-1001").output

    assert shown["payout_fees"] == "6.11"
    assert shown["payout_net"] == "159.34"
    assert shown["adds_up"] is False
    assert [each["id"] for each in shown["lines"]] == ["1", "2", "3"]
    assert shown["findings"][0]["difference"] == {"amount": "0.01", "currency": "USD"}
    assert "UNBALANCED" in printed


@pytest.mark.parametrize(
    "arguments", [("show", "acme", "shop", "po-9"), ("list", "acme", "nothing")]
)
def test_what_is_not_there_is_said_in_one_line(rig: OpsRig, arguments: tuple[str, ...]) -> None:
    result = rig.run("payout", *arguments)

    assert result.exit_code == 1
    assert result.output.startswith("error: ")


@pytest.mark.parametrize(("outcome", "code"), [("complete", 0), ("failed", 1)])
def test_a_poll_by_hand_asks_the_function_and_is_noted(
    rig: OpsRig, outcome: str, code: int
) -> None:
    answer = {"stores": [{"outcome": outcome, "payouts": 3, "detail": "the scope is missing"}]}
    functions = rig.answer_functions({"PayoutSync": answer})

    result = rig.run("payout", "poll", "acme", "shop", "--why", "mended")

    assert result.exit_code == code, result.output
    assert functions.asked == [("PayoutSync", {"tenant": "acme", "store": "shop", "seconds": 40})]
    assert "payout poll" in rig.run("audit", "acme").output


@pytest.mark.parametrize(
    ("command", "released"), [("retry", False), ("release", True)], ids=["retry", "release"]
)
def test_a_held_payout_is_booked_again_by_its_function(
    rig: OpsRig, command: str, *, released: bool
) -> None:
    functions = rig.answer_functions({"PayoutSync": {"payouts": [{"state": "booked"}]}})
    subject = payout_subject("shop", "po-1001")
    finding = Finding(Reason.REFUSED_BY_SAGE, "payout po-1001", "refused")
    rig.desk.reviews.open("acme", subject, [finding], at=rig.desk.clock())

    told = rig.run("review", command, "acme", subject, "--why", "mended", "--yes")

    assert told.exit_code == 0, told.output
    ((name, asked),) = functions.asked
    assert (name, asked["payout"]) == ("PayoutSync", "po-1001")
    assert asked.get("release_by") == (rig.desk.audit.who if released else None)
    assert "booked" in told.output


FILE = """payout_id,payout_amount,currency,sent_at,line_id,kind,amount,fee
T-1,159.34,USD,2026-03-05,1,charge,183.84,0.00
T-1,159.34,USD,2026-03-05,2,refund,-24.50,0.00
"""


def import_(rig: OpsRig, file: Path, *more: str) -> Result:
    options = ("--tenant", "acme", "--store", "shop", "--format", "csv")
    return rig.run("payout", "import", str(file), *options, *more)


def test_a_file_is_looked_at_first_and_kept_when_that_is_said(rig: OpsRig, tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text(FILE)

    look = import_(rig, file)
    assert rig.json("payout", "list", "acme", "shop") == []
    kept = import_(rig, file, "--apply", "--why", "the processor's file of March")
    again = import_(rig, file, "--apply", "--why", "once more")

    assert (look.exit_code, kept.exit_code, again.exit_code) == (0, 0, 0), kept.output
    assert "say --apply" in look.output
    assert "1 kept" in kept.output
    assert "0 kept, 1 known" in again.output
    (listed,) = rig.json("payout", "list", "acme", "shop")
    assert (listed["payout"], listed["state"]) == ("T-1", "due")
    assert "payout import" in rig.run("audit", "acme").output


def test_a_file_with_a_wrong_sum_is_refused_whole(rig: OpsRig, tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    good = FILE.replace("T-1", "T-2").partition("\n")[2]
    file.write_text(FILE.replace("159.34", "159.35") + good)

    result = import_(rig, file, "--apply", "--why", "x")

    assert result.exit_code == 1
    assert "0.01" in result.output
    assert rig.json("payout", "list", "acme", "shop") == []


@pytest.mark.parametrize(
    "more",
    [
        ("--apply",),
        ("--column", "colour=Farbe"),
        ("--column", "payout_id"),
        ("--kind", "Payment=money"),
        ("--delimiter", "||"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(
    rig: OpsRig, tmp_path: Path, more: tuple[str, ...]
) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text(FILE)

    result = import_(rig, file, *more)

    assert result.exit_code == 1
    assert "error: " in result.output


def test_an_arrival_that_no_source_tells_is_told_by_a_person(rig: OpsRig) -> None:
    keep(rig, payout(status=PayoutStatus.SCHEDULED))
    told = ("payout", "arrived", "acme", "shop", "po-1001", "--on", "2026-03-07", "--why", "bank")

    first, second = rig.run(*told), rig.run(*told)
    keep(rig, payout(status=PayoutStatus.SCHEDULED))

    assert (first.exit_code, second.exit_code) == (0, 1), first.output
    (listed,) = rig.json("payout", "list", "acme", "shop")
    assert (listed["source"], listed["state"]) == ("paid", "due")
    assert listed["arrived"] == "2026-03-07T00:00:00+00:00"


def test_the_clearing_account_is_listed_by_order_and_less_what_was_booked(rig: OpsRig) -> None:
    chart = {**_accounts(rig), "payout_clearing": "1100", "processing_fees": "6100"}
    chart |= {"payouts_in_transit": "1120", "bank": "1010"}
    _map(rig, chart)
    rig.keep("7001")
    rig.keep("7002", status=FactsStatus.HELD)

    before = rig.json("payout", "clearing", "acme", "shop")
    (open_,) = before["rows"]
    settled = PayoutLine(
        "1",
        PayoutLineKind.CHARGE,
        usd(open_["open"]["amount"]),
        usd("0"),
        usd(open_["open"]["amount"]),
        SENT_AT,
        order_id="7001",
    )
    keep(rig, payout((settled,), amount=open_["open"]["amount"]))
    not_booked = rig.json("payout", "clearing", "acme", "shop")
    record = rig.desk.payouts.load(PayoutKey("acme", "shop", "po-1001"))
    assert record is not None
    rig.desk.payouts.save(replace(record, frozen=record.content, is_booked=True))
    _book(rig, "payout:po-1001")
    early = rig.json("payout", "clearing", "acme", "shop", "--until", "2026-03-04")
    after = rig.json("payout", "clearing", "acme", "shop")

    assert (before["account"], open_["what"]) == ("1100", "order 7001")
    assert open_["days"] > 0
    assert not_booked == before
    assert early["open"] == before["open"]
    assert (after["rows"], after["open"]["amount"]) == ([], "0")
    assert "1100" in rig.run("payout", "clearing", "acme", "shop").output


def test_a_store_without_a_clearing_account_says_so(rig: OpsRig) -> None:
    result = rig.run("payout", "clearing", "acme", "shop")

    assert result.exit_code == 1
    assert "payout_clearing" in result.output


def _book(rig: OpsRig, purpose: str) -> None:
    """The ledger says that an entry of the payout is in the books."""
    key, ledger, now = PayoutKey("acme", "shop", "po-1001"), rig.desk.ledger, rig.desk.clock()
    kind = PostingKind.JOURNAL_ENTRY
    name = posting_key(tenant="acme", entity="100", kind=kind, store="shop", purpose=purpose)
    intent = Intent(key.ledger_pk, name, "1001-JE-1", "control", "hash")
    (mine,) = ledger.commit(claim(intent, None, owner="worker", now=now))
    ledger.commit(finish(mine, DocumentResult(key="17"), now=now))


def _accounts(rig: OpsRig) -> dict[str, str]:
    store = rig.desk.tenant("acme").store("shop")
    assert store is not None
    return {role.value: account for role, account in store.mapping.accounts.items()}


def _map(rig: OpsRig, accounts: dict[str, str]) -> None:
    known = rig.desk.tenants.stored("acme")
    document = known.tenant.model_dump(mode="json")
    document["stores"][0]["mapping"]["accounts"] = accounts
    rig.desk.tenants.replace(known, Tenant.model_validate(document))
