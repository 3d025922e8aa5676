"""The worked journals read from their table, and an order's life played through the planner."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import tests.accounting.more_lives  # registers its lives
import tests.accounting.rounding_lives  # noqa: F401  # likewise
from commerce.money import total
from intacct.documents import DocumentResult, JournalLine, SalesDocument, Side
from shared.ledger.content import effect_digest
from shared.postings.plan import Posted, Posting
from shared.postings.planner import plan
from tests.accounting.lives import OrderLife

TABLE = tomllib.loads(Path(__file__).with_name("journals.toml").read_text(encoding="utf-8"))

Entry = dict[tuple[str, str], Decimal]
"""Account (with its dimensions where the row names them) and side, to an amount."""

_LINE = re.compile(r"(Dr|Cr) (\d{4}(?:-[A-Z]+)?)(\[[^\]]*\])? (\d+\.\d\d)")


@dataclass(frozen=True, slots=True)
class Row:
    """One worked journal."""

    id: str
    event: str
    entry: str
    life: str = ""
    postings: tuple[str, ...] = ()
    reason: str = ""
    clears: str = ""
    without: str = ""
    nets: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """Rows in order and the balances they end in."""

    id: str
    title: str
    rows: tuple[str, ...]
    life: str = ""
    balances: str = ""
    before: tuple[str, ...] = ()
    reason: str = ""


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}


ROWS = {row["id"]: Row(**_tuples(row)) for row in TABLE["rows"]}
EVERY_SCENARIO = {item["id"]: Scenario(**_tuples(item)) for item in TABLE["scenarios"]}
SCENARIOS = {name: scenario for name, scenario in EVERY_SCENARIO.items() if scenario.life}


def parse(entry: str) -> Entry:
    """An entry in the table's notation; a text that is not wholly understood is an error."""
    read: Entry = {}
    for part in _parts(entry):
        found = _LINE.fullmatch(part)
        if not found:
            message = f"not a ledger line: {part}"
            raise ValueError(message)
        side, account, dimensions, amount = found.groups()
        key = (account + (dimensions or ""), side)
        read[key] = read.get(key, Decimal(0)) + Decimal(amount)
    return read


def _parts(entry: str) -> list[str]:
    return [part.strip() for part in re.split(r";(?![^\[]*\])", entry)]


def told(lines: Iterable[JournalLine], *, by_dimension: bool = False) -> Entry:
    """Ledger lines in the same form."""
    read: Entry = {}
    for line in lines:
        account = line.account
        if by_dimension:
            values = {"L": line.dimensions.location, "D": line.dimensions.department}
            account += "[" + ";".join(f"{key}={v}" for key, v in values.items() if v) + "]"
        key = (account, "Dr" if line.side is Side.DEBIT else "Cr")
        read[key] = read.get(key, Decimal(0)) + line.amount.amount
    return read


def netted(*entries: Entry) -> dict[str, Decimal]:
    """What entries come to by account, debits positive; no zeros."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        for (account, side), amount in entry.items():
            sums[account] = sums.get(account, Decimal(0)) + (amount if side == "Dr" else -amount)
    return {account: amount for account, amount in sums.items() if amount}


def balances(text: str) -> dict[str, Decimal]:
    """End balances in the table's notation, debits positive."""
    pairs = (part.split() for part in text.split(";"))
    return {account: Decimal(amount) for account, amount in pairs}


def net(lines: Iterable[JournalLine]) -> dict[str, Decimal]:
    """The balance of each account, debits positive."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sign = 1 if line.side is Side.DEBIT else -1
        sums[line.account] = sums.get(line.account, Decimal(0)) + sign * line.amount.amount
    return sums


@dataclass(slots=True)
class Played:
    """What the planner made of a life, stage after stage, each posting done at once."""

    postings: dict[str, Posting] = field(default_factory=dict)
    posted: Posted = field(default_factory=dict)

    def lines(self, *names: str) -> list[JournalLine]:
        """The expected ledger lines of the named postings, or of all."""
        wanted = names or tuple(self.postings)
        return [line for name in wanted for line in self.postings[name].effect]


def name_of(posting: Posting) -> str:
    """`KIND purpose`, as the table names postings."""
    return f"{posting.kind.value} {posting.key.split(':', 1)[1]}"


def _result(posting: Posting, number: int) -> DocumentResult:
    """What Sage would answer: sales documents come back with the total that Sage computed."""
    known = None
    if isinstance(posting.document, SalesDocument):
        amounts = (one.unit_price * one.quantity for one in posting.document.lines)
        known = total(amounts, posting.document.currency)
    return DocumentResult(key=str(number), total=known, effect=effect_digest(posting.effect))


def play(life: OrderLife) -> Played:
    """Plan each stage and take its postings for done, as the ledger would."""
    played = Played()
    for stage in life.stages:
        planned = plan(stage, played.posted, life.book)
        assert not planned.findings, planned.findings
        for posting in planned.postings:
            assert all(need in played.posted for need in posting.needs), posting
            played.postings[name_of(posting)] = posting
            played.posted[posting.key] = _result(posting, len(played.posted) + 1)
    return played
