"""Business actions over XML: documents in, results out, look-ups by our own marks.

The same actions, names and results as those over REST; the router chooses (`capabilities`).
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.documents import (
    Contact,
    Customer,
    CustomerRefund,
    Document,
    DocumentResult,
    JournalEntry,
)
from intacct.errors import IntacctError
from intacct.rates import fits_xml
from intacct.results import Found
from intacct.undoing import ReverseDocument, Undoing, is_undone
from intacct.xml import customers
from intacct.xml.batches import BatchPoster, created_key, without_key
from intacct.xml.elements import Element, text_at
from intacct.xml.envelope import Function
from intacct.xml.gateway import XmlGateway
from intacct.xml.lookups import lookup_of
from intacct.xml.masters import create_master, master_query
from intacct.xml.paging import read_all
from intacct.xml.queries import Query, equal
from intacct.xml.reversals import can_reverse


class XmlActions:
    """One company's books at one entity, spoken to over XML."""

    def __init__(self, gateway: XmlGateway, *, entity: str = "", base_currency: str = "") -> None:
        """`base_currency` is the entity's own: documents in it carry no rate."""
        self._gateway = gateway
        self._entity = entity
        self._poster = BatchPoster(gateway, self.read, entity=entity, base_currency=base_currency)

    def __repr__(self) -> str:
        """Say which entity."""
        return f"XmlActions(entity={self._entity!r})"

    def supports(self, document: Document) -> bool:
        """Whether XML offers this action exactly as it is meant.

        It has no customer refunds (REST reference §17), and short rates on journal lines.
        """
        if isinstance(document, ReverseDocument):
            return can_reverse(document.kind)
        if isinstance(document, JournalEntry):
            return fits_xml(document)
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
        (outcome,) = self.create_many([document], [control_id])
        if isinstance(outcome, IntacctError):
            raise outcome
        return outcome

    def create_many(
        self,
        documents: Sequence[Document],
        control_ids: Sequence[str],
        *,
        transaction: bool = False,
        reads_back: bool = True,
    ) -> list[DocumentResult | IntacctError]:
        """Post documents a hundred to a request: a result or an error for each, in their order.

        Each is carried out by itself unless `transaction` asks for all or none; then a document
        that was undone has the error of the one that failed. A lost answer leaves every document
        of its request an `OutcomeUnknownError`, and what was not sent after it a `NotSentError`.

        Sage answers a new sales document with its document id alone, so its record is read back
        in one query for all. Without `reads_back` that id is all that its result holds, as `key`
        and `id`: enough to convert the document over XML, and a request less.

        Raises:
            ValueError: not one control id of its own for each document, more than a hundred in a
                transaction, or XML does not offer the action; nothing was sent.
        """
        return self._poster.post(
            documents, control_ids, transaction=transaction, reads_back=reads_back
        )

    def find(self, document: Document) -> list[Found]:
        """The documents of the same kind that carry our mark: none, one, or a case for review.

        Raises:
            IntacctError: as `XmlGateway.execute`; reading again is always safe.
            ValueError: XML does not offer the action.
        """
        lookup = lookup_of(document)
        found = [lookup.found(row) for row in self.read(lookup.query)]
        if isinstance(document, Undoing):
            return [one for one in found if is_undone(document, one.result.state)]
        # Sage's own reversal of a document carries our mark too, and is not ours.
        return [one for one in found if one.result.state != "reversal"]

    def find_customers(self, *, email: str = "", customer_id: str = "") -> list[Customer]:
        """Customers whose id, or whose display contact's e-mail, is exactly that value.

        E-mails are compared without case by Sage's own option.

        Raises:
            ValueError: neither or both were given.
        """
        if bool(email) == bool(customer_id):
            message = "customers are found by e-mail address or by id, one of the two"
            raise ValueError(message)
        field = "DISPLAYCONTACT.EMAIL1" if email else "CUSTOMERID"
        condition = equal(field, email or customer_id)
        query = customers.customer_query(condition, ignores_case=bool(email))
        return [customers.customer_from(row) for row in self.read(query)]

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact of that id, created when it is not there.

        Raises:
            IntacctError: as `create`.
        """
        for row in self.read(master_query(contact)):
            return DocumentResult(key=text_at(row, "RECORDNO"), id=contact.id)
        function = Function(control_id, create_master(contact))
        result = self._gateway.execute_one(function, entity=self._entity, is_write=True)
        key = created_key(result)
        if not key:
            raise without_key(control_id)
        return DocumentResult(key=key, id=contact.id)

    def read(self, query: Query) -> list[Element]:
        """All rows of a query, page by page in the order of record numbers.

        Raises:
            IntacctError: as `XmlGateway.execute`; reading again is always safe.
        """
        return read_all(self._gateway, query, entity=self._entity)
