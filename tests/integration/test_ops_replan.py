from __future__ import annotations

import json
from dataclasses import replace

from intacct.documents import DocumentResult
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.records import Intent
from shared.ledger.states import claim, finish
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

PK = order_pk("acme", "shop", "1001")


def booked(rig: OpsRig, *, configured: int = 1) -> FactsRecord:
    """An order with one document in the books, posted under that version."""
    intent = Intent(PK, "acme/100/ADVANCE/shop:receipt:P1", "1001-ADV", "CONTROL", "hash")
    now = rig.desk.clock()
    (mine,) = rig.desk.ledger.commit(claim(intent, None, owner="worker", now=now))
    rig.desk.ledger.commit(finish(mine, DocumentResult(key="17", id="A-1"), now=now))
    return rig.desk.facts.save(replace(rig.keep("1001"), configured=configured))


def next_version(rig: OpsRig) -> None:
    known = rig.desk.tenants.stored("acme")
    rig.desk.tenants.replace(known, known.tenant.model_copy(update={"name": "Acme Inc"}))


def stored(rig: OpsRig) -> int:
    record = rig.desk.facts.load(PK)
    assert record is not None
    return record.configured


def test_an_order_goes_on_under_the_current_version_and_that_is_on_record(rig: OpsRig) -> None:
    booked(rig)
    next_version(rig)

    done = rig.json("order", "replan", "acme", "shop", "1001", "--why", "new chart", "--yes")

    (message,) = rig.take("OrderPostingsQueueUrl")
    (note,) = rig.desk.audit.all("acme")
    assert done == {"order": "1001", "was": 1, "version": 2}
    assert stored(rig) == 2
    assert json.loads(message["Body"])["order_id"] == "1001"
    assert (note.what, note.why) == ("order replan", "new chart")
    assert (note.details["was"], note.details["version"]) == ("1", "2")
    rig.run("order", "replan", "acme", "shop", "1001", "--version", "1", "--why", "x", "--yes")
    assert stored(rig) == 1


def test_a_held_order_is_judged_anew_under_its_new_version(rig: OpsRig) -> None:
    record = booked(rig)
    rig.desk.facts.save(replace(record, status=FactsStatus.HELD))
    next_version(rig)

    rig.run("order", "replan", "acme", "shop", "1001", "--why", "x", "--yes")

    assert rig.take("OrderPostingsQueueUrl") == []
    (message,) = rig.take("CartEventsQueueUrl")
    assert json.loads(message["Body"])["resource_id"] == "1001"


def test_what_would_change_nothing_is_refused_with_the_reason(rig: OpsRig) -> None:
    rig.keep("1002")
    booked(rig)
    next_version(rig)

    unposted = rig.run("order", "replan", "acme", "shop", "1002", "--why", "x", "--yes")
    same = rig.run(
        "order", "replan", "acme", "shop", "1001", "--version", "1", "--why", "x", "--yes"
    )
    unknown = rig.run(
        "order", "replan", "acme", "shop", "1001", "--version", "7", "--why", "x", "--yes"
    )

    assert (unposted.exit_code, same.exit_code, unknown.exit_code) == (1, 1, 1)
    assert "nothing of order 1002 is in the books" in unposted.output
    assert "under version 1 already" in same.output
    assert "has no version 7" in unknown.output
    assert list(rig.desk.audit.all("acme")) == []


def test_of_two_changes_at_once_the_second_is_told(rig: OpsRig) -> None:
    record = booked(rig)
    next_version(rig)
    real = rig.desk.facts.load

    def outdated(pk: str) -> FactsRecord | None:
        rig.desk.facts.load = real  # type: ignore[method-assign]  # once
        found = real(pk)
        rig.desk.facts.save(record)
        return found

    rig.desk.facts.load = outdated  # type: ignore[method-assign]  # somebody is faster

    done = rig.run("order", "replan", "acme", "shop", "1001", "--why", "x", "--yes")

    assert done.exit_code == 1
    assert "try again" in done.output
