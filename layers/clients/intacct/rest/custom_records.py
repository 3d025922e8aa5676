"""Records of custom objects, values of user-defined dimensions (REST reference §16.12, §16.14)."""

from __future__ import annotations

from intacct.documents import CustomFields, DocumentResult
from intacct.masters import CustomRecord
from intacct.rest.client import RestClient
from intacct.rest.query import Query, equal, first_rows
from intacct.rest.wire import Json, object_path, prefixed, text
from intacct.results import Found


def object_of(record: CustomRecord) -> str:
    """The object of the company's own, in the namespace of Platform Services."""
    return f"platform-apps/{prefixed(record.object)}"


def create(
    client: RestClient, record: CustomRecord, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Create the record; its fields go as the company's model names them."""
    path = object_path(object_of(record))
    body: Json = dict(record.fields)
    made = client.post(path, body, entity=entity, idempotency_key=idempotency_key).reference()
    return DocumentResult(key=text(made.get("key")), id=text(made.get("id")))


def update(
    client: RestClient,
    record: CustomRecord,
    key: str,
    *,
    entity: str,
    idempotency_key: str,
) -> DocumentResult:
    """Give the record with that key the fields of `record`; an empty one is cleared."""
    body: Json = {name: value or None for name, value in record.fields}
    path = object_path(object_of(record), key)
    made = client.patch(path, body, entity=entity, idempotency_key=idempotency_key).reference()
    return DocumentResult(key=text(made.get("key")), id=text(made.get("id")))


def find(client: RestClient, record: CustomRecord, *, entity: str) -> list[Found]:
    """Records whose mark field has the value it has in `record`; none when it has no mark."""
    if not record.mark:
        return []
    field = record.mark_field
    query = Query(object_of(record), ("id", field), (equal(field, record.mark),))
    return [
        Found(
            DocumentResult(key=text(row["key"]), id=text(row.get("id"))),
            reference=text(row.get(field)),
        )
        for row in first_rows(client, query, entity=entity)
    ]


def fields_of(client: RestClient, record: CustomRecord, key: str, *, entity: str) -> CustomFields:
    """The plain fields of a record as they stand; nested ones are left out."""
    read = client.get(object_path(object_of(record), key), entity=entity).reference()
    return tuple(
        (name, text(value)) for name, value in read.items() if not isinstance(value, dict | list)
    )
