"""Values that REST shows and the books keep otherwise: the sources that tables write as `@name`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.money import ZERO, total
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.audited import AUDITED

Reader = Callable[[Books, Record], Any]
WORKFLOWS = frozenset({"submit", "reverse"})


def _audited_object(books: Books, row: Record) -> str:
    name = str(row["object_name"])
    record = books.get(name, row["object_key"])
    if name == "custom_record":
        return "platform-apps/nsp" + ("" if record is None else f"::{record['object']}")
    if name == "txn_definition" and record is not None and record["module"] != "orderEntry":
        return "inventory-control/txn-definition"
    # What REST has no object for belongs to the set-up of the company.
    return AUDITED.get(name) or f"company-config/{name.replace('_', '-')}"


def _workflow_action(_books: Books, row: Record) -> str | None:
    return str(row["action"]) if row["action"] in WORKFLOWS else None


def _posting_method(_books: Books, definition: Record) -> str:
    return "toAR" if _posts(definition) else "noPosting"


def _delete_policy(_books: Books, definition: Record) -> str:
    """A document that posted is not deleted."""
    return "beforePosting" if _posts(definition) else "all"


def _posts(definition: Record) -> bool:
    return str(definition.get("posting", "none")) != "none"


def _enable_subtotals(_books: Books, definition: Record) -> bool:
    return bool(definition.get("subtotals"))


def _document_sequence(_books: Books, definition: Record) -> str | None:
    """A definition without a prefix leaves the number to the caller."""
    return f"document:{definition['id']}" if definition.get("prefix") else None


def _stock(column: str) -> Reader:
    """Add what all warehouses hold of an item (§16.3)."""

    def read(books: Books, item: Record) -> Decimal:
        return total(row[column] for row in books.find("stock", item=item["key"]))

    return read


def _warehouses(books: Books, item: Record) -> list[dict[str, Any]]:
    """Say of each warehouse that ever held an item what §16.4 has of it."""
    shown = []
    for row in books.find("stock", item=item["key"]):
        place = books.get("warehouse", row["warehouse"])
        known = {} if place is None else {"id": str(place["id"]), "name": place.get("name")}
        cost = row.get("average_cost")
        shown.append(
            {
                "key": str(row["key"]),
                "warehouse": {"key": str(row["warehouse"]), **known},
                "reorderPoint": None,
                "averageCost": None if cost is None else format(cost, "f"),
            }
        )
    return shown


def _unit_key(books: Books, record: Record) -> int | None:
    unit = books.by_id("unit", str(record.get("unit") or ""))
    return None if unit is None else int(unit["key"])


def _units_of_measure(_books: Books, unit: Record) -> list[dict[str, Any]]:
    """Each unit is a group of its own here, of one unit."""
    return [{"id": str(unit["id"]), "conversionFactor": "1"}]


def _none(_books: Books, _record: Record) -> list[Any]:
    return []


def _zero(_books: Books, _record: Record) -> Decimal:
    return ZERO


def _last_invoice(books: Books, customer: Record) -> date | None:
    rows = books.find("ar_invoice", customer=customer["key"])
    return max((row["invoice_date"] for row in rows if row["state"] != "draft"), default=None)


def _period(books: Books, line: Record) -> str | None:
    """The reporting period that an entry lies in (§16.10)."""
    entry = books.get("journal_entry", line["parent"])
    return None if entry is None else books.periods.period_of(entry["posting_date"]) or None


def _balance(books: Books, entry: Record) -> Decimal:
    """What the debits of an entry exceed its credits by."""
    signs = {"debit": 1, "credit": -1}
    return total(
        signs[line["side"]]
        * (line["amount"] if (base := line.get("base_amount")) is None else base)
        for line in books.lines("journal_entry", entry["key"])
    )


READERS: Mapping[str, Reader] = {
    "audited_object": _audited_object,
    "workflow_action": _workflow_action,
    "posting_method": _posting_method,
    "delete_policy": _delete_policy,
    "enable_subtotals": _enable_subtotals,
    "document_sequence": _document_sequence,
    "on_hand": _stock("quantity"),
    "allocated": _stock("allocated"),
    "reserved": _stock("reserved"),
    "warehouses": _warehouses,
    "unit_key": _unit_key,
    "units_of_measure": _units_of_measure,
    "none": _none,
    "zero": _zero,
    "last_invoice": _last_invoice,
    "period": _period,
    "balance": _balance,
}
