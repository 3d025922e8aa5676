"""A statement as CSV: one long table that a spreadsheet opens, each row with its section."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shared.reconciliation.differences import Difference
from shared.reconciliation.statement import Statement

HEADINGS = (
    "section", "entity", "date", "store", "subject", "what", "cause", "account", "count",
    "cart", "books", "sage", "difference", "currency", "since", "age_days", "text",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, Any]


def table(statement: Statement) -> bytes:
    """The statement's figures as CSV in UTF-8, with a line for each figure and each difference.

    Text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADINGS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(statement):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue().encode()


def _rows(statement: Statement) -> Iterator[Row]:
    usual: Row = {"entity": statement.entity, "date": statement.on.isoformat()}
    for section in (
        _head,
        _stores,
        _accounts,
        _balances,
        _differences,
        _late,
        _awaited,
        _lists,
        _roundings,
    ):
        for row in section(statement):
            yield {**usual, "currency": statement.currency, **row}


def _head(statement: Statement) -> Iterator[Row]:
    yield {
        "section": "proof",
        "subject": f"{statement.tenant} {statement.sequence}",
        "cause": statement.verdict.value,
        "count": len(statement.differences),
        "text": f"made {statement.made_at.isoformat()} after {statement.previous or 'none'}",
    }


def _stores(statement: Statement) -> Iterator[Row]:
    for store in statement.stores:
        for kind in store.kinds:
            yield {
                "section": "documents",
                "store": store.store,
                "what": kind.kind,
                "count": kind.wanted,
                "cart": kind.wanted_amount,
                "books": kind.posted_amount,
                "sage": kind.proved_amount,
                "difference": kind.proved_amount - kind.wanted_amount,
            }
        for money in store.money:
            yield {
                "section": "money",
                "store": store.store,
                "account": money.account,
                "cart": money.in_cart,
                "books": money.in_books,
                "difference": money.in_books - money.in_cart,
            }


def _accounts(statement: Statement) -> Iterator[Row]:
    for account in statement.accounts:
        yield {
            "section": "accounts",
            "account": account.account,
            "books": account.expected,
            "sage": account.expected + account.difference,
            "difference": account.difference,
        }


def _balances(statement: Statement) -> Iterator[Row]:
    for balance in statement.balances:
        told = {"section": "balances", "account": balance.account, "what": balance.role}
        read = balance.sage if balance.sage is not None else ""
        yield {**told, "books": balance.ours, "sage": read, "difference": balance.difference}
        for item in balance.items:
            yield {
                "section": "open items",
                "account": balance.account,
                "store": item.store,
                "subject": item.subject,
                "books": item.amount,
                "since": item.since.isoformat(),
                "age_days": item.age_days(statement.on),
            }


def _differences(statement: Statement) -> Iterator[Row]:
    for one in (*statement.differences, *statement.accepted):
        yield {
            "section": "accepted" if one.accepted else "differences",
            "store": one.store,
            "subject": one.subject,
            "what": one.what,
            "cause": one.cause.value,
            "account": one.account,
            "difference": one.amount if one.amount is not None else "",
            "currency": one.currency,
            "since": one.since.isoformat(),
            "age_days": one.age_days(statement.on),
            "text": _words(one),
        }


def _words(one: Difference) -> str:
    text = f"{one.text} (by {one.by})" if one.by else one.text
    return f"{text}; {one.accepted}" if one.accepted else text


def _late(statement: Statement) -> Iterator[Row]:
    for one in statement.late:
        yield {
            "section": "late",
            "store": one.store,
            "subject": one.subject,
            "what": one.what,
            "books": one.amount,
            "currency": one.currency,
            "since": one.on.isoformat(),
            "age_days": (statement.on - one.on).days,
        }


def _awaited(statement: Statement) -> Iterator[Row]:
    for one in statement.awaited:
        yield {
            "section": "awaited",
            "store": one.store,
            "subject": one.subject,
            "what": one.what,
            "cart": one.amount,
            "currency": one.currency,
            "since": one.since.isoformat(),
            "age_days": one.age_days(statement.on),
        }


def _lists(statement: Statement) -> Iterator[Row]:
    for one in statement.lists:
        text = f"not asked: {one.not_asked}" if one.not_asked else "every order of the list"
        yield {
            "section": "cart lists",
            "store": one.store,
            "cart": one.listed,
            "difference": -one.missing,
            "text": text,
        }


def _roundings(statement: Statement) -> Iterator[Row]:
    for one in statement.roundings:
        yield {
            "section": "rounding",
            "store": one.store,
            "what": f"{one.lines} lines in seven days, the largest of {one.largest}",
            "books": one.amount,
        }


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value or Decimal("0.00"), "f")
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
