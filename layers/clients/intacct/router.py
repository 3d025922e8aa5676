"""One company's books in whatever protocol serves each action; the domain never sees which.

REST and XML are built on first use only, so that lxml loads only where XML is spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol as Interface

from commerce.money import total
from intacct.capabilities import Action, Protocol, action_of
from intacct.documents import (
    ArInvoice,
    Contact,
    Customer,
    Document,
    DocumentResult,
    SalesDocument,
)
from intacct.errors import IntacctError
from intacct.results import Found
from intacct.stock import StockDocument
from intacct.undoing import Undoing


class SpeaksRest(Interface):
    """What the router needs of `intacct.rest.actions.RestActions`."""

    def supports(self, document: Document) -> bool:
        """Whether REST can say this document."""
        ...

    def create(self, document: Document, *, idempotency_key: str) -> DocumentResult:
        """Post one document."""
        ...

    def create_many(
        self, documents: Sequence[Document], idempotency_keys: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        """Post documents in few calls: a result or an error for each, in their order."""
        ...

    def find(self, document: Document) -> list[Found]:
        """Documents that carry our mark."""
        ...

    def find_customers(self, *, email: str = "", customer_id: str = "") -> list[Customer]:
        """Customers of exactly that id or e-mail address."""
        ...

    def ensure_contact(self, contact: Contact, *, idempotency_key: str) -> DocumentResult:
        """The contact, created when it is not there."""
        ...


class SpeaksXml(Interface):
    """What the router needs of `intacct.xml.actions.XmlActions`."""

    def supports(self, document: Document) -> bool:
        """Whether XML can say this document."""
        ...

    def create(self, document: Document, *, control_id: str) -> DocumentResult:
        """Post one document."""
        ...

    def create_many(
        self, documents: Sequence[Document], control_ids: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        """Post documents in few calls: a result or an error for each, in their order."""
        ...

    def find(self, document: Document) -> list[Found]:
        """Documents that carry our mark."""
        ...

    def find_customers(self, *, email: str = "", customer_id: str = "") -> list[Customer]:
        """Customers of exactly that id or e-mail address."""
        ...

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact, created when it is not there."""
        ...


class IntacctBooks:
    """One entity's books at Sage Intacct: creates and finds documents (`shared.ports.Books`).

    The protocol follows from the document and the configuration alone, so a look-up always asks
    the protocol that the create used, in whatever process (reliability §3.6).
    """

    def __init__(
        self,
        *,
        rest: Callable[[], SpeaksRest],
        xml: Callable[[], SpeaksXml],
        protocols: Mapping[Action, Protocol],
    ) -> None:
        """`rest` and `xml` build the actions when first needed; `protocols` says who serves."""
        self._build_rest = rest
        self._build_xml = xml
        self._protocols = dict(protocols)

    @cached_property
    def _rest(self) -> SpeaksRest:
        return self._build_rest()

    @cached_property
    def _xml(self) -> SpeaksXml:
        return self._build_xml()

    def protocol_of(self, document: Document) -> Protocol:
        """The protocol that creates and finds this document.

        The chosen one, unless it cannot say this very document (`supports`) and the other can.
        """
        chosen = self._protocols[action_of(document)]
        if chosen is Protocol.REST and not self._rest.supports(document):
            return Protocol.XML if self._xml.supports(document) else chosen
        if chosen is Protocol.XML and not self._xml.supports(document):
            return Protocol.REST if self._rest.supports(document) else chosen
        return chosen

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        """Post one document whose references are all resolved to Sage keys.

        `control_id` marks it in XML, `idempotency_key` in REST; both the same on every try.
        """
        if self.protocol_of(document) is Protocol.XML:
            made = self._xml.create(document, control_id=control_id)
        else:
            made = self._rest.create(document, idempotency_key=idempotency_key)
        return _with_total(document, made)

    def request_of(self, document: Document) -> str:
        """A name: documents with the same one travel in one request of `create_many`.

        XML takes functions of any kind together, REST the rows of one object (REST reference §7.7).
        """
        protocol = self.protocol_of(document)
        if isinstance(document, Undoing):
            # Each is a call of its own in REST, and undoing is too rare to be worth a batch in XML.
            return f"{protocol.value} {action_of(document).value} {document.key}"
        if protocol is Protocol.XML:
            return protocol.value
        definition = ""
        if isinstance(document, SalesDocument | StockDocument):
            definition = document.definition
        return f"{protocol.value} {action_of(document).value} {definition}"

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> list[DocumentResult | IntacctError]:
        """Post documents in as few calls as their protocols allow; each has its own outcome.

        The outcomes stand in the order of the documents. No document may refer to another one of
        the same call: references are resolved before. An `OutcomeUnknownError` is looked up as
        after `create`; a document whose error is `NotSentError` may be sent again.

        Raises:
            ValueError: not one control id and one idempotency key for each document; not sent.
        """
        if not len(documents) == len(control_ids) == len(idempotency_keys):
            message = "each document has a control id and an idempotency key of its own"
            raise ValueError(message)
        by_xml = [self.protocol_of(document) is Protocol.XML for document in documents]
        outcomes: dict[int, DocumentResult | IntacctError] = {}
        for is_xml in (False, True):
            places = [place for place, wanted in enumerate(by_xml) if wanted is is_xml]
            if not places:
                continue
            chosen = [documents[place] for place in places]
            if is_xml:
                made = self._xml.create_many(chosen, [control_ids[place] for place in places])
            else:
                made = self._rest.create_many(chosen, [idempotency_keys[place] for place in places])
            told = (
                outcome if isinstance(outcome, IntacctError) else _with_total(document, outcome)
                for document, outcome in zip(chosen, made, strict=True)
            )
            outcomes.update(zip(places, told, strict=True))
        return [outcomes[place] for place in range(len(documents))]

    def find(self, document: Document) -> Sequence[Found]:
        """Documents of the same kind that carry our mark; empty when there is none."""
        if self.protocol_of(document) is Protocol.XML:
            return self._xml.find(document)
        return self._rest.find(document)

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        """Customers whose id or display contact's e-mail address is exactly that value."""
        if self._protocols[Action.CUSTOMER] is Protocol.XML:
            return self._xml.find_customers(email=email, customer_id=customer_id)
        return self._rest.find_customers(email=email, customer_id=customer_id)

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact of that id, created when it is not there."""
        if self._protocols[Action.CONTACT] is Protocol.XML:
            return self._xml.ensure_contact(contact, control_id=control_id)
        return self._rest.ensure_contact(contact, idempotency_key=control_id)


def _with_total(document: Document, result: DocumentResult) -> DocumentResult:
    """The result with the document's total, where Sage books the lines as they are.

    The answer to a new AR invoice names no total, and no tax is computed on its lines.
    """
    if not isinstance(document, ArInvoice) or result.total is not None:
        return result
    amounts = (line.amount for line in document.lines)
    return replace(result, total=total(amounts, document.lines[0].amount.currency))
