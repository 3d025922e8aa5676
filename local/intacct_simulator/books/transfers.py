"""Warehouse transfers: what leaves one warehouse is in the other at once (XML reference §13.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.inventory import change_stock
from local.intacct_simulator.books.lines import DocumentLines, Line
from local.intacct_simulator.books.money import ZERO
from local.intacct_simulator.books.store import Record

NAME = "warehouse_transfer"


class Transfers:
    """The rules of immediate transfers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lines = DocumentLines(desk, NAME)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Move stock from warehouses to others.

        Raises:
            BusinessError: a field is wrong, an item does not arrive as it left, or less is on hand.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        cleaned = self.desk.check.new(NAME, given, entity=actor.entity)
        lines = self._lines.new(fields.get("lines"), actor)
        self._check(lines)
        number = self.desk.next_number(NAME, "WT")
        header = {**cleaned, "state": "posted", "document_number": number}
        record = self.desk.insert(NAME, header, actor)
        self._lines.save(record["key"], lines)
        # What goes out first may be what comes in elsewhere.
        costs: dict[int, Decimal | None] = {}
        for line in sorted(lines, key=lambda one: one["direction"] == "in"):
            item, warehouse, quantity = line["item"], line["warehouse"], line["quantity"]
            if line["direction"] == "in":
                change_stock(self.desk, item, warehouse, quantity, costs.get(item))
            else:
                costs[item] = change_stock(self.desk, item, warehouse, -quantity)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change the texts of a transfer.

        Raises:
            BusinessError: anything else would change.
        """
        record = self.desk.require(NAME, key)
        if fields.keys() - {"reference_number", "description"}:
            raise errors.wrong_state("warehouse transfer", record["state"], "changed")
        return self.desk.modify(NAME, key, fields, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Refuse: it has moved stock.

        Raises:
            BusinessError: always.
        """
        del actor
        state = self.desk.require(NAME, key)["state"]
        raise errors.wrong_state("warehouse transfer", state, "deleted")

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Refuse: an immediate transfer has no workflow.

        Raises:
            BusinessError: always.
        """
        del fields, actor
        state = self.desk.require(NAME, key)["state"]
        raise errors.wrong_state("warehouse transfer", state, action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Give nothing: a transfer stores all it shows."""
        del record
        return {}

    def _check(self, lines: Sequence[Line]) -> None:
        left: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for index, line in enumerate(lines):
            if line["quantity"] <= 0:
                raise errors.invalid(
                    f"lines.{index}.quantity", line["quantity"], "it is not positive"
                )
            if not self.desk.store.find("unit", id=line["unit"]):
                place = f"lines.{index}.unit"
                raise errors.unknown_reference("unit of measure", line["unit"], place)
            sign = 1 if line["direction"] == "in" else -1
            left[line["item"]] += sign * line["quantity"]
        for item, difference in left.items():
            if difference:
                name = self.desk.require("item", item)["id"]
                raise errors.invalid("lines", name, "as much must arrive as leaves")
