"""The journals of a summary channel's day, line by line from its events (R-11.2 to R-11.8).

A revision holds whole events, a reversal holds those of the revision it takes back with their sides
turned, a delta holds what an event says now less what it said before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from commerce.money import Money, total
from intacct.documents import Dimensions, JournalEntry, JournalLine, Side
from intacct.statistics import StatisticalEntry
from shared.explain.counts import Counted, difference, explained_counts
from shared.explain.lines import ExplainedEntry, ExplainedLine, Part, explained, rules_of
from shared.gl.batches import Sealed, original, postings
from shared.gl.contents import Adder, Group, SummaryError
from shared.gl.corrections import OTHER, part_differences
from shared.gl.days import DayBook, DayKey, KeptEntry
from shared.gl.revisions import Batch, BatchKind, BatchState
from shared.ledger.content import content_hash
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.postings.day_fees import is_fee
from shared.postings.plan import DayEntry, Posting


@dataclass(frozen=True, slots=True)
class _Share:
    """What a line of an event puts on one side of its account; below zero it takes it away."""

    entry: DayEntry
    line: JournalLine
    side: Side
    amount: Money
    place: Dimensions | None = None

    @property
    def group(self) -> Group:
        """The line of the journal that it is in; `place` where netting put it elsewhere."""
        return (self.side, self.line.account, self.place or self.line.dimensions)

    def turned(self) -> _Share:
        """The same on the other side."""
        return replace(self, side=OTHER[self.side])

    def on(self, line: JournalLine) -> _Share:
        """The same as a part of that line, which others are netted in."""
        amount = self.amount if self.side is line.side else -self.amount
        return replace(self, side=line.side, amount=amount, place=line.dimensions)


_Parts = dict[Group, list[Part]]


@dataclass(slots=True)
class _Content:
    """What one batch counts: its events by journal, and whether they are those that were sealed."""

    batch: Batch
    sealed: Sealed
    by_part: dict[int, list[DayEntry]] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def entries(self) -> dict[str, DayEntry]:
        """All events by name."""
        return {entry.event: entry for entries in self.by_part.values() for entry in entries}

    def shares(self, part: int) -> list[_Share]:
        """What the events of one journal put on their accounts."""
        return [
            _Share(entry, line, line.side, line.amount)
            for entry in self.by_part.get(part, ())
            for line in entry.lines
        ]


class ExplainedDays:
    """Takes the journals of days apart; reads the day book and the given ledger records."""

    def __init__(self, days: DayBook) -> None:
        """Read from this day book."""
        self._days = days

    def journals(
        self,
        key: DayKey,
        chain: Mapping[str, Record],
    ) -> list[ExplainedEntry]:
        """Every journal of the day that was begun, and its counts, as they were made.

        Args:
            key: the day.
            chain: its ledger partition.
        """
        day = self._days.read(key)
        kept = day.entries
        entries: list[ExplainedEntry] = []
        for batch in day.batches:
            if batch.state is BatchState.OPEN:
                continue
            now = self._content(key, batch, kept)
            replaced = day.batch(batch.replaces) if batch.replaces else None
            before = self._content(key, replaced, kept) if replaced else None
            entries += self._of_batch(key, now, before, chain)
        return entries

    def _content(self, key: DayKey, batch: Batch, kept: Iterable[KeptEntry]) -> _Content:
        content = _Content(batch, Sealed(batch, self._days.parts(key, batch)))
        adder = Adder(key.store, key.currency, key.dated, netted=batch.netted)
        for one in kept:
            entry = one.as_of(batch.sequence)
            if entry is None:
                continue
            try:
                part = adder.add(entry)
            except SummaryError:
                content.is_whole, part = False, 1  # somebody changed it: told, not hidden
            content.by_part.setdefault(part, []).append(entry)
        is_sealed = adder.contents().membership == batch.membership_hash
        content.is_whole = content.is_whole and is_sealed
        return content

    def _of_batch(
        self,
        key: DayKey,
        now: _Content,
        before: _Content | None,
        chain: Mapping[str, Record],
    ) -> Iterator[ExplainedEntry]:
        planned = postings(key, now.sealed, before.sealed if before else None)
        made = _journals(planned)
        own = len(_journals(original(key, now.sealed)))
        differing = part_differences(before.sealed.parts if before else (), now.sealed.parts)
        for place, posting in enumerate(made, start=1):
            if now.batch.kind is BatchKind.DELTA:
                shares = _difference(now, before, is_fees=differing[place - 1].is_fees)
            elif place <= own:
                shares = now.shares(place)
            else:
                assert before is not None, "only a correction takes something back"  # noqa: S101
                shares = [share.turned() for share in before.shares(place - own)]
            record = chain.get(posting.key)
            if record is not None or now.batch.state is not BatchState.VOID:
                groups = _grouped(_netted(shares, now.batch.netted, posting))
                yield _entry(key, now, posting, record, _lines(posting, groups))
        for posting in planned:
            record = chain.get(posting.key)
            if isinstance(posting.document, StatisticalEntry) and record is not None:
                lines = explained_counts(posting.document, _counted(posting, now, before))
                yield _entry(key, now, posting, record, lines)


def _counted(posting: Posting, now: _Content, before: _Content | None) -> Iterable[Counted]:
    """The events whose counts an entry adds or takes back."""
    old = before.entries if before else {}
    if ":reversal:" in posting.key:
        return [Counted(entry, -1) for entry in old.values()]
    if now.batch.kind is BatchKind.DELTA:
        return difference(now.entries, old)
    return [Counted(entry) for entry in now.entries.values()]


def _journals(made: Iterable[Posting]) -> list[Posting]:
    """The journals of money among them."""
    return [posting for posting in made if isinstance(posting.document, JournalEntry)]


def _entry(
    key: DayKey,
    content: _Content,
    posting: Posting,
    record: Record | None,
    lines: tuple[ExplainedLine, ...],
) -> ExplainedEntry:
    document = posting.document
    assert isinstance(document, JournalEntry | StatisticalEntry), "chosen by its kind"  # noqa: S101
    return ExplainedEntry(
        key=posting.key,
        kind=posting.kind.value,
        subject=f"payout {key.payout}" if key.payout else f"day {key.place}",
        store=key.store,
        posted_on=document.posted_on,
        mapping_version=content.batch.mapping_version,
        lines=lines,
        reference=mark_of(document),
        sage_key=record.result.key if record and record.result else "",
        state=_state(content.batch, record),
        problems=tuple(_problems(content, posting, record)),
    )


def _lines(posting: Posting, parts: _Parts) -> tuple[ExplainedLine, ...]:
    document = posting.document
    assert isinstance(document, JournalEntry), "chosen by its kind"  # noqa: S101
    return tuple(
        explained(number, line, parts.get((line.side, line.account, line.dimensions), ()))
        for number, line in enumerate(document.lines, start=1)
    )


def _state(batch: Batch, record: Record | None) -> str:
    """Where the journal is; a draft is in Sage and counts nowhere until a person posts it."""
    if record is None:
        return ""
    return f"{record.state.value}, as a draft" if batch.is_draft else record.state.value


def _problems(content: _Content, posting: Posting, record: Record | None) -> Iterator[str]:
    if not content.is_whole:
        yield f"the events of {content.batch.name} are not those that were sealed"
    if record is None:
        yield "the ledger does not know this journal: it was never sent"
        return
    if record.content_hash != content_hash(posting.document):
        yield "the journal that was sent has another content than its frozen events give"
    if record.state is not State.DONE:
        yield f"it is not in the books: {record.state.value}"


def _netted(shares: Iterable[_Share], netted: str, posting: Posting) -> Iterator[_Share]:
    """The shares with those of the netted account on its one line, or gone where it has none."""
    document = posting.document
    assert isinstance(document, JournalEntry), "chosen by its kind"  # noqa: S101
    left = next((line for line in document.lines if netted and line.account == netted), None)
    for share in shares:
        if not netted or share.line.account != netted:
            yield share
        elif left is not None:
            yield share.on(left)


def _grouped(shares: Iterable[_Share]) -> _Parts:
    """Shares as the parts of the journal's lines, in the order of their events."""
    parts: _Parts = {}
    for share in sorted(shares, key=lambda share: share.entry.event):
        entry = share.entry
        part = Part(
            what=entry.event,
            amount=share.amount,
            order_id=entry.order_id,
            rules=rules_of(share.line, entry.why),
            mapping_version=entry.mapping_version,
        )
        parts.setdefault(share.group, []).append(part)
    return parts


def _difference(now: _Content, before: _Content | None, *, is_fees: bool) -> list[_Share]:
    """What events say now less what they said, on the side where the journal has it (J-11.6)."""
    assert before is not None, "a difference is one between two batches"  # noqa: S101
    old, new = before.entries, now.entries
    groups: dict[Group, list[_Share]] = {}
    for sign, mine, other in ((1, new, old), (-1, old, new)):
        for event, entry in mine.items():
            if is_fee(event) is not is_fees:
                continue
            if event in other and other[event].lines == entry.lines:
                continue
            for line in entry.lines:
                share = _Share(entry, line, line.side, line.amount * sign)
                groups.setdefault(share.group, []).append(share)
    told: list[_Share] = []
    for shares in groups.values():
        if total((share.amount for share in shares), shares[0].amount.currency).is_negative:
            turned = (replace(share, amount=-share.amount).turned() for share in shares)
            told += turned
        else:
            told += shares
    return told
