"""What the use cases ask of the outside; adapters and fakes keep the same promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from intacct import results
from intacct.documents import Contact, Customer, Document, DocumentResult
from intacct.errors import IntacctError

Clock = Callable[[], datetime]
"""The time now, aware and in UTC; injected, so that tests and the fault simulation own it."""

IdMaker = Callable[[], str]
"""A fresh opaque id for each claim attempt; injected."""


Found = results.Found
"""A document read back by our own mark, with what is compared before it is believed."""


class Books(Protocol):
    """One company's books at Sage Intacct, in whatever protocol serves the action.

    Every method may raise the errors of `intacct.errors`; writes are never retried inside.
    """

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        """Post one document, with all its references resolved to Sage keys."""
        ...

    def find(self, document: Document) -> Sequence[Found]:
        """Documents of the same kind that carry our mark: empty when there is none."""
        ...

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        """Customers whose id or display contact's e-mail is exactly that value."""
        ...

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact of that id, created when it is not there."""
        ...


@runtime_checkable
class BatchBooks(Books, Protocol):
    """Books that also post several documents in few calls, each with an outcome of its own."""

    def request_of(self, document: Document) -> str:
        """A name: documents with the same one may travel in one request."""
        ...

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> Sequence[DocumentResult | IntacctError]:
        """Post documents that do not refer to each other; the outcomes stand in their order."""
        ...
