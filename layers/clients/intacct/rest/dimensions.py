"""The dimensions of a company and their values (REST reference §16.12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intacct.rest.client import RestClient
from intacct.rest.query import Query, rows
from intacct.rest.wire import text


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
    query = Query(dimension.object, ("id", "name", "status"), include_private=True)
    for row in rows(client, query, entity=entity):
        yield DimensionValue(
            key=text(row["key"]),
            id=text(row.get("id")),
            name=text(row.get("name")),
            is_active=text(row.get("status")) != "inactive",
        )
