"""`proof`: statements are listed, shown, exported and verified; others' entries are accepted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ops.proofs import proof_book
from shared.reconciliation.balances import Balance
from shared.reconciliation.book import Link
from shared.reconciliation.chain import sealed
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.statement import Statement, Verdict
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

ON = date(2026, 3, 2)
HELD = Difference("shop", "order 7", Cause.HELD, "totals", "they differ", ON, Decimal("0.01"))


def keep(rig: OpsRig, days: int = 2) -> list[Link]:
    book = proof_book(rig.desk)
    for number in range(days):
        statement = Statement(
            tenant="acme",
            entity="100",
            currency="USD",
            on=ON + timedelta(days=number),
            made_at=datetime(2026, 3, 3, 8, tzinfo=UTC) + timedelta(days=number),
            verdict=Verdict.OPEN,
            differences=(HELD,),
            balances=(
                Balance("1100", "clearing", Decimal(5), Decimal("5.50"), Decimal(0)),
                Balance("2050", "advances", Decimal(5), None),
            ),
        )
        link, files = sealed(statement, book.latest("acme", "100"))
        book.append(link, files)
    return list(book.links("acme", "100"))


def test_statements_are_listed_the_newest_first(rig: OpsRig) -> None:
    links = keep(rig)

    listed = rig.json("proof", "list", "acme", "100")

    assert [(one["sequence"], one["hash"]) for one in listed] == [
        (2, links[1].hash),
        (1, links[0].hash),
    ]


def test_the_newest_statement_is_shown_and_one_of_a_day(rig: OpsRig) -> None:
    keep(rig)

    newest = rig.json("proof", "show", "acme", "100")["statement"]
    first = rig.json("proof", "show", "acme", "100", "--date", "2026-03-02")["statement"]
    printed = rig.run("proof", "show", "acme", "100", "--number", "1").output

    assert (newest["sequence"], first["sequence"]) == (2, 1)
    assert newest["differences"][0]["subject"] == "order 7"
    assert "order 7" in printed
    assert "held" in printed


def test_a_statement_is_written_into_a_folder(rig: OpsRig, tmp_path: Path) -> None:
    keep(rig)
    folder = tmp_path / "proofs"

    written = rig.json("proof", "export", "acme", "100", "--to", str(folder))["files"]

    assert [Path(name).suffix for name in written] == [".csv", ".html", ".json"]
    assert json.loads(Path(written[2]).read_text())["sequence"] == 2
    assert b"order 7" in Path(written[1]).read_bytes()


def test_an_untouched_chain_is_verified_with_the_hash_that_was_noted(rig: OpsRig) -> None:
    links = keep(rig)

    told = rig.json("proof", "verify", "acme", "100", "--noted", links[0].hash)

    assert told["100"]["statements"] == 2
    assert told["100"]["breaches"] == []
    assert rig.run("proof", "verify", "acme", "--noted", "0" * 64).exit_code == 1


@pytest.mark.parametrize("ending", ["csv", "html", "json"])
def test_a_changed_file_ends_verify_with_one(rig: OpsRig, ending: str) -> None:
    first, _ = keep(rig)
    s3, bucket = rig.desk.place.client("s3"), rig.desk.place.output("ProofsBucketName")
    body = s3.get_object(Bucket=bucket, Key=f"{first.name}.{ending}")["Body"].read()
    s3.put_object(Bucket=bucket, Key=f"{first.name}.{ending}", Body=body.replace(b"7", b"8", 1))

    result = rig.run("proof", "verify", "acme")
    shown = rig.run("proof", "export", "acme", "100", "--number", "1", "--to", "/nowhere/at/all")

    assert result.exit_code == 1
    assert f"its {ending} file was changed" in result.output
    assert shown.exit_code == 1 or ending != "csv"


def test_what_others_entered_is_accepted_and_noted(rig: OpsRig) -> None:
    keep(rig)

    rig.run("proof", "accept", "acme", "100", "1100", "--why", "paid to the agency")
    refused = rig.run("proof", "accept", "acme", "100", "2050", "--why", "no")

    assert proof_book(rig.desk).accepted("acme", "100") == {"1100": Decimal("0.50")}
    assert refused.exit_code == 1
    (noted,) = rig.json("audit", "acme")
    assert "paid to the agency" in json.dumps(noted)


@pytest.mark.parametrize(("state", "code"), [("equal", 0), ("open", 0), ("parked", 1)])
def test_a_day_is_proved_by_the_function_and_noted(rig: OpsRig, state: str, code: int) -> None:
    done = {"state": state, "reason": "OutOfTimeError", "date": "2026-03-02"}
    functions = rig.answer_functions({"Reconciliation": {"proofs": [done]}})

    result = rig.run("proof", "run", "acme", "100", "--date", "2026-03-02", "--why", "closing")

    assert result.exit_code == code
    assert functions.asked == [
        (
            "Reconciliation",
            {"tenant": "acme", "entity": "100", "date": "2026-03-02", "again": False},
        )
    ]


def test_a_statement_that_is_not_there_is_said_in_one_line(rig: OpsRig) -> None:
    keep(rig)

    result = rig.run("proof", "show", "acme", "100", "--number", "9")

    assert result.exit_code == 1
    assert result.output.startswith("error: ")
