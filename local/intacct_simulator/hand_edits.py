"""Changes that people make in Sage's own pages, past the checks of both protocols."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.clock import Clock

SOMEBODY = 999
"""The key of the user whom a change is told of: none of those that sign in."""


def edit(
    books: Books, clock: Clock, name: str, key: int, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Change members of a record's head; its ledger lines stay as they are.

    Args:
        books: the company's.
        clock: the company's; the change is stamped with its time.
        name: the kind of record, as `documents` names it.
        key: its key.
        fields: members that the record has, with their new values; dates and amounts as text.

    Raises:
        ValueError: there is no such record or member, or a value does not fit.
    """
    record = books.get(name, key)
    unknown = fields.keys() - (record or {}).keys()
    if record is None or unknown:
        message = f"there is no {name} {key} with {', '.join(sorted(unknown))}"
        raise ValueError(message)
    changes = {member: _like(record[member], value) for member, value in fields.items()}
    stamp = {"modified_at": clock.stamp(), "modified_by": SOMEBODY}
    books.store.change(name, key, **changes, **stamp)
    return {"object": name, "key": str(key), "changed": sorted(changes)}


def _like(known: Any, value: Any) -> Any:
    """The value in the type of the one that it replaces."""
    match known:
        case Decimal():
            return Decimal(str(value))
        case date():
            return date.fromisoformat(value)
        case _:
            return value
