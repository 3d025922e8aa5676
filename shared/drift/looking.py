"""Is a document of ours in Sage as it was sent? Compared as the daily proof compares it.

What the ledger remembers of a document is compared with its head each time. The posted lines behind
it are read only where somebody may have touched them: where the head differs, or where the document
was changed later than anything that we sent of its order, payout or day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from intacct.reading import Kept, LedgerLine, Marked, ReadBack, Standing
from shared.drift.subjects import Subjects, parts_of, subject_of
from shared.ledger.document_index import DocumentIndex, Place
from shared.ledger.evidence import Expected
from shared.ledger.port import Ledger
from shared.ledger.records import Record, State
from shared.postings.keys import entity_of
from shared.postings.plan import PostingKind
from shared.reconciliation.chains import booked, kind_of, undone
from shared.reconciliation.differences import Difference
from shared.reconciliation.documents import MARKED_AS, BookedDocument
from shared.reconciliation.ledgers import look_at_lines
from shared.reconciliation.looks import KEPT_AS, Asked, compared, not_there
from shared.tenants.models import Tenant

OURS_FOR = timedelta(minutes=2)
"""How long after we sent something a change of the document counts as ours: one request, and the
difference of the clocks."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_RECEIVABLES = (Marked.AR_INVOICE, Marked.ADJUSTMENT, Marked.ADVANCE, Marked.PAYMENT)


class ReadsDocuments(Protocol):
    """What is read of one entity's books (`intacct.read_router.IntacctReads`)."""

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        """Documents by our references."""
        ...

    def standings(self, kind: Kept, keys: Iterable[str]) -> Sequence[Standing]:
        """Records with these keys."""
        ...

    def ledger_lines(self, start_on: date, end_on: date) -> Iterator[LedgerLine]:
        """Posted lines of a range of days."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at one posted document of ours found; without differences it is as it was sent.

    `is_there` says whether Sage shows it at all, `changed_at` when it was changed last there.
    """

    place: Place
    asked: Asked
    is_there: bool
    differences: tuple[Difference, ...] = ()
    changed_at: datetime | None = None


@dataclass(slots=True)
class _Work:
    """One posted document under way."""

    place: Place
    record: Record
    asked: Asked
    ours_until: datetime
    there: list[ReadBack]
    differences: list[Difference]
    is_whole: bool = False

    @property
    def key(self) -> str:
        return self.place.key

    @property
    def is_touched(self) -> bool:
        """Whether somebody else may have changed it."""
        stamps = [read.modified_at for read in self.there if read.modified_at is not None]
        is_late = any(stamp > self.ours_until for stamp in stamps)
        return self.is_whole or is_late or bool(self.differences)


class DocumentLooker:
    """Looks at posted documents of a tenant; nothing is written anywhere."""

    def __init__(
        self,
        ledger: Ledger,
        index: DocumentIndex,
        subjects: Subjects,
        reads_of: Callable[[Tenant, str], ReadsDocuments],
    ) -> None:
        """`reads_of` gives what reads the books of a tenant and entity."""
        self._ledger = ledger
        self._index = index
        self._subjects = subjects
        self._reads_of = reads_of

    def look(
        self, tenant: Tenant, places: Iterable[Place], *, whole: Collection[str] = ()
    ) -> list[Seen]:
        """How these documents stand; what is not in the books as the ledger knows is left out.

        Args:
            tenant: whose documents.
            places: their postings.
            whole: posting keys of documents whose lines are read in any case.

        Raises:
            IntacctError: Sage could not be read; looking again is safe.
            botocore.exceptions.ClientError: the tables could not be read.
        """
        seen = []
        for entity, works in sorted(self._by_entity(tenant, places).items()):
            reads = self._reads_of(tenant, entity)
            _read(works, reads)
            for work in works:
                work.is_whole = work.key in whole
            self._read_lines(tenant, entity, works, reads)
            seen += [_seen(work) for work in works]
        return seen

    def _by_entity(self, tenant: Tenant, places: Iterable[Place]) -> Mapping[str, list[_Work]]:
        by_pk: dict[str, set[str]] = defaultdict(set)
        for place in places:
            by_pk[place.pk].add(place.key)
        found: dict[str, list[_Work]] = defaultdict(list)
        for pk, keys in sorted(by_pk.items()):
            chain = self._ledger.chain(pk)
            for key in sorted(keys & chain.keys()):
                work = _work(Place(pk, key), chain, tenant)
                if work is not None:
                    found[entity_of(key)].append(work)
        return found

    def _read_lines(
        self, tenant: Tenant, entity: str, works: Sequence[_Work], reads: ReadsDocuments
    ) -> None:
        """Add what the ledger's lines say of documents that somebody may have touched."""
        touched = [work for work in works if work.there and work.is_touched]
        told = self._whole(tenant, touched)
        dates = {key: read for work in touched for key, read in _date_of(work)}
        asked = [one for one in told.values() if one.document.key in dates]
        if not asked:
            return
        known = tenant.entity(entity)
        looked = look_at_lines(
            asked,
            self._beside(tenant, asked, {work.place.pk for work in touched}, reads),
            dates,
            reads,
            base_currency=known.base_currency if known else "",
        )
        for work in touched:
            work.differences += looked.troubles.get(work.key, [])

    def _whole(self, tenant: Tenant, works: Sequence[_Work]) -> Mapping[str, Asked]:
        """The documents with what they were to move, where that is known and anything at all."""
        documents: dict[str, BookedDocument] = {}
        for pk in {work.place.pk for work in works}:
            documents |= self._subjects.documents(tenant, pk)
        return {
            work.key: replace(work.asked, document=documents[work.key])
            for work in works
            if work.key in documents and documents[work.key].effect
        }

    def _beside(
        self,
        tenant: Tenant,
        asked: Sequence[Asked],
        own_pks: set[str],
        reads: ReadsDocuments,
    ) -> list[Asked]:
        """Other receivables of ours that share a key with one of those: lines name keys alone.

        Customer refunds are not read by key: those of the same orders are taken.
        """
        kinds = {one.document.marked for one in asked}
        if not kinds & {*_RECEIVABLES, Marked.CUSTOMER_REFUND}:
            return []
        keys = {one.document.sage_key for one in asked}
        ours = {one.document.key for one in asked}
        places: set[Place] = set()
        for kind in _RECEIVABLES:
            for standing in reads.standings(KEPT_AS[kind], keys):
                places |= set(self._index.places(tenant.id, standing.reference))
        found = []
        for pk in own_pks | {place.pk for place in places}:
            for document in self._subjects.documents(tenant, pk).values():
                if document.sage_key in keys and document.is_posted and document.key not in ours:
                    _, store, _ = parts_of(pk)
                    found.append(Asked(store, subject_of(pk), document))
        return found


def gone(seen: Seen, *, at: datetime | None, by: str) -> Seen:
    """The same of a document that is known to be deleted; `at` and `by` as far as Sage tells."""
    return replace(seen, differences=(not_there(seen.asked, at=at, by=by),), changed_at=at)


def _work(place: Place, chain: Mapping[str, Record], tenant: Tenant) -> _Work | None:
    record, kind = chain[place.key], kind_of(place.key)
    if record.state is not State.DONE or record.result is None or kind not in MARKED_AS:
        return None
    assert kind is not None, "no kind is read back as nothing"  # noqa: S101
    _, store, _ = parts_of(place.pk)
    sent = [one.sent_at for one in chain.values() if one.sent_at is not None]
    document = _as_sent(
        record, kind, tenant, is_undone=place.key in undone(chain, or_in_doubt=True)
    )
    return _Work(
        place=place,
        record=record,
        asked=Asked(store, subject_of(place.pk), document),
        ours_until=max(sent, default=_NEVER) + OURS_FOR,
        there=[],
        differences=[],
    )


def _as_sent(
    record: Record, kind: PostingKind, tenant: Tenant, *, is_undone: bool
) -> BookedDocument:
    """The document's head as the ledger remembers it."""
    stated = Expected.read(record.expected) if record.expected else Expected()
    entity = tenant.entity(entity_of(record.key))
    usual = entity.base_currency if entity else ""
    bare = BookedDocument(
        key=record.key,
        kind=kind,
        reference=record.document_number,
        on=date.min,
        currency=stated.totals[0].currency if stated.totals else usual,
        # Sage states a sales order's total anew whenever a part of it is converted.
        effect=() if kind is PostingKind.SALES_ORDER else None,
        is_dated=record.dated_on is not None,
        is_undone=is_undone,
    )
    return booked(bare, record, None)


def _read(works: Sequence[_Work], reads: ReadsDocuments) -> None:
    """Read every document back by its reference, and compare its head."""
    by_kind: dict[Marked, list[_Work]] = defaultdict(list)
    for work in works:
        by_kind[work.asked.document.marked].append(work)
    for kind, wanted in sorted(by_kind.items()):
        found: dict[str, dict[str, ReadBack]] = defaultdict(dict)
        for read in reads.read_back(kind, (work.asked.document.reference for work in wanted)):
            found[read.reference][read.key] = read
        for work in wanted:
            work.there = list(found[work.asked.document.reference].values())
            if work.there:
                work.differences = compared(work.asked, work.there)


def _date_of(work: _Work) -> Iterator[tuple[str, date]]:
    """The date that the document has in Sage, where it says one."""
    own = [read for read in work.there if read.key == work.asked.document.sage_key]
    dated = (own or work.there)[0].dated_on
    if dated is not None:
        yield work.key, dated


def _seen(work: _Work) -> Seen:
    stamps = [read.modified_at for read in work.there if read.modified_at is not None]
    return Seen(
        place=work.place,
        asked=work.asked,
        is_there=bool(work.there),
        differences=tuple(work.differences),
        changed_at=max(stamps, default=None),
    )
