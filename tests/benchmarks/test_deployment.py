"""What the benchmarks take from the template."""

from __future__ import annotations

from tests.benchmarks.deployment import Deployment
from tests.benchmarks.write_units import INDEX_KEYS


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


def test_the_orders_table_comes_with_the_index_that_finds_what_is_due() -> None:
    tables = Deployment().resources("AWS::DynamoDB::Table")

    (index,) = tables["OrdersTable"]["GlobalSecondaryIndexes"]

    assert [key["AttributeName"] for key in index["KeySchema"]] == list(INDEX_KEYS)
    assert all(table["KeySchema"] for table in tables.values())
