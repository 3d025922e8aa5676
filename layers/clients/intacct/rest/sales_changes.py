"""Order Entry documents that are there: update, close, delete (REST reference §7.4 to §7.6)."""

from __future__ import annotations

from intacct.changes import CloseSalesDocument, DeleteSalesDocument, UpdateSalesDocument
from intacct.documents import DocumentResult
from intacct.rest.client import RestClient
from intacct.rest.sales_documents import line_payload
from intacct.rest.wire import Json, by_id, custom, object_path, text, typed_document

_DELETE = {"ia::operation": "delete"}


def payload(update: UpdateSalesDocument) -> Json:
    """What changes and nothing else; all lines of one request succeed or fail together (§7.6)."""
    lines: list[Json] = [line_payload(line) for line in update.added]
    lines += [{"key": one.line_key, **line_payload(one.line)} for one in update.changed]
    lines += [{"key": key, **_DELETE} for key in update.removed]
    texts = {"customerPONumber": update.customer_po, "memo": update.memo}
    changes: Json = {name: value or None for name, value in texts.items() if value is not None}
    if update.due_on is not None:
        changes["dueDate"] = update.due_on.isoformat()
    if update.attachment is not None:
        changes["attachment"] = by_id(update.attachment)
    if lines:
        changes["lines"] = lines
    return changes | custom(update.custom)


def update(
    client: RestClient, change: UpdateSalesDocument, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Change the document.

    Raises:
        RejectedError: Sage refused.
    """
    path = object_path(typed_document(change.definition), change.key)
    answer = client.patch(path, payload(change), entity=entity, idempotency_key=idempotency_key)
    record = answer.reference()
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")))


def close(
    client: RestClient, change: CloseSalesDocument, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Close the document: nothing more is converted from it.

    That there is a workflow of this name is a guess (§1 names workflows by example, §16.5 only the
    state that is read): XML, whose state `Closed` is documented, closes unless a tenant says else.
    """
    path = _workflow(typed_document(change.definition), "close")
    body = {"key": change.key}
    answer = client.post(path, body, entity=entity, idempotency_key=idempotency_key)
    record = answer.reference()
    return DocumentResult(
        key=text(record.get("key")), id=text(record.get("id")), state=text(record.get("state"))
    )


def delete(client: RestClient, change: DeleteSalesDocument, *, entity: str) -> DocumentResult:
    """Delete the document; REST takes no idempotency key here, a second try answers 404 (§7.8).

    Raises:
        RejectedError: it was posted or converted, or it is not there (status 404).
    """
    client.delete(object_path(typed_document(change.definition), change.key), entity=entity)
    return DocumentResult(key=change.key, id=change.id, state="deleted")


def _workflow(name: str, action: str) -> str:
    return f"{object_path(name).replace('/objects/', '/workflows/', 1)}/{action}"
