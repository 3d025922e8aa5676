"""The legacy functions get_list and get, for attachments and the masters that old clients list.

A list without rows names its object only; a list with rows says where they stand in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.legacy_parts import refuse
from local.intacct_simulator.xml.nodes import (
    Node,
    is_true,
    make,
    put,
    show_instant,
    show_truth,
    text_of,
)
from local.intacct_simulator.xml.objects.values import target_of


def _fields(text: str) -> dict[str, str]:
    """Names of a list's fields and where the books keep them; names alone are the same there."""
    pairs = (entry.partition("=") for entry in text.split())
    return {name: path or name for name, _, path in pairs}


_ALL = "status whenmodified=modified_at"
# The names are those of the legacy functions that write the same objects (§12).
_OBJECTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "supdoc": (
        "attachment",
        _fields(
            "recordno=key supdocid=id supdocname=name folder=folder.id description "
            "creationdate=created_at createdby=created_by.id"
        ),
    ),
    "supdocfolder": (
        "folder",
        _fields(
            "recordno=key name=id description parentfoldername=parent.id creationdate=created_at "
            "createdby=created_by.id"
        ),
    ),
    "arterm": ("term", _fields(f"name=id description {_ALL}")),
    "class": ("class", _fields(f"key=id name description parentid=parent.id {_ALL}")),
    "contact": (
        "contact",
        _fields(
            "contactname=id printas=print_as companyname=company_name prefix firstname=first_name "
            "lastname=last_name initial=middle_name phone1 phone2 cellphone=mobile pager fax "
            f"email1 email2 url1 url2 {_ALL}"
        ),
    ),
    "customer": (
        "customer",
        _fields(
            "customerid=id name parentid=parent.id termname=term.id taxid=tax_id "
            "creditlimit=credit_limit resaleno=resale_number onhold=is_on_hold comments=notes "
            f"currency {_ALL}"
        ),
    ),
    "department": ("department", _fields(f"departmentid=id title=name parentid=parent.id {_ALL}")),
    "employee": ("employee", _fields(f"employeeid=id ptitle=title {_ALL}")),
    "glaccount": (
        "account",
        _fields(f"glaccountno=id title=name normalbalance=normal_balance {_ALL}"),
    ),
    "item": ("item", _fields(f"itemid=id itemname=name {_ALL}")),
    "journal": ("journal", _fields(f"symbol=id title=name {_ALL}")),
    "location": ("location", _fields(f"locationid=id name parentid=parent.id {_ALL}")),
    "project": (
        "project",
        _fields(f"key=id name parentid=parent.id customerid=customer.id {_ALL}"),
    ),
    "vendor": ("vendor", _fields(f"vendorid=id name parentid=parent.id termname=term.id {_ALL}")),
    "warehouse": ("warehouse", _fields(f"warehouseid=id name locationid=location.id {_ALL}")),
}
_FILES = "attachments"
_Condition = Callable[[Record], bool]
_BAD = "DL02000001"
_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: _ranked(left) < _ranked(right),
    "<=": lambda left, right: _ranked(left) <= _ranked(right),
    ">": lambda left, right: _ranked(left) > _ranked(right),
    ">=": lambda left, right: _ranked(left) >= _ranked(right),
    "like": lambda left, right: _is_like(left.lower(), right.lower()),
    "is null": lambda left, _right: not left,
}


def get_list(call: Call) -> Outcome:
    """List an object's records, filtered, sorted and cut to a range; files come with their data."""
    node = call.node
    name = node.get("object", "")
    table, known = _object(name)
    call.require(table, "list")
    holds = _condition(call, table, known, node.find("filter"))
    private = is_true(node.get("showprivate"))
    seen = call.books.select(table, entity=call.caller.entity, private=private)
    rows = [row for row in seen if holds(row)]
    for field in reversed(list(node.iterfind("sorts/sortfield"))):
        path = _path(known, field)
        rows.sort(
            key=lambda row: _ranked(_text(call, table, row, path)),
            reverse=field.get("order") == "desc",
        )
    start = _whole(node.get("start", "0"))
    chosen = rows[start : start + _whole(node.get("maxitems", str(len(rows))))]
    return Outcome(
        rows=tuple(_row(call, name, known, row) for row in chosen),
        listed=_listtype(name, start, len(chosen), len(rows)),
    )


def get(call: Call) -> Outcome:
    """Give one record by its id."""
    name, key = call.node.get("object", ""), call.node.get("key", "")
    table, known = _object(name)
    call.require(table, "view")
    found = call.books.by_id(table, key)
    if found is None or not call.books.sees(table, found, entity=call.caller.entity):
        refuse("BL01001973", f"There is no {name} with the key '{key}'.")
    return Outcome(rows=(_row(call, name, known, found),), listed=_listtype(name, 0, 1, 1))


def _object(name: str) -> tuple[str, Mapping[str, str]]:
    if name not in _OBJECTS:
        refuse(_BAD, f"Lists of the object '{name}' are not imitated by this simulator.")
    return _OBJECTS[name]


def _listtype(name: str, start: int, count: int, total: int) -> Node:
    if not count:
        return make("listtype", name)
    return make("listtype", name, start=str(start), end=str(start + count - 1), total=str(total))


def _condition(call: Call, table: str, known: Mapping[str, str], node: Node | None) -> _Condition:
    """Read a filter, expression or logical; an empty one holds for every record."""
    if node is None:
        return lambda _row: True
    if node.tag == "expression":
        operator = text_of(node, "operator").lower()
        if operator not in _COMPARISONS:
            refuse(_BAD, f"The operator '{operator}' is invalid.")
        compare, wanted = _COMPARISONS[operator], text_of(node, "value")
        path = _path(known, node.find("field"))
        return lambda row: compare(_text(call, table, row, path), wanted)
    parts = [_condition(call, table, known, part) for part in node]
    if node.get("logical_operator", "and").lower() == "or":
        return lambda row: any(part(row) for part in parts) or not parts
    return lambda row: all(part(row) for part in parts)


def _path(known: Mapping[str, str], field: Node | None) -> str:
    name = "" if field is None else (field.text or "").strip()
    if name not in known:
        refuse(_BAD, f"The field '{name}' is invalid.")
    return known[name]


def _row(call: Call, name: str, known: Mapping[str, str], record: Record) -> Node:
    asked = [(field.text or "").strip() for field in call.node.iterfind("fields/field")]
    row, table = make(name), _OBJECTS[name][0]
    has_files = name == "supdoc"
    for field in asked or [*known, *([_FILES] if has_files else [])]:
        if field == _FILES and has_files:
            _add_files(call, record, put(row, _FILES))
        else:
            put(row, field, _text(call, table, record, _path(known, make("field", field))))
    return row


def _add_files(call: Call, record: Record, place: Node) -> None:
    for file in call.books.lines("attachment", record["key"]):
        node = put(place, "attachment")
        name, _, extension = str(file["name"]).rpartition(".")
        put(node, "attachmentname", name or str(file["name"]))
        put(node, "attachmenttype", extension if name else "")
        put(node, "attachmentdata", str(file["data"]))


def _text(call: Call, table: str, record: Record, path: str) -> str:
    head, _, rest = path.partition(".")
    value: Any = record.get(head)
    if value is None:
        return ""
    if rest:
        far = call.books.get(target_of(table, head), value)
        return "" if far is None else str(far[rest])
    if isinstance(value, bool):
        return show_truth(value)
    return show_instant(value) if isinstance(value, datetime) else str(value)


def _ranked(text: str) -> tuple[int, int, str]:
    """Order record numbers as numbers and everything else as text."""
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)


def _is_like(text: str, pattern: str) -> bool:
    before, *middle = pattern.split("%")
    if not middle:
        return text == pattern
    if not text.startswith(before):
        return False
    place = len(before)
    for part in middle[:-1]:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(text) - place >= len(middle[-1]) and text.endswith(middle[-1])


def _whole(text: str) -> int:
    if not text.isdecimal():
        refuse(_BAD, f"The number '{text}' is invalid.")
    return int(text)
