"""Customers and contacts of a company at Sage, as searches, records and changes of them see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from intacct.changes import Change, UpdateMaster
from intacct.customer_search import MOST_FOUND, CustomerBy, CustomerSearch, KnownCustomer
from intacct.documents import Contact, Customer, DocumentResult
from intacct.errors import DuplicateDocumentError, IntacctError
from intacct.records import Record
from intacct.results import Found
from tests.fakes import FakeBooks

_VALUES: Mapping[CustomerBy, Callable[[KnownCustomer], str]] = {
    CustomerBy.ID: lambda known: known.customer.id,
    CustomerBy.NAME: lambda known: known.customer.name.lower(),
    CustomerBy.EMAIL: lambda known: (known.customer.contact or Contact("", "")).email.lower(),
    CustomerBy.PHONE: lambda known: (known.customer.contact or Contact("", "")).phone,
}


class FakeSage:
    """Whoever is in `books`, and whoever a person made; every call is counted as a transaction.

    `errors` are raised by the next calls, one each; `meanwhile` is done by others while the answer
    of a search is on its way, one each.
    """

    def __init__(self, books: FakeBooks) -> None:
        self.books = books
        self.changed: dict[str, Customer] = {}
        self.gone: set[str] = set()
        self.fields: dict[str, dict[str, str]] = {}
        self.contacts: dict[str, Contact] = {}
        self.asked: list[str] = []
        self.marks: list[str] = []
        self.errors: list[IntacctError] = []
        self.meanwhile: list[Callable[[], None]] = []

    def add(self, customer: Customer, **fields: str) -> None:
        """A person makes a customer."""
        self.books.land(customer)
        self.fields[customer.id] = fields

    def change_by_hand(self, customer_id: str, **members: object) -> None:
        """A person changes a customer."""
        known = self.known()[customer_id].customer
        self.changed[customer_id] = replace(known, **members)  # type: ignore[arg-type]  # by name

    def known(self) -> dict[str, KnownCustomer]:
        """Every customer by id."""
        return {
            document.id: KnownCustomer(
                key=result.key,
                contact_key=f"contact-{result.key}",
                customer=self.changed.get(document.id, document),
            )
            for document, result in self.books.documents
            if isinstance(document, Customer) and document.id not in self.gone
        }

    def customers(self, search: CustomerSearch) -> list[KnownCustomer]:
        """Whoever has one of the values, compared as Sage does."""
        self._take(f"search {search.by.value}")
        found = []
        for known in self.known().values():
            if search.by is CustomerBy.FIELD:
                value = self.fields.get(known.customer.id, {}).get(search.field, "")
                known = replace(known, field=value)  # noqa: PLW2901  # the same customer
            else:
                value = _VALUES[search.by](known)
            values = [v.lower() if search.by.ignores_case else v for v in search.values]
            if value in values:
                found.append(known)
        if self.meanwhile:
            self.meanwhile.pop()()
        return found[:MOST_FOUND]

    def create(self, record: Record, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Make a contact."""
        assert isinstance(record, Contact)
        assert control_id == idempotency_key
        self._take("create contact")
        if record.id in self.contacts:
            message = "there is one"
            raise DuplicateDocumentError(message)
        self.contacts[record.id] = record
        return DocumentResult(key=f"key-{record.id}", id=record.id)

    def find(self, record: Record) -> list[Found]:
        """The contact of that id."""
        assert isinstance(record, Contact)
        self._take("find contact")
        known = record.id in self.contacts
        return [Found(DocumentResult(f"key-{record.id}"), record.id)] if known else []

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Change a customer, its display contact, or a contact of an address."""
        assert isinstance(change, UpdateMaster)
        assert control_id == idempotency_key
        self._take(f"change {' '.join(sorted(change.fields))}")
        self.marks.append(control_id)
        named = {name: getattr(change.master, name) for name in change.fields}
        if change.key.startswith("key-"):
            name = change.key.removeprefix("key-")
            self.contacts[name] = replace(self.contacts[name], **named)
            return DocumentResult(change.key)
        for known in self.known().values():
            customer = known.customer
            if known.key == change.key:
                self.changed[customer.id] = replace(customer, **named)
            if known.contact_key == change.key and customer.contact is not None:
                contact = replace(customer.contact, **named)
                self.changed[customer.id] = replace(customer, contact=contact)
        return DocumentResult(change.key)

    def _take(self, what: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.asked.append(what)
