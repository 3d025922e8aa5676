"""From rows to a statement: the day's documents by store and kind, balances, what differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from shared.policy.choices import PostingMode
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind
from shared.reconciliation.balances import (
    ITEMS_MAX,
    Balances,
    control_accounts,
    moved_by_others,
)
from shared.reconciliation.differences import Difference
from shared.reconciliation.documents import WORDS, BookedDocument
from shared.reconciliation.rows import Row
from shared.reconciliation.statement import (
    AccountDay,
    AwaitedItem,
    KindDay,
    LateItem,
    MoneyDay,
    RoundingWeek,
    StoreDay,
)

_Sums = dict[str, Decimal]
_WEEK = timedelta(days=7)


@dataclass(slots=True)
class _Sum:
    """How many documents, and what they come to."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def add(self, amount: Decimal) -> None:
        self.count += 1
        self.amount += amount


@dataclass(slots=True)
class _Kind:
    """Sums of one kind of documents on the day."""

    wanted: _Sum = field(default_factory=_Sum)
    posted: _Sum = field(default_factory=_Sum)
    in_sage: _Sum = field(default_factory=_Sum)


@dataclass(slots=True)
class _StoreSums:
    """What a store's rows come to on the day."""

    subjects: int = 0
    waiting: int = 0
    kinds: dict[PostingKind, _Kind] = field(default_factory=lambda: defaultdict(_Kind))
    in_cart: _Sums = field(default_factory=lambda: defaultdict(Decimal))
    in_books: _Sums = field(default_factory=lambda: defaultdict(Decimal))


class Assembly:
    """Takes in the rows of all stores of a tenant, and says what they come to for one entity."""

    def __init__(self, entity: str, on: date, books: Mapping[str, StoreBook]) -> None:
        """`books` are those of every store of the tenant, by store."""
        self._entity = entity
        self._on = on
        self._books = books
        here = [book for book in books.values() if book.entity == entity]
        self.balances = Balances(entity, on, control_accounts(here))
        self.differences: list[Difference] = []
        self.accepted: list[Difference] = []
        self.late: list[LateItem] = []
        self.in_doubt = 0
        self._awaited: list[AwaitedItem] = []
        self._awaited_count = 0
        self.explained: _Sums = defaultdict(Decimal)
        self._accounts: _Sums = defaultdict(Decimal)
        self._found: _Sums = defaultdict(Decimal)
        self._rounded: dict[str, list[Decimal]] = defaultdict(list)
        self._stores: dict[str, _StoreSums] = {
            store: _StoreSums() for store, book in sorted(books.items()) if book.entity == entity
        }

    def close(self) -> None:
        """Clear away what lies on disk; what was asked of it before stays."""
        self.balances.close()

    def add(self, row: Row, *, late: frozenset[str]) -> None:
        """Take in a row; `late` are the keys of its documents that belong to an earlier day."""
        self.balances.add(row)
        if row.store in self._stores:
            self.differences += [one for one in row.differences if one.since <= self._on]
            self._add_to_store(self._stores[row.store], row)
            self._await(row)
        for document in row.documents:
            if document.entity != self._entity or document.on > self._on:
                continue
            for trouble in document.troubles:
                (self.accepted if trouble.accepted else self.differences).append(trouble)
            for account, amount in moved_by_others(document):
                self.explained[account] += amount
            self.in_doubt += document.state is not None and document.state.value == "SENT"
            if document.on == self._on and document.is_posted:
                self._add_to_accounts(document)
            if document.key in late:
                self.late.append(_late(row, document))
            if document.is_posted and self._on - document.on < _WEEK:
                self._round(row.store, document)

    def _round(self, store: str, document: BookedDocument) -> None:
        if document.rounded is not None and not document.is_undone:
            self._rounded[store].append(document.rounded)

    def roundings(self) -> tuple[RoundingWeek, ...]:
        """The rounding lines of each store that had some in the week that ends with the day."""
        return tuple(
            RoundingWeek(store, len(lines), sum(lines, start=Decimal(0)), max(map(abs, lines)))
            for store, lines in sorted(self._rounded.items())
        )

    def _await(self, row: Row) -> None:
        """Take in what waits for payouts; of very much, only the oldest is kept."""
        waiting = [
            AwaitedItem(row.store, row.subject, one.event, one.on, one.amount, row.currency)
            for one in row.awaited
            if one.on <= self._on
        ]
        self._awaited_count += len(waiting)
        self._awaited += waiting
        if len(self._awaited) > 2 * ITEMS_MAX:
            self._awaited = list(self.awaited())

    def _add_to_store(self, sums: _StoreSums, row: Row) -> None:
        today = [one for one in row.documents if one.on == self._on and one.entity == self._entity]
        moved = [one for one in row.money if one.on == self._on]
        sums.subjects += bool(today or moved)
        sums.waiting += row.is_waiting
        for document in today:
            kind = sums.kinds[document.kind]
            if document.is_wanted:
                kind.wanted.add(document.amount)
            if document.is_posted:
                kind.posted.add(document.amount)
            if document.is_posted and document.is_in_sage:
                kind.in_sage.add(document.amount_in_sage)
        if self._books[row.store].policy.posting_mode is not PostingMode.DETAIL:
            return
        for one in moved:
            sums.in_cart[one.account] += one.amount
        for document in today:
            if row.name.startswith("order#") and document.is_posted:
                for account, amount in document.effect or ():
                    sums.in_books[account] += amount

    def _add_to_accounts(self, document: BookedDocument) -> None:
        for account, amount in document.effect or ():
            self._accounts[account] += amount
        for trouble in document.troubles:
            if trouble.account and trouble.amount is not None:
                self._found[trouble.account] += trouble.amount

    def awaited(self) -> tuple[AwaitedItem, ...]:
        """What waits for payouts, the oldest first; of very much, the oldest items."""
        ordered = sorted(self._awaited, key=lambda one: (one.since, one.store, one.what))
        return tuple(ordered[:ITEMS_MAX])

    def notes(self) -> tuple[str, ...]:
        """What is too long to be listed."""
        left = self._awaited_count - ITEMS_MAX
        return (f"{left} more events wait for their payouts",) if left > 0 else ()

    def stores(self) -> tuple[StoreDay, ...]:
        """Every store of the entity on the day."""
        return tuple(_store_day(store, sums) for store, sums in self._stores.items())

    def accounts(self) -> tuple[AccountDay, ...]:
        """What the day's documents move on each account."""
        names = sorted({*self._accounts, *self._found})
        return tuple(
            AccountDay(name, self._accounts[name], self._found[name])
            for name in names
            if self._accounts[name] or self._found[name]
        )


def _store_day(store: str, sums: _StoreSums) -> StoreDay:
    kinds = tuple(
        KindDay(
            kind=WORDS[kind],
            wanted=one.wanted.count,
            wanted_amount=one.wanted.amount,
            posted=one.posted.count,
            posted_amount=one.posted.amount,
            proved=one.in_sage.count,
            proved_amount=one.in_sage.amount,
        )
        for kind, one in sorted(sums.kinds.items())
    )
    money = tuple(
        MoneyDay(account, sums.in_cart[account], sums.in_books[account])
        for account in sorted(sums.in_cart)
    )
    return StoreDay(store, sums.subjects, kinds, money, sums.waiting)


def _late(row: Row, document: BookedDocument) -> LateItem:
    return LateItem(
        store=row.store,
        subject=row.subject,
        what=document.what,
        on=document.on,
        amount=document.amount,
        currency=document.currency,
    )
