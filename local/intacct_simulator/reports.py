"""What the admin API shows of the books: trial balance, documents with their lines, periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.catalog import DIMENSIONS
from local.intacct_simulator.books.money import text, total
from local.intacct_simulator.books.store import Record

# What each kind of document calls its number, reference and date.
DOCUMENTS: Mapping[str, tuple[str, str, str]] = {
    "sales_document": ("document_number", "reference_number", "txn_date"),
    "ar_invoice": ("invoice_number", "reference_number", "invoice_date"),
    "ar_adjustment": ("adjustment_number", "document_number", "adjustment_date"),
    "ar_advance": ("advance_number", "reference_number", "receipt_date"),
    "ar_payment": ("document_number", "reference_number", "receipt_date"),
    "deposit": ("deposit_id", "description", "deposit_date"),
    "customer_refund": ("document_number", "document_number", "refund_date"),
    "journal_entry": ("number", "reference_number", "posting_date"),
}


def trial_balance(books: Books, *, entity: str = "", as_of: date | None = None) -> dict[str, Any]:
    """Give the trial balance with totals per entity, and the statistical accounts beside it."""
    rows = books.trial_balance(entity, as_of)
    sums: dict[str, dict[str, Any]] = {}
    for one in rows:
        mine = [row for row in rows if row.entity == one.entity]
        debit, credit = total(row.debit for row in mine), total(row.credit for row in mine)
        sums[one.entity] = {
            "currency": one.currency,
            "debit": text(debit, one.currency),
            "credit": text(credit, one.currency),
            "is_balanced": debit == credit,
        }
    statistical = books.trial_balance(entity, as_of, statistical=True)
    return {
        "as_of": None if as_of is None else as_of.isoformat(),
        "rows": [_balance(row) for row in rows],
        "totals": sums,
        "is_balanced": all(one["is_balanced"] for one in sums.values()),
        "statistical": [
            {"account": row.account, "entity": row.entity, "amount": str(row.balance)}
            for row in statistical
        ],
    }


def documents(books: Books, *, with_drafts: bool = False) -> list[dict[str, Any]]:
    """Give every document with its ledger lines, in the order they were made.

    The receivable that Order Entry makes is shown inside its document, so nothing counts twice.
    """
    found = [
        (_order(books, name, record), _document(books, name, record))
        for name in DOCUMENTS
        for record in books.select(name, private=True)
        if record.get("module") != "orderEntry" and (with_drafts or record["state"] != "draft")
    ]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def stock(books: Books) -> list[dict[str, str | None]]:
    """Give what each warehouse has on hand of each item that ever lay there."""
    return [
        {
            "item": _id(books, "item", row["item"]),
            "warehouse": _id(books, "warehouse", row["warehouse"]),
            "on_hand": f"{row['quantity'].normalize():f}",
        }
        for row in books.select("stock", private=True)
    ]


def periods(books: Books) -> dict[str, Any]:
    """Say through which day each entity's books are closed."""
    closed = {one["id"]: books.periods.closed_through(one["id"]) for one in books.entities.all()}
    return {"closed_through": closed}


def _order(books: Books, name: str, record: Record) -> int:
    """Give the place of a document among all, by its row in the audit history."""
    made = books.find("audit_history", object_key=record["key"], object_name=name, action="create")
    return int(made[0]["key"])


def _balance(row: Any) -> dict[str, Any]:
    return {
        "account": row.account,
        "title": row.title,
        "entity": row.entity,
        "currency": row.currency,
        "debit": text(row.debit, row.currency),
        "credit": text(row.credit, row.currency),
        "balance": text(row.balance, row.currency),
    }


def _document(books: Books, name: str, record: Record) -> dict[str, Any]:
    number, reference, day = DOCUMENTS[name]
    customer = books.get("customer", record["customer"]) if record.get("customer") else None
    currency = record.get("currency") or ""
    made = {
        "object": name,
        "definition": _id(books, "txn_definition", record.get("definition")),
        "key": str(record["key"]),
        "id": record["id"],
        "number": str(record.get(number) or ""),
        "reference": record.get(reference) or "",
        "date": record[day].isoformat(),
        "customer": None if customer is None else customer["id"],
        "state": record["state"],
        "currency": currency,
        "total": text(_total(books, name, record), currency),
        "created_at": record["created_at"].isoformat(),
        "ledger_lines": [_line(books, line) for line in books.ledger_lines(name, record["key"])],
    }
    for receivable in ("ar_invoice", "ar_adjustment"):
        key = record.get(receivable)
        owed = None if key is None else books.get(receivable, key)
        if owed is not None:
            made["receivable"] = {
                "object": receivable,
                "key": str(key),
                "state": owed["state"],
                "due": text(owed["total"] - owed["paid"], currency),
            }
    return made


def _total(books: Books, name: str, record: Record) -> Any:
    if name == "journal_entry":
        return books.derived(name, record)["total_debit"]
    return record["total"]


def _line(books: Books, line: Record) -> dict[str, Any]:
    currency, amount = line["base_currency"], line["amount"]
    entity = _id(books, "location", line["entity_location"])
    dimensions = {
        name: _id(books, target, line[name])
        for name, target in DIMENSIONS.items()
        if line.get(name)
    }
    return {
        "date": line["entry_date"].isoformat(),
        "account": _id(books, "account", line["account"]),
        "side": "debit" if amount > 0 else "credit",
        "amount": text(abs(amount), currency),
        "currency": currency,
        "txn_amount": text(abs(line["txn_amount"]), line["currency"]),
        "txn_currency": line["currency"],
        "entity": entity,
        "journal": line["journal"],
        "dimensions": dimensions,
    }


def _id(books: Books, name: str, key: int | None) -> str | None:
    record = None if key is None else books.get(name, key)
    return None if record is None else str(record["id"])
