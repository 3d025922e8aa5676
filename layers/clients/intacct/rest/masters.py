"""Masters with an id of ours: find, create, and update field by field (REST reference §7.3, §7.4).

Customers and contacts share this with items, warehouses and the values of plain dimensions: only
what a field is called on the wire differs.
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.changes import UpdateMaster
from intacct.documents import Contact, Customer, DocumentResult
from intacct.errors import IntacctError, RejectedError
from intacct.masters import DimensionEntry, Item, Master, Warehouse
from intacct.record_checks import refuse_impossible_record
from intacct.rest import contacts, customers, dimensions, items, warehouses
from intacct.rest.client import RestClient
from intacct.rest.query import Query, equal, first_rows
from intacct.rest.rows import Row, send_rows
from intacct.rest.wire import Json, clearing, filled, merged, object_path, text
from intacct.results import Found


def object_of(master: Master) -> str:
    """The object that a master is kept in."""
    match master:
        case Customer():
            return customers.OBJECT
        case Contact():
            return contacts.OBJECT
        case Item():
            return items.OBJECT
        case Warehouse():
            return warehouses.OBJECT
        case DimensionEntry():
            return dimensions.OBJECTS[master.dimension]


def parts(master: Master) -> dict[str, Json]:
    """What each field of a master is on the wire, by the field's name."""
    match master:
        case Customer():
            return customers.parts(master)
        case Contact():
            return contacts.parts(master)
        case Item():
            return items.parts(master)
        case Warehouse():
            return warehouses.parts(master)
        case DimensionEntry():
            return dimensions.parts(master)


def payload(master: Master) -> Json:
    """The master as it is created: empty members are left to the company's defaults."""
    return filled(merged(({"id": master.id}, *parts(master).values())))


def changes(update: UpdateMaster) -> Json:
    """The fields that an update names, empty ones as null, which clears them (§5)."""
    known = parts(update.master)
    return clearing(merged(known[name] for name in sorted(update.fields)))


def create(
    client: RestClient, master: Master, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Create the master.

    Raises:
        DuplicateDocumentError: one of that id is there already.
    """
    path = object_path(object_of(master))
    answer = client.post(path, payload(master), entity=entity, idempotency_key=idempotency_key)
    record = answer.reference()
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")) or master.id)


def create_items(
    client: RestClient, made: Sequence[Item], idempotency_keys: Sequence[str], *, entity: str
) -> list[DocumentResult | IntacctError]:
    """Create items, 500 at most, in one call: a result or an error for each, in their order."""
    outcomes: dict[int, DocumentResult | IntacctError] = {}
    rows: dict[int, Row] = {}
    for place, (item, key) in enumerate(zip(made, idempotency_keys, strict=True)):
        try:
            refuse_impossible_record(item)
        except RejectedError as error:
            outcomes[place] = error
        else:
            rows[place] = Row(key, payload(item))
    if rows:
        path = object_path(items.OBJECT)
        answers = send_rows(client, path, list(rows.values()), entity=entity)
        outcomes |= {
            place: answer if isinstance(answer, IntacctError) else _made(answer, made[place])
            for place, answer in zip(rows, answers, strict=True)
        }
    return [outcomes[place] for place in range(len(made))]


def _made(record: Json, item: Item) -> DocumentResult:
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")) or item.id)


def update(
    client: RestClient, change: UpdateMaster, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Change the named fields of the record with that key."""
    path = object_path(object_of(change.master), change.key)
    answer = client.patch(path, changes(change), entity=entity, idempotency_key=idempotency_key)
    record = answer.reference()
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")))


def find(client: RestClient, master: Master, *, entity: str) -> list[Found]:
    """The master of exactly that id, in a list of at most one."""
    query = Query(
        object_of(master), ("id", "status"), (equal("id", master.id),), include_private=True
    )
    return [
        Found(
            DocumentResult(
                key=text(row["key"]), id=text(row.get("id")), state=text(row.get("status"))
            ),
            reference=text(row.get("id")),
        )
        for row in first_rows(client, query, entity=entity)
    ]
