"""`items costs`: costs come from a file, all of it or nothing, and are listed by their instant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shared.policy.choices import Cogs
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

HEAD = "sku,cost,currency,since\n"


@pytest.fixture
def costing(rig: OpsRig) -> OpsRig:
    known = rig.desk.tenants.stored("acme")
    stores = tuple(
        store.model_copy(update={"policy": replace(store.policy, cogs=Cogs.COST_FILE)})
        for store in known.tenant.stores
    )
    rig.desk.tenants.replace(known, known.tenant.model_copy(update={"stores": stores}))
    return rig


def _file(tmp_path: Path, *rows: str) -> str:
    file = tmp_path / "costs.csv"
    file.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return str(file)


def test_costs_are_kept_once_and_those_that_wait_go_on(costing: OpsRig, tmp_path: Path) -> None:
    run = ("items", "costs", "import", "acme", "shop")
    file = _file(tmp_path, "TEE,9.00,USD,", "TEE,9.50,USD,2026-04-01", "MUG,4.00,USD,")
    assert "3 new costs; nothing was kept" in costing.run(*run, file).output
    assert costing.json("items", "costs", "show", "acme", "shop") == []

    for told in ("3 costs kept", "0 costs kept"):
        assert told in costing.run(*run, file, "--apply", "--why", "price list").output
    listed = costing.json("items", "costs", "show", "acme", "shop")
    assert [(row["article"], row["cost"]) for row in listed] == [
        ("MUG", "4.00"),
        ("TEE", "9.00"),
        ("TEE", "9.50"),
    ]
    key = {"pk": {"S": "FIXED#acme"}, "sk": {"S": "CONFIGURATION"}}
    table = costing.desk.place.output("OrdersTableName")
    noted = costing.desk.place.client("dynamodb").get_item(TableName=table, Key=key)
    assert "due_at" in noted["Item"]


def test_a_file_with_an_error_is_not_kept(costing: OpsRig, tmp_path: Path) -> None:
    run = ("items", "costs", "import", "acme", "shop")
    costing.run(*run, _file(tmp_path, "TEE,9.00,USD,"), "--apply", "--why", "x")
    bad = _file(tmp_path, "MUG,4.00,USD,", "TEE,8.00,USD,", "CAP,free,USD,")
    told = costing.run(*run, bad, "--apply", "--why", "x")
    assert told.exit_code == 1
    assert "line 4" in told.output
    assert "costs 9.00 since" in " ".join(told.output.split())
    assert len(costing.json("items", "costs", "show", "acme", "shop")) == 1


def test_a_store_that_takes_costs_from_elsewhere_imports_none(rig: OpsRig, tmp_path: Path) -> None:
    file = _file(tmp_path, "TEE,9.00,USD,")
    told = rig.run("items", "costs", "import", "acme", "shop", file, "--apply", "--why", "x")
    assert told.exit_code == 1
    assert "set it to cost_file first" in " ".join(told.output.split())
