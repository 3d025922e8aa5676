"""`order late`: what was moved out of a closed period, and whether it is in the books."""

from __future__ import annotations

from datetime import date

from commerce.money import Money
from shared.facts.record import order_pk
from shared.posting.closed_period_store import DynamoDbLateItems
from shared.posting.late_items import LateItem
from tests.fakes import FakeBooks
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.test_ops_undo import worked_off

__all__ = ["rig"]


def _listed(rig: OpsRig, order: str, key: str, *, posted_on: date) -> None:
    place = rig.desk.place
    items = DynamoDbLateItems(place.client("dynamodb"), place.output("OrdersTableName"))
    item = LateItem(
        order_pk("acme", "shop", order),
        key,
        date(2026, 2, 28),
        posted_on,
        Money.of("100.00", "USD"),
        "the books were closed through 2026-02-28",
    )
    items.add("acme", item)


def test_late_items_are_listed_by_their_new_date_with_their_state(rig: OpsRig) -> None:
    rig.keep("1001")
    done = worked_off(rig, FakeBooks()).done[0]
    _listed(rig, "1001", done, posted_on=date(2026, 3, 2))
    _listed(rig, "1002", "acme/100/ADVANCE/shop:receipt:P1002", posted_on=date(2026, 3, 1))

    told = rig.json("order", "late", "--tenant", "acme")
    shown = rig.run("order", "late")

    assert [(item["order"], item["state"]) for item in told] == [
        ("shop 1002", ""),
        ("shop 1001", "DONE"),
    ]
    assert told[0] == {
        "tenant": "acme",
        "order": "shop 1002",
        "posting": "ADVANCE/shop:receipt:P1002",
        "true_on": "2026-02-28",
        "posted_on": "2026-03-01",
        "amount": "100.00 USD",
        "state": "",
        "reason": "the books were closed through 2026-02-28",
    }
    assert "Late items" in shown.stdout
