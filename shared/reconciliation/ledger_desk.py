"""Documents and ledger lines of days side by side, on disk: a day of any size takes no more memory.

SQLite keeps both in a file of its own that is gone with the connection, and hands them out in the
order of their origins, so that they are joined as they come.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Self

from intacct.reading import LedgerLine, Marked
from shared.reconciliation.looks import Asked

_MODULES: Mapping[Marked, str] = {
    Marked.SALES_DOCUMENT: "8",
    Marked.AR_INVOICE: "4",
    Marked.ADJUSTMENT: "4",
    Marked.ADVANCE: "4",
    Marked.PAYMENT: "4",
    Marked.CUSTOMER_REFUND: "4",
    Marked.JOURNAL_ENTRY: "2",
}
_TABLES = """
CREATE TABLE document (
    dated TEXT, key TEXT, own TEXT, invoice TEXT, is_sale INT, is_judged INT, asked BLOB,
    PRIMARY KEY (dated, key)
);
CREATE INDEX by_own ON document (dated, is_sale, own);
CREATE TABLE line (origin TEXT, account TEXT, amount TEXT, base TEXT);
"""

Line = tuple[str, Decimal, Decimal]
"""An account, and what a line moves on it: in the line's currency, and in base."""

Member = tuple[Asked, bool]
"""A document, and whether it is to be judged."""


def opened(tables: str) -> sqlite3.Connection:
    """A file of its own with these tables, which goes with the connection; caches stay small."""
    rows = sqlite3.connect("", isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000"):
        rows.execute(f"PRAGMA {pragma}")
    rows.executescript(tables)
    rows.execute("BEGIN")
    return rows


class LedgerDesk:
    """Takes documents of any days, then the lines of one day after the other."""

    def __init__(self) -> None:
        """Open an empty desk; it is a context manager that clears it away."""
        self._rows = opened(_TABLES)

    def __enter__(self) -> Self:
        """Give the desk."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear everything away."""
        self._rows.close()

    def add(self, on: date, one: Asked, *, is_judged: bool) -> None:
        """Put a document to the day that it has in Sage; the first of a key and day counts."""
        document = one.document
        module = _MODULES[document.marked]
        self._rows.execute(
            "INSERT OR IGNORE INTO document VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                on.isoformat(),
                document.key,
                _origin(module, document.sage_key),
                _origin(module, document.invoice_key or document.sage_key),
                document.marked is Marked.SALES_DOCUMENT,
                is_judged,
                pickle.dumps(one, protocol=pickle.HIGHEST_PROTOCOL),
            ),
        )

    def days(self) -> list[date]:
        """The days that have documents to be judged, in their order."""
        found = self._rows.execute("SELECT DISTINCT dated FROM document WHERE is_judged")
        return sorted(date.fromisoformat(dated) for (dated,) in found)

    def take_lines(self, lines: Iterable[LedgerLine]) -> int:
        """Take a day's lines in place of those of the day before; how many there were."""
        self._rows.execute("DELETE FROM line")
        told = (
            (
                _origin(line.module[:1], line.record or line.batch),
                line.account,
                str(line.transaction_amount),
                str(line.amount),
            )
            for line in lines
        )
        self._rows.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", told)
        (count,) = self._rows.execute("SELECT count(*) FROM line").fetchone()
        return int(count)

    def groups(
        self, on: date, *, is_sale: bool, by_invoice: bool = False
    ) -> Iterator[tuple[list[Member], list[Line]]]:
        """A day's documents by origin, each group with the lines of that origin.

        Args:
            on: the day whose lines were taken last.
            is_sale: sales documents, or all others.
            by_invoice: a sales document's lines are looked for under its invoice's key.
        """
        column = "invoice" if by_invoice else "own"
        documents = self._rows.execute(
            f"SELECT {column}, asked, is_judged FROM document"  # noqa: S608  # one of two names
            f" WHERE dated = ? AND is_sale = ? ORDER BY {column}, rowid",
            (on.isoformat(), is_sale),
        )
        lines = groupby(
            self._rows.execute("SELECT origin, account, amount, base FROM line ORDER BY origin"),
            itemgetter(0),
        )
        at, held = next(lines, ("", iter(())))
        for origin, told in groupby(documents, itemgetter(0)):
            while at < origin:
                at, held = next(lines, (_END, iter(())))
            moved = held if at == origin else iter(())
            yield (
                [(pickle.loads(asked), bool(judged)) for _, asked, judged in told],  # noqa: S301  # our own
                [(account, Decimal(amount), Decimal(base)) for _, account, amount, base in moved],
            )


_END = "\U0010ffff"
"""After every origin."""


def _origin(module: str, key: str) -> str:
    return f"{module}|{key}"
