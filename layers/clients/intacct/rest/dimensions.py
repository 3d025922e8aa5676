"""The dimensions of a company and their values (REST reference §16.12)."""

from __future__ import annotations

from collections.abc import Iterator

from intacct.errors import NotSentError, RejectedError
from intacct.masters import DimensionEntry, DimensionKind
from intacct.reading import Dimension, DimensionValue
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


def dimensions(client: RestClient, *, entity: str = "") -> list[Dimension]:
    """All dimensions of the company, user-defined ones too; the service does not page."""
    return [
        Dimension(
            name=text(row.get("dimensionName")),
            label=text(row.get("dimensionLabel")),
            is_user_defined=row.get("isUserDefinedDimension") in (True, "true"),
            is_in_ledger=row.get("isEnabledInGL") in (True, "true"),
        )
        for row in _listed(client, entity)
    ]


def values(client: RestClient, name: str, *, entity: str = "") -> Iterator[DimensionValue]:
    """All values of the dimension of that name, each once.

    Raises:
        RejectedError: the company has no such dimension.
    """
    row = next((row for row in _listed(client, entity) if row.get("dimensionName") == name), None)
    if row is None:
        message = f"the company has no dimension {name}"
        raise RejectedError(message)
    is_user_defined = row.get("isUserDefinedDimension") in (True, "true")
    # A user-defined dimension is a custom object: which fields it has is the company's own affair.
    fields = ("id", "name") if is_user_defined else ("id", "name", "status")
    held_in = text(row.get("dimensionEndpoint")).removeprefix("/objects/")
    for value in rows(client, Query(held_in, fields, include_private=True), entity=entity):
        yield DimensionValue(
            key=text(value["key"]),
            id=text(value.get("id")),
            name=text(value.get("name")),
            is_active=text(value.get("status")) != "inactive",
        )


def _listed(client: RestClient, entity: str) -> list[Json]:
    answer = client.get("/services/company-config/dimensions/list", entity=entity)
    listed = answer.result
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        message = "the list of dimensions cannot be read"
        raise NotSentError(message)
    return listed


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
