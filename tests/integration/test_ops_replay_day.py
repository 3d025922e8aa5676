"""`replay --day`: a day out of the archive, under its own mapping and under another version."""

from __future__ import annotations

from dataclasses import replace

from intacct.documents import DocumentResult
from shared.ledger.items import to_item
from shared.payouts.keeping import Keeper
from shared.payouts.planner import plan_payout
from shared.payouts.store import PayoutKey
from shared.policy.mapping import Role
from shared.posting.store_books import store_book
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import ACCOUNTS
from tests.integration.explained_rig import a_day, map_like_the_reference
from tests.integration.ops_rig import OpsRig, rig
from tests.unit.explain.telling import record_of
from tests.unit.payouts.told import payout

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


def test_the_entries_of_a_days_payouts_are_rebuilt_from_what_is_kept_of_them(rig: OpsRig) -> None:
    map_like_the_reference(rig, accounts=PAYOUT_ACCOUNTS)
    older = rig.desk.tenant("acme").version
    pay_out(rig, "outlet")
    moved = {**PAYOUT_ACCOUNTS, Role.PROCESSING_FEES: "6199"}
    map_like_the_reference(rig, accounts=moved)
    newer = rig.desk.tenant("acme").version

    found = rig.json("replay", "--day", "2026-03-05", "--mapping", str(newer))
    same = rig.json("replay", "--day", "2026-03-05", "--mapping", str(older))
    printed = rig.run("replay", "acme", "--day", "2026-03-05")

    of_payouts = [one for one in found["documents"] if one["what"] == "of payouts"]
    (paid,) = of_payouts
    assert found["is_same"] is True
    assert len(paid["same"]) == 1
    differences = {
        one["account"]: one["difference"]["amount"]
        for one in paid["accounts"]
        if one["frozen"] != one["other"]
    }
    assert differences == {"6100": "-6.11", "6199": "6.11"}
    (unmoved,) = [one for one in same["documents"] if one["what"] == "of payouts"]
    assert all(one["frozen"] == one["other"] for one in unmoved["accounts"])
    assert "outlet 2026-03-05: 1 documents of payouts, all as they were sent" in printed.output


def pay_out(rig: OpsRig, store: str) -> None:
    """J-6.1 is kept and booked under today's mapping."""
    desk, told = rig.desk, payout()
    told = replace(told, ref=replace(told.ref, store=store))
    Keeper(desk.payouts, desk.reviews, desk.clock, lambda _: None).keep("acme", told)
    key = PayoutKey("acme", store, told.ref.id)
    record = desk.payouts.load(key)
    book = store_book(desk.tenant("acme"), store)
    assert record is not None
    assert book is not None
    desk.payouts.save(replace(record, frozen=record.content, is_booked=True))
    for entry in plan_payout(record, book).entries:
        known = record_of(key.ledger_pk, entry.posting, DocumentResult("17"))
        table = desk.place.output("LedgerTableName")
        desk.place.client("dynamodb").put_item(TableName=table, Item=to_item(known))
