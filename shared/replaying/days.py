"""A past day's journal rebuilt from archived documents, and what another mapping makes of it.

Each frozen event is sought in the order's life as the archive tells it: it counts as the same where
some moment of that life gives exactly its lines. The events found so are added up like an export
adds them up, and the journals that come out are compared with what the ledger says was sent.
Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from shared.facts.record import FactsRecord, FactsStore, order_pk
from shared.gl.batches import Sealed, postings
from shared.gl.contents import Contents, contents_of, grouped
from shared.gl.days import Day, DayBook, DayKey
from shared.gl.revisions import Batch, BatchState
from shared.ledger.content import content_hash
from shared.ledger.port import Ledger
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry, Posting
from shared.replaying.history import RawDocuments
from shared.replaying.lives import EventState, Life, Replayed, to_find

BookOf = Callable[[FactsRecord], StoreBook]
"""The book of an order in some version of the mapping; raises `NoBookError`."""

OwnOf = Callable[[DayKey, Replayed], Replayed]
"""A payout's own money in its journals, found again in what is kept of the payout."""


def of_no_payout(_key: DayKey, told: Replayed) -> Replayed:
    """For days alone: no payout is known."""
    return replace(told, note="its payout is not known")


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line of the journal that differs: what was frozen, and what comes out now.

    An amount that is None stands for a line that is not there.
    """

    account: str
    side: Side
    dimensions: Dimensions
    frozen: Money | None
    rebuilt: Money | None


@dataclass(frozen=True, slots=True)
class AccountDifference:
    """An account's balance of the day, debits positive: frozen, and under the other mapping."""

    account: str
    frozen: Money
    other: Money

    @property
    def difference(self) -> Money:
        """How much more the other mapping puts there."""
        return self.other - self.frozen


@dataclass(frozen=True, slots=True)
class DayReplay:
    """One batch of a day, rebuilt.

    `is_same` says that every event came out the same, that they have the membership which was
    sealed, and that the journals made of them are byte for byte those that were sent.
    """

    key: DayKey
    sequence: int
    mapping_version: str
    membership: str
    rebuilt_membership: str
    is_sent_content: bool
    events: tuple[Replayed, ...]
    lines: tuple[LineDifference, ...]
    accounts: tuple[AccountDifference, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the archive gives byte for byte the journal that was posted."""
        is_each = all(event.state is EventState.SAME for event in self.events)
        return is_each and self.is_sent_content and self.membership == self.rebuilt_membership


@dataclass(frozen=True, slots=True)
class ReplayParts:
    """What a replay reads; `book_of` is the book that an order was posted under.

    `own_of` finds the money of payouts in the journals that they have with their sales.
    """

    facts: FactsStore
    days: DayBook
    ledger: Ledger
    archive: RawDocuments
    book_of: BookOf
    own_of: OwnOf = of_no_payout


class DayReplayer:
    """Rebuilds days; writes nothing anywhere."""

    def __init__(self, parts: ReplayParts) -> None:
        """Read from `parts`."""
        self._parts = parts

    def replay(self, key: DayKey, *, other: BookOf | None = None) -> list[DayReplay]:
        """Every frozen batch of the day, and with `other` what that mapping makes of it.

        Raises:
            NoBookError: a mapping is not there.
        """
        day = self._parts.days.read(key)
        chain = self._parts.ledger.chain(key.ledger_pk)
        lives: dict[str, Life] = {}
        replays = []
        for batch in day.batches:
            if batch.state in (BatchState.OPEN, BatchState.VOID):
                continue
            events = tuple(
                self._event(key, frozen, lives, other)
                for frozen in sorted(day.members(batch), key=lambda entry: entry.event)
            )
            replays.append(self._batch(key, day, batch, chain, events, is_other=other is not None))
        return replays

    def _event(
        self, key: DayKey, frozen: DayEntry, lives: dict[str, Life], other: BookOf | None
    ) -> Replayed:
        order_id, told = frozen.order_id, to_find(frozen)
        if key.payout and not order_id:
            return _counted(self._parts.own_of(key, told))
        if order_id not in lives:
            record = self._parts.facts.load(order_pk(key.tenant, key.store, order_id))
            if record is None:
                return replace(told, note="nothing is stored of its order")
            parts, book = self._parts, self._parts.book_of(record)
            under = other(record) if other else None
            lives[order_id] = Life(record, parts.days, parts.archive, book, under)
        life = lives[order_id]
        if life.note and not life.moments:
            return replace(told, note=life.note)
        return _counted(life.found(told)) if key.payout else life.found(told)

    def _batch(
        self,
        key: DayKey,
        day: Day,
        batch: Batch,
        chain: Mapping[str, Record],
        events: tuple[Replayed, ...],
        *,
        is_other: bool,
    ) -> DayReplay:
        entries = [event.rebuilt for event in events if event.rebuilt]
        rebuilt = _contents(key, entries, batch.netted)
        kept = self._parts.days.parts(key, batch)
        before = day.batch(batch.replaces) if batch.replaces else None
        sealed_before = Sealed(before, self._parts.days.parts(key, before)) if before else None
        made = postings(key, Sealed(batch, rebuilt.parts), sealed_before) if rebuilt.parts else []
        frozen_lines = [line for part in kept for line in part.lines]
        other = [event.other for event in events if event.other]
        return DayReplay(
            key=key,
            sequence=batch.sequence,
            mapping_version=batch.mapping_version,
            membership=batch.membership_hash,
            rebuilt_membership=rebuilt.membership,
            is_sent_content=bool(made) and _are_sent(made, chain),
            events=events,
            lines=tuple(_differing(frozen_lines, _lines(rebuilt))),
            accounts=tuple(
                _accounts(frozen_lines, _lines(_contents(key, other, batch.netted)), key.currency)
            )
            if is_other
            else (),
        )


def _contents(key: DayKey, entries: Iterable[DayEntry], netted: str) -> Contents:
    """What these events come to; one that belongs to another day now stands in this one."""
    on = key.dated
    of_day = [replace(entry, ledger_on=on) if on else entry for entry in entries]
    return contents_of(of_day, key.store, key.currency, on, netted=netted)


def _counted(found: Replayed) -> Replayed:
    """With the counts where the payout's journals have them: once, in the deposit's part."""
    if found.rebuilt is None:
        return found
    return replace(found, rebuilt=replace(found.rebuilt, counts=found.frozen.counts))


def _lines(contents: Contents) -> list[JournalLine]:
    return [line for part in contents.parts for line in part.lines]


def _are_sent(made: Iterable[Posting], chain: Mapping[str, Record]) -> bool:
    """Whether the ledger knows each of these postings with this very content."""
    return all(
        (known := chain.get(posting.key)) is not None
        and known.content_hash == content_hash(posting.document)
        for posting in made
    )


def _differing(
    frozen: Iterable[JournalLine], rebuilt: Iterable[JournalLine]
) -> Iterator[LineDifference]:
    was, now = grouped(frozen), grouped(rebuilt)
    for group in sorted({**was, **now}, key=repr):
        if was.get(group) != now.get(group):
            side, account, dimensions = group
            yield LineDifference(account, side, dimensions, was.get(group), now.get(group))


def _accounts(
    frozen: Iterable[JournalLine], other: Iterable[JournalLine], currency: str
) -> Iterator[AccountDifference]:
    """The balance of each account on both sides, of those too that do not differ."""
    was, now = _balances(frozen, currency), _balances(other, currency)
    zero = Money.zero(currency)
    for account in sorted({**was, **now}):
        yield AccountDifference(account, was.get(account, zero), now.get(account, zero))


def _balances(lines: Iterable[JournalLine], currency: str) -> dict[str, Money]:
    balances: dict[str, Money] = {}
    for line in lines:
        amount = line.amount if line.side is Side.DEBIT else -line.amount
        balances[line.account] = balances.get(line.account, Money.zero(currency)) + amount
    return balances
