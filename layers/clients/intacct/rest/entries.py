"""Deposits and statistical entries.

The forms are those of Sage's endpoint samples ([DG], cash-management and general-ledger pages): the
REST reference names the objects only (§16.8, §16.10).
"""

from __future__ import annotations

from intacct.documents import DocumentResult, Side
from intacct.entries import Deposit
from intacct.rest.client import RestClient
from intacct.rest.query import Query, equal, first_rows
from intacct.rest.wire import (
    Json,
    by_id,
    decimal,
    dimensions,
    object_path,
    present,
    resolved,
    text,
)
from intacct.results import Found
from intacct.statistics import StatisticalEntry, StatisticalLine

DEPOSIT = "cash-management/deposit"
STATISTICAL = "general-ledger/statistical-journal-entry"

_DIRECTION = {Side.DEBIT: "increase", Side.CREDIT: "decrease"}


def object_of(entry: Deposit | StatisticalEntry) -> str:
    """The object that an entry is posted to."""
    return DEPOSIT if isinstance(entry, Deposit) else STATISTICAL


def payload(entry: Deposit | StatisticalEntry) -> Json:
    """The entry as it is created."""
    if isinstance(entry, Deposit):
        return _deposit(entry)
    return _statistical(entry)


def _deposit(deposit: Deposit) -> Json:
    return present(
        {
            "txnDate": deposit.deposited_on.isoformat(),
            "depositId": deposit.reference,
            "bankAccount": by_id(deposit.bank_account),
            "description": deposit.description,
            "details": [{"id": resolved(receipt)} for receipt in deposit.receipts],
        }
    )


def _statistical(entry: StatisticalEntry) -> Json:
    return present(
        {
            "statisticalJournal": by_id(entry.journal),
            "postingDate": entry.posted_on.isoformat(),
            "description": entry.description,
            "referenceNumber": entry.reference,
            "state": "draft" if entry.is_draft else None,
            "lines": [_line(line) for line in entry.lines],
        }
    )


def _line(line: StatisticalLine) -> Json:
    return present(
        {
            "txnType": _DIRECTION[line.side],
            "txnAmount": decimal(line.quantity),
            "statisticalAccount": by_id(line.account),
            "description": line.memo,
            "dimensions": dimensions(line.dimensions),
        }
    )


def create(
    client: RestClient,
    entry: Deposit | StatisticalEntry,
    *,
    entity: str,
    idempotency_key: str,
) -> DocumentResult:
    """Post the entry.

    Raises:
        RejectedError: Sage refused.
    """
    answer = client.post(
        object_path(object_of(entry)),
        payload(entry),
        entity=entity,
        idempotency_key=idempotency_key,
    )
    record = answer.reference()
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")))


def find(client: RestClient, entry: Deposit | StatisticalEntry, *, entity: str) -> list[Found]:
    """Entries of the same kind that carry our reference."""
    mark = "depositId" if isinstance(entry, Deposit) else "referenceNumber"
    filters = [equal(mark, entry.reference)]
    if isinstance(entry, StatisticalEntry):
        filters.append(equal("statisticalJournal.id", entry.journal))
    query = Query(object_of(entry), ("id", "state", mark), tuple(filters))
    return [
        Found(
            DocumentResult(
                key=text(row["key"]), id=text(row.get("id")), state=text(row.get("state"))
            ),
            reference=text(row.get(mark)),
        )
        for row in first_rows(client, query, entity=entity)
    ]
