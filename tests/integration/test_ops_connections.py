"""Connections as an operator sees them: roles, budget, companies of the wrong kind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from intacct.health import Health
from shared.connections.calls import CallRecords, month_of
from shared.connections.health import SharedHealth
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.order_posting_rig import tenant
from tests.integration.test_ops_tenants import written

__all__ = ["rig"]


def user(*missing: str, name: str = "ws") -> dict[str, Any]:
    return {
        "user": name,
        "is_reading": False,
        "is_sufficient": not missing,
        "missing": list(missing),
        "excess": ["General Ledger: Journal entries (Delete)"],
        "unclear": [],
    }


def test_a_sufficient_role_is_said_so_and_what_is_too_much_is_named(rig: OpsRig) -> None:
    functions = rig.answer_functions({"TokenRefresh": {"users": [user()]}})

    result = rig.run("connections", "probe", "acme")

    assert result.exit_code == 0, result.output
    assert "Journal entries (Delete)" in result.stdout
    assert functions.asked == [("TokenRefresh", {"tenant": "acme", "probe": True})]


def test_a_missing_permission_is_named_and_ends_with_an_error(rig: OpsRig) -> None:
    users = [user(), user("Accounts Receivable: Customers (Add)", name="other")]
    rig.answer_functions({"TokenRefresh": {"users": users}})

    result = rig.run("connections", "probe", "acme")
    as_json = rig.run("connections", "probe", "acme", "--json")

    assert (result.exit_code, as_json.exit_code) == (1, 1)
    assert "Customers (Add)" in result.stdout
    assert "Customers (Add)" in as_json.stdout


def test_a_probe_of_nobody_is_no_success(rig: OpsRig) -> None:
    rig.answer_functions({"TokenRefresh": {}})
    assert rig.run("connections", "probe", "acme").exit_code == 1
    assert rig.run("connections", "probe", "nobody").exit_code == 1


def records(rig: OpsRig) -> CallRecords:
    place = rig.desk.place
    return CallRecords(place.client("dynamodb"), place.output("ConnectionsTableName"))


def test_the_budget_says_what_was_used_and_where_the_month_is_heading(rig: OpsRig) -> None:
    now = rig.desk.clock()
    counts = {"transactions": 2_500, "rest_write": 900, "xml": 10}
    records(rig).add("acme", month_of(now), counts)

    found = rig.json("connections", "budget", "acme")
    shown = rig.run("connections", "budget", "acme")

    assert (found["tier"], found["allowance"], found["used"]) == ("1", 100_000, 2_500)
    assert found["used_percent"] == 2.5
    assert found["forecast"] >= 2_500
    assert found["calls"] == {"rest_write": 900, "xml": 10}
    assert "2.5 %" in shown.output


def test_a_month_that_is_over_is_not_forecast(rig: OpsRig) -> None:
    records(rig).add("acme", "2025-02", {"transactions": 50_000})

    found = rig.json("connections", "budget", "acme", "--month", "2025-02")

    assert (found["used"], found["forecast"], found["forecast_percent"]) == (50_000, 50_000, 50.0)


@pytest.mark.parametrize("month", ["2026-13", "november", "2026-11-01"])
def test_what_is_no_month_is_refused(rig: OpsRig, month: str) -> None:
    result = rig.run("connections", "budget", "acme", "--month", month)
    assert result.exit_code == 1
    assert "no month" in result.stderr


def test_a_company_that_pauses_or_fails_is_shown_with_its_connections(rig: OpsRig) -> None:
    place, now = rig.desk.place, rig.desk.clock()
    store = SharedHealth(place.client("dynamodb"), place.output("ConnectionsTableName"))
    assert rig.json("connections", "show", "acme") == []

    paused = Health(paused_until=now + timedelta(minutes=5), limited_in_a_row=3)
    store.change("acme", Health(), paused)
    (pause,) = rig.json("connections", "show", "acme")
    failing = Health(open_until=now + timedelta(seconds=30), failed_in_a_row=5)
    store.change("acme", paused, failing)
    (failure,) = rig.json("connections", "show", "acme")

    assert (pause["purpose"], pause["state"], pause["refusals"]) == ("company", "paused", 3)
    assert (failure["state"], failure["refusals"]) == ("failing", 5)


def test_a_test_company_is_not_applied_to_production_without_a_reason(
    rig: OpsRig, tmp_path: Path
) -> None:
    intacct = {**tenant().intacct.model_dump(mode="json"), "company_id": "acme-sandbox"}
    file = written(tmp_path / "acme.yaml", intacct=intacct)
    refused = rig.run("tenant", "apply", file, "--why", "new company", "--yes")
    untouched = rig.desk.tenant("acme").intacct.company_id

    reason = "a rehearsal of the move, ends in March"
    file = written(tmp_path / "acme.yaml", intacct={**intacct, "company_reason": reason})
    applied = rig.run("tenant", "apply", file, "--why", "new company", "--yes")

    assert refused.exit_code == 1
    assert "intacct.company_id" in refused.output
    assert "production companies" in refused.output
    assert untouched == "acme"
    assert applied.exit_code == 0, applied.output
    (note,) = rig.desk.audit.all("acme")
    assert note.details["company_reason"] == reason
    assert note.details["company"] == "acme-sandbox"


def test_tenants_of_one_company_share_its_lanes(rig: OpsRig, tmp_path: Path) -> None:
    same = tenant().intacct.model_dump(mode="json")
    crowded = written(tmp_path / "twin.yaml", id="twin", stores=[], intacct=same)
    refused = rig.run("tenant", "apply", crowded, "--why", "second brand", "--yes")
    other = {**same, "company_id": "other"}
    apart = written(tmp_path / "apart.yaml", id="apart", stores=[], intacct=other)
    applied = rig.run("tenant", "apply", apart, "--why", "other company", "--yes")

    assert refused.exit_code == 1
    assert "together with acme" in refused.output
    assert applied.exit_code == 0, applied.output
