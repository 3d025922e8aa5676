"""What is said of items by names that the books do not keep: units by group, an account (§12.3)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.nodes import Node, text_of

# What items of no unit are counted in; it is the base unit of Sage's own group of units `Count`.
UNIT = "Each"
_UNITS_OF_GROUPS = {"count": UNIT}
# Blocks of further records, which the books do not keep for an item; the records must exist.
BLOCKS = {
    "WAREHOUSEINFO": ("WAREHOUSEID", "warehouse"),
    "VENDORINFO": ("VENDORID", "vendor"),
}


def check_block(books: Any, name: str, block: Node) -> None:
    """Refuse a list of an item's warehouses or vendors that names an unknown one.

    Raises:
        FunctionError: it does.
    """
    field, table = BLOCKS[name]
    for row in block:
        named = text_of(row, field)
        if named and books.by_id(table, named) is None:
            raise _invalid(table, named)


def complete(books: Any, fields: dict[str, Any], record: Record | None = None) -> None:
    """Turn the group of units into its base unit, and an own revenue account into a GL group.

    Raises:
        FunctionError: there is no such group, or no such account.
    """
    if fields.get("unit_group"):
        fields["unit"] = _base_unit(books, fields["unit_group"])
    if "income_account" in fields or (record is not None and record.get("income_account")):
        _post_to_own_account(books, fields, record or {})


def _base_unit(books: Any, group: str) -> str:
    """A unit stands for the group that it is the base of; of others only Sage's own is known."""
    unit = _UNITS_OF_GROUPS.get(group.lower(), group)
    if books.by_id("unit", unit) is None:
        raise _invalid("unit of measure group", group)
    return unit


def _post_to_own_account(books: Any, fields: dict[str, Any], record: Record) -> None:
    """Give an item a GL group of its own accounts: the books post to groups only.

    The account of the item stands before that of its group; returns go where the group says.
    """
    number = fields.get("income_account", record.get("income_account"))
    before = "own_group_of" if record.get("income_account") else "gl_group"
    named = fields.get("gl_group", record.get(before))
    group = _group(books, named)
    if named is not None and group is None:
        return
    fields["own_group_of"] = None if group is None else group["key"]
    if not number:
        fields["gl_group"] = fields["own_group_of"]
        return
    account = books.by_id("account", str(number))
    if account is None or account.get("status") == "inactive":
        raise _invalid("account number", str(number))
    returns = (group or {}).get("returns_account")
    back = account if returns is None else books.get("account", returns)
    made = {
        "id": f"{account['id']}/{back['id']}",
        "revenue_account": account["key"],
        "returns_account": back["key"],
    }
    same = books.find("item_gl_group", **made)
    fields["gl_group"] = same[0]["key"] if same else _make(books, made)


def _group(books: Any, named: object) -> Record | None:
    if isinstance(named, int):
        found: Record | None = books.get("item_gl_group", named)
    else:
        found = books.by_id("item_gl_group", str(named or ""))
    return found


def _make(books: Any, fields: dict[str, Any]) -> int:
    key: int = books.put_plain("item_gl_group", {**fields, "status": "active"})["key"]
    return key


def _invalid(label: str, value: str) -> FunctionError:
    return FunctionError(Fault("BL01001973", f"The {label} '{value}' is invalid."))
