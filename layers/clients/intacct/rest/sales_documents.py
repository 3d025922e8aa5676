"""Order Entry documents (REST reference §16.5): orders, invoices, returns, and conversions.

Discounts, shipping and tax travel as item lines: how REST writes subtotals is shown nowhere (U18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intacct.documents import DocumentResult, SalesDocument, SalesLine, SalesState
from intacct.errors import IntacctError, OutcomeUnknownError, RejectedError
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, equal, first_rows
from intacct.rest.wire import (
    Json,
    by_id,
    custom,
    decimal,
    dimensions,
    money,
    object_path,
    present,
    resolved,
    text,
    typed_document,
)
from intacct.results import Found

_UNTYPED = "order-entry/document"
_FIELDS = (
    "id",
    "referenceNumber",
    "state",
    "customer.id",
    "txnCurrency",
    "totalInTxnCurrency",
    "invoice.key",
)


def payload(document: SalesDocument, source_lines: Sequence[str] = ()) -> Json:
    """The document as it is created; `source_lines` are the keys of the source's lines, in order.

    Raises:
        RejectedError: a line converts a source line that is not there.
    """
    rate = document.exchange_rate
    source = resolved(document.source)
    return present(
        {
            "txnDate": document.dated_on.isoformat(),
            "dueDate": document.due_on.isoformat() if document.due_on else None,
            "postingDate": document.posted_on.isoformat() if document.posted_on else None,
            "customer": by_id(document.customer),
            "state": document.state.value,
            "referenceNumber": document.reference,
            "customerPONumber": document.customer_po,
            "memo": document.memo,
            "paymentTerm": by_id(document.term),
            "txnCurrency": document.currency,
            "exchangeRate": (
                {"date": document.dated_on.isoformat(), "rate": format(rate, "f")} if rate else None
            ),
            "sourceDocument": {"key": source} if source else None,
            "lines": [_line(line, source, source_lines) for line in document.lines],
            **custom(document.custom),
        }
    )


def line_payload(line: SalesLine) -> Json:
    """A line as it is added or replaced."""
    members = {
        "dimensions": {**dimensions(line.dimensions), "item": {"id": line.item}},
        "unit": line.unit,
        "unitQuantity": decimal(line.quantity),
        "unitPrice": decimal(line.unit_price.amount),
        "memo": line.memo,
        **custom(line.custom),
    }
    return present(members)


def _line(line: SalesLine, source: str, source_lines: Sequence[str]) -> Json:
    members = line_payload(line)
    if source and line.source_line is not None:
        if not 0 <= line.source_line < len(source_lines):
            message = (
                f"line {line.source_line} of the source document does not exist: "
                f"it has {len(source_lines)}"
            )
            raise RejectedError(message)
        members["sourceDocument"] = {"key": source}
        members["sourceDocumentLine"] = {"key": source_lines[line.source_line]}
    return members


class SalesDocuments:
    """Creates and finds Order Entry documents at one entity.

    Remembers which definitions post to Accounts Receivable, so that only those are read back for
    the invoice they made.
    """

    def __init__(self, client: RestClient, *, entity: str) -> None:
        """`entity` is the id of the entity whose books are meant; empty is the top level."""
        self._client = client
        self._entity = entity
        self._makes_no_invoice: set[str] = set()

    def create(self, document: SalesDocument, *, idempotency_key: str) -> DocumentResult:
        """Create the document, converting its source where it names one.

        Raises:
            OutcomeUnknownError: also when it was created and could not be read back, because a
                payment needs the invoice it made: look it up.
        """
        source_lines = self._source_lines(document)
        answer = self._client.post(
            object_path(typed_document(document.definition)),
            payload(document, source_lines),
            entity=self._entity,
            idempotency_key=idempotency_key,
        )
        record = answer.reference()
        key = text(record.get("key"))
        if _invoice_key(record) or document.definition in self._makes_no_invoice:
            return _result(record, document.currency)
        return self._read_back(document, key)

    def find(self, document: SalesDocument) -> list[Found]:
        """Documents of the same definition that carry our reference."""
        query = Query(
            typed_document(document.definition),
            _FIELDS,
            (equal("referenceNumber", document.reference),),
        )
        return [_found(row) for row in first_rows(self._client, query, entity=self._entity)]

    def _source_lines(self, document: SalesDocument) -> list[str]:
        """The keys of the source's lines in the order they stand there, read once."""
        source = resolved(document.source)
        if not source or all(line.source_line is None for line in document.lines):
            return []
        answer = self._client.get(object_path(_UNTYPED, source), entity=self._entity)
        lines = answer.reference().get("lines") or []
        return [text(line["key"]) for line in sorted(lines, key=_line_number)]

    def _read_back(self, document: SalesDocument, key: str) -> DocumentResult:
        path = object_path(typed_document(document.definition), key)
        try:
            record = self._client.get(path, entity=self._entity).reference()
        except IntacctError as exc:
            message = "the document was created and could not be read back"
            raise OutcomeUnknownError(message, findings=exc.findings, status=exc.status) from exc
        result = _result(record, document.currency)
        is_posted = document.state is not SalesState.DRAFT and bool(result.total)
        if is_posted and not result.invoice_key:
            self._makes_no_invoice.add(document.definition)
        return result


def _line_number(line: Mapping[str, Any]) -> int:
    number = text(line.get("lineNumber"))
    return int(number) if number.isdigit() else 0


def _invoice_key(record: Mapping[str, Any]) -> str:
    invoice = record.get("invoice")
    return text(invoice.get("key")) if isinstance(invoice, Mapping) else ""


def _result(record: Mapping[str, Any], currency: str) -> DocumentResult:
    return DocumentResult(
        key=text(record.get("key")),
        id=text(record.get("id")),
        state=text(record.get("state")),
        total=money(record.get("totalInTxnCurrency"), record.get("txnCurrency") or currency),
        invoice_key=_invoice_key(record),
    )


def _found(row: Row) -> Found:
    total = money(row.get("totalInTxnCurrency"), row.get("txnCurrency"))
    return Found(
        DocumentResult(
            key=text(row["key"]),
            id=text(row.get("id")),
            state=text(row.get("state")),
            total=total,
            invoice_key=text(row.get("invoice.key")),
        ),
        reference=text(row.get("referenceNumber")),
        customer=text(row.get("customer.id")),
        total=total,
    )
