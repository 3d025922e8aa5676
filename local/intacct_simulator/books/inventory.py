"""Inventory documents: quantities in and out of warehouses, by transaction definition.

The definition gives the direction, so quantities are positive (XML reference §13.5). Costs make the
average of what lies in a warehouse and are not posted: the demo company values no stock in the
ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.lines import DocumentLines
from local.intacct_simulator.books.money import ZERO
from local.intacct_simulator.books.store import Record

NAME = "inventory_document"

_COST_DIGITS = Decimal("0.0000000001")


class InventoryDocuments:
    """The rules of inventory documents: complete at once, deleted only as drafts."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lines = DocumentLines(desk, NAME)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a document and move the stock of its items.

        Raises:
            BusinessError: a field is wrong, or a decrease exceeds what is on hand.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        definition = self.desk.require("txn_definition", cleaned["definition"])
        if definition["module"] != "inventoryControl":
            raise errors.unknown_reference("transaction definition", definition["id"], "definition")
        state = "draft" if cleaned.get("state") == "draft" else "submitted"
        lines = self._lines.new(fields.get("lines"), actor)
        for index, line in enumerate(lines):
            if line["unit_quantity"] <= 0:
                raise errors.invalid(
                    f"lines.{index}.unit_quantity", line["unit_quantity"], "it is not positive"
                )
        number = self.desk.next_number(f"document:{definition['id']}", definition["prefix"])
        record = self.desk.insert(
            NAME,
            {
                **cleaned,
                "state": state,
                "document_number": number,
                "id": f"{definition['id']}-{number}",
            },
            actor,
        )
        self._lines.save(record["key"], lines)
        if state != "draft":
            self._move(record, definition)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change the texts of a document.

        Raises:
            BusinessError: anything else would change.
        """
        record = self.desk.require(NAME, key)
        if fields.keys() - {"reference_number", "memo"}:
            raise errors.wrong_state("inventory document", record["state"], "changed")
        return self.desk.modify(NAME, key, fields, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Delete a draft.

        Raises:
            BusinessError: it has moved stock.
        """
        record = self.desk.require(NAME, key)
        if record["state"] != "draft":
            raise errors.wrong_state("inventory document", record["state"], "deleted")
        self.desk.remove(NAME, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Submit a draft.

        Raises:
            BusinessError: it is no draft, or the action is unknown.
        """
        del fields
        record = self.desk.require(NAME, key)
        if action != "submit" or record["state"] != "draft":
            raise errors.wrong_state("inventory document", record["state"], action)
        self._move(record, self.desk.require("txn_definition", record["definition"]))
        return self.desk.modify(NAME, key, {"state": "submitted"}, actor, how="submit")

    def derived(self, record: Record) -> dict[str, Any]:
        """Give nothing: an inventory document stores all it shows."""
        del record
        return {}

    def _move(self, record: Record, definition: Record) -> None:
        sign = 1 if definition["direction"] == "increase" else -1
        for line in self.desk.lines(NAME, record["key"]):
            quantity = sign * line["unit_quantity"]
            cost = line.get("unit_cost")
            change_stock(self.desk, line["item"], line["warehouse"], quantity, cost)


def change_stock(
    desk: Desk, item: int, warehouse: int, quantity: Decimal, cost: Decimal | None = None
) -> Decimal | None:
    """Add a quantity to what a warehouse holds of an item; a negative one is taken away.

    What comes in at a `cost` moves the average of what lies there; what goes out leaves at it.

    Returns:
        The average cost of what lies there now; None where no cost was ever told.

    Raises:
        BusinessError: less is on hand, and the warehouse may not go below zero.
    """
    store = desk.store
    row = store.first("stock", item=item, warehouse=warehouse)
    on_hand = ZERO if row is None else row["quantity"]
    place = desk.require("warehouse", warehouse)
    if on_hand + quantity < 0 and not place.get("enable_negative_inventory"):
        raise errors.exceeds_due(-quantity, on_hand)
    if row is None:
        amounts = dict.fromkeys(("quantity", "allocated", "reserved"), ZERO)
        new = {"item": item, "warehouse": warehouse, "id": "", "average_cost": None, **amounts}
        row = store.insert("stock", new)
        row = store.change("stock", row["key"], id=str(row["key"]))
    average: Decimal | None = row["average_cost"]
    if cost is not None and quantity > 0:
        average = _average(on_hand, average, quantity, cost)
    store.change("stock", row["key"], quantity=on_hand + quantity, average_cost=average)
    return average


def _average(
    on_hand: Decimal, average: Decimal | None, quantity: Decimal, cost: Decimal
) -> Decimal:
    """What a unit costs once more of it came in: a guess at ten digits, as money has."""
    if average is None or on_hand <= 0:
        return cost
    return ((on_hand * average + quantity * cost) / (on_hand + quantity)).quantize(_COST_DIGITS)
