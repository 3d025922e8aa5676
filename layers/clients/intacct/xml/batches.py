"""Several documents in one request: a function and a control id for each (§6, §7.1).

Each document gets its own outcome. A request that is lost makes every document in it unknown; one
that is refused unread is sent again in halves, so that one bad document costs only itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from intacct.checks import refuse_the_impossible
from intacct.documents import (
    Adjustment,
    ArInvoice,
    Customer,
    Document,
    DocumentResult,
    SalesDocument,
)
from intacct.errors import IntacctError, OutcomeUnknownError, RejectedError
from intacct.stock import StockDocument
from intacct.undoing import CloseSalesDocument, ReverseDocument
from intacct.xml import sales_documents
from intacct.xml.elements import Element, text_at
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.function_batches import FUNCTIONS_MAX, FunctionSender, unsent
from intacct.xml.gateway import XmlGateway
from intacct.xml.lookups import sales_lookup
from intacct.xml.matching import renamed
from intacct.xml.paging import number_at
from intacct.xml.queries import Query, has_one_of
from intacct.xml.sales_documents import SourceLineError
from intacct.xml.writing import Source, source_key, written

Outcome = DocumentResult | IntacctError


class BatchPoster:
    """Posts documents at one entity, many in a request."""

    def __init__(
        self,
        gateway: XmlGateway,
        read: Callable[[Query], list[Element]],
        *,
        entity: str = "",
        base_currency: str = "",
    ) -> None:
        """`read` gives all rows of a query at the same entity."""
        self._sender = FunctionSender(gateway, entity=entity)
        self._read = read
        self._entity = entity
        self._base_currency = base_currency

    def __repr__(self) -> str:
        """Say which entity."""
        return f"BatchPoster(entity={self._entity!r})"

    def post(
        self,
        documents: Sequence[Document],
        control_ids: Sequence[str],
        *,
        transaction: bool,
        reads_back: bool = True,
    ) -> list[Outcome]:
        """One outcome per document, in their order; with `transaction` all are posted or none.

        Sales documents are read back unless told otherwise (`XmlActions.create_many`).

        Raises:
            ValueError: not one control id of its own for each document, more documents than one
                transaction takes, or XML does not offer the action.
        """
        _check(documents, control_ids, transaction=transaction)
        pairs = list(zip(documents, control_ids, strict=True))
        chunks = [pairs[at : at + FUNCTIONS_MAX] for at in range(0, len(pairs), FUNCTIONS_MAX)]
        # All of it is written before any of it is sent: a document that cannot be is a mistake.
        prepared = [self._prepared(chunk) for chunk in chunks]
        if transaction:
            prepared = [_all_or_none(each) for each in prepared]
        outcomes: list[Outcome] = []
        failure: IntacctError | None = None
        for chunk, parts in zip(chunks, prepared, strict=True):
            functions = [each for each in parts if isinstance(each, Function)]
            if failure is None:
                sent, failure = self._sender.send(functions, transaction=transaction)
            else:
                sent = unsent(failure, functions)
            outcomes += self._outcomes(chunk, parts, sent, reads_back=reads_back)
        return outcomes

    def _prepared(self, chunk: Sequence[tuple[Document, str]]) -> list[Function | IntacctError]:
        """What is sent for each document, or why it is not."""
        keys = [key for document, _ in chunk if (key := source_key(document))]
        failure: IntacctError | None = None
        sources: dict[str, Source] = {}
        if keys:
            try:
                sources = self._sources(keys)
            except IntacctError as exc:
                failure = exc
        return [self._function(document, name, sources, failure) for document, name in chunk]

    def _function(
        self,
        document: Document,
        control_id: str,
        sources: dict[str, Source],
        failure: IntacctError | None,
    ) -> Function | IntacctError:
        key = source_key(document)
        if key and failure is not None:
            return renamed(failure, control_id)
        if key and key not in sources:
            message = "the document to convert is not there"
            return RejectedError(message, control_id=control_id)
        try:
            refuse_the_impossible(document)
            element = written(
                document, sources, base_currency=self._base_currency, entity=self._entity
            )
        except SourceLineError as exc:
            return RejectedError(str(exc), control_id=control_id)
        except RejectedError as exc:
            return renamed(exc, control_id)
        return Function(control_id, element)

    def _sources(self, keys: Sequence[str]) -> dict[str, Source]:
        """The documents to convert by the keys that name them, read in two queries for all."""
        headers: dict[str, tuple[str, str]] = {}
        for field, named in (
            ("RECORDNO", [key for key in keys if key.isdecimal()]),
            ("DOCID", [key for key in keys if not key.isdecimal()]),
        ):
            if not named:
                continue
            for row in self._read(Query("SODOCUMENT", ("DOCID",), has_one_of(field, named))):
                headers[text_at(row, field)] = text_at(row, "RECORDNO"), text_at(row, "DOCID")
        if not headers:
            return {}
        records = [number for number, _ in headers.values()]
        query = Query("SODOCUMENTENTRY", ("DOCHDRNO", "LINE_NO"), has_one_of("DOCHDRNO", records))
        lines: dict[str, list[tuple[int, str]]] = {}
        for row in self._read(query):
            place = number_at(row, "LINE_NO"), text_at(row, "RECORDNO")
            lines.setdefault(text_at(row, "DOCHDRNO"), []).append(place)
        return {
            key: Source(document, tuple(line for _, line in sorted(lines.get(number, []))))
            for key, (number, document) in headers.items()
        }

    def _outcomes(
        self,
        chunk: Sequence[tuple[Document, str]],
        prepared: Sequence[Function | IntacctError],
        sent: dict[str, FunctionResult | IntacctError],
        *,
        reads_back: bool,
    ) -> list[Outcome]:
        answers = [
            each if isinstance(each, IntacctError) else sent[each.control_id] for each in prepared
        ]
        sales = [
            answer.key
            for (document, _), answer in zip(chunk, answers, strict=True)
            if isinstance(document, SalesDocument) and isinstance(answer, FunctionResult)
        ]
        made = self._sales_rows(sales) if reads_back else None
        return [
            answer if isinstance(answer, IntacctError) else _result_of(document, answer, made)
            for (document, _), answer in zip(chunk, answers, strict=True)
        ]

    def _sales_rows(self, document_ids: Iterable[str]) -> dict[str, Element]:
        """`create_sotransaction` answers a document id only (§4.4): the records are read at once.

        What cannot be read is there all the same, so it is left out here and to be looked up.
        """
        named = [document_id for document_id in document_ids if document_id]
        if not named:
            return {}
        query = Query("SODOCUMENT", sales_documents.FIELDS, has_one_of("DOCID", named))
        try:
            return {text_at(row, "DOCID"): row for row in self._read(query)}
        except IntacctError:
            return {}


def _check(documents: Sequence[Document], control_ids: Sequence[str], *, transaction: bool) -> None:
    if len(control_ids) != len(documents) or len(set(control_ids)) != len(control_ids):
        message = "each document needs a control id of its own"
        raise ValueError(message)
    if transaction and len(documents) > FUNCTIONS_MAX:
        message = f"one transaction takes {FUNCTIONS_MAX} documents at most"
        raise ValueError(message)


def _all_or_none(prepared: Sequence[Function | IntacctError]) -> list[Function | IntacctError]:
    """Nothing of a transaction is sent when one of its documents cannot be."""
    cause = next((each for each in prepared if isinstance(each, IntacctError)), None)
    if cause is None:
        return list(prepared)
    return [
        renamed(cause, each.control_id) if isinstance(each, Function) else each for each in prepared
    ]


def _result_of(
    document: Document, result: FunctionResult, sales_rows: dict[str, Element] | None
) -> Outcome:
    match document:
        case SalesDocument() if sales_rows is not None:
            row = sales_rows.get(result.key)
            if row is None:
                return without_key(result.control_id)
            query = Query("SODOCUMENT", sales_documents.FIELDS)
            lookup = sales_lookup(query, document.reference, currency=document.currency)
            return lookup.found(row).result
        case SalesDocument() | ArInvoice() | Adjustment() | StockDocument():
            key = result.key
        case ReverseDocument() | CloseSalesDocument():
            # Such functions answer a status only (§4.4).
            key = result.key or document.key
        case _:
            key = created_key(result)
    if not key:
        return without_key(result.control_id)
    # What has no readable id in the answer is named by its key, as REST names it (REST §5).
    return DocumentResult(key=key, id=document.id if isinstance(document, Customer) else key)


def created_key(result: FunctionResult) -> str:
    """The record number that a generic create answers, empty when it does not."""
    return text_at(result.rows[0], "RECORDNO") if result.rows else ""


def without_key(control_id: str) -> OutcomeUnknownError:
    """The outcome of a write that was carried out but whose record cannot be named."""
    message = "the document was posted, but its key could not be read"
    return OutcomeUnknownError(message, control_id=control_id)
