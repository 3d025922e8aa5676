"""The dimensions of a company and their values (REST reference §16.12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intacct.masters import DimensionEntry, DimensionKind
from intacct.rest.client import RestClient
from intacct.rest.query import Query, rows
from intacct.rest.wire import Json, by_id, custom, text

OBJECTS = {
    DimensionKind.LOCATION: "company-config/location",
    DimensionKind.DEPARTMENT: "company-config/department",
    DimensionKind.CLASS: "company-config/class",
    DimensionKind.PROJECT: "projects/project",
}
"""Where the values of the plain dimensions are kept; `dimensions` names all, from the company."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension as the company has it; `object` is where its values are queried."""

    name: str
    label: str
    object: str
    is_user_defined: bool
    is_enabled_in_ledger: bool


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """One value of a dimension; user-defined dimensions refer to it by key."""

    key: str
    id: str
    name: str
    is_active: bool


def dimensions(client: RestClient, *, entity: str = "") -> list[Dimension]:
    """All dimensions of the company, user-defined ones too; the service does not page."""
    answer = client.get("/services/company-config/dimensions/list", entity=entity)
    listed = answer.result if isinstance(answer.result, list) else []
    return [
        Dimension(
            name=text(row.get("dimensionName")),
            label=text(row.get("dimensionLabel")),
            object=text(row.get("dimensionEndpoint")).removeprefix("/objects/"),
            is_user_defined=row.get("isUserDefinedDimension") in (True, "true"),
            is_enabled_in_ledger=row.get("isEnabledInGL") in (True, "true"),
        )
        for row in listed
    ]


def values(
    client: RestClient, dimension: Dimension, *, entity: str = ""
) -> Iterator[DimensionValue]:
    """All values of a dimension, each once."""
    # A user-defined dimension is a custom object: which fields it has is the company's own affair.
    fields = ("id", "name") if dimension.is_user_defined else ("id", "name", "status")
    query = Query(dimension.object, fields, include_private=True)
    for row in rows(client, query, entity=entity):
        yield DimensionValue(
            key=text(row["key"]),
            id=text(row.get("id")),
            name=text(row.get("name")),
            is_active=text(row.get("status")) != "inactive",
        )


def parts(entry: DimensionEntry) -> dict[str, Json]:
    """What each field of a value is on the wire, by the field's name (§16.12)."""
    # A department has no description of its own: its report title takes the place.
    is_department = entry.dimension is DimensionKind.DEPARTMENT
    described = "reportTitle" if is_department else "description"
    return {
        "name": {"name": entry.name},
        "parent": {"parent": by_id(entry.parent)},
        "description": {described: entry.description},
        "is_active": {"status": "active" if entry.is_active else "inactive"},
        "custom": custom(entry.custom),
    }
