"""`replay --day`: a day out of the archive, under its own mapping and under another version."""

from __future__ import annotations

from shared.policy.mapping import Role
from tests.accounting.shop import ACCOUNTS
from tests.integration.explained_rig import a_day, map_like_the_reference
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]


def test_a_day_comes_out_byte_for_byte_and_another_version_shows_its_difference(
    rig: OpsRig,
) -> None:
    a_day(rig)
    map_like_the_reference(rig, accounts={**ACCOUNTS, Role.SHIPPING_REVENUE: "4011"})
    newer = rig.desk.tenant("acme").version

    found = rig.json("replay", "--day", "2026-03-02", "--mapping", str(newer))
    printed = rig.run("replay", "acme", "--day", "2026-03-02", "--store", "outlet")

    (journal,) = found["journals"]
    assert found["is_same"] is True
    assert journal["membership"] == journal["rebuilt_membership"]
    assert {one["state"] for one in journal["events"]} == {"same"}
    moved = {
        one["account"]: one["difference"]["amount"]
        for one in journal["accounts"]
        if one["difference"]["amount"] not in ("0", "0.00")
    }
    assert moved == {"4010": "8.00", "4011": "-8.00"}
    assert "byte for byte the same" in printed.output
    assert rig.take("CartEventsQueueUrl") == []
    assert list(rig.desk.audit.all("acme")) == []
    for wrong in (("--mapping", "99"), ("--store", "nowhere")):
        result = rig.run("replay", "acme", "--day", "2026-03-02", *wrong)
        assert result.exit_code == 1
        assert result.stderr.startswith("error: ")
