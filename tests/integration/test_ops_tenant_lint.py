from __future__ import annotations

from pathlib import Path

from tests.integration.ops_rig import OpsRig, rig
from tests.integration.test_ops_tenants import written

__all__ = ["rig"]

ABSENT = {"entity": "100", "kind": "account", "name": "4000", "state": "absent"}
INACTIVE = {"entity": "100", "kind": "item", "name": "TEE", "state": "inactive"}


def test_doubts_are_told_with_their_lines_and_are_no_errors(rig: OpsRig, tmp_path: Path) -> None:
    file = written(tmp_path / "acme.yaml")

    found = rig.json("tenant", "lint", file)
    strict = rig.run("tenant", "lint", file, "--strict")

    told = {one["place"]: one for one in found["lint"]}
    place = "stores[0].mapping.accounts.tips_payable"
    assert told[place]["message"].startswith("missing: no account for tips_payable")
    assert told[place]["line"] > 1
    assert (found["past"], found["books"], found["dead"]) == (None, None, [])
    assert strict.exit_code == 1
    unsound = rig.run("tenant", "lint", written(tmp_path / "unsound.yaml", entities=[]))
    assert unsound.exit_code == 1
    assert "`tenant check` tells them" in unsound.output


def test_a_stored_tenant_is_linted_with_its_past_orders(rig: OpsRig) -> None:
    rig.keep("1001")

    found = rig.json("tenant", "lint", "acme", "--past")
    shown = rig.run("tenant", "lint", "acme", "--past")

    assert (found["past"]["orders"], found["past"]["unmapped"]) == (1, [])
    assert {
        "store": "shop",
        "sort": "gateway",
        "value": "shopify_payments",
        "orders": 1,
        "covered_by": "tenders[0]",
    } in found["past"]["seen"]
    assert "looked at by" in shown.output
    assert "1 stored orders" in shown.output


def test_names_that_sage_cannot_use_are_errors_at_every_place(rig: OpsRig, tmp_path: Path) -> None:
    answer = {"unusable": [ABSENT, INACTIVE], "calls": 9}
    functions = rig.answer_functions({"TokenRefresh": answer})
    file = written(tmp_path / "acme.yaml")

    shown = rig.run("tenant", "lint", file, "--against", "books")

    ((_, event),) = functions.asked
    assert event["tenant"] == "acme"
    assert "4000" in event["names"]["100"]["account"]
    assert shown.exit_code == 1
    assert "asking Sage for" in shown.output
    assert "by 9 reads" in shown.output
    assert "the account '4000' is absent in Sage at entity 100" in shown.output
    assert "the item 'TEE' is inactive in Sage at entity 100" in shown.output
    assert "stores[1].mapping.accounts.product_revenue" in shown.output
    rig.answer_functions({"TokenRefresh": {"unusable": [], "calls": 9}})
    assert rig.json("tenant", "lint", file, "--against", "books")["dead"] == []
