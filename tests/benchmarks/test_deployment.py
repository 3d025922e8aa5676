"""What the benchmarks take from the template."""

from __future__ import annotations

from tests.benchmarks.deployment import Deployment
from tests.benchmarks.write_units import INDEXES


def test_every_function_has_its_code_and_its_own_variables() -> None:
    functions = {function.name: function for function in Deployment().functions()}
    values = {name: f"<{name}>" for name in ("Stage", "TenantsTable", "RawEventsBucket")}
    intake = functions["webhook_intake"]
    references = {v["Ref"] for v in intake.variables.values() if isinstance(v, dict) and "Ref" in v}

    environment = intake.environment(dict.fromkeys(references, "unused") | values)

    assert environment["RAW_EVENTS_BUCKET"] == "<RawEventsBucket>"
    assert environment["STORE_SECRET_PREFIX"] == "cartledger/<Stage>/stores/"
    assert "LEDGER_TABLE" not in environment
    assert all((function.folder / "app.py").exists() for function in functions.values())


def test_the_tables_come_with_the_indexes_that_write_units_are_counted_for() -> None:
    tables = Deployment().resources("AWS::DynamoDB::Table")

    found = {
        tuple(key["AttributeName"] for key in index["KeySchema"])
        for table in tables.values()
        for index in table.get("GlobalSecondaryIndexes", [])
    }

    assert found == set(INDEXES)
    assert all(table["KeySchema"] for table in tables.values())
