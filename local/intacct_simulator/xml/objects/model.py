"""Objects and fields of the gateway as data: a name, a place in the books, a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from local.intacct_simulator.xml.objects.words import Words


class Kind(StrEnum):
    """How a value is written, compared and described; the words of lookup's DATATYPE (§10)."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    NUMBER = "DECIMAL"
    DAY = "DATE"
    INSTANT = "TIMESTAMP"
    TRUTH = "BOOLEAN"
    WORD = "ENUM"


@dataclass(frozen=True)
class Field:
    """One field: `path` into a record and on through its references; empty = always empty.

    A path that starts with `@` is computed by the function of that name in `values`.
    """

    name: str
    path: str = ""
    kind: Kind = Kind.TEXT
    words: Words = field(default_factory=dict)
    read_only: bool = False


@dataclass(frozen=True)
class Relation:
    """Many to one: the object at the other end, and the path to its key."""

    object: str
    path: str


@dataclass(frozen=True)
class Lines:
    """Owned lines of a document as `read` and `create` write them."""

    container: str
    row: str
    object: str


@dataclass(frozen=True)
class XmlObject:
    """One object of the gateway over one table of the books.

    `only` picks some of its records; `entity_field` holds the entity where the books do not know
    by themselves who may see a record.
    """

    name: str
    table: str
    fields: Mapping[str, Field]
    id_field: str = "RECORDNO"
    relations: Mapping[str, Relation] = field(default_factory=dict)
    lines: Lines | None = None
    can_write: bool = False
    only: tuple[str, object] | None = None
    entity_field: str = ""


_KINDS = {
    "int": Kind.INTEGER,
    "num": Kind.NUMBER,
    "day": Kind.DAY,
    "at": Kind.INSTANT,
    "bool": Kind.TRUTH,
}
# Computed when shown, and read in a way of their own when written.
_WRITTEN_TOO = frozenset({"@country", "@country_code", "@unit_group"})
_READ_ONLY = ("key", "created_at", "modified_at", "created_by", "modified_by", "@")


def fields(text: str, words: Mapping[str, Words] | None = None) -> dict[str, Field]:
    """Read a table of fields, one a line: name, path (`-` = always empty), kind (text if absent).

    A kind that is a key of `words` makes the field an enumeration of them.
    """
    found: dict[str, Field] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, path, *rest = line.split()
        kind = rest[0] if rest else ""
        is_word = bool(words) and kind in (words or {})
        found[name] = Field(
            name,
            "" if path == "-" else path,
            Kind.WORD if is_word else _KINDS.get(kind, Kind.TEXT),
            (words or {}).get(kind, {}),
            path.startswith(_READ_ONLY) and path not in _WRITTEN_TOO,
        )
    return found


def empty(names: str) -> dict[str, Field]:
    """Fields that the gateway knows and the simulator always leaves empty."""
    return {name: Field(name) for name in names.split()}
