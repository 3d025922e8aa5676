"""`ops changes`: what is followed, what is gone, what it costs, and a person's word on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from intacct.reading import Kept
from intacct.watermarks import Watermark
from shared.changes.checkpoints import DynamoDbChangeCheckpoints, Progress
from shared.changes.hint_store import DynamoDbHints
from shared.changes.pace import Place
from shared.changes.ports import Gone, How, Known
from shared.changes.tombstones import DynamoDbTombstones, Held, Tombstone
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.test_ops_items import linked

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CUSTOMERS = Place("", Kept.CUSTOMER)
INVOICES = Place("100", Kept.AR_INVOICE)
DONE = {"entity": "", "kind": "customer", "outcome": "complete", "changes": 3}


def stones(rig: OpsRig) -> DynamoDbTombstones:
    place = rig.desk.place
    return DynamoDbTombstones(place.client("dynamodb"), place.output("OrdersTableName"))


def wait(rig: OpsRig, *keys: str) -> Held:
    held = Held(CUSTOMERS, tuple(Known(key, f"C-{key}") for key in keys), 40, AT)
    stones(rig).hold("acme", held)
    return held


def read(rig: OpsRig, place: Place, progress: Progress) -> None:
    table = rig.desk.place.output("TenantsTableName")
    keeper = DynamoDbChangeCheckpoints(rig.desk.place.client("dynamodb"), table, owner="w")
    keeper.keep(keeper.acquire("acme", place, now=AT), progress, now=AT)


def row(rig: OpsRig, place: Place) -> dict[str, Any]:
    rows = rig.json("changes", "list", "acme")
    entity = place.entity or "top level"
    return next(
        dict(one) for one in rows if (one["entity"], one["kind"]) == (entity, place.kind.value)
    )


def test_every_kind_is_listed_with_when_it_was_read_and_is_due(rig: OpsRig) -> None:
    read(rig, INVOICES, Progress(Watermark(AT - timedelta(hours=1)), read_at=AT, failed_at=AT))
    gone = Gone(Kept.AR_INVOICE, "17", How.AUDITED, "INV-17", "1001-INV", AT, "boss")
    stones(rig).put("acme", [Tombstone("100", gone, AT)])
    wait(rig, "1", "2")

    invoices, customers = row(rig, INVOICES), row(rig, CUSTOMERS)

    assert invoices["reached"] == "2026-03-02T11:00:00+00:00"
    assert invoices["next"] == "2026-03-02T16:00:00+00:00"
    assert (invoices["gone"], invoices["failed"]) == (1, "2026-03-02T12:00:00+00:00")
    assert (customers["next"], customers["waiting"], customers["read"]) == ("now", 2, None)
    kinds = {one["kind"] for one in rig.json("changes", "list", "acme")}
    assert kinds == {kind.value for kind in Kept if kind is not Kept.WAREHOUSE}


def test_what_is_gone_is_listed_and_shown_with_when_and_by_whom(rig: OpsRig) -> None:
    gone = Gone(Kept.AR_INVOICE, "17", How.AUDITED, "INV-17", "1001-INV", AT, "boss")
    stones(rig).put("acme", [Tombstone("100", gone, AT)])

    (listed,) = rig.json("changes", "list", "acme", "--gone")
    shown = rig.json("changes", "show", "acme", "--kind", "ar_invoice", "--entity", "100")

    assert (listed["key"], listed["reference"], listed["by"]) == ("17", "1001-INV", "boss")
    assert shown["gone"] == [listed]
    assert "INV-17" in rig.run("changes", "list", "acme", "--gone").output
    wrong = rig.run("changes", "show", "acme", "--kind", "ar_invoice")
    assert (wrong.exit_code, "say --entity" in wrong.output) == (1, True)


def test_what_sage_tells_itself_is_set_up_by_what_is_printed(rig: OpsRig) -> None:
    table = rig.desk.place.output("OrdersTableName")
    hints = DynamoDbHints(rig.desk.place.client("dynamodb"), table)
    hints.hint("acme", CUSTOMERS, AT, is_deletion=False)
    hints.pulled("acme", AT, failed=True)

    told = rig.json("changes", "events", "acme")

    assert told["address"] == "https://api.example/production/sage/acme"
    assert told["secret"] == "cartledger/production/intacct-events/acme"
    assert set(json.loads(told["body"])) == {"object", "event", "entity", "user", "key", "id"}
    assert (told["is_taken"], told["is_pulled"]) == (False, False)
    assert told["pull_failed_at"] == "2026-03-02T12:00:00+00:00"
    heard = {one["object in Sage"]: one["change heard"] for one in told["heard"]}
    assert heard["accounts-receivable/customer"] == "2026-03-02T12:00:00+00:00"
    assert heard["accounts-receivable/invoice"] is None
    assert "set changes.events" in " ".join(rig.run("changes", "events", "acme").output.split())


def test_a_confirmation_is_asked_audited_and_acted_on(rig: OpsRig) -> None:
    wait(rig, "1", "2")
    functions = rig.answer_functions({"IntacctPoller": {"places": [DONE]}})
    words = ("changes", "confirm", "acme", "--kind", "customer", "--why", "tests removed")

    no = rig.run(*words, answers="n\n")
    assert (no.exit_code, functions.asked) == (1, [])
    yes = rig.run(*words, answers="y\n")

    assert yes.exit_code == 0, yes.output
    assert "2 records of top level customer were deleted" in yes.output
    held = stones(rig).held("acme", CUSTOMERS)
    assert held is not None
    assert (held.is_confirmed, held.confirmed_by) == (True, rig.desk.audit.who)
    event = {"tenant": "acme", "entity": "", "kind": "customer", "is_forced": True, "looks": True}
    assert functions.asked == [("IntacctPoller", event)]
    (note,) = rig.desk.audit.all("acme")
    assert (note.what, note.why) == ("changes confirm", "tests removed")


def test_nothing_is_confirmed_where_nothing_waits_or_a_script_did_not_say_yes(rig: OpsRig) -> None:
    words = ("changes", "confirm", "acme", "--kind", "customer", "--why", "w")

    found = rig.run(*words, "--yes")
    assert (found.exit_code, "nothing of top level customer waits" in found.output) == (1, True)
    wait(rig, "1")
    unasked = rig.run(*words, "--json")

    assert unasked.exit_code == 1
    held = stones(rig).held("acme", CUSTOMERS)
    assert held is not None
    assert not held.is_confirmed


def test_a_poll_by_hand_tells_what_came_of_it_and_fails_with_it(rig: OpsRig) -> None:
    functions = rig.answer_functions({"IntacctPoller": {"places": [DONE]}})
    told = rig.json("changes", "poll", "acme", "--kind", "customer", "--why", "now")
    assert told == [DONE]
    assert functions.asked == [
        ("IntacctPoller", {"tenant": "acme", "is_forced": True, "looks": False, "kind": "customer"})
    ]

    rig.answer_functions({"IntacctPoller": {"places": [{**DONE, "outcome": "unseen"}]}})
    failed = rig.run("changes", "poll", "acme", "--why", "again")

    assert failed.exit_code == 1
    assert "1 of 1 were not read whole" in failed.output


def test_the_cost_of_each_profile_is_told_with_what_our_tables_know(rig: OpsRig) -> None:
    linked(rig, "MUG-1", "MUG")

    rows = rig.json("changes", "cost", "acme", "--documents", "12000")

    assert [one["profile"] for one in rows][:2] == ["1", "2"]
    (ours,) = [one for one in rows if one["whose"]]
    assert (ours["polls"], ours["comparing"], ours["nights"]) == (61.0, 11, 3)
    assert ours["a month"] == (61 + 11) * 30
