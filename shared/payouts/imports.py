"""Payouts of processors that no adapter reads, from a file with one row for each movement.

CSV with a line of headings, or JSON as a list of objects with the same members. All findings are
told at once, each with its row, and with any finding nothing of the file is taken.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from commerce.money import Money, MoneyError
from commerce.orders import Ref
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from shared.postings.findings import Finding, Reason

SOURCE = "import"
"""The cart that the reference of an imported payout names."""

REQUIRED = ("payout_id", "payout_amount", "currency", "sent_at", "line_id", "kind", "amount")
OPTIONAL = (
    "status",
    "arrived_at",
    "fee",
    "net",
    "occurred_at",
    "order_id",
    "refund_id",
    "fee_kind",
    "bank_reference",
)
COLUMNS = (*REQUIRED, *OPTIONAL)
_OF_PAYOUT = ("payout_amount", "currency", "status", "sent_at", "arrived_at", "bank_reference")

Row = Mapping[str, str]

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
"""How an amount is written: thousands are not separated, and the decimal point is one."""

_DELIMITERS = ",;\t|"


class Format(StrEnum):
    """What a file is written in."""

    CSV = "csv"
    JSON = "json"


class UnreadableFileError(Exception):
    """The file is not of its format at all; the message says where."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a processor's file says it: our columns' names in it, and its words for kinds of row.

    `columns` is our name to the file's heading, where they differ; `kinds` is the file's word to
    ours. A word that is neither ours nor among them needs an account in the mapping's
    `payout_rules`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, PayoutLineKind] = field(default_factory=dict)

    def cell(self, row: Row, name: str) -> str:
        """What the row says of one of our columns, without blanks around it."""
        return row.get(self.columns.get(name, name), "").strip()


def rows_of(text: str, written_in: Format, *, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a file, with all their members as text.

    Raises:
        UnreadableFileError: it is not of that format.
    """
    if written_in is Format.CSV:
        return _csv_rows(text, delimiter)
    try:
        # Amounts stay as they are written: a binary float is no money.
        listed = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as exc:
        message = "the file is no JSON"
        raise UnreadableFileError(message) from exc
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        message = "the file is no list of objects"
        raise UnreadableFileError(message)
    return [{name: "" if v is None else str(v) for name, v in row.items()} for row in listed]


def payouts_of(
    rows: Sequence[Row], store: str, layout: Layout
) -> tuple[list[Payout], list[Finding]]:
    """The payouts that rows tell, and everything that cannot be read, by row (1 is the first).

    Their sums are proved by `commerce.payouts.payout_breaches`, as those of every source.
    """
    reader = _Reader(store, layout)
    if not rows:
        reader.lack("file", "it has no rows")
        return [], reader.findings
    missing = [name for name in REQUIRED if layout.columns.get(name, name) not in rows[0]]
    for name in missing:
        heading = layout.columns.get(name, name)
        reader.lack(f"column {name}", f"the file has no column {heading!r}")
    if missing:
        reader.findings[:0] = list(_undivided(rows[0]))
        return [], reader.findings
    grouped: dict[str, list[tuple[int, Row]]] = {}
    for number, row in enumerate(rows, start=1):
        payout_id = layout.cell(row, "payout_id")
        if payout_id:
            grouped.setdefault(payout_id, []).append((number, row))
        else:
            reader.lack(f"row {number} payout_id", "it is empty")
    found = [reader.payout(payout_id, of_it) for payout_id, of_it in grouped.items()]
    return [payout for payout in found if payout is not None], reader.findings


def _undivided(row: Row) -> Iterator[Finding]:
    """What a file looks like that was written with another delimiter."""
    heading = next(iter(row), "")
    found = [one for one in _DELIMITERS if one in heading]
    if len(row) == 1 and found:
        message = f"its headings are divided by {found[0]!r}: say --delimiter"
        yield Finding(Reason.PAYLOAD_INVALID, "file", message)


def _csv_rows(text: str, delimiter: str) -> list[dict[str, str]]:
    table = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        cells = [row for row in table if row]
    except csv.Error as exc:
        message = f"line {table.line_num} is no CSV"
        raise UnreadableFileError(message) from exc
    headings = [heading.strip() for heading in cells[0]] if cells else []
    if doubled := [name for name, count in Counter(headings).items() if count > 1]:
        message = f"headings are there twice: {', '.join(map(repr, doubled))}"
        raise UnreadableFileError(message)
    rows = cells[1:]
    uneven = [str(at) for at, row in enumerate(rows, start=1) if len(row) != len(headings)]
    if uneven:
        message = f"rows have not as many cells as there are headings: {', '.join(uneven)}"
        raise UnreadableFileError(message)
    return [dict(zip(headings, row, strict=True)) for row in rows]


@dataclass(slots=True)
class _Reader:
    """Reads cells and gathers what is wrong with them."""

    store: str
    layout: Layout
    findings: list[Finding] = field(default_factory=list)

    def lack(self, place: str, message: str) -> None:
        self.findings.append(Finding(Reason.PAYLOAD_INVALID, place, message))

    def payout(self, payout_id: str, rows: Sequence[tuple[int, Row]]) -> Payout | None:
        """One payout, or None where something of it could not be read."""
        before = len(self.findings)
        number, first = rows[0]
        self._same(rows)
        self._once(rows)
        currency = self._currency(number, first)
        amount = self._money(number, first, "payout_amount", currency)
        sent_at = self._instant(number, first, "sent_at")
        status = self._status(number, first)
        lines = tuple(self._line(at, row, currency, sent_at) for at, row in rows)
        if len(self.findings) > before or sent_at is None:
            return None
        arrived_at = self._instant(number, first, "arrived_at")
        if arrived_at is not None and arrived_at < sent_at:
            self.lack(f"row {number} arrived_at", "is before sent_at")
            return None
        return Payout(
            ref=Ref(SOURCE, self.store, "payout", payout_id),
            status=status,
            currency=currency,
            amount=amount,
            initiated_at=sent_at,
            lines=tuple(line for line in lines if line is not None),
            arrived_at=arrived_at,
            bank_reference=self.layout.cell(first, "bank_reference"),
        )

    def _same(self, rows: Sequence[tuple[int, Row]]) -> None:
        """What is said of the payout must be the same in each of its rows."""
        _, first = rows[0]
        for number, row in rows[1:]:
            for name in _OF_PAYOUT:
                if self.layout.cell(row, name) != self.layout.cell(first, name):
                    self.lack(f"row {number} {name}", "other rows of this payout say otherwise")

    def _once(self, rows: Sequence[tuple[int, Row]]) -> None:
        """A line is told by one row of its payout."""
        known: dict[str, int] = {}
        for number, row in rows:
            line_id = self.layout.cell(row, "line_id")
            if line_id and line_id in known:
                self.lack(f"row {number} line_id", f"row {known[line_id]} is {line_id!r} already")
            known.setdefault(line_id, number)

    def _currency(self, number: int, row: Row) -> str:
        """The payout's currency; empty, and told once, where it is none."""
        currency = self.layout.cell(row, "currency")
        try:
            return Money.zero(currency).currency
        except MoneyError:
            self.lack(f"row {number} currency", f"{currency!r} is no currency like USD")
            return ""

    def _line(
        self, number: int, row: Row, currency: str, sent_at: datetime | None
    ) -> PayoutLine | None:
        cell = self.layout.cell
        amount = self._money(number, row, "amount", currency)
        fee = self._money(number, row, "fee", currency, default="0")
        net = self._money(number, row, "net", currency) if cell(row, "net") else None
        occurred_at = self._instant(number, row, "occurred_at") or sent_at
        word, line_id = cell(row, "kind"), cell(row, "line_id")
        for name in ("kind", "line_id"):
            if not cell(row, name):
                self.lack(f"row {number} {name}", "it is empty")
        fee_kind = self._fee_kind(number, row)
        if amount is not None and fee is not None and net not in (None, amount - fee):
            self._unbalanced(number, net, amount - fee)
        if amount is None or fee is None or occurred_at is None:
            return None
        kind = self.layout.kinds.get(word) or _kind(word)
        return PayoutLine(
            id=line_id,
            kind=kind or PayoutLineKind.ADJUSTMENT,
            amount=amount,
            fee=fee,
            net=amount - fee if net is None else net,
            occurred_at=occurred_at,
            order_id=cell(row, "order_id"),
            refund_id=cell(row, "refund_id"),
            type_name=word,
            fee_kind=fee_kind or (FeeKind.PROCESSING if fee else None),
            is_recognized=kind is not None,
        )

    def _money(
        self, number: int, row: Row, name: str, currency: str, *, default: str = ""
    ) -> Money | None:
        if not currency:
            return None
        text = self.layout.cell(row, name) or default
        try:
            money = Money.of(text, currency) if _NUMBER.fullmatch(text) else None
        except MoneyError:
            money = None
        if money is None or money.rounded() != money:
            self.lack(
                f"row {number} {name}", f"it is no amount in {currency}, written like 1234.50"
            )
            return None
        return money or Money.zero(currency)

    def _unbalanced(self, number: int, net: Money | None, wanted: Money) -> None:
        assert net is not None, "a net that is not told is the right one"  # noqa: S101
        place, message = f"row {number} net", "the amount less its fee is not the net"
        self.findings.append(Finding(Reason.UNBALANCED, place, message, difference=net - wanted))

    def _instant(self, number: int, row: Row, name: str) -> datetime | None:
        """A date, or an instant with its zone; None where the cell is empty."""
        text = self.layout.cell(row, name)
        if not text and name != "sent_at":
            return None
        try:
            if len(text) == len("2026-01-31"):
                return datetime.combine(date.fromisoformat(text), time(), UTC)
            told = datetime.fromisoformat(text)
        except ValueError:
            told = None
        if told is None or told.tzinfo is None:
            self.lack(f"row {number} {name}", "it is no date, and no instant with a zone")
            return None
        return told.astimezone(UTC)

    def _status(self, number: int, row: Row) -> PayoutStatus:
        word = self.layout.cell(row, "status") or PayoutStatus.PAID.value
        if word not in _values(PayoutStatus):
            known = ", ".join(_values(PayoutStatus))
            self.lack(f"row {number} status", f"it is none of {known}")
            return PayoutStatus.OPEN
        return PayoutStatus(word)

    def _fee_kind(self, number: int, row: Row) -> FeeKind | None:
        word = self.layout.cell(row, "fee_kind")
        if word and word not in _values(FeeKind):
            known = ", ".join(_values(FeeKind))
            self.lack(f"row {number} fee_kind", f"it is none of {known}")
        return FeeKind(word) if word in _values(FeeKind) else None


def _kind(word: str) -> PayoutLineKind | None:
    return PayoutLineKind(word) if word in _values(PayoutLineKind) else None


def _values(kind: Iterable[StrEnum]) -> list[str]:
    return [member.value for member in kind]
