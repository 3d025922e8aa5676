"""Business actions over XML: documents in, results out, look-ups by our own marks.

The same actions, names and results as those over REST; the router chooses (`capabilities`).
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Contact,
    Customer,
    CustomerRefund,
    Document,
    DocumentResult,
    JournalEntry,
    Payment,
    SalesDocument,
)
from intacct.errors import IntacctError, OutcomeUnknownError, RejectedError
from intacct.results import Found
from intacct.xml import customers, journal_entries, payments, receivables, sales_documents
from intacct.xml.elements import Element, text_at
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.gateway import XmlGateway
from intacct.xml.lookups import lookup_of, sales_lookup
from intacct.xml.queries import Query, all_of, equal, last_key
from intacct.xml.receivables import AdjustmentSignError
from intacct.xml.sales_documents import SourceLineError


class XmlActions:
    """One company's books at one entity, spoken to over XML."""

    def __init__(self, gateway: XmlGateway, *, entity: str = "", base_currency: str = "") -> None:
        """`base_currency` is the entity's own: documents in it carry no rate."""
        self._gateway = gateway
        self._entity = entity
        self._base_currency = base_currency

    def __repr__(self) -> str:
        """Say which entity."""
        return f"XmlActions(entity={self._entity!r})"

    def supports(self, document: Document) -> bool:
        """Whether XML offers this action; it has no customer refunds (REST reference §17)."""
        return not isinstance(document, CustomerRefund)

    def create(self, document: Document, *, control_id: str) -> DocumentResult:
        """Post one document; `control_id` must be the same on every try of the same posting.

        Raises:
            OutcomeUnknownError: it may have been posted; look it up by its mark.
            DuplicateDocumentError: it is there already, or its control id was carried out.
            RejectedError: Sage would refuse it for a reason that is known before it is sent.
            IntacctError: as `XmlGateway.execute`.
            ValueError: XML does not offer the action.
        """
        try:
            function = Function(control_id, self._written(document))
        except (SourceLineError, AdjustmentSignError) as exc:
            raise RejectedError(str(exc), control_id=control_id) from exc
        result = self._gateway.execute_one(function, entity=self._entity, is_write=True)
        return self._result_of(document, result, control_id)

    def find(self, document: Document) -> list[Found]:
        """The documents of the same kind that carry our mark: none, one, or a case for review.

        Raises:
            IntacctError: as `XmlGateway.execute`; reading again is always safe.
            ValueError: XML does not offer the action.
        """
        lookup = lookup_of(document)
        return [lookup.found(row) for row in self.read(lookup.query)]

    def find_customers(self, *, email: str = "", customer_id: str = "") -> list[Customer]:
        """Customers whose id, or whose display contact's e-mail, is exactly that value.

        E-mails are compared without case by Sage's own option.
        """
        wanted = [("CUSTOMERID", customer_id), ("DISPLAYCONTACT.EMAIL1", email)]
        parts = [equal(field, value) for field, value in wanted if value]
        if not parts:
            return []
        query = Query(
            "CUSTOMER",
            (*customers.FIELDS, *customers.CONTACT_FIELDS),
            all_of(*parts),
            is_case_insensitive=bool(email),
        )
        return [customers.customer_from(row) for row in self.read(query)]

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact of that id, created when it is not there.

        Raises:
            IntacctError: as `create`.
        """
        query = Query("CONTACT", ("CONTACTNAME",), equal("CONTACTNAME", contact.id))
        for row in self.read(query):
            return DocumentResult(key=text_at(row, "RECORDNO"), id=contact.id)
        function = Function(control_id, customers.create_contact(contact))
        result = self._gateway.execute_one(function, entity=self._entity, is_write=True)
        return DocumentResult(key=_created_key(result, control_id), id=contact.id)

    def read(self, query: Query) -> list[Element]:
        """All rows of a query, page by page in the order of record numbers.

        Raises:
            IntacctError: as `XmlGateway.execute`; reading again is always safe.
        """
        rows: list[Element] = []
        after = ""
        while True:
            function = Function("read", query.page(after=after))
            page = self._gateway.execute_one(function, entity=self._entity, is_write=False)
            rows.extend(page.rows)
            after = last_key(page.rows)
            if not after or not page.count("numremaining"):
                return rows

    def _written(self, document: Document) -> Element:  # noqa: PLR0911  # one per kind
        base = self._base_currency
        match document:
            case Customer():
                return customers.create_customer(document)
            case SalesDocument():
                return self._sales_document(document)
            case ArInvoice():
                return receivables.create_invoice(document, base_currency=base)
            case Adjustment():
                return receivables.create_adjustment(document, base_currency=base)
            case Advance():
                return payments.create_advance(document, base_currency=base)
            case Payment():
                return payments.create_payment(document, base_currency=base)
            case JournalEntry():
                return journal_entries.create_journal_entry(document, base_currency=base)
            case CustomerRefund():
                message = "XML offers no customer refunds (REST reference §17)"
                raise ValueError(message)

    def _sales_document(self, document: SalesDocument) -> Element:
        source = payments.resolved(document.source)
        if not source:
            return sales_documents.create_sales_document(
                document, base_currency=self._base_currency
            )
        source_id, lines = self._source(source)
        return sales_documents.create_sales_document(
            document, source_id=source_id, source_lines=lines, base_currency=self._base_currency
        )

    def _source(self, key: str) -> tuple[str, Sequence[str]]:
        """The document id of the source, and the record numbers of its lines in their order."""
        field = "RECORDNO" if key.isdecimal() else "DOCID"
        headers = self.read(Query("SODOCUMENT", ("DOCID",), equal(field, key)))
        if len(headers) != 1:
            message = "the document to convert is not there"
            raise RejectedError(message)
        header = text_at(headers[0], "RECORDNO")
        rows = self.read(Query("SODOCUMENTENTRY", ("LINE_NO",), equal("DOCHDRNO", header)))
        rows.sort(key=lambda row: int(text_at(row, "LINE_NO") or 0))
        return text_at(headers[0], "DOCID"), [text_at(row, "RECORDNO") for row in rows]

    def _result_of(
        self, document: Document, result: FunctionResult, control_id: str
    ) -> DocumentResult:
        match document:
            case SalesDocument():
                return self._sales_result(document, result, control_id)
            case Customer():
                return DocumentResult(key=_created_key(result, control_id), id=document.id)
            case ArInvoice() | Adjustment():
                key = result.key
            case _:
                key = _created_key(result, control_id)
        if not key:
            raise _without_key(control_id)
        return DocumentResult(key=key)

    def _sales_result(
        self, document: SalesDocument, result: FunctionResult, control_id: str
    ) -> DocumentResult:
        """`create_sotransaction` answers a document id only (§4.4): its record is read at once.

        When it cannot be read the document is there all the same, so the outcome is one to be
        looked up, never a failure.
        """
        if not result.key:
            raise _without_key(control_id)
        query = Query("SODOCUMENT", sales_documents.FIELDS, equal("DOCID", result.key))
        try:
            rows = self.read(query)
        except IntacctError as exc:
            raise _without_key(control_id) from exc
        if len(rows) != 1:
            raise _without_key(control_id)
        lookup = sales_lookup(query, document.reference, currency=document.currency)
        return lookup.found(rows[0]).result


def _created_key(result: FunctionResult, control_id: str) -> str:
    """The record number that a generic create answers."""
    key = text_at(result.rows[0], "RECORDNO") if result.rows else ""
    if not key:
        raise _without_key(control_id)
    return key


def _without_key(control_id: str) -> OutcomeUnknownError:
    message = "the document was posted, but its key could not be read"
    return OutcomeUnknownError(message, control_id=control_id)
