"""One proof of one entity's day: what is read back, what it says, and the statement of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.reconciliation.assembling import Assembly
from shared.reconciliation.balances import Balance, balance_differences
from shared.reconciliation.book import Link
from shared.reconciliation.budget import Budget
from shared.reconciliation.cart_lists import CartLists
from shared.reconciliation.differences import Acceptance, Cause, Difference
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.looks import Asked, SageReads
from shared.reconciliation.reading_back import ReadBacks, Span
from shared.reconciliation.refreshing import RefreshParts
from shared.reconciliation.rows import Row
from shared.reconciliation.statement import Statement, Verdict
from shared.tenants.models import Entity, Tenant

_FIRST_DAY = date(2000, 1, 1)
_NOTHING = Acceptance(frozenset(), "")
_ROWS_AT_ONCE = 500
"""Rows that are told and kept together: what they hold is all of them that is in memory."""


@dataclass(frozen=True, slots=True)
class ProverParts:
    """What proving needs of the outside; `on_failure` is told of a day that broke off.

    `accepted_of` gives what people took for right of a tenant's documents, by posting key;
    `on_read` is told of every document that was read back, and of what differs in it, some at a
    time and before that is kept in the rows. `lists`
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
        balances: Mapping[str, Decimal] | None = None
        with (
            ReadBacks(self._span(), self._rows) as sage,
            closing(Assembly(entity.id, asked.on, self.books)) as assembly,
        ):
            is_read = meter.allows(sage.estimate())
            if is_read:
                reads = self.parts.reads_of(asked.tenant, entity.id)
                sage.read(reads)
                held_there = reads.trial_balance(_FIRST_DAY, asked.on)
                balances = {one.account: one.net for one in held_there if one.net}
            else:
                self.notes.append("Sage was not read: the month's background reads are used up")
            self._assemble(assembly, sage)
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
            roundings=assembly.roundings(),
        )

    def accept_what_was_there(self, statement: Statement) -> None:
        """Take what others had on an account when it was first proved for its opening balance."""
        book, known = self.parts.refresh.book, self._accepted()
        for balance in statement.balances:
            if balance.account not in known and balance.accepted is not None and not self.in_doubt:
                book.accept(statement.tenant, statement.entity, balance.account, balance.accepted)

    def _span(self) -> Span:
        asked, entity = self.asked, self.asked.entity
        return Span(
            entity.id, entity.base_currency, asked.on, self.begun_at, self.latest, asked.again
        )

    def _rows(self) -> Iterator[Row]:
        """Every row of the tenant's stores."""
        for store in self.books:
            yield from self.parts.refresh.book.rows(self.asked.tenant.id, store)

    def _assemble(self, assembly: Assembly, sage: ReadBacks) -> None:
        """Take in every row with what Sage said of it, and keep what it said, some at a time."""
        accepted = self.parts.accepted_of(self.asked.tenant.id)
        replaced = frozenset(key for key, one in accepted.items() if one.is_over)
        left = self._rows()
        while rows := list(islice(left, _ROWS_AT_ONCE)):
            told = [
                (Asked(row.store, row.subject, one), sage.found(one))
                for row in rows
                for one in row.documents
                if sage.was_read(one)
            ]
            if told:
                self.parts.on_read(self.asked.tenant, told)
            keys = {one.document.key for one, _ in told}
            for row in rows:
                late = frozenset(
                    one.key for one in row.documents if one.key in keys and self._is_late(one)
                )
                documents = tuple(
                    sage.updated(one, accepted.get(one.key, _NOTHING)) if one.key in keys else one
                    for one in row.documents
                )
                changed = replace(row, documents=documents)
                if changed != row:
                    self.parts.refresh.book.put(self.asked.tenant.id, changed)
                assembly.add(_without_replaced(changed, replaced), late=late)

    def _is_late(self, document: BookedDocument) -> bool:
        """Whether it came into the books since the last proof, and belongs to a day before."""
        if self.latest is None or document.proved_at is not None or document.troubles:
            return False
        return document.on <= self.latest.on and document.on < self.asked.on

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


def _verdict(*, is_read: bool, has_differences: bool) -> Verdict:
    if not is_read:
        return Verdict.UNREAD
    return Verdict.OPEN if has_differences else Verdict.EQUAL
