"""Fakes of what we own, written once and held to the contract tests of the real adapters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from intacct.documents import Contact, Customer, Document, DocumentResult
from shared.ledger.port import DuePosting, LostRaceError
from shared.ledger.records import Record
from shared.ledger.run import mark_of
from shared.ledger.states import Write, after, holds, was_ours
from shared.ports import Found


class FakeClock:
    """A clock that moves only when a test says so."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def counting_ids(prefix: str = "worker") -> Callable[[], str]:
    """Ids that count: worker-1, worker-2 ..."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"


class MemoryLedger:
    """The ledger in a dictionary, by the pure conditions of `shared.ledger.states`."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Record] = {}
        self.commits: list[tuple[Write, ...]] = []

    def chain(self, pk: str) -> dict[str, Record]:
        return {key: record for (of, key), record in self.records.items() if of == pk}

    def commit(self, *writes: Write) -> tuple[Record, ...]:
        self.commits.append(writes)
        current = [self.records.get((write.pk, write.key)) for write in writes]
        pairs = list(zip(writes, current, strict=True))
        refused = [write for write, known in pairs if not holds(write, known)]
        if refused and all(was_ours(write, known) for write, known in pairs):
            return tuple(known for known in current if known is not None)
        for write, known in pairs:
            if write in refused and not was_ours(write, known):
                raise LostRaceError(write.key, known)
        done = tuple(after(write, known) for write, known in pairs)
        self.records.update({(record.pk, record.key): record for record in done})
        return done

    def due(self, shard: str, *, now: datetime, limit: int = 100) -> Sequence[DuePosting]:
        listed = [
            record
            for record in self.records.values()
            if record.due_shard == shard and record.due_at is not None and record.due_at <= now
        ]
        listed.sort(key=lambda record: record.due_at or now)
        return [DuePosting(record.pk, record.key) for record in listed[:limit]]


class FakeBooks:
    """A company's books that keep documents by our mark, and fail as a test says.

    `faults` are taken one per create: an exception that is raised `before` or `after` the document
    came into the books. `is_unique` refuses a second document of the same mark.
    """

    def __init__(self, *, is_unique: bool = False) -> None:
        self.documents: list[tuple[Document, DocumentResult]] = []
        self.faults: list[tuple[str, BaseException] | None] = []
        self.find_faults: list[BaseException | None] = []
        self.sent: list[tuple[str, str]] = []
        self.looks = 0
        self.is_unique = is_unique
        self._keys = itertools.count(1)

    def fail(self, when: str, error: BaseException) -> None:
        self.faults.append((when, error))

    def land(self, document: Document) -> DocumentResult:
        number = next(self._keys)
        result = DocumentResult(key=str(number), id=mark_of(document), invoice_key=f"R{number}")
        self.documents.append((document, result))
        return result

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        self.sent.append((control_id, idempotency_key))
        fault = self.faults.pop(0) if self.faults else None
        if fault and fault[0] == "before":
            raise fault[1]
        result = self.land(document)
        if fault:
            raise fault[1]
        return result

    def find(self, document: Document) -> Sequence[Found]:
        self.looks += 1
        fault = self.find_faults.pop(0) if self.find_faults else None
        if fault:
            raise fault
        mark = mark_of(document)
        return [
            Found(
                result,
                mark,
                customer=getattr(known, "customer", ""),
                total=getattr(known, "amount", None),
            )
            for known, result in self.documents
            if type(known) is type(document) and mark_of(known) == mark
        ]

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        customers = (known for known, _ in self.documents if isinstance(known, Customer))
        return [known for known in customers if _is(known, email, customer_id)]

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        return DocumentResult(key=control_id, id=contact.id)

    def marks(self) -> list[str]:
        return [mark_of(document) for document, _ in self.documents]


def _is(customer: Customer, email: str, customer_id: str) -> bool:
    if customer_id:
        return customer.id == customer_id
    return bool(email) and customer.contact is not None and customer.contact.email == email


def only_once(marks: Iterable[str]) -> bool:
    """Whether no mark is there twice."""
    listed = list(marks)
    return len(listed) == len(set(listed))
