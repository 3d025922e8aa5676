"""One proof of one entity's day: what is read back, what it says, and the statement of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from intacct.reading import Marked
from shared.ledger.records import State
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.reconciliation.assembling import Assembly
from shared.reconciliation.balances import Balance, balance_differences
from shared.reconciliation.book import Link
from shared.reconciliation.budget import Budget
from shared.reconciliation.cart_lists import CartLists
from shared.reconciliation.differences import Acceptance, Cause, Difference
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.ledgers import look_at_lines
from shared.reconciliation.looks import Asked, SageReads, gone, look, touched
from shared.reconciliation.refreshing import RefreshParts
from shared.reconciliation.rows import Row
from shared.reconciliation.statement import Statement, Verdict
from shared.tenants.models import Entity, Tenant

_FIRST_DAY = date(2000, 1, 1)
_HISTORY = timedelta(days=40)
_NOTHING = Acceptance(frozenset(), "")
_OVERLAP = timedelta(minutes=10)
"""How far before the last proof Sage is asked for changes: rows of open transactions come late."""


@dataclass(frozen=True, slots=True)
class ProverParts:
    """What proving needs of the outside; `on_failure` is told of a day that broke off.

    `accepted_of` gives what people took for right of a tenant's documents, by posting key;
    `on_read` is told of every document that was read back, and of what differs in it. `lists`
    compares what carts list with the facts; None where no cart is asked.
    """

    refresh: RefreshParts
    reads_of: Callable[[Tenant, str], SageReads]
    budget: Budget
    on_failure: Callable[[str, str, date, Exception], None]
    accepted_of: Callable[[str], Mapping[str, Acceptance]] = lambda _: {}
    on_read: Callable[[Tenant, Sequence[tuple[Asked, tuple[Difference, ...]]]], None] = (
        lambda _tenant, _read: None
    )
    lists: CartLists | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be proved, and how."""

    tenant: Tenant
    entity: Entity
    on: date
    deadline: datetime
    again: bool = False


@dataclass(slots=True)
class DayProof:
    """One run over the rows of a tenant for one entity's day."""

    parts: ProverParts
    asked: Wanted
    latest: Link | None
    begun_at: datetime
    updates: dict[str, BookedDocument] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    in_doubt: int = 0

    @property
    def books(self) -> Mapping[str, StoreBook]:
        """The books of every store of the tenant, by store."""
        found = {}
        for store in self.asked.tenant.stores:
            book = store_book(self.asked.tenant, store.id)
            if book is not None:
                found[store.id] = book
        return found

    def statement(self) -> Statement:
        """Read Sage back, note what it said, and put the statement together.

        Raises:
            IntacctError: Sage could not be read.
        """
        asked, entity, lists = self.asked, self.asked.entity, self.parts.lists
        listed = lists.compare(asked.tenant, entity, asked.on, asked.deadline) if lists else ()
        meter = self.parts.budget.begin(asked.tenant, self.begun_at)
        is_read = meter.allows(self._estimate())
        balances: Mapping[str, Decimal] | None = None
        if is_read:
            reads = self.parts.reads_of(asked.tenant, entity.id)
            self._read_back(reads)
            balances = {
                one.account: one.net for one in reads.trial_balance(_FIRST_DAY, asked.on) if one.net
            }
        else:
            self.notes.append("Sage was not read: the month's background reads are used up")
        assembly = Assembly(entity.id, asked.on, self.books)
        accepted = self.parts.accepted_of(asked.tenant.id)
        replaced = frozenset(key for key, one in accepted.items() if one.is_over)
        for row in self._rows(written=True):
            keys = frozenset(one.key for one in row.documents if one.key in self.late)
            assembly.add(_without_replaced(row, replaced), late=keys)
        held = assembly.balances.balances(balances, self._accepted(), assembly.explained)
        differences = [*assembly.differences, *self._by_others(assembly, held)]
        return Statement(
            tenant=asked.tenant.id,
            entity=entity.id,
            currency=entity.base_currency,
            on=asked.on,
            made_at=self.begun_at,
            verdict=_verdict(is_read=is_read, has_differences=bool(differences)),
            seen_from=self.latest.made_at if self.latest else None,
            stores=assembly.stores(),
            accounts=assembly.accounts(),
            balances=held,
            differences=tuple(sorted(differences, key=lambda one: one.place)),
            late=tuple(sorted(assembly.late, key=lambda one: (one.on, one.store, one.what))),
            accepted=tuple(sorted(assembly.accepted, key=lambda one: one.place)),
            reading=meter.reading(),
            notes=(*self.notes, *assembly.notes()),
            awaited=assembly.awaited(),
            lists=listed,
        )

    def accept_what_was_there(self, statement: Statement) -> None:
        """Take what others had on an account when it was first proved for its opening balance."""
        book, known = self.parts.refresh.book, self._accepted()
        for balance in statement.balances:
            if balance.account not in known and balance.accepted is not None and not self.in_doubt:
                book.accept(statement.tenant, statement.entity, balance.account, balance.accepted)

    def _rows(self, *, written: bool = False) -> Iterator[Row]:
        """Every row of the tenant's stores; with what Sage said, and stored so, when `written`."""
        book = self.parts.refresh.book
        for store in self.books:
            for row in book.rows(self.asked.tenant.id, store):
                if written and any(one.key in self.updates for one in row.documents):
                    documents = tuple(self.updates.get(one.key, one) for one in row.documents)
                    changed = replace(row, documents=documents)
                    if changed != row:
                        book.put(self.asked.tenant.id, changed)
                    yield changed
                else:
                    yield row

    def _posted(self, *, or_in_doubt: bool = False) -> Iterator[Asked]:
        """The entity's documents up to the day that are in the books, as the ledger knows."""
        for row in self._rows():
            for one in row.documents:
                is_here = one.entity == self.asked.entity.id and one.on <= self.asked.on
                may_be = or_in_doubt and one.state is State.SENT
                if (one.is_posted or may_be) and is_here and one.can_be_read_back:
                    yield Asked(row.store, row.subject, one)

    def _is_new(self, document: BookedDocument) -> bool:
        is_again = self.asked.again and document.on == self.asked.on
        return is_again or (document.proved_at is None and not document.troubles)

    def _estimate(self) -> tuple[int, int]:
        """How many documents will be read back, and on how many days."""
        new = [one.document for one in self._posted() if self._is_new(one.document)]
        return len(new), len({one.on for one in new})

    def _read_back(self, reads: SageReads) -> None:
        changed = self._changed(reads)
        wanted: list[Asked] = []
        with_lines: list[Asked] = []
        for one in self._posted():
            document = one.document
            is_changed = (document.marked, document.sage_key) in changed
            if is_changed or document.troubles or self._is_new(document):
                wanted.append(one)
                if is_changed or self._is_new(document):
                    with_lines.append(one)
        looked = look(wanted, reads, told_since=self.begun_at - _HISTORY)
        there = [one for one in with_lines if one.document.key in looked.dates]
        days = {looked.dates[one.document.key] for one in there}
        beside = [
            one
            for one in self._posted(or_in_doubt=True)
            if one.document.on in days or not one.document.is_posted
        ]
        lines = look_at_lines(
            there, beside, looked.dates, reads, base_currency=self.asked.entity.base_currency
        )
        judged = {one.document.key for one in with_lines}
        accepted = self.parts.accepted_of(self.asked.tenant.id)
        told: list[tuple[Asked, tuple[Difference, ...]]] = []
        for one in wanted:
            document, key = one.document, one.document.key
            kept = () if document.key in judged else _of_accounts(document)
            troubles = (
                *looked.troubles.get(document.key, ()),
                *lines.troubles.get(document.key, ()),
                *kept,
            )
            told.append((one, troubles))
            acceptance = accepted.get(key, _NOTHING)
            # What was taken back as it stood moves nothing any more.
            is_over = acceptance.is_over and document.is_undone
            troubles = () if is_over else acceptance.marked(troubles)
            if self.latest and document.proved_at is None and not document.troubles:
                self._note_late(document)
            self.updates[document.key] = replace(
                document,
                on=document.on if document.is_dated else looked.dates.get(key, document.on),
                troubles=troubles,
                proved_at=None if troubles else document.proved_at or self.begun_at,
                effect=lines.effects.get(document.key, document.effect),
                base_effect=lines.base_effects.get(document.key, document.base_effect),
            )

        self.parts.on_read(self.asked.tenant, told)

    def _note_late(self, document: BookedDocument) -> None:
        if self.latest and document.on <= self.latest.on and document.on < self.asked.on:
            self.late.add(document.key)

    def _changed(self, reads: SageReads) -> set[tuple[Marked, str]]:
        if self.latest is None:
            return set()
        since = self.latest.made_at - _OVERLAP
        return touched(reads, since) | gone(reads, since)

    def _accepted(self) -> Mapping[str, Decimal]:
        """What others had entered when the account was first proved, or when it was accepted."""
        return self.parts.refresh.book.accepted(self.asked.tenant.id, self.asked.entity.id)

    def _by_others(self, assembly: Assembly, held: Sequence[Balance]) -> list[Difference]:
        self.in_doubt = assembly.in_doubt
        if self.latest is not None and self.asked.on < self.latest.on:
            self.notes.append("an earlier day: what others entered since is not judged")
            return []
        if assembly.in_doubt:
            self.notes.append(
                f"{assembly.in_doubt} documents are in doubt: what others entered is not judged"
            )
            return []
        found = list(
            balance_differences(
                held, assembly.explained, self.asked.on, self.asked.entity.base_currency
            )
        )
        if found and self._was_sent_meanwhile():
            self.notes.append("postings travelled meanwhile: what others entered is not judged")
            return []
        return found

    def _was_sent_meanwhile(self) -> bool:
        sent = self.parts.refresh.sources.sent_since(self.asked.tenant.id, self.begun_at)
        return next(iter(sent), None) is not None


def _without_replaced(row: Row, keys: Collection[str]) -> Row:
    """The row without asking who wants documents that were posted anew under other keys."""
    gone = {one.what for one in row.documents if one.key in keys}
    left = tuple(
        one for one in row.differences if one.cause is not Cause.NOT_IN_CART or one.what not in gone
    )
    return replace(row, differences=left) if len(left) < len(row.differences) else row


def _of_accounts(document: BookedDocument) -> tuple[Difference, ...]:
    """What was found before on single accounts, where the ledger is not read again."""
    return tuple(one for one in document.troubles if one.account)


def _verdict(*, is_read: bool, has_differences: bool) -> Verdict:
    if not is_read:
        return Verdict.UNREAD
    return Verdict.OPEN if has_differences else Verdict.EQUAL
