"""What legacy functions have in common: dimensions, currencies, contacts, keys in attributes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call
from local.intacct_simulator.xml.failures import UNKNOWN_FIELD, Fault, FunctionError
from local.intacct_simulator.xml.given_values import (
    check_rate,
    read_code,
    read_country,
    refuse_unknown,
)
from local.intacct_simulator.xml.item_parts import UNIT
from local.intacct_simulator.xml.nodes import Node, is_true, read_day, text_of
from local.intacct_simulator.xml.objects.company_objects import dimension_fields

_DIMENSIONS = {
    "locationid": "location",
    "departmentid": "department",
    "classid": "class",
    "projectid": "project",
    "customerid": "customer",
    "itemid": "item",
    "warehouseid": "warehouse",
    "vendorid": "vendor",
    "employeeid": "employee",
    "taskid": "task",
    "costtypeid": "cost_type",
}
_CONTACT = {
    "printas": "print_as",
    "companyname": "company_name",
    "prefix": "prefix",
    "firstname": "first_name",
    "lastname": "last_name",
    "initial": "middle_name",
    "phone1": "phone1",
    "phone2": "phone2",
    "cellphone": "mobile",
    "pager": "pager",
    "fax": "fax",
    "email1": "email1",
    "email2": "email2",
    "url1": "url1",
    "url2": "url2",
    "status": "status",
    "taxid": "tax_id",
    "taxgroup": "tax_group",
    "mailaddress/address1": "address_line1",
    "mailaddress/address2": "address_line2",
    "mailaddress/city": "city",
    "mailaddress/state": "state",
    "mailaddress/zip": "post_code",
}
# Named by an address as a name of the list or as a code of ISO 3166 (§12.2).
_COUNTRIES = (("mailaddress/country", read_country), ("mailaddress/isocountrycode", read_code))
# What an empty element does not clear although the function says so (§9.6): it always has a value.
_NEVER_EMPTY = frozenset({"status", "invoice_number"})
_NOT_ENABLED = (
    "itemdetails",
    "linesubtotals",
    "taxentries",
    "allocationid",
    "revrectemplate",
    "accountlabel",
    "taxsolutionid",
    "nogl",
)
_NAMED_METHODS = {
    "printed check": "printedCheck",
    "check": "printedCheck",
    "cash": "cash",
    "eft": "eft",
    "credit card": "creditCard",
    "online charge card": "onlineChargeCard",
    "online ach debit": "onlineAchDebit",
    "record transfer": "recordTransfer",
}


def given(node: Node, names: Mapping[str, str]) -> dict[str, Any]:
    """Pick the elements that are there and not empty, under the books' names.

    Within a function that says `set_nulls`, empty ones are None and clear their fields (§9.6).
    """
    found = ((field, text_of(node, name)) for name, field in names.items())
    texts: dict[str, Any] = {field: text for field, text in found if text}
    if clears(node):
        for name, field in names.items():
            if field not in _NEVER_EMPTY and node.find(name) is not None:
                texts.setdefault(field, None)
    return texts


def clears(node: Node) -> bool:
    """Tell whether empty elements clear fields in the function that an element belongs to."""
    return any(is_true(one.get("set_nulls")) for one in (node, *node.iterancestors()))


def date_of(node: Node, name: str) -> date | None:
    """Read a date element of a legacy function; None when it is absent or empty.

    An empty one clears nothing: documents are always dated, posted and due on some day.

    Raises:
        FunctionError: it is no date.
    """
    try:
        return read_day(node.find(name))
    except (ValueError, OverflowError):
        refuse("BL03002028", f"The date in '{name}' is invalid.")


def dimensions(node: Node) -> dict[str, Any]:
    """Pick the dimensions of a line."""
    return given(node, _DIMENSIONS)


def base_unit(call: Call, line: Node) -> str:
    """Give the unit of a line that names none: the base unit of its item (§13.1, §13.5).

    An item that was never given a unit is counted as those of the seed are.
    """
    item = call.books.by_id("item", text_of(line, "itemid"))
    return str((item or {}).get("unit") or UNIT)


def currencies(node: Node) -> dict[str, Any]:
    """Pick the currency group; an empty rate type is Sage's daily rate (§14.5).

    Raises:
        FunctionError: the rate is not above zero.
    """
    found = given(
        node,
        {"currency": "currency", "exchrate": "exchange_rate", "exchratetype": "exchange_rate_type"},
    )
    check_rate(found.get("exchange_rate"))
    day = date_of(node, "exchratedate")
    return found if day is None else {**found, "exchange_rate_date": day}


def check_supported(node: Node) -> None:
    """Refuse what would change the books and has no place in them, instead of dropping it.

    Raises:
        FunctionError: there is a part whose feature this company lacks.
    """
    refuse_unknown("contract", text_of(node, "contractid"))
    for name in _NOT_ENABLED:
        part = node.find(name)
        texts = () if part is None else (str(text).strip() for text in part.itertext())
        if any(text not in ("", "false") for text in texts):
            refuse("BL01001973", f"The feature behind '{name}' is not enabled in this company.")


def own_fields(call: Call, node: Node, table: str) -> dict[str, Any]:
    """Read the block of custom fields, in which user-defined dimensions stand too (§14.1, §14.2).

    Raises:
        FunctionError: the company gave the records of that table no such field.
    """
    fields = {name.upper(): name for name in call.books.custom_fields(table)}
    # A guess: no source shows user-defined dimensions in legacy functions (§17 no. 8).
    axes = dimension_fields(call.books) if table.endswith("_line") else {}
    found: dict[str, Any] = {}
    for entry in node.iterfind("customfields/customfield"):
        name, value = text_of(entry, "customfieldname"), text_of(entry, "customfieldvalue")
        if name.upper() in fields:
            found.setdefault("custom", {})[fields[name.upper()]] = value or None
        elif name.upper() in axes and value.isdecimal():
            found.setdefault("custom_dimensions", {})[axes[name.upper()]] = int(value)
        elif name:
            refuse(UNKNOWN_FIELD, f"The custom field '{name}' is not defined.")
    return found


def contact_fields(node: Node) -> dict[str, Any]:
    """Read the fields of a legacy contact, its name left out.

    Raises:
        FunctionError: its country is none.
    """
    fields = given(node, _CONTACT)
    for name, read in _COUNTRIES:
        country = text_of(node, name)
        if country:
            fields["country"] = read(country)
        elif clears(node) and node.find(name) is not None:
            fields.setdefault("country", None)
    if text_of(node, "taxable"):
        fields["is_taxable"] = is_true(text_of(node, "taxable"))
    return fields


def external_id(node: Node) -> dict[str, str]:
    """Pick the id of another system that a new record can be addressed by (§6.2)."""
    found = text_of(node, "externalid")
    return {"external_id": found} if found else {}


def contacts(call: Call, node: Node, names: Mapping[str, str]) -> dict[str, Any]:
    """Resolve `contact | contactname` blocks; a whole contact is made or changed first (§12.2)."""
    found: dict[str, Any] = {}
    for name, field in names.items():
        block = node.find(name)
        if block is None:
            continue
        contact = block.find("contact")
        contact_name = text_of(block, "contactname") or text_of(contact, "contactname")
        if contact is not None and contact_name:
            _keep_contact(call, contact_name, contact_fields(contact), external_id(contact))
        if contact_name:
            found[field] = contact_name
        elif clears(node):
            found[field] = None
    return found


def _keep_contact(call: Call, name: str, fields: dict[str, Any], own: dict[str, str]) -> None:
    known = call.books.by_id("contact", name)
    if known is None:
        call.create("contact", {"print_as": name, **fields, **own, "id": name})
    else:
        call.update("contact", known["key"], fields)


def by_key_attribute(call: Call, table: str, attribute: str = "key") -> Record:
    """Find the record that the function's attribute names: record number, id or external id.

    Raises:
        FunctionError: there is none.
    """
    key = call.node.get(attribute, "")
    found: Record | None = None
    if is_true(call.node.get("externalkey")):
        found = next(iter(call.books.find(table, external_id=key)), None)
    else:
        found = call.books.by_id(table, key)
        if found is None and key.isdecimal():
            found = call.books.get(table, int(key))
    if found is None:
        refuse("BL01001973", f"There is no record with the key '{key}'.")
    return found


def method(text: str, default: str = "printedCheck") -> str:
    """Read the label of a payment method.

    Raises:
        FunctionError: there is no such method.
    """
    if not text:
        return default
    word = _NAMED_METHODS.get(text.lower())
    if word is None:
        refuse("BL03002028", f"The payment method '{text}' is invalid.")
    return word


def refuse(errorno: str, text: str) -> NoReturn:
    """Refuse a function.

    Raises:
        FunctionError: always.
    """
    raise FunctionError(Fault(errorno, text))
