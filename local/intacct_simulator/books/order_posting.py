"""What an Order Entry document does to receivables and the ledger, by its definition.

A definition posting `invoice` debits receivables and credits each item's revenue account; one
posting `return` does the mirror on the returns account. A negative line goes to the other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import DIMENSIONS
from local.intacct_simulator.books.desk import Actor, Desk
from local.intacct_simulator.books.ledger import Posting
from local.intacct_simulator.books.receivables import ORDER_ENTRY, Receivables, ledger_lines
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.books.subtotals import Subtotals, as_receivable_line

NAME = "sales_document"


class OrderPosting:
    """Makes and takes back the receivable and the ledger lines of Order Entry documents."""

    def __init__(self, desk: Desk, invoices: Receivables, adjustments: Receivables) -> None:
        self._desk = desk
        self._makers = {"invoice": invoices, "return": adjustments}

    def post(self, record: Record, definition: Record, actor: Actor) -> Record:
        """Post a document and give it back with the key of its receivable.

        Raises:
            BusinessError: an item names no account, or the ledger refuses.
        """
        maker = self._makers[definition["posting"]]
        kind, is_return = maker.kind, definition["posting"] == "return"
        lines = self._desk.lines(NAME, record["key"])
        header: dict[str, Any] = {
            "module": ORDER_ENTRY,
            "state": "posted",
            "customer": record["customer"],
            kind.date_field: record["txn_date"],
            kind.number_field: record["id"],
            "posting_date": record["posting_date"],
            "reference_number": record.get("reference_number"),
            "document_number": record.get("reference_number"),
            "description": record.get("memo"),
            "term": record.get("term"),
            "currency": record["currency"],
            "exchange_rate": record["exchange_rate"],
            "exchange_rate_date": record["exchange_rate_date"],
            "contact_bill_to": record.get("contact_bill_to"),
            "contact_ship_to": record.get("contact_ship_to"),
            "sales_document": record["key"],
        }
        if not is_return:
            header["due_date"] = record["due_date"]
        rows = [self._line(line, is_return=is_return) for line in lines]
        rows += [
            as_receivable_line(row, is_return=is_return)
            for row in Subtotals(self._desk).of(record["key"])
            if row["amount"]
        ]
        receivable = maker.store_new(header, rows, actor, posts=False)
        self._post_lines(record, receivable, self._desk.lines(kind.name, receivable["key"]))
        return self._desk.store.change(NAME, record["key"], **{kind.name: receivable["key"]})

    def take_back(self, record: Record, actor: Actor) -> None:
        """Undo the posting of a document that is about to change.

        Raises:
            BusinessError: its receivable is paid in part, or its period is closed.
        """
        self._desk.ledger.erase(NAME, record["key"])
        for maker in self._makers.values():
            key = record[maker.kind.name]
            if key is not None:
                maker.erase(key, actor)

    def _line(self, line: Record, *, is_return: bool) -> dict[str, Any]:
        item = self._desk.require("item", line["item"])
        group = item.get("gl_group")
        if group is None:
            raise errors.BusinessError(
                f"The item '{item['id']}' has no item GL group: no account to post to.",
                code="invalidConfiguration",
                target="lines.dimensions.item",
            )
        accounts = self._desk.require("item_gl_group", group)
        account = accounts["revenue_account"]
        if is_return:
            account = accounts.get("returns_account") or account
        sign = -1 if is_return else 1
        return {
            "account": account,
            "amount": sign * line["amount"],
            "memo": line.get("memo") or line.get("description"),
            **{name: line.get(name) for name in DIMENSIONS},
            "custom_dimensions": line.get("custom_dimensions") or {},
        }

    def _post_lines(self, record: Record, receivable: Record, lines: Sequence[Record]) -> None:
        self._desk.ledger.post(
            Posting(
                entry_date=record["posting_date"],
                journal=self._desk.setup.receivable_journal,
                module=ORDER_ENTRY,
                origin_object=NAME,
                origin_key=record["key"],
                lines=ledger_lines(self._desk, receivable, lines),
                description=record.get("memo") or "",
            )
        )
