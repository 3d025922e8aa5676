"""The general ledger: every posted line, balanced per entity in its base currency or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import DIMENSIONS
from local.intacct_simulator.books.entities import Entities
from local.intacct_simulator.books.money import ZERO
from local.intacct_simulator.books.object_type import OWN, dimensions_of
from local.intacct_simulator.books.periods import Periods
from local.intacct_simulator.books.store import Record, Store

TABLE = "gl_detail"


@dataclass(frozen=True)
class LedgerLine:
    """One line to post; debits are positive. `amount` is in the entity's base currency."""

    account: int
    amount: Decimal
    txn_amount: Decimal
    currency: str
    dimensions: Mapping[str, int | None] = field(default_factory=dict)
    memo: str = ""


@dataclass(frozen=True)
class Posting:
    """The ledger lines of one document and where they come from."""

    entry_date: date
    journal: str
    module: str
    origin_object: str
    origin_key: int
    lines: tuple[LedgerLine, ...]
    description: str = ""
    is_statistical: bool = False


@dataclass(frozen=True)
class BalanceRow:
    """What an account holds: sums of debits and credits, and debit minus credit."""

    account: str
    title: str
    entity: str
    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Debit minus credit."""
        return self.debit - self.credit


class Ledger:
    """Posts, takes back and sums up ledger lines."""

    def __init__(self, store: Store, periods: Periods, entities: Entities) -> None:
        self._store = store
        self._periods = periods
        self._entities = entities

    def post(self, posting: Posting) -> list[Record]:
        """Write a posting's lines, without those of zero (accounting reference R-0.5).

        Raises:
            BusinessError: it does not balance, a period is closed, or a dimension is missing.
        """
        lines = [line for line in posting.lines if line.amount or line.txn_amount]
        homes = [self._entities.of_dimensions(line.dimensions) for line in lines]
        for line, home in zip(lines, homes, strict=True):
            self._check_account(line)
            self._periods.require_open(home["id"], posting.entry_date)
        if not posting.is_statistical:
            _require_balance(lines, homes)
        return [
            self._store.insert(TABLE, self._row(posting, line, home))
            for line, home in zip(lines, homes, strict=True)
        ]

    def of(self, origin_object: str, origin_key: int) -> list[Record]:
        """Give the ledger lines of one document."""
        return self._store.find(TABLE, origin_key=origin_key, origin_object=origin_object)

    def erase(self, origin_object: str, origin_key: int) -> None:
        """Take back the lines of a document that is about to be posted anew.

        Raises:
            BusinessError: they lie in a closed period.
        """
        for row in self.of(origin_object, origin_key):
            home = self._entities.of_dimensions(row)
            self._periods.require_open(home["id"], row["entry_date"])
            self._store.remove(TABLE, row["key"])

    def mirror(
        self, origin_object: str, origin_key: int, *, on: date, as_key: int, as_object: str = ""
    ) -> None:
        """Post the opposite of a document's lines on another day, as lines of its reversal."""
        rows = self.of(origin_object, origin_key)
        if not rows:
            return
        lines = tuple(
            LedgerLine(
                account=row["account"],
                amount=-row["amount"],
                txn_amount=-row["txn_amount"],
                currency=row["currency"],
                dimensions=dimensions_of(row),
                memo=row["memo"],
            )
            for row in rows
        )
        first = rows[0]
        self.post(
            Posting(
                entry_date=on,
                journal=first["journal"],
                module=first["module"],
                origin_object=as_object or origin_object,
                origin_key=as_key,
                lines=lines,
                is_statistical=first["is_statistical"],
            )
        )

    def trial_balance(
        self, *, entity: str = "", as_of: date | None = None, statistical: bool = False
    ) -> list[BalanceRow]:
        """Sum debits and credits per account and entity, in account order."""
        debited: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        credited: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        for row in self._store.rows(TABLE):
            if row["is_statistical"] is not statistical or (as_of and row["entry_date"] > as_of):
                continue
            side = debited if row["amount"] > 0 else credited
            side[row["account"], row["entity_location"]] += abs(row["amount"])
        rows = [
            self._balance(account, home, debited[account, home], credited[account, home])
            for account, home in debited.keys() | credited.keys()
        ]
        wanted = [row for row in rows if not entity or row.entity == entity]
        return sorted(wanted, key=lambda row: (row.account, row.entity))

    def _balance(self, account: int, home: int, debit: Decimal, credit: Decimal) -> BalanceRow:
        holder = self._store.get("account", account)
        place = self._store.get("location", home)
        if holder is None or place is None:
            message = "a ledger line points to an account or entity that is gone"
            raise LookupError(message)
        return BalanceRow(
            account=holder["id"],
            title=holder["name"],
            entity=place["id"],
            currency=place["currency"],
            debit=debit,
            credit=credit,
        )

    def _check_account(self, line: LedgerLine) -> None:
        account = self._store.get("account", line.account)
        if account is None or account["status"] != "active":
            number = line.account if account is None else account["id"]
            raise errors.unknown_reference("account number", number, "account")
        for dimension in DIMENSIONS:
            if account.get(f"require_{dimension}") and not line.dimensions.get(dimension):
                raise errors.missing_dimension(dimension, account["id"])

    def _row(self, posting: Posting, line: LedgerLine, home: Record) -> dict[str, Any]:
        return {
            "entry_date": posting.entry_date,
            "account": line.account,
            "amount": line.amount,
            "txn_amount": line.txn_amount,
            "currency": line.currency,
            "base_currency": home["currency"],
            "entity_location": home["key"],
            "journal": posting.journal,
            "module": posting.module,
            "origin_object": posting.origin_object,
            "origin_key": posting.origin_key,
            "memo": line.memo or posting.description,
            "is_statistical": posting.is_statistical,
            **{name: line.dimensions.get(name) for name in DIMENSIONS},
            "custom_dimensions": {
                name.removeprefix(OWN): key
                for name, key in line.dimensions.items()
                if name.startswith(OWN)
            },
        }


def merged(lines: Iterable[LedgerLine]) -> tuple[LedgerLine, ...]:
    """Add up lines of the same account and dimensions; what cancels out disappears."""
    sums: dict[tuple[Any, ...], LedgerLine] = {}
    for line in lines:
        place = (line.account, line.currency, tuple(sorted(line.dimensions.items())))
        known = sums.get(place)
        sums[place] = (
            line
            if known is None
            else LedgerLine(
                account=line.account,
                amount=known.amount + line.amount,
                txn_amount=known.txn_amount + line.txn_amount,
                currency=line.currency,
                dimensions=line.dimensions,
                memo=known.memo,
            )
        )
    return tuple(line for line in sums.values() if line.amount or line.txn_amount)


def _require_balance(lines: list[LedgerLine], homes: list[Record]) -> None:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line, home in zip(lines, homes, strict=True):
        sums[home["id"]] += line.amount
    for entity, difference in sorted(sums.items()):
        if difference:
            raise errors.unbalanced(f"entity {entity}", difference)
