"""`explain`: from a line to its orders and archived bodies and back, and what is not explained.

Each test looks at one day in many ways: to set up a deployment takes longer than to ask it.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from shared.explain.explainer import day_of
from tests.integration.explained_rig import KEY, A, a_day, shift_a_cent
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

JOURNAL = "acme/100/GL_BATCH/outlet:summary:2026-03-02:USD:1"


def line_of(entry: Any, account: str, side: str) -> Any:
    return next(one for one in entry["lines"] if (one["account"], one["side"]) == (account, side))


def test_a_line_leads_to_orders_refunds_rules_and_archived_bodies_and_back(rig: OpsRig) -> None:
    keys = a_day(rig)

    (entry,) = rig.json("explain", "--journal", JOURNAL)
    (of_order,) = rig.json("explain", "--order", str(A.id))
    (of_account,) = rig.json("explain", "--account", "2100-NYS", "--date", "2026-03-02")

    assert (entry["is_proved"], entry["posted_on"]) == (True, "2026-03-02")
    cash_in = line_of(entry, "1100", "debit")
    assert (cash_in["amount"]["amount"], cash_in["explained"]) == ("200.60", "200.60")
    assert len(cash_in["parts"]) == 2
    refund = line_of(entry, "1100", "credit")["parts"][0]
    assert refund["what"].startswith("refund:")
    assert refund["order_id"] == str(A.id)
    assert refund["origin"]["sources"] == [keys[0], keys[1], keys[4]]
    assert "account 1100 by tenders shopify_payments" in refund["rules"]

    assert of_order["key"] == JOURNAL
    parts = [part for line in of_order["lines"] for part in line["parts"]]
    assert {part["order_id"] for part in parts} == {str(A.id)}
    places = {(line["account"], line["side"]) for line in of_order["lines"]}
    assert places >= {("1100", "debit"), ("1100", "credit"), ("4000", "credit"), ("4095", "debit")}

    assert {(one["side"], one["amount"]["amount"]) for one in of_account["lines"]} == {
        ("debit", "0.90"),
        ("credit", "13.22"),
    }
    assert rig.run("explain", "--account", "2100-NYS", "--date", "2026-03-03").exit_code == 1
    _check_names_and_rows(rig)


def _check_names_and_rows(rig: OpsRig) -> None:
    """Our number and Sage's key name the journal as well; rows for a spreadsheet add up."""
    (record,) = rig.desk.ledger.chain(KEY.ledger_pk).values()
    assert record.result is not None

    by_number = rig.json("explain", "--journal", record.document_number, "--line", "1")
    by_key = rig.json("explain", "--journal", record.result.key, "--line", "1")
    printed = rig.run("explain", "--journal", JOURNAL, "--csv")

    assert by_number == by_key
    assert len(by_number[0]["lines"]) == 1
    rows = list(csv.DictReader(io.StringIO(printed.stdout)))
    cash = [row for row in rows if (row["account"], row["side"]) == ("1100", "debit")]
    assert printed.exit_code == 0
    assert sum(Decimal(row["part amount"]) for row in cash) == Decimal("200.60")
    assert {row["line amount"] for row in cash} == {"200.60"}


def test_a_cent_that_somebody_changed_is_said_loudly_by_explain_and_by_replay(rig: OpsRig) -> None:
    a_day(rig)
    shift_a_cent(rig, f"refund:{A.id + 700}")

    result = rig.run("explain", "--journal", JOURNAL)

    assert result.exit_code == 1
    assert "NOT the line" in result.output
    assert "-0.01 of 24.50 are not explained" in result.output
    assert "not explained to the cent" in result.stderr

    again = rig.run("replay", "acme", "--day", "2026-03-02", "--store", "outlet")
    assert again.exit_code == 1
    assert "NOT the same" in again.output
    assert "different" in again.output
    assert "does not come out of the archive" in again.stderr


def test_what_cannot_be_explained_is_said_in_one_line(rig: OpsRig) -> None:
    for arguments in (
        (),
        ("--journal", "nothing-of-ours"),
        ("--journal", JOURNAL, "--order", "1"),
        ("--journal", JOURNAL),
        ("--order", "404"),
        ("--account", "1100"),
        ("--account", "1100", "--date", "yesterday"),
        ("--account", "1100", "--date", "2026-03-02", "--store", "nowhere"),
    ):
        result = rig.run("explain", *arguments)

        assert result.exit_code == 1, arguments
        assert result.stderr.startswith("error: "), arguments
        assert len(result.stderr.splitlines()) == 1, arguments


def test_a_posting_key_names_its_day() -> None:
    assert day_of(JOURNAL) == KEY
    assert day_of("acme/100/INVOICE/outlet:invoice:1") is None
    assert day_of("acme/100/GL_BATCH/outlet:summary:someday:USD:1") is None
