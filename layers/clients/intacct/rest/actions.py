"""Every business action said in REST, at one entity; `intacct.xml.actions` says the same in XML."""

from __future__ import annotations

from collections.abc import Sequence

from intacct.checks import refuse_the_impossible
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
from intacct.errors import DuplicateDocumentError, IntacctError, RejectedError
from intacct.rest import (
    contacts,
    customers,
    entries,
    journal_entries,
    payments,
    receivables,
    stock,
    undoing,
)
from intacct.rest.client import RestClient
from intacct.rest.posting import Poster, Said
from intacct.rest.receivables import CreditSign
from intacct.rest.sales_documents import SalesDocuments, SourceLines
from intacct.rest.wire import typed_document
from intacct.results import Found
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument


class RestActions:
    """Creates and finds documents over REST; every method may raise `intacct.errors`."""

    def __init__(
        self,
        client: RestClient,
        *,
        entity: str,
        base_currency: str = "",
        credit_sign: CreditSign | None = None,
    ) -> None:
        """`base_currency` is the entity's own.

        `credit_sign` is known once a draft was read back (U17); adjustments need it.
        """
        self._client = client
        self._entity = entity
        self._base_currency = base_currency
        self._credit_sign = credit_sign
        self._sales_documents = SalesDocuments(client, entity=entity)
        self._poster = Poster(client, self._sales_documents, self._said, entity=entity)

    def __repr__(self) -> str:
        """Name the entity."""
        return f"RestActions(entity={self._entity!r})"

    def supports(self, document: Document) -> bool:
        """Whether REST can say this document exactly as it is meant."""
        if isinstance(document, ArInvoice | Adjustment):
            return receivables.is_offered(document, self._credit_sign)
        return not (isinstance(document, SalesDocument) and document.subtotals)

    def create(self, document: Document, *, idempotency_key: str) -> DocumentResult:
        """Post one document whose references are all resolved to Sage keys.

        Raises:
            RejectedError: also when REST cannot say this document (`supports`).
        """
        if isinstance(document, ReverseDocument | CloseSalesDocument):
            refuse_the_impossible(document)
            return undoing.carry_out(
                self._client, document, entity=self._entity, idempotency_key=idempotency_key
            )
        (outcome,) = self.create_many([document], [idempotency_key])
        if isinstance(outcome, IntacctError):
            raise outcome
        return outcome

    def create_many(
        self,
        documents: Sequence[Document],
        idempotency_keys: Sequence[str],
        *,
        is_atomic: bool = False,
    ) -> list[DocumentResult | IntacctError]:
        """Post documents, those of one object in one call: a result or an error for each, in order.

        With `is_atomic` all are posted or none: they must be of one object and at most 500. A lost
        answer leaves every document of its call an `OutcomeUnknownError`.

        Raises:
            ValueError: not one key for each document, or a batch that cannot be atomic; not sent.
        """
        return self._poster.post(documents, idempotency_keys, is_atomic=is_atomic)

    def _said(  # noqa: C901, PLR0911  # one per kind
        self, document: Document, sources: SourceLines
    ) -> Said:
        """The object that a document is posted to, and its payload."""
        refuse_the_impossible(document)
        if not self.supports(document):
            message = f"REST does not offer this {type(document).__name__}"
            raise RejectedError(message)
        match document:
            case Customer():
                return Said(customers.OBJECT, customers.payload(document))
            case ArInvoice():
                return Said(receivables.INVOICE, receivables.invoice_payload(document))
            case Advance():
                return Said(payments.ADVANCE, payments.advance_payload(document))
            case Payment():
                entity = self._entity
                return Said(payments.PAYMENT, payments.payment_payload(document, entity=entity))
            case Adjustment():
                sign = self._credit_sign or CreditSign.NEGATIVE
                return Said(receivables.ADJUSTMENT, receivables.adjustment_payload(document, sign))
            case CustomerRefund():
                return Said(payments.REFUND, payments.refund_payload(document))
            case JournalEntry():
                base = self._base_currency
                said = journal_entries.payload(document, base_currency=base)
                return Said(journal_entries.OBJECT, said)
            case StatisticalEntry():
                return Said(entries.object_of(document), entries.payload(document))
            case StockDocument() | WarehouseTransfer():
                return Said(stock.object_of(document), stock.payload(document))
            case SalesDocument():
                name = typed_document(document.definition)
                return Said(name, self._sales_documents.said(document, sources))
            case ReverseDocument() | CloseSalesDocument():
                message = "REST undoes documents one by one, by a workflow each"
                raise RejectedError(message)

    def find(  # noqa: C901, PLR0911  # one per kind
        self, document: Document
    ) -> list[Found]:
        """Documents of the same kind that carry our mark; empty when there is none."""
        client, entity = self._client, self._entity
        match document:
            case Customer():
                return customers.find(client, document.id, entity=entity)
            case SalesDocument():
                return self._sales_documents.find(document)
            case ArInvoice():
                return receivables.find_invoices(client, document, entity=entity)
            case Advance():
                return payments.find_advances(client, document, entity=entity)
            case Payment():
                return payments.find_payments(client, document, entity=entity)
            case Adjustment():
                return receivables.find_adjustments(client, document, entity=entity)
            case CustomerRefund():
                return payments.find_refunds(client, document, entity=entity)
            case JournalEntry():
                return journal_entries.find(client, document, entity=entity)
            case StatisticalEntry():
                return entries.find(client, document, entity=entity)
            case StockDocument() | WarehouseTransfer():
                return stock.find(client, document, entity=entity)
            case ReverseDocument() | CloseSalesDocument():
                return undoing.find(client, document, entity=entity)

    def find_customers(self, *, email: str = "", customer_id: str = "") -> list[Customer]:
        """Customers whose id, or whose default contact's e-mail address, is exactly that value.

        Raises:
            ValueError: neither or both were given.
        """
        return customers.matching(
            self._client, entity=self._entity, email=email, customer_id=customer_id
        )

    def ensure_contact(self, contact: Contact, *, idempotency_key: str) -> DocumentResult:
        """The contact of that id, created when it is not there."""
        known = contacts.find(self._client, contact.id, entity=self._entity)
        if known is not None:
            return known
        try:
            return contacts.create(
                self._client, contact, entity=self._entity, idempotency_key=idempotency_key
            )
        except DuplicateDocumentError:  # somebody was quicker
            known = contacts.find(self._client, contact.id, entity=self._entity)
            if known is None:
                raise
            return known
