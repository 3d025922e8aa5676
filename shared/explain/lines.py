"""A ledger line taken apart into what it is made of, and whether the parts add up to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from shared.postings.hits import LineReason


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count on a statistical account: it has no currency (R-12.1)."""

    amount: Decimal
    currency: str = ""

    def plain(self) -> str:
        """As people read it."""
        return f"{self.amount:f}"

    def __bool__(self) -> bool:
        """Whether it counts anything."""
        return bool(self.amount)


@dataclass(frozen=True, slots=True)
class Origin:
    """What an order's postings rest on.

    `sources` are the archive keys of the documents that its facts were made of, `configured` is the
    version of the tenant's document that it is posted under, 0 where none was noted.
    """

    sources: tuple[str, ...] = ()
    configured: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One event's, document's or payout row's share in a ledger line.

    `what` names it (`sale:1001`, `refund:77`, `payout row 3: fee`), `order_id` its order, empty
    where it belongs to none. `amount` is positive where it adds to the line's side. `rules` are the
    places of the mapping that led it there, under `mapping_version`.
    """

    what: str
    amount: Money | Quantity
    order_id: str = ""
    rules: tuple[str, ...] = ()
    mapping_version: str = ""
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line of an entry, by its place from 1, and its parts.

    `is_partial` says that only some of its parts are told: those of one order.
    """

    number: int
    account: str
    side: Side
    amount: Money | Quantity
    dimensions: Dimensions
    parts: tuple[Part, ...]
    is_partial: bool = False

    @property
    def explained(self) -> Money | Quantity:
        """What the parts come to."""
        return self._as(sum((part.amount.amount for part in self.parts), start=Decimal(0)))

    @property
    def difference(self) -> Money | Quantity:
        """What no part explains; zero when they add up."""
        return self._as(self.amount.amount - self.explained.amount)

    @property
    def adds_up(self) -> bool:
        """Whether the parts are the line, to the cent; of a partial line nothing is asked."""
        return self.is_partial or not self.difference

    def _as(self, amount: Decimal) -> Money | Quantity:
        """So much of what the line has."""
        if isinstance(self.amount, Quantity):
            return Quantity(amount)
        return Money(amount, self.amount.currency).rounded()


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """One document of the books with its ledger lines.

    `key` is the posting key, `reference` our number in Sage, `sage_key` Sage's own; `subject` is
    what it is about (`order 1001`, `day outlet 2026-03-02 USD`). `posted_on` is None for what has
    no ledger date. `problems` say why the explanation
    is not proved to be that of the document in the books.
    """

    key: str
    kind: str
    subject: str
    store: str
    posted_on: date | None
    mapping_version: str
    lines: tuple[ExplainedLine, ...]
    reference: str = ""
    sage_key: str = ""
    state: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Whether every line adds up and nothing else is in doubt."""
        return not self.problems and all(line.adds_up for line in self.lines)

    @property
    def all_problems(self) -> tuple[str, ...]:
        """The problems, with a sentence for each line that does not add up."""
        wrong = (
            f"line {line.number} ({line.account} {line.side.value}):"
            f" {line.difference.plain()} of {line.amount.plain()} are not explained"
            for line in self.lines
            if not line.adds_up
        )
        return (*self.problems, *wrong)

    def only(self, numbers: Iterable[int]) -> ExplainedEntry:
        """The entry with these of its lines alone."""
        wanted = set(numbers)
        return replace(self, lines=tuple(line for line in self.lines if line.number in wanted))


def rules_of(line: JournalLine, why: Iterable[LineReason]) -> tuple[str, ...]:
    """The rules behind a line, as the plan told them."""
    return tuple(
        str(hit)
        for reason in why
        if (reason.account, reason.side, reason.dimensions)
        == (line.account, line.side, line.dimensions)
        for hit in reason.hits
    )


def explained(number: int, line: JournalLine, parts: Iterable[Part]) -> ExplainedLine:
    """A ledger line with what it is made of."""
    return ExplainedLine(
        number, line.account, line.side, line.amount, line.dimensions, tuple(parts)
    )
