"""How requests point at things: keys of records, and JSON pointers to fields of a payload."""

from __future__ import annotations

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.schema import SCHEMAS, Schema

KEY_DIGITS = 18


def key_of(text: str) -> int | None:
    """Give the number that a key is, or None where no record can have it."""
    is_number = text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS
    return int(text) if is_number else None


def record_at(books: Books, table: str, key: str, *, entity: str) -> Record | None:
    """Give the record of a key, or None where the entity sees none."""
    number = key_of(key)
    record = None if number is None else books.get(table, number)
    return record if record is not None and books.sees(table, record, entity=entity) else None


def pointer_of(schema: Schema, target: str) -> str:
    """Give the JSON pointer of a field that a refusal names, or empty text.

    `lines.0.unit` becomes `/lines/0/unit`; a field that REST names otherwise is translated.
    """
    if not target:
        return ""
    first, *rest = target.split(".")
    if first == "lines" and schema.lists:
        owned = schema.lists[0]
        if not rest:
            return f"/{owned.member}"
        index, *inner = rest
        return f"/{owned.member}/{index}{pointer_of(SCHEMAS[owned.object], '.'.join(inner))}"
    for path, field in schema.fields.items():
        if target in {path, field.write} or f"dimensions.{target}" == path:
            return "/" + path.replace(".", "/")
    return "/" + target.replace(".", "/")
