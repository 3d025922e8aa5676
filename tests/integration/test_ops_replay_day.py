"""`replay --day`: a day out of the archive, under its own mapping and under another version."""

from __future__ import annotations

from shared.policy.mapping import Role
from tests.accounting.shop import ACCOUNTS
from tests.integration.explained_rig import A, a_day, map_like_the_reference, shift_a_cent
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]


def test_a_day_comes_out_byte_for_byte_and_nothing_is_queued_or_written(rig: OpsRig) -> None:
    a_day(rig)

    found = rig.json("replay", "--day", "2026-03-02", "--store", "outlet")

    (journal,) = found["journals"]
    assert found["is_same"] is True
    assert journal["membership"] == journal["rebuilt_membership"]
    assert {one["state"] for one in journal["events"]} == {"same"}
    assert rig.take("CartEventsQueueUrl") == []
    assert list(rig.desk.audit.all("acme")) == []


def test_another_version_of_the_mapping_shows_its_difference_by_account(rig: OpsRig) -> None:
    a_day(rig)
    accounts = {**ACCOUNTS, Role.SHIPPING_REVENUE: "4011"}
    map_like_the_reference(rig, accounts=accounts)
    newer = rig.desk.tenant("acme").version

    found = rig.json("replay", "acme", "--day", "2026-03-02", "--mapping", str(newer))
    printed = rig.run("replay", "acme", "--day", "2026-03-02", "--mapping", str(newer))

    moved = {
        one["account"]: one["difference"]["amount"]
        for one in found["journals"][0]["accounts"]
        if float(one["difference"]["amount"])
    }
    assert moved == {"4010": "8.00", "4011": "-8.00"}
    assert "4011" in printed.output
    assert printed.exit_code == 0


def test_a_cent_that_somebody_changed_is_shown_with_its_line_and_fails(rig: OpsRig) -> None:
    a_day(rig)
    shift_a_cent(rig, f"sale:{A.id}:{_parcel(rig)}")

    result = rig.run("replay", "acme", "--day", "2026-03-02", "--store", "outlet")

    assert result.exit_code == 1
    assert "NOT the same" in result.output
    assert "different" in result.output
    assert "does not come out of the archive" in result.stderr


def _parcel(rig: OpsRig) -> str:
    found = rig.json("replay", "--day", "2026-03-02", "--store", "outlet")
    events = [str(one["event"]) for one in found["journals"][0]["events"]]
    sale = next(event for event in events if event.startswith(f"sale:{A.id}:"))
    return sale.rpartition(":")[2]


def test_a_version_or_a_store_that_is_not_there_is_refused(rig: OpsRig) -> None:
    a_day(rig)

    for wrong in (("--mapping", "99"), ("--store", "nowhere")):
        result = rig.run("replay", "acme", "--day", "2026-03-02", *wrong)
        assert result.exit_code == 1
        assert result.stderr.startswith("error: ")
