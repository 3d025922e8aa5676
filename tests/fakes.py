"""Fakes of what we own, written once and held to the contract tests of the real adapters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from intacct.documents import Contact, Customer, Document, DocumentResult
from intacct.errors import IntacctError
from shared.customers.links import CustomerLink, Progress, StaleLinkError
from shared.facts.record import DueOrder, FactsRecord, StaleFactsError
from shared.facts.record import due_shard as facts_shard
from shared.ledger.port import LostRaceError
from shared.ledger.records import Record
from shared.ledger.run import mark_of
from shared.ledger.states import Write, after, holds, was_ours
from shared.ports import Found
from shared.posting.closings import Closing
from shared.posting.late_items import LateItem
from shared.postings.plan import Finding
from shared.reviews.records import Review, ReviewStatus


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


class FakeBooks:
    """A company's books that keep documents by our mark, and fail as a test says.

    `faults` are taken one per create: an exception that is raised `before` or `after` the document
    came into the books. `is_unique` refuses a second document of the same mark. `batch_faults` are
    taken one per request of several documents, and are the outcome of each of them; `batches` are
    the sizes of those requests.
    """

    def __init__(self, *, is_unique: bool = False) -> None:
        self.documents: list[tuple[Document, DocumentResult]] = []
        self.faults: list[tuple[str, BaseException] | None] = []
        self.find_faults: list[BaseException | None] = []
        self.sent: list[tuple[str, str]] = []
        self.batch_faults: list[tuple[str, IntacctError] | None] = []
        self.batches: list[int] = []
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

    def request_of(self, document: Document) -> str:
        return type(document).__name__

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> Sequence[DocumentResult | IntacctError]:
        self.batches.append(len(documents))
        fault = self.batch_faults.pop(0) if self.batch_faults else None
        if fault and fault[0] == "before":
            return [fault[1]] * len(documents)
        rows = zip(documents, control_ids, idempotency_keys, strict=True)
        outcomes = [self._outcome(*row) for row in rows]
        return [fault[1]] * len(documents) if fault else outcomes

    def _outcome(
        self, document: Document, control_id: str, idempotency_key: str
    ) -> DocumentResult | IntacctError:
        try:
            return self.create(document, control_id=control_id, idempotency_key=idempotency_key)
        except IntacctError as error:
            return error

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


class MemoryFacts:
    """Facts of orders in a dictionary, conditional on their version like the real store."""

    def __init__(self) -> None:
        self.records: dict[str, FactsRecord] = {}
        self.writes = 0

    def load(self, pk: str) -> FactsRecord | None:
        return self.records.get(pk)

    def save(self, record: FactsRecord) -> FactsRecord:
        known = self.records.get(record.pk)
        if (known.version if known else 0) != record.version:
            raise StaleFactsError(record.pk)
        self.writes += 1
        self.records[record.pk] = replace(record, version=record.version + 1)
        return self.records[record.pk]

    def schedule(self, pk: str, *, version: int, due_at: datetime | None) -> bool:
        self.writes += 1
        known = self.records[pk]
        if known.version != version:
            return False
        self.records[pk] = replace(known, due_at=due_at)
        return True

    def due(self, shard: int, *, now: datetime, limit: int = 100) -> Sequence[DueOrder]:
        listed = [
            DueOrder(pk, record.due_at)
            for pk, record in self.records.items()
            if record.due_at is not None and record.due_at <= now and facts_shard(pk) == shard
        ]
        return sorted(listed, key=lambda order: order.due_at)[:limit]


class MemoryReviews:
    """Review records in a dictionary."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Review] = {}
        self.versions: dict[tuple[str, str], int] = {}

    def open(
        self,
        tenant: str,
        subject: str,
        findings: Sequence[Finding],
        *,
        at: datetime,
        details: Mapping[str, str] | None = None,
        version: int | None = None,
    ) -> None:
        known = self.records.get((tenant, subject))
        if self._is_older(tenant, subject, version):
            return
        if version is not None:
            self.versions[(tenant, subject)] = version
        self.records[(tenant, subject)] = Review(
            tenant=tenant,
            subject=subject,
            status=ReviewStatus.OPEN,
            findings=tuple(findings),
            first_seen_at=known.first_seen_at if known else at,
            last_seen_at=at,
            times=known.times + 1 if known else 1,
            details=details or {},
        )

    def close(self, tenant: str, subject: str, *, at: datetime, version: int | None = None) -> None:
        known = self.records.get((tenant, subject))
        if known and not self._is_older(tenant, subject, version):
            closed = replace(known, status=ReviewStatus.CLOSED, last_seen_at=at)
            self.records[(tenant, subject)] = closed

    def _is_older(self, tenant: str, subject: str, version: int | None) -> bool:
        return version is not None and version < self.versions.get((tenant, subject), 0)

    def all(self, tenant: str) -> Iterator[Review]:
        return (review for (of, _), review in self.records.items() if of == tenant)

    def is_open(self, tenant: str, subject: str) -> bool:
        known = self.records.get((tenant, subject))
        return known is not None and known.status is ReviewStatus.OPEN


class MemoryLinks:
    """Links of buyers in a dictionary, conditional on their version like the real store."""

    def __init__(self) -> None:
        self.links: dict[tuple[str, str], CustomerLink] = {}
        self.same: dict[tuple[str, str], str] = {}
        self.looked: dict[str, Progress] = {}
        self.reads = 0
        self.writes = 0

    def load(self, tenant: str, *buyers: str) -> CustomerLink | None:
        for buyer in buyers:
            self.reads += 1
            place = (tenant, self.same.get((tenant, buyer), buyer))
            if place in self.links:
                return self.links[place]
        return None

    def put_new(self, link: CustomerLink) -> CustomerLink:
        self.writes += 1
        place = (link.tenant, self.same.get((link.tenant, link.buyer), link.buyer))
        return self.links.setdefault(place, replace(link, version=1))

    def point(self, tenant: str, buyer: str, target: str) -> None:
        place = (tenant, buyer)
        if buyer != target and place not in self.links:
            self.writes += 1
            self.same.setdefault(place, target)

    def save(self, link: CustomerLink) -> CustomerLink:
        place = (link.tenant, link.buyer)
        known = self.links.get(place)
        if known is None or known.version != link.version:
            raise StaleLinkError(link.buyer)
        self.writes += 1
        self.links[place] = replace(link, version=link.version + 1)
        return self.links[place]

    def all(self, tenant: str, *, after: str = "") -> Iterator[CustomerLink]:
        places = sorted(place for place in self.links if place[0] == tenant and place[1] > after)
        return iter([self.links[place] for place in places])

    def progress(self, tenant: str) -> Progress | None:
        return self.looked.get(tenant)

    def note_progress(self, tenant: str, progress: Progress) -> None:
        self.looked[tenant] = progress


class MemoryClosings:
    """Closings in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Closing] = {}

    def load(self, tenant: str, entity: str) -> Closing | None:
        return self.kept.get((tenant, entity))

    def save(self, tenant: str, entity: str, closing: Closing) -> None:
        self.kept[tenant, entity] = closing


class MemoryLateItems:
    """The late-items list in a dictionary."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], LateItem] = {}

    def add(self, tenant: str, item: LateItem) -> None:
        self.items[tenant, item.key] = item

    def all(self, tenant: str) -> Iterator[LateItem]:
        return iter([item for (of, _), item in sorted(self.items.items()) if of == tenant])
