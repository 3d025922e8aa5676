"""The legacy functions get_list and get, for attachments and the masters that old clients list.

A list without rows names its object only; a list with rows says where they stand in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.comparing import finite, matcher, sort_key
from local.intacct_simulator.xml.legacy_parts import refuse
from local.intacct_simulator.xml.nodes import (
    Node,
    is_true,
    make,
    put,
    read_instant,
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
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}
_LIKE = {"like": True, "not like": False}
_EMPTY = "is null"


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
            key=lambda row: sort_key(_value(call, table, row, path)),
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
        operator = " ".join(text_of(node, "operator").lower().split())
        test = _test(operator, text_of(node, "value"))
        path = _path(known, node.find("field"))
        return lambda row: test(_value(call, table, row, path))
    parts = [_condition(call, table, known, part) for part in node]
    if node.get("logical_operator", "and").lower() == "or":
        return lambda row: any(part(row) for part in parts) or not parts
    return lambda row: all(part(row) for part in parts)


def _test(operator: str, wanted: str) -> Callable[[Any], bool]:
    """Read an operator with its value; what is empty matches no comparison, as in a query (§9.3).

    Values compare by their type: numbers as numbers, times as times, text as text (§9.4).
    """
    if operator == _EMPTY:
        return lambda value: value is None
    if operator in _LIKE:
        matches, is_wanted = matcher(wanted, ignore_case=True), _LIKE[operator]
        return lambda value: value is not None and matches(_shown(value)) is is_wanted
    if operator not in _COMPARISONS:
        refuse(_BAD, f"The operator '{operator}' is invalid.")
    compare = _COMPARISONS[operator]
    return lambda value: value is not None and compare(value, _limit(value, wanted))


def _limit(value: Any, wanted: str) -> Any:
    """The value of a filter in the type of the stored one; times without a zone are GMT (§11.2)."""
    try:
        match value:
            case bool():
                return is_true(wanted)
            case int() | Decimal():
                return finite(wanted)
            case datetime():
                read = read_instant(wanted)
                return read if read.tzinfo else read.replace(tzinfo=UTC)
            case date():
                return read_instant(wanted).date()
            case _:
                return wanted
    except ValueError:
        return refuse(_BAD, f"The value '{wanted}' is invalid.")


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
            put(row, field, _shown(_value(call, table, record, _path(known, make("field", field)))))
    return row


def _add_files(call: Call, record: Record, place: Node) -> None:
    for file in call.books.lines("attachment", record["key"]):
        node = put(place, "attachment")
        name, _, extension = str(file["name"]).rpartition(".")
        put(node, "attachmentname", name or str(file["name"]))
        put(node, "attachmenttype", extension if name else "")
        put(node, "attachmentdata", str(file["data"]))


def _value(call: Call, table: str, record: Record, path: str) -> Any:
    """Give what the books hold, one reference further where the path says so; None when empty."""
    head, _, rest = path.partition(".")
    value: Any = record.get(head)
    if rest and value is not None:
        far = call.books.get(target_of(table, head), value)
        value = None if far is None else far[rest]
    return None if value == "" else value


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return show_truth(value)
    return show_instant(value) if isinstance(value, datetime) else str(value)


def _whole(text: str) -> int:
    if not text.isdecimal():
        refuse(_BAD, f"The number '{text}' is invalid.")
    return int(text)
