"""`ops stock`: who owns which place, what differs, and a person's word."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ops.place import AwsPlace
from shared.inventory.counts import Count, Difference, DynamoDbCounts
from shared.inventory.findings import stock_subject
from shared.ownership.table import Side
from shared.polling.checkpoints import DynamoDbCheckpoints
from shared.postings.findings import Finding, Reason
from tests.integration.ops_rig import FakeLambda, OpsRig, rig
from tests.unit.inventory.rig import policy, table

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOLD = {"tenant": "acme", "store": "shop", "outcome": "complete", "written": 2}


@pytest.fixture
def kept(rig: OpsRig) -> OpsRig:
    """The tenant's shop keeps stock at two places, one of each owner."""
    known = rig.desk.tenant("acme")
    stores = [
        store.model_copy(update={"stock": policy(("W1", "71001"), ("W2", "71002"))})
        if store.id == "shop"
        else store
        for store in known.stores
    ]
    changed = known.model_copy(update={"stores": tuple(stores), "ownership": table(W2=Side.CART)})
    rig.desk.place.client("dynamodb").update_item(
        TableName=rig.desk.place.output("TenantsTableName"),
        Key={"pk": {"S": "TENANT#acme"}, "sk": {"S": "CONFIG"}},
        UpdateExpression="SET document = :document",
        ExpressionAttributeValues={":document": {"S": changed.model_dump_json()}},
    )
    return rig


def test_places_are_shown_with_owner_open_count_and_what_waits(kept: OpsRig) -> None:
    place = kept.desk.place
    counts = DynamoDbCounts(place.client("dynamodb"), place.output("OrdersTableName"))
    count = Count(1, "Count In", "2026-03-02", "Each", "c", (Difference("MUG", Decimal("2.50")),))
    counts.save(counts.load("acme", "shop", "W2").ended(AT).begun(count))
    finding = Finding(Reason.STOCK_IMPLAUSIBLE, "item shop MUG", "it would go from 1 to 900")
    kept.desk.reviews.open("acme", stock_subject("shop"), [finding], at=AT)
    checkpoints = DynamoDbCheckpoints(
        place.client("dynamodb"), place.output("TenantsTableName"), owner="me", reader="stock"
    )
    checkpoints.advance(checkpoints.acquire("acme", "shop", now=AT), AT, now=AT)

    told = kept.json("stock", "show", "acme", "shop")
    table_shown = kept.run("stock", "show", "acme", "shop")

    first, second = told["places"]
    assert (first["owner"], first["carried"], first["open_count"]) == ("sage", "to the cart", "")
    assert (second["owner"], second["carried"]) == ("cart", "to Sage Intacct")
    assert second["open_count"] == "Count In: 1 items, 2.5 units"
    assert told["compared_at"].startswith("2026-03-02T12:00:00")
    assert told["findings"] == ["it would go from 1 to 900"]
    assert "it would go from 1 to 900" in table_shown.output


def test_a_store_that_keeps_no_stock_says_so(rig: OpsRig) -> None:
    assert "not kept" in rig.run("stock", "show", "acme", "shop").output
    assert "has no store" in rig.run("stock", "show", "acme", "elsewhere").output


def test_a_comparison_is_asked_for_without_writing(kept: OpsRig) -> None:
    difference = {"name": "MUG", "at": "71001", "shown": "1", "wanted": "5"}
    told: dict[str, Any] = {**TOLD, "differences": [difference], "reviews": ["MUG: odd"]}
    functions = kept.answer_functions({"InventorySync": {"stores": [told]}})

    assert kept.json("stock", "compare", "acme", "shop") == told
    shown = kept.run("stock", "compare", "acme", "shop").output

    assert functions.asked[0] == (
        "InventorySync",
        {"tenant": "acme", "store": "shop", "dry": True},
    )
    assert "71001" in shown
    assert "MUG: odd" in shown


def test_a_run_by_hand_tells_what_came_of_it(kept: OpsRig) -> None:
    functions = kept.answer_functions({"InventorySync": {"stores": [TOLD]}})
    assert kept.json("stock", "sync", "acme", "shop") == [TOLD]
    assert functions.asked == [("InventorySync", {"tenant": "acme", "store": "shop"})]
    assert list(kept.desk.audit.all("acme")) == []


def test_a_persons_word_is_audited_before_it_counts(kept: OpsRig) -> None:
    functions = kept.answer_functions({"InventorySync": {"stores": [TOLD]}})
    words = ("stock", "sync", "acme", "shop", "--accept", "MUG", "--release")

    refused = kept.run(*words)
    kept.json(*words, "--why", "a delivery")

    assert refused.exit_code == 1
    assert "--why" in refused.output
    (note,) = kept.desk.audit.all("acme")
    assert (note.what, note.subject, note.why) == ("stock sync", "shop", "a delivery")
    ((_, event),) = functions.asked
    assert (event["accept"], event["release_by"]) == (["MUG"], kept.desk.audit.who)


def test_a_function_that_says_nothing_is_an_error(kept: OpsRig) -> None:
    kept.answer_functions({"InventorySync": {"stores": []}})
    told = kept.run("stock", "sync", "acme", "shop")
    assert told.exit_code == 1
    assert "said nothing" in told.output


MOVEMENT = {
    "reference": "R-1",
    "state": "planned",
    "movement": {"kind": "transfer", "item": "MUG", "quantity": "3", "from": "W1", "to": "W2"},
    "on_hand": "10",
    "problems": [],
    "notes": ["a note"],
    "mark": "",
    "document": "",
    "due_at": "",
}
TRANSFER = ("stock", "transfer", "acme", "--item", "MUG", "--from", "W1", "--to", "W2")
HOW = ("--quantity", "3", "--why", "ran low", "--reference", "R-1")


class Saying(FakeLambda):
    """The function says one thing after the other of a movement."""

    def __init__(self, *told: dict[str, Any] | None) -> None:
        super().__init__({})
        self._told = iter(told)

    def invoke(self, **call: Any) -> dict[str, Any]:
        self._answers = {"InventorySync": {"movement": next(self._told)}}
        return super().invoke(**call)


def _answer(kept: OpsRig, *told: dict[str, Any] | None) -> Saying:
    """Put the function in the place."""
    place = kept.desk.place
    assert isinstance(place, AwsPlace)
    functions = Saying(*told)
    place.clients["lambda"] = functions
    return functions


def test_a_movement_is_planned_shown_and_asked_for_before_it_is_booked(kept: OpsRig) -> None:
    booked = {**MOVEMENT, "state": "booked", "mark": "R1-STK-X", "document": "WT0001"}
    functions = _answer(kept, MOVEMENT, MOVEMENT, MOVEMENT, booked)

    shown = kept.run(*TRANSFER, *HOW, "--plan")
    declined = kept.run(*TRANSFER, *HOW)
    done = kept.run(*TRANSFER, *HOW, "--yes")

    assert "a note" in shown.output
    assert declined.exit_code == 1
    assert (done.exit_code, "WT0001" in done.output) == (0, True)
    plans = [event.get("dry", False) for _, event in functions.asked]
    assert plans == [True, True, True, False]
    movement = functions.asked[-1][1]["movement"]
    assert (movement["quantity"], movement["memo"], movement["release_by"]) == ("3", "ran low", "")
    (note,) = kept.desk.audit.all("acme")
    assert (note.what, note.why) == ("stock transfer", "ran low")


def test_what_is_not_in_the_books_ends_in_an_error_that_says_how_to_go_on(kept: OpsRig) -> None:
    ways = {
        "waiting": "ask again with --reference R-1",
        "held": "look for R1-STK-X in Sage Intacct",
        "refused": "not in the books: no period",
    }
    for state, words in ways.items():
        after = {**MOVEMENT, "state": state, "problems": ["no period"], "mark": "R1-STK-X"}
        _answer(kept, MOVEMENT, after)
        told = kept.run(*TRANSFER, *HOW, "--yes")
        assert (told.exit_code, words in told.output) == (1, True), told.output


def test_a_movement_that_cannot_be_is_not_asked_for(kept: OpsRig) -> None:
    functions = _answer(kept, {**MOVEMENT, "state": "impossible", "problems": ["W1 shows 1"]})
    goods = ("--sku", "MUG", "--quantity", "2", "--why", "broken", "--yes", "--json")

    told = kept.run("stock", "write-off", "acme", "shop", *goods)
    no_number = kept.run("stock", "receive", "acme", "shop", "--quantity", "two", "--why", "w")

    assert (told.exit_code, no_number.exit_code) == (1, 1)
    assert "no quantity above 0" in no_number.output
    ((_, event),) = functions.asked
    assert (event["store"], event["movement"]["kind"], event["dry"]) == ("shop", "write_off", True)
    assert len(event["movement"]["reference"]) == 10
    assert list(kept.desk.audit.all("acme")) == []


def test_a_lost_answer_of_the_function_names_the_reference_to_ask_again(kept: OpsRig) -> None:
    _answer(kept, MOVEMENT, None)
    told = kept.run("stock", "receive", "acme", "shop", "--sku", "MUG", *HOW, "--yes")
    assert told.exit_code == 1
    assert "--reference R-1 finds out" in told.output
