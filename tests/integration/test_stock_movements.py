"""Stock moved by hand as deployed: the handler, its adapters and real clients, Sage simulated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from shared.bootstrap import books, inventory, item_links, order_books, reporting, reviews
from shared.bootstrap import ledger as ledgers
from shared.bootstrap import tenants as configured
from shared.costs.register import UnitCost
from shared.ownership.table import Ownership, Rule, Side
from tests.contract.conftest import Simulator, simulator
from tests.integration.carts_rig import ROOT, context, handler_of
from tests.integration.order_posting_rig import PostingRig, rig
from tests.integration.test_order_posting_with_sage import sage
from tests.unit.inventory.rig import FULL, ITEM, policy

__all__ = ["rig", "sage", "simulator"]

RECEIVE, WRITE_OFF = "Inventory Receipt", "Inventory Adjustment Decrease"
KEPT = (
    inventory.mover,
    item_links.item_links,
    ledgers.ledger,
    order_books.costs,
    reviews.reviews,
    configured.tenants,
)


class Desk:
    """A shop whose one warehouse is Sage's, twelve tees in it, and one that no cart shows."""

    def __init__(self, rig: PostingRig, sage: Simulator, protocol: str) -> None:
        self.rig, self.sage, self.protocol = rig, sage, protocol
        self.by_hand(Ownership(item=ITEM, quantity=Rule(Side.SAGE, FULL, FULL[:1])))
        self.shop = self.tenant.stores[0].id
        self.move("receive", reference="FIRST", quantity="12")

    def by_hand(self, ownership: Ownership) -> None:
        """The tenant's document says what people may move."""
        configured.tenants.cache_clear()
        known = configured.tenants().tenant("acme")
        stock = replace(policy(("W1", "71001")), receive=RECEIVE, write_off=WRITE_OFF)
        store = known.stores[0].model_copy(update={"stock": stock})
        protocols = dict.fromkeys(("stock_document", "warehouse_transfer"), self.protocol)
        intacct = known.intacct.model_copy(update={"protocols": protocols})
        changes = {"stores": (store,), "ownership": ownership, "intacct": intacct}
        self.tenant = known.model_copy(update=changes)
        item = {
            "pk": {"S": "TENANT#acme"},
            "sk": {"S": "CONFIG"},
            "document": {"S": self.tenant.model_dump_json()},
        }
        self.rig.client.put_item(TableName="tenants", Item=item)
        configured.tenants.cache_clear()

    def transfer(self, **members: Any) -> dict[str, Any]:
        """The sample event of a transfer."""
        event = json.loads((ROOT / "events" / "inventory_sync.transfer.json").read_bytes())
        return self._asked({**event, **members})

    def move(self, kind: str, **members: str) -> dict[str, Any]:
        """A movement of tees of the shop."""
        movement = {"kind": kind, "sku": "TEE-STOCK", "memo": "by hand", **members}
        store = self.tenant.stores[0].id
        return self._asked({"tenant": "acme", "store": store, "movement": movement})

    @staticmethod
    def _asked(event: dict[str, Any]) -> dict[str, Any]:
        answer = handler_of("inventory_sync")(event, context())
        return dict(answer["movement"])

    def booked(self, kind: str, reference: str) -> int:
        """How many documents of the kind bear a mark of that reference."""
        there = self.sage.company.books.select(kind, entity="100", private=True)
        marks = [str(one["reference_number"]) for one in there]
        return sum(mark.startswith(f"{reference}-STK-") for mark in marks)

    def levels(self) -> dict[str, int]:
        """What each warehouse has of the tee."""
        levels = books.reads(self.tenant, "100").stock_levels(("TEE-STOCK",))
        return {level.warehouse: int(level.on_hand) for level in levels if level.on_hand}


@pytest.fixture(params=["rest", "xml"])
def desk(
    rig: PostingRig,
    sage: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Desk]:
    monkeypatch.setenv("STORE_SECRET_PREFIX", "cartledger/test/stores/")
    for one in KEPT:
        one.cache_clear()
    yield Desk(rig, sage, request.param)
    for one in KEPT:
        one.cache_clear()


def test_a_transfer_whose_answer_is_lost_is_looked_up_and_booked_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = {"path": "warehouse-transfer", "method": "POST"}
    fault = where if desk.protocol == "rest" else {"function": "create"}
    desk.sage.post("faults", {"mishap": "drop-after", "times": 1, **fault})

    planned = desk.transfer(dry=True)
    before = desk.levels()
    lost = desk.transfer()
    (review,) = desk.rig.reviews()
    later = datetime.now(UTC) + timedelta(hours=1)
    for module in (ledgers, reporting):
        monkeypatch.setattr(module, "now", lambda: later)
    found, again = desk.transfer(), desk.transfer()

    assert (planned["state"], planned["on_hand"], before) == ("planned", "12", {"W1": 12})
    assert (lost["state"], lost["problems"]) == ("waiting", ["IN_DOUBT"])
    assert review.subject == "movement:MOVE-1"
    assert (found["state"], again["state"]) == ("booked", "booked")
    assert found["mark"].startswith("MOVE1-STK-")
    assert desk.levels() == {"W1": 9, "W2": 3}
    assert desk.booked("warehouse_transfer", "MOVE1") == 1


def test_goods_come_back_at_their_cost_go_when_broken_and_what_may_not_be_is_not_sent(
    desk: Desk,
) -> None:
    cost = UnitCost(datetime(2026, 1, 1, tzinfo=UTC), Money.of("9.00", "USD"))
    order_books.costs().note("acme", desk.shop, "TEE-STOCK", cost)

    received = desk.move("receive", reference="BACK", quantity="2")
    gone = desk.move("write_off", reference="GONE", quantity="5")
    short = desk.move("write_off", reference="SHORT", quantity="50")
    desk.by_hand(Ownership())
    refused = desk.transfer()

    assert (received["state"], gone["state"]) == ("booked", "booked")
    assert received["movement"]["unit_cost"] == "9 USD"
    assert desk.levels() == {"W1": 9}
    company = desk.sage.company.books
    (document,) = company.find("inventory_document", reference_number=received["mark"])
    (line,) = company.lines("inventory_document", document["key"])
    assert line["unit_cost"] == Decimal("9.00")
    assert (short["state"], refused["state"]) == ("impossible", "impossible")
    assert "W1 shows 9" in short["problems"][0]
    assert refused["problems"][0].startswith("ownership.quantity.in_sage says no at W1")
    assert desk.booked("inventory_document", "SHORT") == 0
    assert desk.booked("warehouse_transfer", "MOVE1") == 0
