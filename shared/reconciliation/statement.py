"""A proof statement: one entity's ledger day, what is equal, what differs, and what is open.

The statement is data; `page`, `tables` and `chain` show it, list it and make it unchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from shared.reconciliation.balances import Balance
from shared.reconciliation.differences import Difference


class Verdict(StrEnum):
    """What the proof says. EQUAL: cart equals books. OPEN: every difference is named.

    UNREAD: Sage was not read, so that nothing is proved of it.
    """

    EQUAL = "equal"
    OPEN = "open"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class KindDay:
    """Documents of one kind of a store on the day: wanted by the facts, posted, proved in Sage."""

    kind: str
    wanted: int
    wanted_amount: Decimal
    posted: int
    posted_amount: Decimal
    proved: int
    proved_amount: Decimal


@dataclass(frozen=True, slots=True)
class MoneyDay:
    """Money that moved at one account on the day: as the cart tells it, and as it is booked."""

    account: str
    in_cart: Decimal
    in_books: Decimal


@dataclass(frozen=True, slots=True)
class StoreDay:
    """One store on the day."""

    store: str
    subjects: int
    kinds: tuple[KindDay, ...] = ()
    money: tuple[MoneyDay, ...] = ()
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class AccountDay:
    """What the day's documents move on one account: as they say, and what the proof found more."""

    account: str
    expected: Decimal
    difference: Decimal


@dataclass(frozen=True, slots=True)
class LateItem:
    """A document of an earlier day that this proof saw for the first time (R-17.9)."""

    store: str
    subject: str
    what: str
    on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class AwaitedItem:
    """An event that waits for the payout that pays it (R-11.1); no difference."""

    store: str
    subject: str
    what: str
    since: date
    amount: Decimal
    currency: str

    def age_days(self, on: date) -> int:
        """How many days it has waited on that ledger day."""
        return (on - self.since).days


@dataclass(frozen=True, slots=True)
class CartList:
    """What a cart's own list of a day's orders said beside our facts.

    `listed` counts what its pages told, `missing` the orders that have no facts here, those of
    earlier days among them. `not_asked` is why the list was not read, or not to its end.
    """

    store: str
    listed: int = 0
    missing: int = 0
    not_asked: str = ""


@dataclass(frozen=True, slots=True)
class RoundingWeek:
    """A store's rounding lines of the seven days that end with the day (R-9.6).

    `amount` is what they come to on the rounding account, debits positive: a drift to one side is
    no rounding. `largest` is the largest one, without its side.
    """

    store: str
    lines: int
    amount: Decimal
    largest: Decimal


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading Sage cost, in API transactions: this proof, and the month of its company.

    `background` are those of proofs in the month, this one among them, `background_max` what they
    may be. `forecast` is what all transactions of the month come to if it goes on like this.
    """

    transactions: int
    month: str
    background: int
    background_max: int
    used: int
    allowance: int
    forecast: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The proof of one entity's ledger day.

    `sequence` counts the statements of the entity from 1, `previous` is the link of the one before
    it. `seen_from` is when the one before was begun, `made_at` when this one was. `accepted` are
    differences of documents that a person took for right: they speak against nothing. `awaited` are
    the oldest of the events that wait for payouts. `lists` are what the carts themselves list,
    `roundings` the rounding lines of stores that had some.
    """

    tenant: str
    entity: str
    currency: str
    on: date
    made_at: datetime
    verdict: Verdict
    sequence: int = 0
    previous: str = ""
    seen_from: datetime | None = None
    stores: tuple[StoreDay, ...] = ()
    accounts: tuple[AccountDay, ...] = ()
    balances: tuple[Balance, ...] = ()
    differences: tuple[Difference, ...] = ()
    late: tuple[LateItem, ...] = ()
    reading: Reading | None = None
    notes: tuple[str, ...] = ()
    accepted: tuple[Difference, ...] = ()
    schema: int = field(default=1)
    awaited: tuple[AwaitedItem, ...] = ()
    lists: tuple[CartList, ...] = ()
    roundings: tuple[RoundingWeek, ...] = ()

    @property
    def is_true(self) -> bool:
        """Whether cart equals books."""
        return self.verdict is Verdict.EQUAL


def encode(statement: Statement) -> bytes:
    """The statement as canonical JSON: the same statement always gives the same bytes."""
    return _adapter().dump_json(statement)


def decode(body: bytes) -> Statement:
    """The statement in these bytes.

    Raises:
        pydantic.ValidationError: they are no statement.
    """
    return _adapter().validate_json(body)


@cache
def _adapter() -> TypeAdapter[Statement]:
    return TypeAdapter(Statement)
