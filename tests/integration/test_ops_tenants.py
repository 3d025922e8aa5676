from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.errors import OpsError
from ops.place import open_place
from shared.connections.records import ConnectionKey, Fresh
from shared.connections.table import ConnectionTable
from shared.tenants.checks import MOST_STORES
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.order_posting_rig import tenant

__all__ = ["rig"]


def written(path: Path, **members: Any) -> str:
    """The demo tenant as a file, with some members replaced; the file's path."""
    document = {**tenant().model_dump(mode="json", exclude_none=True), **members}
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return str(path)


def test_pausing_and_resuming_are_stored_once_each_with_a_record(rig: OpsRig) -> None:
    paused = rig.run("tenant", "pause", "acme", "--why", "audit week", "--yes")
    again = rig.run("tenant", "pause", "acme", "--why", "audit week", "--yes")
    was_paused = rig.desk.tenant("acme").is_paused
    rig.run("tenant", "resume", "acme", "--why", "audit over")

    assert (paused.exit_code, again.exit_code) == (0, 0)
    assert was_paused
    assert not rig.desk.tenant("acme").is_paused
    assert [note.what for note in rig.desk.audit.all("acme")] == ["tenant pause", "tenant resume"]


def test_what_is_shown_can_be_applied_and_changes_nothing(rig: OpsRig, tmp_path: Path) -> None:
    shown = rig.run("tenant", "show", "acme")
    (tmp_path / "acme.yaml").write_text(shown.output)

    applied = rig.json("tenant", "apply", str(tmp_path / "acme.yaml"), "--why", "none", "--yes")

    assert applied == {"changes": [], "is_stored": False}
    assert list(rig.desk.audit.all("acme")) == []


def test_applying_says_what_changes_and_stores_it_when_agreed(rig: OpsRig, tmp_path: Path) -> None:
    file = written(tmp_path / "acme.yaml", name="Acme Inc")

    dry = rig.json("tenant", "apply", file, "--why", "x", "--dry-run")
    untouched = rig.desk.tenant("acme").name
    applied = rig.run("tenant", "apply", file, "--why", "renamed", answers="y\n")

    assert dry == {
        "changes": [{"path": "name", "stored": "", "wanted": "Acme Inc"}],
        "is_stored": False,
    }
    assert untouched == ""
    assert applied.exit_code == 0, applied.output
    assert rig.desk.tenant("acme").name == "Acme Inc"
    (note,) = rig.desk.audit.all("acme")
    assert (note.what, note.details["paths"]) == ("tenant apply", "name")


def test_routes_come_and_go_with_their_stores(rig: OpsRig, tmp_path: Path) -> None:
    stores = tenant().model_dump(mode="json", exclude_none=True)["stores"]
    file = written(tmp_path / "acme.yaml", stores=[stores[0], {**stores[1], "id": "popup"}])

    rig.run("tenant", "apply", file, "--why", "moved", "--yes")

    routes = {
        name: rig.desk.tenants.owner_of_route("shopify", name)
        for name in ("shop", "outlet", "popup")
    }
    assert routes == {"shop": "acme", "outlet": "", "popup": "acme"}


def test_another_tenants_webhook_path_is_not_taken(rig: OpsRig, tmp_path: Path) -> None:
    file = written(tmp_path / "rival.yaml", id="rival")

    applied = rig.run("tenant", "apply", file, "--why", "x", "--yes")

    assert applied.exit_code == 1
    assert "stores[0].id" in applied.output
    assert "stores[1].id" in applied.output
    assert rig.desk.tenants.find("rival") is None
    assert rig.desk.tenants.owner_of_route("shopify", "shop") == "acme"


def test_of_two_people_who_change_at_once_the_second_is_told(rig: OpsRig) -> None:
    known = rig.desk.tenants.stored("acme")
    rig.desk.tenants.replace(known, known.tenant.model_copy(update={"name": "first"}))

    with pytest.raises(OpsError, match="changed by somebody else"):
        rig.desk.tenants.replace(known, known.tenant.model_copy(update={"name": "second"}))

    assert rig.desk.tenant("acme").name == "first"


def test_more_stores_than_a_transaction_holds_are_refused(rig: OpsRig) -> None:
    known = rig.desk.tenants.stored("acme")
    many = known.tenant.stores[:1] * (MOST_STORES + 1)

    with pytest.raises(OpsError, match="in one transaction"):
        rig.desk.tenants.replace(known, known.tenant.model_copy(update={"stores": many}))


def test_a_broken_file_is_refused_with_all_its_problems(rig: OpsRig, tmp_path: Path) -> None:
    entity = {"id": "100", "zone": "Mars/Olympus", "base_currency": "usd"}
    file = written(tmp_path / "acme.yaml", entities=[entity])

    checked = rig.run("tenant", "check", file)
    applied = rig.run("tenant", "apply", file, "--why", "x", "--yes")

    assert (checked.exit_code, applied.exit_code) == (1, 1)
    for place in ("entities[0].zone", "entities[0].base_currency"):
        assert place in checked.output
    assert "error: 2 problems" in checked.output
    assert rig.desk.tenant("acme") == tenant().model_copy(update={"version": 1})


def keep_token(rig: OpsRig, text: str) -> None:
    now = datetime.now(UTC)
    table = ConnectionTable(
        rig.desk.place.client("dynamodb"), rig.desk.place.output("ConnectionsTableName")
    )
    key = ConnectionKey("token", "acme", "ws@acme")
    until = now + timedelta(minutes=1)
    lease = table.lease(key, table.read(key), owner="worker", now=now, until=until)
    assert lease is not None
    ends = now + timedelta(hours=6)
    table.publish(lease, Fresh(text, now, ends, ends), sealed=text.encode())


def test_connections_are_shown_without_their_values(rig: OpsRig) -> None:
    keep_token(rig, "very-secret-token")

    (found,) = rig.json("connections", "show", "acme")
    shown = rig.run("connections", "show", "acme")

    assert (found["purpose"], found["name"], found["state"]) == ("token", "ws@acme", "live")
    assert "very-secret-token" not in shown.output + str(found)
    assert "ws@acme" in shown.output


def test_renewing_asks_both_functions_and_leaves_a_record(rig: OpsRig) -> None:
    functions = rig.answer_functions(
        {
            "TokenRefresh": {"tokens": [{"tenant": "acme", "outcome": "renewed"}]},
            "SessionManager": {"sessions": [{"entity": "100", "outcome": "fresh"}]},
        }
    )

    answer = rig.json("connections", "renew", "acme", "--why", "new secret")

    assert [name for name, _ in functions.asked] == ["TokenRefresh", "SessionManager"]
    assert {event["tenant"] for _, event in functions.asked} == {"acme"}
    assert answer["tokens"][0]["outcome"] == "renewed"
    assert answer["sessions"][0]["outcome"] == "fresh"
    assert [note.what for note in rig.desk.audit.all("acme")] == ["connections renew"]


def test_a_refused_renewal_is_shown_and_ends_with_an_error(rig: OpsRig) -> None:
    refused = {"tenant": "acme", "outcome": "refused", "error": "CredentialsError"}
    rig.answer_functions({"TokenRefresh": {"tokens": [refused]}, "SessionManager": {}})

    result = rig.run("connections", "renew", "acme", "--why", "x")

    assert result.exit_code == 1
    assert "CredentialsError" in result.stdout
    assert "not every connection" in result.stderr


def test_a_paused_tenants_connections_are_left_alone(rig: OpsRig) -> None:
    functions = rig.answer_functions({})
    rig.run("tenant", "pause", "acme", "--why", "x", "--yes")

    result = rig.run("connections", "renew", "acme", "--why", "x")

    assert result.exit_code == 1
    assert "resume it first" in result.output
    assert functions.asked == []


def test_a_function_that_fails_is_named_without_its_message(rig: OpsRig) -> None:
    said = {"errorType": "ClientError", "errorMessage": "secret words"}
    rig.answer_functions({"TokenRefresh": said}, fails=True)

    result = rig.run("connections", "renew", "acme", "--why", "x")

    assert result.exit_code == 1
    assert "TokenRefresh failed with ClientError" in result.output
    assert "secret words" not in result.output


def test_records_of_people_are_shown_newest_last(rig: OpsRig) -> None:
    for why in ("first", "second", "third"):
        rig.desk.audit.note("acme", "tenant pause", "tenant:acme", why=why)

    shown = rig.json("audit", "acme", "--last", "2")

    assert [one["why"] for one in shown] == ["second", "third"]


@pytest.mark.usefixtures("rig")
def test_a_stack_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(OpsError, match="cannot be read"):
        open_place("aws:nowhere")


def test_a_stored_change_is_noted_for_what_waits_for_it_and_no_change_is_not(
    rig: OpsRig, tmp_path: Path
) -> None:
    table = rig.desk.place.output("OrdersTableName")
    dynamodb = rig.desk.place.client("dynamodb")
    same = written(tmp_path / "same.yaml")
    other = written(tmp_path / "other.yaml", name="Acme of today")

    def noted() -> dict[str, Any]:
        key = {"pk": {"S": "FIXED#acme"}, "sk": {"S": "CONFIGURATION"}}
        item: dict[str, Any] = dynamodb.get_item(TableName=table, Key=key).get("Item", {})
        return item

    rig.run("tenant", "apply", same, "--why", "x", "--yes")
    before = noted()
    rig.run("tenant", "apply", other, "--why", "x", "--yes")

    assert before == {}
    assert noted()["changed_by"] == {"S": rig.desk.audit.who}
    assert int(noted()["due_at"]["N"]) > rig.desk.clock().timestamp() * 1000 + 60_000


def test_every_stored_change_is_a_version_with_who_when_and_why(
    rig: OpsRig, tmp_path: Path
) -> None:
    for name in ("Acme Inc", "Acme Ltd"):
        file = written(tmp_path / "acme.yaml", name=name)
        rig.run("tenant", "apply", file, "--why", f"now {name}", "--yes")

    found = rig.json("tenant", "show", "acme", "--versions")
    second = rig.json("tenant", "show", "acme", "--version", "2")

    assert found["current"] == 3
    assert [one["number"] for one in found["versions"]] == [1, 2, 3]
    assert [one["signed"]["why"] for one in found["versions"]] == [
        "",
        "now Acme Inc",
        "now Acme Ltd",
    ]
    assert found["versions"][2]["signed"]["by"] == rig.desk.audit.who
    assert datetime.fromisoformat(found["versions"][2]["signed"]["at"]).tzinfo is not None
    assert len({one["hash"] for one in found["versions"]}) == 3
    assert (second["name"], second["version"]) == ("Acme Inc", 2)
    assert "version 4" in rig.run("tenant", "show", "acme", "--version", "4").output


def test_a_tenant_that_was_stored_before_versions_were_kept_becomes_the_first(
    rig: OpsRig, tmp_path: Path
) -> None:
    place = rig.desk.place
    table = place.output("TenantsTableName")
    key = {"pk": {"S": "TENANT#acme"}, "sk": {"S": "CONFIG"}}
    document = {"S": tenant().model_dump_json(exclude={"version"})}
    place.client("dynamodb").put_item(TableName=table, Item={**key, "document": document})
    place.client("dynamodb").delete_item(
        TableName=table, Key={**key, "sk": {"S": "VERSION#000001"}}
    )
    shown = rig.json("tenant", "show", "acme", "--version", "1")

    file = written(tmp_path / "acme.yaml", name="Acme Inc")
    rig.run("tenant", "apply", file, "--why", "renamed", "--yes")

    versions = rig.json("tenant", "show", "acme", "--versions")
    assert shown["name"] == ""
    assert [one["number"] for one in versions["versions"]] == [1, 2]
    assert rig.json("tenant", "show", "acme", "--version", "1")["name"] == ""


def test_a_pause_is_no_version(rig: OpsRig) -> None:
    rig.run("tenant", "pause", "acme", "--why", "x", "--yes")

    found = rig.json("tenant", "show", "acme", "--versions")

    assert rig.desk.tenant("acme").is_paused
    assert (found["current"], len(found["versions"])) == (1, 1)


def test_a_file_of_an_old_version_does_not_take_back_what_others_changed(
    rig: OpsRig, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(rig.run("tenant", "show", "acme").output)
    theirs = written(tmp_path / "theirs.yaml", name="Acme Inc")
    rig.run("tenant", "apply", theirs, "--why", "renamed", "--yes")

    applied = rig.run("tenant", "apply", str(mine), "--why", "x", "--yes")

    assert applied.exit_code == 1
    assert "made from version 1, and 2 is stored" in applied.output
    assert f"{mine}:2: version" in applied.output
    assert rig.desk.tenant("acme").name == "Acme Inc"


def test_what_differs_is_told_between_files_stored_tenants_and_versions(
    rig: OpsRig, tmp_path: Path
) -> None:
    file = written(tmp_path / "acme.yaml", name="Acme Inc")
    rig.run("tenant", "apply", file, "--why", "renamed", "--yes")
    changed = [{"path": "name", "old": "", "new": "Acme Inc"}]

    assert rig.json("tenant", "diff", "acme@1", "acme") == changed
    assert rig.json("tenant", "diff", "acme@1", file) == changed
    assert rig.json("tenant", "diff", "acme", file) == []
    assert "say acme@3" in rig.run("tenant", "diff", "acme@x", "acme").output
    assert "name" in rig.run("tenant", "diff", "acme@1", "acme").output


def test_a_folder_is_checked_whole(rig: OpsRig, tmp_path: Path) -> None:
    written(tmp_path / "a.yaml", id="")
    written(tmp_path / "b.yaml", entities=[])

    found = rig.run("tenant", "check", str(tmp_path))

    assert found.exit_code == 1
    assert f"{tmp_path / 'a.yaml'}:1: id" in found.output
    assert f"{tmp_path / 'b.yaml'}:" in found.output
    assert "3 problems" in found.output or "2 problems" in found.output
