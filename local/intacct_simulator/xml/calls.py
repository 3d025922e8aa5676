"""What a function gets to work with, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.errors import wrong_state
from local.intacct_simulator.books.store import Among, Record
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.nodes import Node
from local.intacct_simulator.xml.objects import registry
from local.intacct_simulator.xml.objects.model import XmlObject
from local.intacct_simulator.xml.objects.values import Values


@dataclass(frozen=True)
class Caller:
    """Who a request is: user, entity (empty: top level), and the session it came with, if any."""

    user: str
    entity: str
    session: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a function answers: a key, or data with attributes, or a body without envelope.

    `listed` is the element before the data in which a legacy list says what range it gives.
    """

    key: str = ""
    rows: tuple[Node, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    has_data: bool = True
    listed: Node | None = None
    body: bytes = b""
    body_type: str = ""


def keyed(key: object) -> Outcome:
    """Answer with a `key`, as legacy creates do (§4.4)."""
    return Outcome(key=str(key), has_data=False)


def nothing() -> Outcome:
    """Answer with a status only, as deletes and reversals do."""
    return Outcome(has_data=False)


@dataclass
class Call:
    """One function call: the company, the caller, the element."""

    company: Any
    caller: Caller
    node: Node
    result_sets: dict[str, Any]
    partial: list[Node] = field(default_factory=list)

    @property
    def books(self) -> Any:
        """The books of the company."""
        return self.company.books

    @property
    def values(self) -> Values:
        """Reads fields of the company's records."""
        return Values(self.company.books)

    def create(self, table: str, fields: dict[str, Any]) -> Record:
        """Create a record as the caller, if the caller's role allows it."""
        self.require(table, "add")
        made: Record = self.books.create(
            table, fields, entity=self.caller.entity, user=self.caller.user
        )
        return made

    def update(self, table: str, key: int, fields: dict[str, Any]) -> Record:
        """Change a record as the caller, if the caller's role allows it."""
        self.require(table, "edit")
        made: Record = self.books.update(
            table, key, fields, entity=self.caller.entity, user=self.caller.user
        )
        return made

    def delete(self, table: str, key: int) -> None:
        """Delete a record as the caller, if the caller's role allows it."""
        self.require(table, "delete")
        record = self.books.get(table, key)
        if record is not None and not self.company.may_delete(table, record, by_rest=False):
            raise wrong_state(TYPES[table].label, str(record["state"]), "deleted")
        self.books.delete(table, key, entity=self.caller.entity, user=self.caller.user)

    def act(self, table: str, key: int, action: str, fields: dict[str, Any]) -> Record:
        """Submit or reverse a document as the caller, if the caller's role allows it."""
        self.require(table, "edit")
        made: Record = self.books.act(
            table, key, action, fields, entity=self.caller.entity, user=self.caller.user
        )
        return made

    def select(
        self, described: XmlObject, *, private: bool = False, among: Among | None = None
    ) -> list[Record]:
        """Give the records of an object that the caller sees, in the order of their keys.

        With `among` those that have one of its values.
        """
        rows = self.books.select(
            described.table, entity=self.caller.entity, private=private, among=among
        )
        wanted: dict[str, Any] = {}
        if described.only is not None:
            wanted[described.only[0]] = described.only[1]
        if described.entity_field and self.caller.entity:
            wanted[described.entity_field] = self.books.entities.key_of(self.caller.entity)
        return [
            row for row in rows if all(row.get(name) == value for name, value in wanted.items())
        ]

    def require(self, table: str, right: str) -> None:
        """Refuse when the caller's role does not cover the object (§15.2).

        Raises:
            FunctionError: it does not.
        """
        if self.company.permits(self.caller.user, table, right):
            return
        described = registry.of_table(table)
        name = described.name if described else table.upper()
        raise FunctionError(
            Fault(
                "PL04000005",
                f"You do not have permission for API operation {self.node.tag.upper()} "
                f"on objects of type {name.lower()}",
            )
        )
