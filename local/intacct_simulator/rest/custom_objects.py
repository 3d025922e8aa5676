"""Custom objects and user-defined dimensions, where the seed names them (§16.12, §16.14).

Their records lie in one table of the books; on lines a user-defined dimension is kept by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.envelopes import Json
from local.intacct_simulator.rest.fields import Field
from local.intacct_simulator.rest.object_list import custom_schema
from local.intacct_simulator.rest.object_types import Schema

APPLICATION = "platform-apps/nsp"
PREFIX = "nsp::"
TABLE = "custom_record"
LINES = "dimensions."


def object_schema(books: Books, name: str) -> Schema | None:
    """Give the schema of a custom object, or None when the company has none of that name."""
    found = books.by_id("custom_object", name)
    return None if found is None else custom_schema(name, tuple(found["fields"]))


def dimensions(books: Books) -> list[Record]:
    """Give the custom objects that are dimensions, in the order they were made."""
    return books.find("custom_object", is_dimension=True)


def dimension_of(books: Books, name: str) -> str:
    """Give the custom object that a member such as `nsp::channel` names, or empty text."""
    if not name.startswith(PREFIX):
        return ""
    found = books.by_id("custom_object", name.removeprefix(PREFIX))
    return str(found["id"]) if found is not None and found["is_dimension"] else ""


def value_of(books: Books, name: str, reference: Any) -> int | None:
    """Give the key of a dimension's value, by key or id, which are the same here.

    Raises:
        ValueError: it is no reference, or there is no such value.
    """
    if reference is None:
        return None
    members = reference if isinstance(reference, Mapping) else {"key": ""}
    asked = members.get("key") or members.get("id")
    if asked is None:
        return None
    text = str(asked)
    found = books.get(TABLE, int(text)) if text.isdecimal() else None
    if found is None or found["object"] != name:
        message = f"there is no {name} with that key"
        raise ValueError(message)
    key: int = found["key"]
    return key


def on_line(books: Books, line: Record) -> Json:
    """Write the user-defined dimensions of a line."""
    kept = line.get("custom_dimensions") or {}
    return {
        f"{PREFIX}{one['id']}": _written(books, str(one["id"]), kept.get(one["id"]))
        for one in dimensions(books)
    }


def _written(books: Books, name: str, key: int | None) -> Json:
    found = None if key is None else books.get(TABLE, key)
    if found is None:
        return {"key": None, "id": None, "name": None}
    href = f"/objects/{APPLICATION}::{name}/{found['key']}"
    return {"key": str(key), "id": str(found["id"]), "name": found["name"], "href": href}


def line_field(books: Books, path: str) -> tuple[str, str] | None:
    """Read a query's name such as `dimensions.nsp::channel.id`: the dimension and `key` or `id`."""
    member, _, last = path.removeprefix(LINES).rpartition(".")
    name = dimension_of(books, member) if path.startswith(LINES) else ""
    return (name, last) if name and last in {"key", "id", "name"} else None


def line_value(books: Books, line: Record, name: str, last: str) -> Any:
    """Give what a query asked of a line's user-defined dimension."""
    key = (line.get("custom_dimensions") or {}).get(name)
    found = None if key is None else books.get(TABLE, key)
    return None if found is None else str(found[last])


KEY = Field(path="key", kind="text", read="-", write="")
