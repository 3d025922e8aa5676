"""Items: kits own the components that they are sold as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.lines import DocumentLines, Line
from local.intacct_simulator.books.masters import Masters
from local.intacct_simulator.books.store import Record

KITS = frozenset({"kit", "stockableKit"})
_FIRST_COMPONENT = 0


class Items(Masters):
    """Items, and the components of kits; what else a kit must have is not known (U20)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "item")
        self._lines = DocumentLines(desk, "item", first_number=_FIRST_COMPONENT)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store an item with its components.

        Raises:
            BusinessError: a field is wrong, or something else than a kit has components.
        """
        given = {name: value for name, value in fields.items() if name != "lines"}
        wanted = fields.get("lines")
        lines = self._lines.new(wanted, actor) if wanted else []
        if lines:
            self._check(str(given.get("item_type")), str(given.get("id")), lines)
        record = super().create(given, actor)
        self._lines.save(record["key"], lines)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change an item; components are changed as the lines of a document are.

        Raises:
            BusinessError: a field is wrong, or something else than a kit has components.
        """
        record = self.desk.require("item", key)
        given = {name: value for name, value in fields.items() if name != "lines"}
        if fields.get("lines"):
            lines = self._lines.changed(key, fields["lines"], actor)
            self._check(record["item_type"], record["id"], lines)
            self._lines.save(key, lines)
        return super().update(key, given, actor)

    def _check(self, item_type: str, item: str, lines: Sequence[Line]) -> None:
        if item_type not in KITS:
            raise errors.invalid("item_type", item_type, "only kits have components")
        for index, line in enumerate(lines):
            part = self.desk.require("item", line["component"])
            if part["id"] == item:
                raise errors.invalid(f"lines.{index}.component", item, "it is the kit itself")
            if line["quantity"] <= 0:
                place = f"lines.{index}.quantity"
                raise errors.invalid(place, line["quantity"], "it is not positive")
