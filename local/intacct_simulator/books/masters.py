"""Master records: customers with their contacts, items, accounts, dimensions and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.money import ZERO, total
from local.intacct_simulator.books.store import Record

OWNED_BY_ENTITY = frozenset({"customer", "contact", "item", "project", "warehouse"})


class Masters:
    """The rules that all master records share; one instance per kind."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk = desk
        self.name = name
        self.label = TYPES[name].label

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Check and store a new record.

        Raises:
            BusinessError: a field is missing or wrong, or the id is taken.
        """
        cleaned = self.desk.check.new(self.name, fields, entity=actor.entity)
        self.desk.check.unique(self.name, cleaned)
        if self.name not in OWNED_BY_ENTITY:
            cleaned["entity"] = None
        return self.desk.insert(self.name, cleaned, actor)

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change fields; the id of a master record never changes.

        Raises:
            BusinessError: the record is gone, a value is wrong, or the id would change.
        """
        record = self.desk.require(self.name, key)
        changes = self.desk.check.changes(self.name, fields, entity=actor.entity)
        if changes.get("id", record["id"]) != record["id"]:
            raise errors.invalid("id", changes["id"], "the id cannot be changed")
        return self.desk.modify(self.name, key, changes, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Take a record away that nothing refers to.

        Raises:
            BusinessError: it is gone already or in use.
        """
        record = self.desk.require(self.name, key)
        self.desk.refuse_if_used(self.name, record)
        self.desk.remove(self.name, key, actor)

    def act(self, key: int, action: str, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Refuse: master records have no workflow."""
        del fields, actor
        record = self.desk.require(self.name, key)
        raise errors.wrong_state(self.label, str(record.get("status", "")), action)

    def derived(self, record: Record) -> dict[str, Any]:
        """Give nothing: master records store all they show."""
        del record
        return {}


class WithDisplayContact(Masters):
    """Customers and vendors own a display contact, which is made with them."""

    def __init__(self, desk: Desk, name: str, contacts: Masters) -> None:
        super().__init__(desk, name)
        self._contacts = contacts

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a record, with a number from the sequence when no id is given."""
        given = {key: value for key, value in fields.items() if key != "default_contact"}
        if not given.get("id"):
            given["id"] = self.desk.next_number(self.name, f"{self.name[:4].upper()}-")
        cleaned = self.desk.check.new(self.name, given, entity=actor.entity)
        self.desk.check.unique(self.name, cleaned)
        wanted = dict(fields.get("default_contact") or {})
        if cleaned.get("contact_default") is None:
            cleaned["contact_default"] = self._display_contact(cleaned, wanted, actor)
        return self.desk.insert(self.name, cleaned, actor)

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change a record; `default_contact` changes fields of the display contact."""
        record = self.desk.require(self.name, key)
        contact = dict(fields.get("default_contact") or {})
        if contact:
            contact.pop("id", None)
            self._contacts.update(record["contact_default"], contact, actor)
        rest = {name: value for name, value in fields.items() if name != "default_contact"}
        return super().update(key, rest, actor)

    def delete(self, key: int, actor: Actor) -> None:
        """Take a record without documents away; its display contact goes with it."""
        record = self.desk.require(self.name, key)
        super().delete(key, actor)
        contact = self.desk.store.get("contact", record["contact_default"])
        if contact is not None and contact["id"] == self._display_name(record):
            self._contacts.delete(contact["key"], actor)

    def _display_contact(
        self, owner: Mapping[str, Any], wanted: dict[str, Any], actor: Actor
    ) -> int:
        # The pattern NAME(Cid) is seen in Sage's samples (XML reference §12.1: unconfirmed).
        # An empty PRINTAS, as the official SDK sends it, is none.
        given = {name: value for name, value in wanted.items() if value not in (None, "")}
        fields = {"print_as": owner["name"], **given}
        fields["id"] = wanted.get("id") or self._display_name(owner)
        known = self.desk.store.first("contact", id=fields["id"])
        if known is not None:
            key: int = known["key"]
            return key
        made: int = self._contacts.create(fields, actor)["key"]
        return made

    def _display_name(self, owner: Mapping[str, Any]) -> str:
        return f"{owner['name']}({self.name[0].upper()}{owner['id']})"


class Customers(WithDisplayContact):
    """Customers know what they owe."""

    def derived(self, record: Record) -> dict[str, Any]:
        """Add what the customer owes: posted invoices and adjustments less what settled them."""
        store = self.desk.store
        documents = [
            *store.find("ar_invoice", customer=record["key"]),
            *store.find("ar_adjustment", customer=record["key"]),
        ]
        due = [row["total"] - row["paid"] for row in documents if row["state"] != "draft"]
        return {"total_due": total(due) if due else ZERO}


class Employees(Masters):
    """Employees bear the name of their contact."""

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store an employee; without a contact the id is the name."""
        record = super().create({"name": fields.get("id"), **fields}, actor)
        return self._named(record)

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change an employee; another contact gives another name."""
        return self._named(super().update(key, fields, actor))

    def _named(self, record: Record) -> Record:
        contact = self.desk.store.get("contact", record.get("contact_primary") or 0)
        if contact is None:
            return record
        return self.desk.store.change(self.name, record["key"], name=contact["print_as"])


class CustomRecords(Masters):
    """Records of custom objects; one that lines name as a dimension is in use."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "custom_record")

    def delete(self, key: int, actor: Actor) -> None:
        """Take a record away that no line names.

        Raises:
            BusinessError: it is gone already or in use.
        """
        record = self.desk.require(self.name, key)
        for kind in TYPES.values():
            for line in self.desk.store.rows(kind.name) if kind.parent_type else ():
                if key in (line.get("custom_dimensions") or {}).values():
                    raise errors.in_use(record["object"], record["id"], kind.label)
        super().delete(key, actor)
