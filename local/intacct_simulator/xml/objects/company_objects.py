"""What one company adds to the gateway's objects: its custom fields, dimensions and objects (§14).

Names of user-defined dimensions are `GLDIM` and the name of the object in capitals; their value is
the number of the object's record (§14.1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local.intacct_simulator.xml.objects import registry
from local.intacct_simulator.xml.objects.model import Field, Kind, XmlObject

CUSTOM, OWN_DIMENSION = "custom:", "own:"
GLDIM = "GLDIM"
_RECORDS = "custom_record"
_PLATFORM = (
    Field("id", "key", Kind.INTEGER, read_only=True),
    Field("name", "name"),
    Field("createdAt", "created_at", Kind.INSTANT, read_only=True),
    Field("updatedAt", "modified_at", Kind.INSTANT, read_only=True),
    Field("createdBy", "created_by.id", read_only=True),
    Field("updatedBy", "modified_by.id", read_only=True),
)


def find(books: Any, name: str) -> XmlObject | None:
    """Give the object of that name as this company has it, or None."""
    described = registry.find(name)
    return _platform(books, name.strip()) if described is None else extended(books, described)


def extended(books: Any, described: XmlObject) -> XmlObject:
    """Give an object with the company's own fields and dimensions."""
    own = {
        custom.upper(): Field(custom, f"{CUSTOM}{custom}")
        for custom in books.custom_fields(described.table)
    }
    if "LOCATIONID" in described.fields or "LOCATION" in described.fields:
        own |= {
            field: Field(field, f"{OWN_DIMENSION}{name}", Kind.INTEGER)
            for field, name in dimension_fields(books).items()
        }
    return replace(described, fields={**described.fields, **own}) if own else described


def dimension_fields(books: Any) -> dict[str, str]:
    """Give the names of user-defined dimensions on lines, and the objects that they stand for."""
    rows = books.find("custom_object", is_dimension=True)
    return {f"{GLDIM}{row['id'].upper()}": str(row["id"]) for row in rows}


def _platform(books: Any, name: str) -> XmlObject | None:
    """A custom object; its name is compared without case and answered as it was asked for."""
    found = next(
        (row for row in books.store.rows("custom_object") if row["id"].lower() == name.lower()),
        None,
    )
    if found is None:
        return None
    own = [Field(one, f"x_{one}") for one in found["fields"]]
    fields = {field.name.upper(): field for field in (*_PLATFORM, *own)}
    return XmlObject(
        name, _RECORDS, fields, id_field="id", can_write=True, only=("object", found["id"])
    )
