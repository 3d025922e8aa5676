"""Undoing documents over REST as postings: by a workflow, and found by the state it leaves."""

from __future__ import annotations

from intacct.documents import DocumentResult
from intacct.rest import reversals, sales_changes
from intacct.rest.client import RestClient
from intacct.rest.query import Query, equal, first_rows
from intacct.rest.wire import text, typed_document
from intacct.results import Found
from intacct.undoing import CloseSalesDocument, Undoing, is_undone


def carry_out(
    client: RestClient, undoing: Undoing, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Undo the document.

    Raises:
        RejectedError: it is undone already, or something still depends on it.
        PeriodClosedError: the day lies in a closed period.
    """
    if isinstance(undoing, CloseSalesDocument):
        return sales_changes.close(client, undoing, entity=entity, idempotency_key=idempotency_key)
    return reversals.reverse(client, undoing, entity=entity, idempotency_key=idempotency_key)


def find(client: RestClient, undoing: Undoing, *, entity: str) -> list[Found]:
    """The document that was to be undone, where it is; empty while it is not."""
    if isinstance(undoing, CloseSalesDocument):
        name = typed_document(undoing.definition)
    else:
        name = f"accounts-receivable/{undoing.kind.value}"
    query = Query(name, ("id", "state"), (equal("key", undoing.key),))
    rows = first_rows(client, query, entity=entity)
    results = (
        DocumentResult(key=text(row["key"]), id=text(row.get("id")), state=text(row.get("state")))
        for row in rows
    )
    return [
        Found(result, reference=undoing.reference)
        for result in results
        if is_undone(undoing, result.state)
    ]
