"""`proof`: statements are listed, shown, exported and verified; others' entries are accepted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from ops.proofs import proof_book
from shared.reconciliation.balances import Balance
from shared.reconciliation.book import Link
from shared.reconciliation.chain import ENDINGS, sealed
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.statement import CartList, Statement, Verdict
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
            lists=(CartList("shop", 41, 1), CartList("web", not_asked="no access")),
        )
        link, files = sealed(statement, book.latest("acme", "100"))
        book.append(link, files)
    return list(book.links("acme", "100"))


def test_statements_are_listed_shown_exported_and_verified(rig: OpsRig, tmp_path: Path) -> None:
    links = keep(rig)
    folder = tmp_path / "proofs"

    listed = rig.json("proof", "list", "acme", "100")
    newest = rig.json("proof", "show", "acme", "100")["statement"]
    first = rig.json("proof", "show", "acme", "100", "--date", "2026-03-02")["statement"]
    printed = rig.run("proof", "show", "acme", "100", "--number", "1").output
    written = rig.json("proof", "export", "acme", "100", "--to", str(folder))["files"]
    told = rig.json("proof", "verify", "acme", "100", "--noted", links[0].hash)["100"]
    missing = rig.run("proof", "show", "acme", "100", "--number", "9")

    assert [(one["sequence"], one["hash"]) for one in listed] == [
        (2, links[1].hash),
        (1, links[0].hash),
    ]
    assert (newest["sequence"], first["sequence"]) == (2, 1)
    assert "order 7" in printed
    assert "The carts' own lists" in printed
    assert "no access" in printed
    assert [Path(name).suffix for name in written] == [".csv", ".html", ".json"]
    assert json.loads(Path(written[2]).read_text())["sequence"] == 2
    assert b"order 7" in Path(written[1]).read_bytes()
    assert (told["statements"], told["breaches"]) == (2, [])
    assert rig.run("proof", "verify", "acme", "--noted", "0" * 64).exit_code == 1
    assert missing.exit_code == 1
    assert missing.output.startswith("error: ")


def test_a_changed_file_ends_verify_with_one_and_is_not_exported(
    rig: OpsRig, tmp_path: Path
) -> None:
    first, _ = keep(rig)
    s3, bucket = rig.desk.place.client("s3"), rig.desk.place.output("ProofsBucketName")
    for ending in ENDINGS:
        key = f"{first.name}.{ending}"
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket=bucket, Key=key, Body=body.replace(b"7", b"8", 1))

        result = rig.run("proof", "verify", "acme")
        shown = rig.run("proof", "export", "acme", "100", "--number", "1", "--to", str(tmp_path))

        assert (result.exit_code, shown.exit_code) == (1, 1)
        assert f"its {ending} file was changed" in result.output
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def test_what_others_entered_is_accepted_and_noted(rig: OpsRig) -> None:
    keep(rig)

    rig.run("proof", "accept", "acme", "100", "1100", "--why", "paid to the agency")
    refused = rig.run("proof", "accept", "acme", "100", "2050", "--why", "no")

    assert proof_book(rig.desk).accepted("acme", "100") == {"1100": Decimal("0.50")}
    assert refused.exit_code == 1
    (noted,) = rig.json("audit", "acme")
    assert "paid to the agency" in json.dumps(noted)


def test_a_day_is_proved_by_the_function_and_noted(rig: OpsRig) -> None:
    for state, code in (("equal", 0), ("open", 0), ("parked", 1)):
        done = {"state": state, "reason": "OutOfTimeError", "date": "2026-03-02"}
        functions = rig.answer_functions({"Reconciliation": {"proofs": [done]}})

        result = rig.run("proof", "run", "acme", "100", "--date", "2026-03-02", "--why", "closing")

        assert result.exit_code == code
        asked = {"tenant": "acme", "entity": "100", "date": "2026-03-02", "again": False}
        assert functions.asked == [("Reconciliation", asked)]
