"""Order Entry documents (REST reference §16.5): orders, invoices, returns, and conversions.

Discounts, shipping and tax travel as item lines: how REST writes subtotals is shown nowhere (U18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from intacct.documents import DocumentResult, SalesDocument, SalesLine, SalesState
from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError, RejectedError
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, equal, first_rows, one_of
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

SourceLines = Mapping[str, Sequence[str] | IntacctError]
"""The keys of the lines of documents to convert, by the document's key, or why there are none."""

_UNTYPED = "order-entry/document"
_MOST_SOURCES = 100
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
            "attachment": by_id(document.attachment),
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
    """Says, completes and finds Order Entry documents at one entity.

    Remembers which definitions post to Accounts Receivable, so that only those are read back for
    the invoice they made.
    """

    def __init__(self, client: RestClient, *, entity: str) -> None:
        """`entity` is the id of the entity whose books are meant; empty is the top level."""
        self._client = client
        self._entity = entity
        self._makes_no_invoice: set[str] = set()

    def find(self, document: SalesDocument) -> list[Found]:
        """Documents of the same definition that carry our reference."""
        query = Query(
            typed_document(document.definition),
            _FIELDS,
            (equal("referenceNumber", document.reference),),
        )
        return [_found(row) for row in first_rows(self._client, query, entity=self._entity)]

    def said(self, document: SalesDocument, sources: SourceLines) -> Json:
        """The document as it is created, its conversion resolved by what was read of its source.

        Raises:
            IntacctError: its source could not be read, or a line of it is not there.
        """
        lines = sources.get(resolved(document.source), ())
        if isinstance(lines, IntacctError):
            raise lines
        return payload(document, lines)

    def source_lines(self, documents: Sequence[SalesDocument]) -> SourceLines:
        """The keys of the lines of the sources that these documents convert, in their order.

        A source that could not be read has its error instead. Several are read in one call.
        """
        wanted = {
            resolved(document.source): None
            for document in documents
            if any(line.source_line is not None for line in document.lines)
        }
        wanted.pop("", None)
        found: dict[str, Sequence[str] | IntacctError] = {}
        for keys in _chunks(list(wanted), _MOST_SOURCES):
            found |= self._sources(keys)
        return found

    def _sources(self, keys: Sequence[str]) -> SourceLines:
        path = object_path(_UNTYPED) + "/" + ",".join(quote(key, safe="") for key in keys)
        try:
            result = self._client.get(path, entity=self._entity).result
        except IntacctError as error:
            if len(keys) == 1:
                return {keys[0]: error}
            return {key: lines for one in keys for key, lines in self._sources([one]).items()}
        records = result if isinstance(result, list) else [result]
        found: dict[str, Sequence[str] | IntacctError] = {}
        for record in records:
            if not isinstance(record, Mapping):
                continue
            try:
                found[text(record.get("key"))] = _line_keys(record)
            except NotSentError as error:
                found[text(record.get("key"))] = error
        missing = RejectedError("the document to convert is not there", status=404)
        return {key: found.get(key, missing) for key in keys}

    def completed(
        self, created: Sequence[tuple[SalesDocument, Mapping[str, Any]]]
    ) -> list[DocumentResult]:
        """The results of documents of one definition just created, with the invoices they made.

        Those that made one are read back, all at once.

        Raises:
            OutcomeUnknownError: they were created and could not be read back.
        """
        results = [_result(record, document.currency) for document, record in created]
        unread = [
            result.key
            for (document, _), result in zip(created, results, strict=True)
            if not result.invoice_key and document.definition not in self._makes_no_invoice
        ]
        if not unread:
            return results
        read = self._read_back(created[0][0], unread)
        results = [read.get(result.key, result) for result in results]
        for (document, _), result in zip(created, results, strict=True):
            is_posted = document.state is not SalesState.DRAFT and bool(result.total)
            if is_posted and not result.invoice_key:
                self._makes_no_invoice.add(document.definition)
        return results

    def _read_back(self, example: SalesDocument, keys: Sequence[str]) -> dict[str, DocumentResult]:
        name = typed_document(example.definition)
        try:
            if len(keys) == 1:
                record = self._client.get(object_path(name, keys[0]), entity=self._entity)
                return {keys[0]: _result(record.reference(), example.currency)}
            query = Query(name, _FIELDS, (one_of("key", keys),))
            rows = first_rows(self._client, query, entity=self._entity, limit=len(keys))
        except IntacctError as exc:
            message = "the document was created and could not be read back"
            raise OutcomeUnknownError(message, findings=exc.findings, status=exc.status) from exc
        read = {text(row["key"]): _found(row).result for row in rows}
        if len(read) < len(keys):
            message = "not all documents that were created could be read back"
            raise OutcomeUnknownError(message)
        return read


def _chunks(keys: Sequence[str], size: int) -> list[Sequence[str]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _line_keys(record: Mapping[str, Any]) -> list[str]:
    """The keys of a document's lines in their order.

    Raises:
        NotSentError: they cannot be read; reading again is safe.
    """
    lines = record.get("lines") or []
    if not isinstance(lines, list) or not all(
        isinstance(line, Mapping) and text(line.get("key")) for line in lines
    ):
        message = "the lines of the document to convert cannot be read"
        raise NotSentError(message)
    numbers = [text(line.get("lineNumber")) for line in lines]
    if not any(numbers):
        return [text(line["key"]) for line in lines]  # in the order that Sage shows them
    if not all(number.isdecimal() for number in numbers):
        message = "the lines of the document to convert do not tell their places"
        raise NotSentError(message)
    placed = sorted(zip(map(int, numbers), lines, strict=True), key=itemgetter(0))
    return [text(line["key"]) for _, line in placed]


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
