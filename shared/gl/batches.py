"""The postings of a sealed batch: deterministic, so that a second run makes the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from intacct.documents import JournalEntry, JournalLine
from intacct.entries import mirrored
from intacct.statistics import StatisticalEntry, StatisticalLine
from shared.gl.contents import Contents, Part, contents_of
from shared.gl.corrections import count_difference, mirrored_counts, part_differences
from shared.gl.days import Day, DayKey
from shared.gl.revisions import Batch, BatchKind, BatchState
from shared.ledger.run import mark_of
from shared.policy.choices import SummaryJournals
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import DayEntry, Posting, PostingKind


class MembershipError(Exception):
    """The events of a sealed batch are not those that were sealed: nothing of it may be posted."""

    def __init__(self, batch: Batch) -> None:
        """Name the batch."""
        super().__init__(f"the events of {batch.name} are not those that were sealed")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed batch and the lines of its journals."""

    batch: Batch
    parts: tuple[Part, ...]


def netted_account(key: DayKey, book: StoreBook) -> str:
    """Where a payout's money and the sales that it pays meet and cancel out; of days, none."""
    return book.mapping.accounts.get(Role.PAYOUT_CLEARING, "") if key.payout else ""


def sealed(batch: Batch, contents: Contents, book: StoreBook, *, netted: str = "") -> Batch:
    """The batch with its membership, and all that says how it is posted (R-11.4)."""
    return replace(
        batch,
        state=BatchState.SEALED,
        members=contents.members,
        membership_hash=contents.membership,
        debits=f"{contents.debits}",
        counts=contents.counts,
        mapping_version=contents.mapping_version or book.mapping.version,
        entity=book.entity,
        journal=book.mapping.definitions.journal,
        statistical_journal=book.mapping.definitions.statistical_journal,
        is_draft=book.policy.summary_journals is SummaryJournals.DRAFT,
        netted=netted,
    )


def sealed_of(key: DayKey, entries: Iterable[DayEntry], book: StoreBook) -> Sealed:
    """The first batch of a day whose events are at hand all together, as an export would seal it.

    Raises:
        SummaryError: the events do not make balanced journals.
    """
    contents = contents_of(entries, key.store, key.currency, key.on)
    return Sealed(sealed(Batch(1, BatchState.OPEN), contents, book), contents.parts)


def postings(key: DayKey, now: Sealed, before: Sealed | None = None) -> list[Posting]:
    """What a sealed batch brings into the books, in the order in which it must go there.

    A revision that corrects another one comes first and what it replaces is taken back after it:
    whatever Sage may refuse of the new journals, the old ones still stand then (R-11.8).

    Args:
        key: the day.
        now: the batch.
        before: the batch that it corrects, None for the first one.
    """
    maker = _Maker(key, now.batch, _mark_of(key, before))
    if now.batch.kind is BatchKind.DELTA:
        assert before is not None, "a difference is one between two batches"  # noqa: S101
        counts = count_difference(before.batch.counts, now.batch.counts)
        differences = part_differences(before.parts, now.parts)
        return [*maker.journals(differences), *maker.statistics(counts)]
    made = [*maker.journals(now.parts), *maker.statistics(now.batch.counts)]
    if before is None:
        return made
    if not now.batch.takes_back:
        return made
    successor = mark_of(made[0].document) if made else ""
    return [*made, *_Maker(key, before.batch).mirrors(original(key, before), successor)]


def journals_of(day: Day, batch: Batch) -> list[Posting]:
    """The postings of a sealed batch of a day that was read whole, made from its events anew.

    Raises:
        MembershipError: the events are not those that were sealed.
        SummaryError: the events do not make balanced journals.
    """
    before = day.batch(batch.replaces)
    return postings(day.key, _made_anew(day, batch), _made_anew(day, before) if before else None)


def _made_anew(day: Day, batch: Batch) -> Sealed:
    key = day.key
    members = day.members(batch)
    contents = contents_of(members, key.store, key.currency, key.dated, netted=batch.netted)
    if contents.membership != batch.membership_hash:
        raise MembershipError(batch)
    return Sealed(batch, contents.parts)


def original(key: DayKey, of: Sealed) -> list[Posting]:
    """What a revision posted by itself, without what it took back."""
    maker = _Maker(key, of.batch)
    return [*maker.journals(of.parts), *maker.statistics(of.batch.counts)]


def _mark_of(key: DayKey, before: Sealed | None) -> str:
    """Our number of a batch's first journal, empty where it has none."""
    made = original(key, before) if before is not None else []
    return mark_of(made[0].document) if made else ""


class _Maker:
    """Makes the postings of one batch; `predecessor` is our number of what it corrects."""

    def __init__(self, key: DayKey, batch: Batch, predecessor: str = "") -> None:
        self._key = key
        self._batch = batch
        self._predecessor = predecessor
        self._on = batch.posted_on or key.on

    def journals(self, parts: Sequence[Part]) -> Iterator[Posting]:
        """One journal for each part."""
        for part in parts:
            number = part.number if len(parts) > 1 else 0
            posting = self._key_of("summary", PostingKind.GL_BATCH, number)
            lines = self._noted(part.lines)
            yield Posting(
                key=posting,
                kind=PostingKind.GL_BATCH,
                document=JournalEntry(
                    reference=self._mark(posting, PostingKind.GL_BATCH),
                    journal=self._batch.journal,
                    posted_on=self._on,
                    description=self._told(number, is_fees=part.is_fees),
                    lines=lines,
                    is_draft=self._batch.is_draft,
                    is_batch=True,
                ),
                effect=() if self._batch.is_draft else lines,
                true_on=self._key.on,
            )

    def statistics(self, counts: tuple[StatisticalLine, ...]) -> Iterator[Posting]:
        """The counts of the batch, where it has any and the company has a journal for them."""
        if not counts or not self._batch.statistical_journal:
            return
        posting = self._key_of("statistics", PostingKind.STATISTICAL, 0)
        yield Posting(
            key=posting,
            kind=PostingKind.STATISTICAL,
            document=StatisticalEntry(
                reference=self._mark(posting, PostingKind.STATISTICAL),
                journal=self._batch.statistical_journal,
                posted_on=self._on,
                description=self._told(0),
                lines=counts,
                is_draft=self._batch.is_draft,
            ),
            true_on=self._key.on,
        )

    def mirrors(self, made: Sequence[Posting], successor: str) -> Iterator[Posting]:
        """The entries that undo these, on the same day."""
        in_place = f", in its place {successor}" if successor else ""
        for number, posting in enumerate(made, start=1 if len(made) > 1 else 0):
            document = posting.document
            kind = posting.kind
            taken_back = self._key_of("reversal", kind, number)
            mark = self._mark(taken_back, kind)
            description = f"{self._key.place}: takes back {mark_of(document)}{in_place}"
            if isinstance(document, JournalEntry):
                entry = mirrored(document, reference=mark, posted_on=document.posted_on)
                entry = replace(entry, description=description)
                yield Posting(taken_back, kind, entry, (), entry.lines, self._key.on)
            elif isinstance(document, StatisticalEntry):
                counts = replace(
                    document,
                    reference=mark,
                    description=description,
                    lines=mirrored_counts(document.lines),
                )
                yield Posting(taken_back, kind, counts, true_on=self._key.on)

    def _key_of(self, what: str, kind: PostingKind, part: int) -> str:
        key, batch = self._key, self._batch
        purpose = key.purpose(what, batch.sequence)
        if batch.posted_on is not None:
            purpose += f":{batch.posted_on.isoformat()}"
        if part:
            purpose += f":{part}"
        return posting_key(
            tenant=key.tenant, entity=batch.entity, kind=kind, store=key.store, purpose=purpose
        )

    def _mark(self, posting: str, kind: PostingKind) -> str:
        shown = self._key.payout or self._key.on.strftime("%Y%m%d")
        return document_number(posting, kind, shown)

    def _noted(self, lines: tuple[JournalLine, ...]) -> tuple[JournalLine, ...]:
        """The lines of a payout's journal name it, as the bank's own line does (R-6.9)."""
        if not self._key.payout:
            return lines
        return tuple(replace(line, memo=f"payout {self._key.payout}") for line in lines)

    def _told(self, part: int, *, is_fees: bool = False) -> str:
        text, batch = self._key.place, self._batch
        if is_fees:
            text += ", gateway fees"
        if batch.kind is BatchKind.DELTA:
            text += f", correction of {self._predecessor}"
        elif batch.replaces:
            text += f", revision {batch.sequence}, in place of {self._predecessor}"
        return f"{text}, part {part}" if part else text
