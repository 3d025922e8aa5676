"""Turns the elements of generic `create` and `update` into fields of the books (§9.6, §12, §13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.intacct_simulator.xml import item_parts
from local.intacct_simulator.xml.failures import UNKNOWN_FIELD, Fault, FunctionError
from local.intacct_simulator.xml.given_values import (
    check_rate,
    read_code,
    read_country,
    refuse_unknown,
)
from local.intacct_simulator.xml.nodes import Node, read_instant, text_of
from local.intacct_simulator.xml.objects import registry
from local.intacct_simulator.xml.objects.company_objects import CUSTOM, OWN_DIMENSION, extended
from local.intacct_simulator.xml.objects.model import Field, Kind, XmlObject
from local.intacct_simulator.xml.objects.values import Column, column

# Blocks of a customer that name an existing contact (§12.1).
_CONTACT_BLOCKS = {
    "CONTACTINFO": "contact_primary",
    "BILLTO": "contact_bill_to",
    "SHIPTO": "contact_ship_to",
}
# Accepted and without effect: lists of further contacts, whose books hold no more than the default.
_WITHOUT_EFFECT = {"CONTACT_LIST_INFO", "CUSTOMERCONTACTS", "CUSTOMERENTITYCONTACTS"}
# Lines give amounts under both names; the first one wins (§13.6).
_AMOUNT_NAMES = ("TRX_AMOUNT", "AMOUNT")
# Fields of which the company has no value at all, by what they name: a given one is unknown.
_NONE_OF = {"CONTRACTID": "contract"}
_NONE_OF_CUSTOMERS = {"GLGROUP": "GL group"}
_DRAFT = "draft"
_TAXES = "TAXENTRIES"
_OWN = {CUSTOM: "custom", OWN_DIMENSION: "custom_dimensions"}


def fields_of(books: Any, described: XmlObject, node: Node) -> dict[str, Any]:
    """Read the element of one object.

    Raises:
        FunctionError: a field is unknown, or a value is not of its type.
    """
    found: dict[str, Any] = {}
    for child in node:
        name = str(child.tag).upper()
        if _reads_contacts(described, name) and _read_contact_block(books, found, name, child):
            continue
        if _is_empty_block(child):
            continue
        if described.table == "item" and name in item_parts.BLOCKS:
            item_parts.check_block(books, name, child)
        elif described.lines is not None and name == described.lines.container:
            found["lines"] = _lines(books, described, child)
        elif name == "ACTION":
            if (child.text or "").strip().lower() == _DRAFT:
                found["state"] = _DRAFT
        elif len(child):
            for part in child:
                _read(found, described, f"{name}.{part.tag}", part)
        else:
            _read(found, described, name, child)
    return found


def _is_empty_block(node: Node) -> bool:
    """Tell whether it is the empty block of custom fields that clients add to every object."""
    is_block = str(node.tag).upper() == "CUSTOMFIELDS"
    return is_block and not len(node) and not (node.text or "").strip()


def _reads_contacts(described: XmlObject, name: str) -> bool:
    return described.name == "CUSTOMER" or (
        described.name == "VENDOR" and name in {"DISPLAYCONTACT", *_WITHOUT_EFFECT}
    )


def _read_contact_block(books: Any, found: dict[str, Any], name: str, node: Node) -> bool:
    if name in _WITHOUT_EFFECT:
        return True
    if name == "DISPLAYCONTACT":
        # An empty one, as the official SDK sends it, changes nothing (§16.2).
        if len(node):
            found["default_contact"] = fields_of(books, registry.OBJECTS["CONTACT"], node)
        return True
    if name in _CONTACT_BLOCKS:
        contact = text_of(node, "CONTACTNAME")
        if contact:
            found[_CONTACT_BLOCKS[name]] = contact
        return True
    return False


def _lines(books: Any, described: XmlObject, container: Node) -> list[dict[str, Any]]:
    assert described.lines is not None  # noqa: S101  # asked for by name
    target = extended(books, registry.OBJECTS[described.lines.object])
    lines = []
    for row in container:
        if str(row.tag).lower() != described.lines.row:
            raise _unknown(str(row.tag), described)
        line: dict[str, Any] = {}
        for child in row:
            name = str(child.tag).upper()
            if _is_empty_block(child):
                continue
            if name in _AMOUNT_NAMES and "amount" in _plain_paths(target):
                if name == _AMOUNT_NAMES[0] or row.find(_AMOUNT_NAMES[0]) is None:
                    line["amount"] = (child.text or "").strip()
                continue
            if name == "SPLIT" or (name == "ALLOCATION" and (child.text or "").strip()):
                raise FunctionError(
                    Fault("BL01001973", "Allocations are not imitated by this simulator.")
                )
            if name == _TAXES:
                _refuse_taxes(child)
                continue
            _read(line, target, name, child)
        lines.append(line)
    return lines


def _refuse_taxes(block: Node) -> None:
    if any(str(text).strip() for text in block.itertext()):
        raise FunctionError(
            Fault("BL01001973", f"The feature behind '{_TAXES}' is not enabled in this company.")
        )


def _plain_paths(described: XmlObject) -> set[str]:
    return {field.path for field in described.fields.values()}


def _read(found: dict[str, Any], described: XmlObject, name: str, node: Node) -> None:
    wanted = column(described, name)
    if wanted is None:
        raise _unknown(name, described)
    text = (node.text or "").strip()
    if wanted.hops:
        return
    field = wanted.field
    if field.path in _TOLD_OTHERWISE:
        _TOLD_OTHERWISE[field.path](found, text)
        return
    if not field.path:
        of_customers = _NONE_OF_CUSTOMERS if described.name == "CUSTOMER" else {}
        if field.name in _NONE_OF or field.name in of_customers:
            refuse_unknown({**_NONE_OF, **of_customers}[field.name], text)
        return
    if field.path == "exchange_rate":
        check_rate(text)
    if field.read_only or field.path.startswith("~"):
        return
    group, _, own = field.path.partition(":")
    if own:
        kept = found.setdefault(_OWN[f"{group}:"], {})
        kept[own] = _value(field, text) if text else None
        return
    path, value = _assignment(wanted, text)
    found[path] = value


def _assignment(wanted: Column, text: str) -> tuple[str, Any]:
    field = wanted.field
    head, _, rest = field.path.partition(".")
    if rest:
        if rest != "id":
            return head, None
        return head, text or None
    if not text:
        return head, None
    return head, _value(field, text)


def _value(field: Field, text: str) -> Any:
    try:
        match field.kind:
            case Kind.WORD:
                return _word(field, text)
            case Kind.TRUTH:
                return _truth(text)
            case Kind.DAY | Kind.INSTANT:
                return read_instant(text).date()
            case Kind.INTEGER:
                return int(text)
            case _:
                return text
    except ValueError:
        raise FunctionError(
            Fault("BL03002028", f"The value of the field {field.name} is invalid.")
        ) from None


def _word(field: Field, text: str) -> str:
    for word, (label, _code) in field.words.items():
        if label.lower() == text.lower():
            return word
    raise ValueError(text)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _country_by_name(found: dict[str, Any], text: str) -> None:
    if text:
        found["country"] = read_country(text)
    else:
        found.setdefault("country", None)


def _country_by_code(found: dict[str, Any], text: str) -> None:
    if text:
        found["country"] = read_code(text)
    else:
        found.setdefault("country", None)


def _unit_group(found: dict[str, Any], text: str) -> None:
    found["unit_group"] = text or None


# Fields that are shown in another form than they are kept in, and so are read in one of their own.
_TOLD_OTHERWISE: Mapping[str, Callable[[dict[str, Any], str], None]] = {
    "@country": _country_by_name,
    "@country_code": _country_by_code,
    "@unit_group": _unit_group,
}


def _unknown(name: str, described: XmlObject) -> FunctionError:
    return FunctionError(
        Fault(UNKNOWN_FIELD, f"Field '{name}' is not a field of the object {described.name}.")
    )
