"""Balance-sheet truth: what each control account should hold, by whom, and what Sage says it holds.

An account that only the connector should move (clearing, advances, gift cards, store credit, taxes,
facilitator tax, transit, reserves) must equal the sum of what we posted, plus what it held before
(R-17.2 to R-17.4). What others entered is told apart and stays open until it is accepted.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from heapq import nsmallest
from itertools import groupby
from operator import itemgetter

from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument, Effect
from shared.reconciliation.ledger_desk import opened
from shared.reconciliation.rows import Row

ITEMS_MAX = 500
"""Open items of one account that a statement lists; the others are one sum."""

_ROLES = {
    Role.CUSTOMER_ADVANCES: "customer advances",
    Role.MARKETPLACE_TAX: "facilitator tax",
    Role.GIFT_CARDS: "gift cards",
    Role.STORE_CREDIT: "store credit",
    Role.DEFERRED_REVENUE: "deferred revenue",
    Role.PAYOUTS_IN_TRANSIT: "payouts in transit",
    Role.RESERVES_HELD: "reserves held",
    Role.SETTLEMENT_CARRIED_FORWARD: "settlements carried forward",
    Role.DISPUTES_RECEIVABLE: "disputes",
    Role.REFUNDS_PAYABLE: "refunds owed",
    Role.TIPS_PAYABLE: "tips payable",
    Role.DUTIES_COLLECTED: "duties collected",
}


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What one order or payout has on an account, and since when."""

    store: str
    subject: str
    since: date
    amount: Decimal

    def age_days(self, on: date) -> int:
        """How many days it has been there on that ledger day."""
        return (on - self.since).days


@dataclass(frozen=True, slots=True)
class Balance:
    """One control account on one ledger day, debits positive, in the entity's base currency.

    `ours` is the sum of what we posted, `sage` what Sage holds, None where it was not read;
    `accepted` is what others had entered when the first proof was made, or was accepted since.
    `items` make up `ours` where open items settle one another; `rest` is what is not listed.
    """

    account: str
    role: str
    ours: Decimal
    sage: Decimal | None
    accepted: Decimal | None = None
    items: tuple[OpenItem, ...] = ()
    rest: Decimal = Decimal(0)

    @property
    def by_others(self) -> Decimal | None:
        """What others entered; None where Sage was not read."""
        return None if self.sage is None else self.sage - self.ours

    @property
    def difference(self) -> Decimal:
        """What others entered and nobody accepted."""
        if self.by_others is None or self.accepted is None:
            return Decimal(0)
        return self.by_others - self.accepted


def control_accounts(books: Iterable[StoreBook]) -> dict[str, str]:
    """The accounts that only the connector should move, and what each is; banks are none."""
    found: dict[str, str] = {}
    banks = set()
    for book in books:
        mapping = book.mapping
        banks.add(mapping.accounts.get(Role.BANK))
        for role, word in _ROLES.items():
            if mapping.accounts.get(role):
                found.setdefault(mapping.accounts[role], word)
        for tender in mapping.tenders:
            found.setdefault(tender.account, f"clearing {tender.gateway}")
        for tax in mapping.taxes:
            found.setdefault(tax.account, f"tax {tax.title}")
        if mapping.accounts.get(Role.PAYOUT_CLEARING):
            found.setdefault(mapping.accounts[Role.PAYOUT_CLEARING], "clearing")
    return {account: word for account, word in sorted(found.items()) if account not in banks}


_TABLES = "CREATE TABLE move (account TEXT, store TEXT, subject TEXT, dated TEXT, amount TEXT);"


@dataclass(slots=True)
class Balances:
    """Adds up rows, in any order, to what each control account of an entity should hold.

    What single orders and payouts have on an account lies on disk; it is to be closed.
    """

    entity: str
    on: date
    accounts: Mapping[str, str]
    _sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _moves: sqlite3.Connection = field(default_factory=lambda: opened(_TABLES))

    def close(self) -> None:
        """Clear away what lies on disk."""
        self._moves.close()

    def add(self, row: Row) -> None:
        """Take in a row's posted documents up to the day."""
        for document in row.documents:
            is_here = document.entity == self.entity and document.on <= self.on
            if document.is_posted and is_here:
                for account, amount in document.balance_effect:
                    self._move(account, row.store, row.subject, document.on, amount)
        for part in row.settled:
            is_booked = any(d.is_posted and d.on <= self.on for d in row.documents)
            if is_booked:
                order = f"order {part.order_id}"
                self._move(part.account, row.store, order, part.on, -part.amount)
                self._move(part.account, row.store, row.subject, part.on, part.amount)

    def _move(self, account: str, store: str, subject: str, on: date, amount: Decimal) -> None:
        if account not in self.accounts:
            return
        self._sums[account] += amount
        if _settles(self.accounts[account]):
            told = (account, store, subject, on.isoformat(), str(amount))
            self._moves.execute("INSERT INTO move VALUES (?, ?, ?, ?, ?)", told)

    def _items(self, account: str) -> Iterator[OpenItem]:
        """What each order or payout has on the account, those left out that have nothing."""
        moves = self._moves.execute(
            "SELECT store, subject, dated, amount FROM move WHERE account = ?"
            " ORDER BY store, subject",
            (account,),
        )
        for (store, subject), told in groupby(moves, itemgetter(0, 1)):
            parts = list(told)
            amount = sum((Decimal(part[3]) for part in parts), start=Decimal(0))
            if amount:
                since = date.fromisoformat(min(part[2] for part in parts))
                yield OpenItem(store, subject, since, amount)

    def balances(
        self,
        sage: Mapping[str, Decimal] | None,
        accepted: Mapping[str, Decimal],
        explained: Mapping[str, Decimal],
    ) -> tuple[Balance, ...]:
        """Every control account.

        Args:
            sage: what Sage holds per account, accounts of zero left out; None if it was not read.
            accepted: what others had entered per account when it was last accepted; of an account
                that is not named it is what they have now.
            explained: what named differences of documents move on each account.
        """
        zero = Decimal(0)
        found = []
        for account, role in self.accounts.items():
            ours = self._sums.get(account, zero)
            held = None if sage is None else sage.get(account, zero)
            opening = None if held is None else held - ours - explained.get(account, zero)
            listed = tuple(nsmallest(ITEMS_MAX, self._items(account), key=_age))
            found.append(
                Balance(
                    account=account,
                    role=role,
                    ours=ours,
                    sage=held,
                    accepted=accepted.get(account, opening),
                    items=listed,
                    rest=ours - sum((item.amount for item in listed), start=zero),
                )
            )
        return tuple(found)


def _settles(role: str) -> bool:
    """Whether items of such an account settle one another; what is owed in taxes does not."""
    return not role.startswith("tax ")


def _age(item: OpenItem) -> tuple[date, str, str]:
    return (item.since, item.store, item.subject)


def moved_by_others(document: BookedDocument) -> Effect:
    """What was done to the document in Sage moves on each account, as far as its troubles say."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for trouble in document.troubles:
        if trouble.account and trouble.amount is not None:
            sums[trouble.account] += trouble.amount
            continue
        times = _times(document, trouble)
        for account, amount in document.balance_effect:
            sums[account] += times * amount
    return tuple((account, amount) for account, amount in sorted(sums.items()) if amount)


def _times(document: BookedDocument, trouble: Difference) -> int:
    """How many documents of this effect there are too many; below zero, too few."""
    if trouble.amount is None or not document.amount:
        return 0
    if trouble.cause is Cause.DUPLICATED_IN_SAGE:
        return int(trouble.amount / document.amount)
    return -1 if trouble.amount == -document.amount else 0


def balance_differences(
    balances: Iterable[Balance], explained: Mapping[str, Decimal], on: date, currency: str
) -> Iterator[Difference]:
    """What others entered on control accounts, unless a document's own difference says it.

    Args:
        balances: the control accounts.
        explained: what named differences of documents move on each account (`moved_by_others`).
        on: the ledger day.
        currency: the entity's base currency.
    """
    for balance in balances:
        left = balance.difference - explained.get(balance.account, Decimal(0))
        if left:
            yield Difference(
                store="",
                subject=f"account {balance.account}",
                cause=Cause.BY_OTHERS,
                what=balance.role,
                text="Sage holds another amount than what we posted and what was accepted",
                since=on,
                amount=left,
                currency=currency,
                account=balance.account,
            )
