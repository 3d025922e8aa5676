"""Reversing what was posted in Accounts Receivable, by Sage's own workflow (REST §16.6 to §16.8).

A posted document is never deleted. The workflow answers the record that undoes it.
"""

from __future__ import annotations

from intacct.changes import ReverseDocument
from intacct.documents import DocumentResult
from intacct.rest.client import RestClient
from intacct.rest.wire import present, text


def reverse(
    client: RestClient, change: ReverseDocument, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Undo the document on that day.

    Raises:
        RejectedError: it is reversed already, or payments are applied to it.
        PeriodClosedError: the day lies in a closed period.
    """
    body = present(
        {
            "key": change.key,
            "reversedDate": change.reversed_on.isoformat(),
            "memo": change.memo,
        }
    )
    path = f"/workflows/accounts-receivable/{change.kind.value}/reverse"
    answer = client.post(path, body, entity=entity, idempotency_key=idempotency_key)
    record = answer.reference()
    return DocumentResult(
        key=text(record.get("key")), id=text(record.get("id")), state=text(record.get("state"))
    )
