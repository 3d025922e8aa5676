"""What every kind of record needs from the books: storing with an audit trail, numbers, checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.checks import Checker
from local.intacct_simulator.books.currencies import Currencies
from local.intacct_simulator.books.entities import Entities
from local.intacct_simulator.books.ledger import Ledger
from local.intacct_simulator.books.periods import Periods
from local.intacct_simulator.books.store import Record, Store
from local.intacct_simulator.clock import Clock

NUMBER_DIGITS = 4


@dataclass(frozen=True)
class Actor:
    """Who acts and where: keys of the user and of the entity (None at the top level)."""

    user: int | None = None
    login: str = ""
    entity: int | None = None
    source: str = "api"


@dataclass(frozen=True)
class Setup:
    """The accounts that the receivables module posts to by itself."""

    receivable_account: str = "1200"
    overpayment_account: str = "2050"
    exchange_account: str = "7100"
    receivable_journal: str = "SJ"
    receipts_journal: str = "CRJ"


def with_custom(record: Record, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give the custom fields of a record after a change that names only some of them."""
    return {**(record.get("custom") or {}), **changes}


class Handler(Protocol):
    """The rules of one kind of record."""

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Check, store and post a new record."""

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change the given fields of a record."""

    def delete(self, key: int, actor: Actor) -> None:
        """Take a record away."""

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Carry out a workflow action such as submit or reverse."""

    def derived(self, record: Record) -> dict[str, Any]:
        """Compute the fields that are not stored."""


@dataclass
class Desk:
    """The shared tools of all handlers over one store."""

    store: Store
    clock: Clock
    setup: Setup = field(default_factory=Setup)

    def __post_init__(self) -> None:
        self.check = Checker(self.store)
        self.periods = Periods(self.store)
        self.entities = Entities(self.store)
        self.currencies = Currencies(self.store)
        self.ledger = Ledger(self.store, self.periods, self.entities)

    def require(self, name: str, key: int) -> Record:
        """Give the record with a key.

        Raises:
            BusinessError: there is none.
        """
        record = self.store.get(name, key)
        if record is None:
            raise errors.not_found(TYPES[name].label, key)
        return record

    def insert(self, name: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a new record with its audit fields and an audit-history row."""
        now = self.clock.stamp()
        record = self.store.insert(
            name,
            {
                "entity": actor.entity,
                **fields,
                "created_at": now,
                "modified_at": now,
                "created_by": actor.user,
                "modified_by": actor.user,
            },
        )
        if record.get("id") in (None, ""):
            record = self.store.change(name, record["key"], id=str(record["key"]))
        self.note(name, record, "create", actor)
        return record

    def modify(
        self, name: str, key: int, changes: Mapping[str, Any], actor: Actor, *, how: str = "modify"
    ) -> Record:
        """Change fields of a record, stamp it, and write an audit-history row."""
        stamp: dict[str, Any] = {"modified_at": self.clock.stamp(), "modified_by": actor.user}
        if changes.get("custom"):
            stamp["custom"] = with_custom(self.require(name, key), changes["custom"])
        record = self.store.change(name, key, **{**changes, **stamp})
        self.note(name, record, how, actor)
        return record

    def remove(self, name: str, key: int, actor: Actor) -> None:
        """Take a record and its lines away, leaving an audit-history row."""
        record = self.require(name, key)
        line_type = TYPES[name].line_type
        for line in self.lines(name, key):
            self.store.remove(line_type, line["key"])
        self.store.remove(name, key)
        self.note(name, record, "delete", actor)

    def lines(self, name: str, key: int) -> list[Record]:
        """Give the owned lines of a document in their order."""
        line_type = TYPES[name].line_type
        if not line_type:
            return []
        rows = self.store.find(line_type, parent=key)
        return sorted(rows, key=lambda row: row["line_number"])

    def note(self, name: str, record: Record, action: str, actor: Actor) -> None:
        """Write a row of the audit history."""
        row = self.store.insert(
            "audit_history",
            {
                "object_name": name,
                "object_key": record["key"],
                "object_id": record["id"],
                "action": action,
                "at": self.clock.stamp(),
                "user": actor.login,
                "source": actor.source,
                "entity": record.get("entity"),
            },
        )
        self.store.change("audit_history", row["key"], id=f"{actor.user or 0}:{row['key']}")

    def next_number(self, sequence: str, prefix: str) -> str:
        """Give the next number of a document sequence, such as `SO0001`."""
        row = self.store.first("sequence", id=sequence)
        if row is None:
            row = self.store.insert("sequence", {"id": sequence, "last": 0})
        last = row["last"] + 1
        self.store.change("sequence", row["key"], last=last)
        return f"{prefix}{last:0{NUMBER_DIGITS}d}"

    def account(self, number: str) -> int:
        """Give the key of one of the accounts that the set-up names."""
        return self.check.reference("account", number, "account", entity=None)

    def refuse_if_used(self, name: str, record: Record) -> None:
        """Refuse to delete a record that another one refers to.

        Raises:
            BusinessError: it is in use; the text names the kind of record that uses it.
        """
        key = record["key"]
        for kind in TYPES.values():
            fields = [field for field, target in kind.references.items() if target == name]
            for row in self.store.rows(kind.name) if fields else ():
                if any(row.get(field) == key for field in fields):
                    raise errors.in_use(TYPES[name].label, record["id"], kind.label)
