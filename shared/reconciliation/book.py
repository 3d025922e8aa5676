"""What a proof keeps and what it is made from, as ports; `shared.reconciliation.store` keeps them.

The proof book has one row for each order, payout and day of a store. Statements of an entity form a
chain: each link names the one before it by its hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from shared.reconciliation.orders import OrderState
from shared.reconciliation.rows import Row


@dataclass(frozen=True, slots=True)
class RowHead:
    """A row without what is in it: enough to see whether it must be made anew."""

    name: str
    version: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Link:
    """One statement in the chain of its entity.

    `files` are the digests of what is stored of it, by the ending of the file's name. `hash` is
    over all other members.
    """

    tenant: str
    entity: str
    sequence: int
    on: date
    made_at: datetime
    verdict: str
    previous: str
    files: tuple[tuple[str, str], ...]
    hash: str = ""

    @property
    def name(self) -> str:
        """Where its files lie, without their endings; two that race never share it."""
        place = f"proofs/{self.tenant}/{self.entity}"
        told = dict(self.files).get("json", "")[:16]
        return f"{place}/{self.sequence:08d}-{self.on.isoformat()}-{told}"


class ChainMovedError(Exception):
    """Somebody else added a statement of this entity meanwhile: prove again after it."""


class ProofBook(Protocol):
    """Keeps rows and statements; statements are added, never changed."""

    def heads(self, tenant: str, store: str) -> Iterator[RowHead]:
        """Every row of a store without what is in it."""
        ...

    def row(self, tenant: str, store: str, name: str) -> Row | None:
        """One row, or None."""
        ...

    def rows(self, tenant: str, store: str) -> Iterator[Row]:
        """Every row of a store, a page at a time."""
        ...

    def put(self, tenant: str, row: Row) -> None:
        """Store a row in place of the one of its name."""
        ...

    def latest(self, tenant: str, entity: str) -> Link | None:
        """The newest link of an entity's chain."""
        ...

    def links(self, tenant: str, entity: str) -> Iterator[Link]:
        """All links of an entity's chain, the oldest first."""
        ...

    def append(self, link: Link, files: Mapping[str, bytes]) -> None:
        """Store a statement's files, then its link.

        Raises:
            ChainMovedError: there is a link of its sequence already.
        """
        ...

    def file(self, link: Link, ending: str) -> bytes | None:
        """What is stored of a statement under that ending; None where nothing is."""
        ...

    def accepted(self, tenant: str, entity: str) -> Mapping[str, Decimal]:
        """What others had entered per account when that was accepted last."""
        ...

    def accept(self, tenant: str, entity: str, account: str, amount: Decimal) -> None:
        """From now on that much of others on the account is no difference."""
        ...


class Sources(Protocol):
    """Where rows are made from, beside payouts and day books."""

    def order_versions(self, tenant: str) -> Iterator[tuple[str, str, int]]:
        """Store, id and facts version of every order of a tenant; reads the table in pages."""
        ...

    def known(self, tenant: str, store: str, order_ids: Iterable[str]) -> set[str]:
        """Those of the orders that somebody told of, by consistent reads."""
        ...

    def order(self, tenant: str, store: str, order_id: str) -> OrderState | None:
        """One order with its postings, by consistent reads."""
        ...

    def sent_since(self, tenant: str, since: datetime) -> Iterator[str]:
        """The ledger partitions of a tenant in which something was sent since."""
        ...
