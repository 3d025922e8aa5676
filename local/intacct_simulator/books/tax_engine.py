"""A tax engine of the company's own, which taxes Order Entry documents again (XML reference §14.6).

It looks at the lines that carry a tax which it has a rate for, works that tax out line by line, and
adds a tax row below the lines for what it insists on beyond them. Such a row is a subtotal of the
document as any other: part of its total, of its receivable and of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.catalog import DIMENSIONS
from local.intacct_simulator.books.currencies import Exchange
from local.intacct_simulator.books.desk import Desk
from local.intacct_simulator.books.money import rounded, total
from local.intacct_simulator.books.subtotals import Subtotal

HUNDRED = 100
Rates = Callable[[], Mapping[str, str]]
"""The rates as they are now: percent by the id of the item that carries the tax."""


def no_rates() -> Mapping[str, str]:
    """The rates of a company without an engine."""
    return {}


class TaxEngine:
    """Works out what a document's taxes should come to, and the rows that bring them there."""

    def __init__(self, desk: Desk, rates: Rates) -> None:
        self._desk = desk
        self._rates = rates

    def rows(self, lines: Sequence[Mapping[str, Any]], exchange: Exchange) -> list[Subtotal]:
        """Give a tax row for each tax on the lines that comes to another amount by its rate."""
        rates, names = self._rates(), [self._item(line) for line in lines]
        if not rates:
            return []
        nets = _nets(
            [line["amount"] for line, name in zip(lines, names, strict=True) if name not in rates]
        )
        rows = []
        for name in dict.fromkeys(name for name in names if name in rates):
            carried = [line for line, of in zip(lines, names, strict=True) if of == name]
            wanted = total(
                rounded(net * Decimal(rates[name]) / HUNDRED, exchange.currency) for net in nets
            )
            amount = wanted - total(line["amount"] for line in carried)
            if amount:
                rows.append(self._row(name, amount, carried[0], exchange))
        return rows

    def _row(
        self, name: str, amount: Decimal, line: Mapping[str, Any], exchange: Exchange
    ) -> Subtotal:
        group = self._desk.require("item", line["item"])["gl_group"]
        account = self._desk.require("item_gl_group", group)["revenue_account"]
        return {
            **{dimension: line.get(dimension) for dimension in DIMENSIONS},
            "description": f"Tax {name}",
            "account": account,
            "amount": amount,
            "base_amount": exchange.to_base(amount),
            "is_discount": False,
            "is_tax": True,
            "is_by_engine": True,
        }

    def _item(self, line: Mapping[str, Any]) -> str:
        return str(self._desk.require("item", line["item"])["id"])


def is_by_engine(row: Mapping[str, Any]) -> bool:
    """Tell whether a subtotal is one that the engine added."""
    return bool(row.get("is_by_engine"))


def _nets(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Give the amounts that are taxed one by one: a discount reduces the line above it."""
    nets: list[Decimal] = []
    for amount in amounts:
        if amount < 0 and nets:
            nets[-1] += amount
        else:
            nets.append(amount)
    return nets
