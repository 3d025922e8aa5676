"""Roles: which rights on which objects a user has who is assigned to one (REST reference §2).

A permission stands for one kind of record. A user without any role may do what the user's own
permissions say, which is everything unless they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.lines import GivenLines
from local.intacct_simulator.books.masters import Masters
from local.intacct_simulator.books.store import Record, Store

RIGHTS = ("list", "view", "add", "edit", "delete")
ROLE, ASSIGNMENT, MEMBER = "role", "role_permission", "role_user"


def ensure_permissions(store: Store) -> None:
    """Add a permission for each kind of record that has none yet; the company defines them."""
    for kind in TYPES.values():
        if kind.parent_type or store.first("permission", id=kind.name) is not None:
            continue
        store.insert(
            "permission",
            {"id": kind.name, "name": kind.label, "rights": list(RIGHTS), "status": "active"},
        )


def rights_of(store: Store, user: Record, name: str) -> frozenset[str] | None:
    """Give the rights of a user's roles on a kind of record, None when the user has no role."""
    members = store.find(MEMBER, user=user["key"])
    if not members:
        return None
    permission = store.first("permission", id=name)
    found: set[str] = set()
    for member in members:
        for row in store.find(ASSIGNMENT, parent=member["role"]):
            if permission is not None and row["permission"] == permission["key"]:
                found.update(row["rights"])
    return frozenset(found)


class Roles(Masters):
    """Roles own their assignments; one permission stands in a role once."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, ROLE)

    def create(self, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Store a role with its assignments.

        Raises:
            BusinessError: a field is wrong, or a right is none of the permission's.
        """
        record = super().create(_header(fields), actor)
        self._assign(record["key"], fields.get("lines"), actor)
        return record

    def update(self, key: int, fields: Mapping[str, Any], actor: Actor) -> Record:
        """Change a role; an assignment of a permission that it has replaces the earlier one.

        Raises:
            BusinessError: as `create`.
        """
        record = super().update(key, _header(fields), actor)
        self._assign(key, fields.get("lines"), actor)
        return record

    def delete(self, key: int, actor: Actor) -> None:
        """Take a role away that nobody has.

        Raises:
            BusinessError: it is gone already, or a user has it.
        """
        super().delete(key, actor)

    def _assign(self, key: int, given: GivenLines, actor: Actor) -> None:
        store, now = self.desk.store, self.desk.clock.stamp()
        for index, row in enumerate(given if isinstance(given, list) else ()):
            if row.get("delete"):
                store.remove(ASSIGNMENT, row["key"])
                continue
            rest = {name: value for name, value in row.items() if name != "key"}
            cleaned = self.desk.check.new(ASSIGNMENT, rest, entity=actor.entity)
            wrong = [right for right in cleaned["rights"] if right not in RIGHTS]
            if wrong:
                raise errors.invalid(f"lines.{index}.rights", wrong, "it is no right")
            for old in store.find(ASSIGNMENT, parent=key, permission=cleaned["permission"]):
                store.remove(ASSIGNMENT, old["key"])
            numbers = [old["line_number"] for old in store.find(ASSIGNMENT, parent=key)]
            stamped = {"parent": key, "line_number": max(numbers, default=0) + 1}
            made = store.insert(
                ASSIGNMENT, {**cleaned, **stamped, "created_at": now, "modified_at": now}
            )
            store.change(ASSIGNMENT, made["key"], id=str(made["key"]))


def _header(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "lines"}
