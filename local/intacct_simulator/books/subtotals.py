"""Subtotals of Order Entry documents: freight, discounts and taxes below the lines.

A row must be one of the definition's subtotal template, by its description (XML reference §13.1).
An amount stands in `absolute`, or as a `percent` of the lines' sum, or is the running `total` of
the row when neither is given. Rows of the template that are discounts reduce the document whatever
sign is sent; that, and the account a row posts to, belong to the template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import DIMENSIONS
from local.intacct_simulator.books.currencies import Exchange
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.money import ZERO, rounded, total
from local.intacct_simulator.books.store import Record

NAME = "sales_document_subtotal"
HUNDRED = 100

Subtotal = dict[str, Any]


class Subtotals:
    """Checks, prices and keeps the subtotals of documents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def new(
        self, given: Sequence[Mapping[str, Any]] | None, definition: Record, actor: Actor
    ) -> list[Subtotal]:
        """Clean the rows of a document.

        Raises:
            BusinessError: the definition has no such row, or a value is not valid.
        """
        template = {row["description"]: row for row in definition.get("subtotals", ())}
        rows = []
        for index, fields in enumerate(given or ()):
            cleaned = self._desk.check.new(NAME, fields, entity=actor.entity)
            known = template.get(cleaned["description"])
            if known is None:
                raise errors.unknown_reference(
                    f"subtotal of '{definition['id']}'",
                    cleaned["description"],
                    f"subtotals.{index}.description",
                )
            account = self._desk.account(known["account"])
            kinds = {name: bool(known.get(name)) for name in ("is_discount", "is_tax")}
            rows.append({**dict.fromkeys(DIMENSIONS), **cleaned, **kinds, "account": account})
        return rows

    def of(self, key: int) -> list[Subtotal]:
        """Give the rows of a document in their order."""
        rows = self._desk.store.find(NAME, parent=key)
        return [dict(row) for row in sorted(rows, key=lambda row: row["line_number"])]

    def price(
        self, rows: list[Subtotal], lines: Sequence[Mapping[str, Any]], exchange: Exchange
    ) -> None:
        """Work out the amount of each row, and place it where the document's first line is."""
        goods = total(line["amount"] for line in lines)
        for row in rows:
            amount = rounded(_amount(row, goods), exchange.currency)
            row["amount"] = -abs(amount) if row["is_discount"] else amount
            row["base_amount"] = exchange.to_base(row["amount"])
            row["location"] = row.get("location") or lines[0]["location"]

    def save(self, key: int, rows: Sequence[Subtotal]) -> None:
        """Keep these rows, and only these, with a document."""
        store, now = self._desk.store, self._desk.clock.stamp()
        for old in store.find(NAME, parent=key):
            store.remove(NAME, old["key"])
        for number, row in enumerate(rows):
            fields = {name: value for name, value in row.items() if name != "key"}
            stamped = {"created_at": now, **fields, "modified_at": now}
            made = store.insert(NAME, {**stamped, "parent": key, "line_number": number})
            store.change(NAME, made["key"], id=str(made["key"]))

    def remove(self, key: int) -> None:
        """Take the rows of a document away."""
        self.save(key, ())


def as_receivable_line(row: Mapping[str, Any], *, is_return: bool) -> dict[str, Any]:
    """Give the line of the receivable that a subtotal becomes when its document posts."""
    return {
        "account": row["account"],
        "amount": -row["amount"] if is_return else row["amount"],
        "memo": row["description"],
        "is_subtotal": "tax" if row["is_tax"] else "subtotal",
        **{name: row.get(name) for name in DIMENSIONS},
    }


def _amount(row: Mapping[str, Any], goods: Decimal) -> Decimal:
    percent = row.get("percent")
    if row.get("absolute") is not None:
        amount: Decimal = row["absolute"]
        return amount
    if percent is not None:
        return Decimal(goods * percent / HUNDRED)
    return Decimal(row.get("total") or ZERO)
