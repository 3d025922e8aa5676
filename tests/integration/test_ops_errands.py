"""`ops changes errands`: what carts are still to be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.errands.records import Errand, ErrandKind, ErrandState
from shared.errands.store import DynamoDbErrands
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_what_is_still_to_be_told_is_listed_by_kind(rig: OpsRig) -> None:
    place = rig.desk.place
    errands = DynamoDbErrands(place.client("dynamodb"), place.output("OrdersTableName"))
    for kind, name in ((ErrandKind.PAID, "shop/1"), (ErrandKind.CUSTOMER, "C-1")):
        errands.ask(Errand("acme", kind, name, AT))
    errands.ask(Errand("acme", ErrandKind.CUSTOMER, "C-2", AT + timedelta(minutes=1)))
    first, second, _ = errands.all_open("acme")
    errands.put_off(first, AT + timedelta(hours=1))
    errands.close(second, ErrandState.LEFT)

    rows = rig.json("changes", "errands", "acme")

    assert rows == [
        {"kind": "customer", "about": "C-1", "due": "2026-03-02T13:00:00+00:00", "tries": 1},
        {"kind": "paid", "about": "shop/1", "due": "2026-03-02T12:00:00+00:00", "tries": 0},
    ]
