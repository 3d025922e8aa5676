"""Fills a company's books from data: the demo company, or what a test adds to it."""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.intacct_simulator.books.books import Books

DEMO = Path(__file__).with_name("demo_company.json")
ACCOUNT_TYPES = {"B": "balanceSheet", "P": "incomeStatement", "S": "statistical"}
MONTHS = calendar.month_name[1:]


def demo_data() -> dict[str, Any]:
    """Read the demo company: what any Sage company has, said as data."""
    data: dict[str, Any] = json.loads(DEMO.read_text(encoding="utf-8"))
    return data


def fill(books: Books, data: Mapping[str, Any]) -> dict[str, int]:
    """Add what the data names and is not there yet; give how many records each part added.

    Parts: currencies, rates, years, entities, locations, departments, classes, terms, units,
    accounts (`"number side type name"`, type B, P or S), journals, bank_accounts, items (with
    `revenue`, `returns`, `price`), warehouses, subtotals (templates by name), definitions (naming
    their template), custom_fields (`object`, as the books name it, and `name`), custom_objects
    (`name`, `label`, `fields`, `is_dimension`), stock (`item`, `warehouse`, `quantity`, `on`:
    received that day where there never was any). Every part may be absent.

    Raises:
        BusinessError: something refers to what does not exist.
        ValueError: an account line does not have its four parts.
    """
    with books.transaction():
        return {
            part: sum(add(books, entry) for entry in _entries(data.get(part, ())))
            for part, add in _PARTS.items()
        }


def _entries(part: Any) -> list[Any]:
    return list(part.items()) if isinstance(part, Mapping) else list(part)


def _master(books: Books, name: str, fields: Mapping[str, Any]) -> bool:
    if books.by_id(name, str(fields["id"])) is not None:
        return False
    books.create(name, fields)
    return True


def _currency(books: Books, code: str) -> bool:
    if books.by_id("txn_currency", code) is not None:
        return False
    books.put_plain("txn_currency", {"id": code, "status": "active"})
    return True


def _rates(books: Books, entry: tuple[str, Mapping[str, str]]) -> bool:
    day, pairs = entry
    for pair, rate in pairs.items():
        source, target = pair.split("/")
        books.put_plain(
            "exchange_rate",
            {
                "from_currency": source,
                "to_currency": target,
                "effective_date": date.fromisoformat(day),
                "rate": Decimal(rate),
                "rate_type": "Intacct Daily Rate",
            },
        )
    return True


def _year(books: Books, year: int) -> bool:
    added = False
    for number, month in enumerate(MONTHS, start=1):
        last = calendar.monthrange(year, number)[1]
        fields = {
            "id": f"Month Ended {month} {year}",
            "name": f"Month Ended {month} {year}",
            "start_date": date(year, number, 1),
            "end_date": date(year, number, last),
        }
        added |= _master(books, "reporting_period", fields)
    return added


def _entity(books: Books, fields: Mapping[str, Any]) -> bool:
    return _master(books, "location", {**fields, "is_entity": True})


def _account(books: Books, entry: Any) -> bool:
    if isinstance(entry, Mapping):
        return _master(books, "account", entry)
    number, side, kind, name = str(entry).split(" ", 3)
    fields = {
        "id": number,
        "name": name,
        "normal_balance": side,
        "account_type": ACCOUNT_TYPES[kind],
        "closing_type": "closingAccount" if kind == "P" else "nonClosingAccount",
    }
    return _master(books, "account", fields)


def _item(books: Books, entry: Mapping[str, Any]) -> bool:
    fields = {
        name: value
        for name, value in entry.items()
        if name not in {"revenue", "returns", "price", "group"}
    }
    if "revenue" in entry:
        group = f"{entry['revenue']}/{entry.get('returns', entry['revenue'])}"
        group = str(entry.get("group", group))
        accounts = {
            "id": group,
            "revenue_account": str(entry["revenue"]),
            "returns_account": str(entry.get("returns", entry["revenue"])),
        }
        _master(books, "item_gl_group", accounts)
        fields["gl_group"] = group
    if "price" in entry:
        fields["base_price"] = entry["price"]
    return _master(books, "item", {"unit": "Each", **fields})


def _definition(books: Books, fields: Mapping[str, Any]) -> bool:
    defaults = {"module": "orderEntry", "posting": "none", "name": fields["id"]}
    sources = tuple(fields.get("sources", ()))
    made = {**defaults, **fields, "sources": sources}
    if isinstance(fields.get("subtotals"), str):
        made["subtotals"] = _template(books, fields["subtotals"])
    return _master(books, "txn_definition", made)


def _subtotals(books: Books, entry: tuple[str, Any]) -> bool:
    name, rows = entry
    if books.by_id("subtotal_template", name) is not None:
        return False
    books.put_plain("subtotal_template", {"id": name, "rows": tuple(dict(row) for row in rows)})
    return True


def _template(books: Books, name: str) -> tuple[Mapping[str, Any], ...]:
    known = books.by_id("subtotal_template", name)
    return () if known is None else tuple(known["rows"])


def _custom_field(books: Books, fields: Mapping[str, Any]) -> bool:
    name, owner = str(fields["name"]), str(fields["object"])
    if name in books.custom_fields(owner):
        return False
    books.put_plain("custom_field", {"id": f"{owner}.{name}", "object": owner, "name": name})
    return True


def _custom_object(books: Books, fields: Mapping[str, Any]) -> bool:
    name = str(fields["name"])
    if books.by_id("custom_object", name) is not None:
        return False
    books.put_plain(
        "custom_object",
        {
            "id": name,
            "label": str(fields.get("label", name)),
            "is_dimension": bool(fields.get("is_dimension", False)),
            "fields": tuple(str(one) for one in fields.get("fields", ())),
        },
    )
    return True


def _stock(books: Books, fields: Mapping[str, Any]) -> bool:
    item, place = (books.by_id(name, str(fields[name])) for name in ("item", "warehouse"))
    receipt = books.by_id("txn_definition", "Inventory Receipt")
    if item is None or place is None or receipt is None:
        message = "stock needs its item, its warehouse and the definition Inventory Receipt"
        raise ValueError(message)
    here = {"item": item["key"], "warehouse": place["key"]}
    if books.find("stock", **here):
        return False
    line = {**here, "unit": "Each", "unit_quantity": Decimal(str(fields["quantity"]))}
    document = {"definition": receipt["key"], "txn_date": str(fields["on"]), "lines": [line]}
    books.create("inventory_document", document)
    return True


def _named(name: str) -> Any:
    return lambda books, entry: _master(books, name, {"id": entry[0], "name": entry[1]})


def _plain(name: str) -> Any:
    return lambda books, entry: _master(books, name, entry)


_PARTS: Mapping[str, Any] = {
    "currencies": _currency,
    "rates": _rates,
    "years": _year,
    "entities": _entity,
    "locations": _plain("location"),
    "departments": _named("department"),
    "classes": _named("class"),
    "terms": lambda books, entry: _master(
        books, "term", {"id": entry[0], "description": entry[0], "due_days": int(entry[1])}
    ),
    "units": lambda books, entry: _master(books, "unit", {"id": entry}),
    "accounts": _account,
    "journals": _plain("journal"),
    "bank_accounts": _plain("bank_account"),
    "items": _item,
    "warehouses": _plain("warehouse"),
    "subtotals": _subtotals,
    "definitions": _definition,
    "custom_fields": _custom_field,
    "custom_objects": _custom_object,
    "stock": _stock,
}
