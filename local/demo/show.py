"""The tables of the demo, as a person enjoys reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from local.demo.checks import Check
from local.demo.memory import Journey
from shared.ledger.records import Record

Row = Sequence[str]

_WORDS = {
    "SO_CREATE": "sales order",
    "INVOICE": "sales invoice",
    "ADVANCE": "customer advance",
    "APPLY": "advance applied",
    "PAYMENT": "payment",
    "CREDIT": "credit memo",
    "DEBIT": "debit memo",
    "REFUND_PAY": "customer refund",
    "JOURNAL": "journal entry",
    "CUSTOMER": "customer",
    "GL_BATCH": "journal (GLBATCH)",
}


def table(console: Console, title: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Print one table; columns whose name ends in a dollar or `s` sign are figures."""
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        is_figure = column.endswith(("$", "seconds", "calls"))
        drawn.add_column(column, justify="right" if is_figure else "left", no_wrap=is_figure)
    for row in rows:
        drawn.add_row(*row)
    console.print(drawn)
    console.print()


def word(posting_key: str) -> str:
    """What an accountant calls the posting."""
    kind = posting_key.split("/")[2]
    return _WORDS.get(kind, kind.lower())


def instant_of(record: Record, transition: str) -> datetime | None:
    """When the ledger last noted a transition of that posting."""
    for note in reversed(record.history):
        parts = note.split()
        if transition in parts[1].split("+"):
            return datetime.fromisoformat(parts[0])
    return None


def journey_rows(
    journey: Journey, sent_at: datetime, shown: set[str], documents: Mapping[str, dict[str, Any]]
) -> list[Row]:
    """The documents of an order that were not shown yet, and when each was done.

    `documents` are those in the books by our number.
    """
    rows: list[Row] = []
    postings = sorted(journey.postings.values(), key=lambda record: record.history[-1])
    for record in postings:
        if record.key in shown or record.result is None:
            continue
        shown.add(record.key)
        done_at = instant_of(record, "T4")
        after = f"{(done_at - sent_at).total_seconds():.2f}" if done_at else ""
        booked = documents.get(record.document_number, {})
        amount = _amount(booked.get("total", "0").removeprefix("-"))
        number = record.document_number
        rows.append((word(record.key), record.result.key, number, amount, after, record.state))
    return rows


def balance_rows(balance: dict[str, Any], totals: tuple[Decimal, Decimal]) -> list[Row]:
    """Accounts that are not empty, and the totals of both sides."""
    rows: list[Row] = [
        (row["account"], row["title"], _amount(row["debit"]), _amount(row["credit"]))
        for row in balance["rows"]
        if Decimal(row["debit"]) or Decimal(row["credit"])
    ]
    debits, credits_ = totals
    rows.append(("", "Total", f"{debits:,.2f}", f"{credits_:,.2f}"))
    return rows


def check_rows(checks: Sequence[Check]) -> list[Row]:
    """Every claim with a mark."""
    return [
        ("[green]yes[/]" if check.is_true else "[bold red]NO[/]", check.claim, check.figures)
        for check in checks
    ]


def _amount(text: str) -> str:
    return f"{Decimal(text):,.2f}" if Decimal(text) else ""
