"""Legacy functions that make and change items, vendors and dimensions.

They say the same as the generic functions under names of their own, so they are read as those are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.xml import item_parts
from local.intacct_simulator.xml.calls import Call, Outcome, keyed
from local.intacct_simulator.xml.failures import UNKNOWN_FIELD
from local.intacct_simulator.xml.inputs import fields_of
from local.intacct_simulator.xml.legacy_parts import (
    by_key_attribute,
    contact_fields,
    date_of,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import is_true, make, put, show_day, text_of
from local.intacct_simulator.xml.objects.company_objects import extended
from local.intacct_simulator.xml.objects.registry import OBJECTS

_ITEM = "item"
_NAMED = {"name": "NAME", "parentid": "PARENTID", "status": "STATUS"}
_MASTERS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "class": ("CLASS", "classid", {**_NAMED, "description": "DESCRIPTION"}),
    "department": (
        "DEPARTMENT",
        "departmentid",
        {"title": "TITLE", "parentid": "PARENTID", "status": "STATUS"},
    ),
    "item": (
        "ITEM",
        "itemid",
        {
            "name": "NAME",
            "itemname": "NAME",
            "itemtype": "ITEMTYPE",
            "status": "STATUS",
            "extdescription": "EXTENDED_DESCRIPTION",
            "extended_description": "EXTENDED_DESCRIPTION",
            "productlineid": "PRODUCTLINEID",
            "uomgrp": "UOMGRP",
            "podescription": "PODESCRIPTION",
            "sodescription": "SODESCRIPTION",
            "glgroup": "GLGROUP",
            "standard_cost": "STANDARD_COST",
            "baseprice": "BASEPRICE",
            "taxable": "TAXABLE",
        },
    ),
    "location": (
        "LOCATION",
        "locationid",
        {**_NAMED, "startdate": "STARTDATE", "enddate": "ENDDATE"},
    ),
    "vendor": (
        "VENDOR",
        "vendorid",
        {
            **_NAMED,
            "termname": "TERMNAME",
            "taxid": "TAXID",
            "currency": "CURRENCY",
            "comments": "COMMENTS",
        },
    ),
}
_DATES = frozenset({"startdate", "enddate"})
CREATES = tuple(f"create_{noun}" for noun in _MASTERS)
UPDATES = tuple(f"update_{noun}" for noun in _MASTERS)


def create(call: Call) -> Outcome:
    """Create a record; with `ignoreduplicates` an existing one is no error.

    Raises:
        FunctionError: an element has no place in the books, or a value is not of its type.
    """
    name, element, _ = _known(call)
    table, key = OBJECTS[name].table, text_of(call.node, element)
    if is_true(call.node.get("ignoreduplicates")) and call.books.by_id(table, key) is not None:
        return keyed(key)
    fields = _fields(call)
    if table == _ITEM:
        item_parts.complete(call.books, fields)
    return keyed(call.create(table, {**fields, "id": key})["id"])


def update(call: Call) -> Outcome:
    """Change the given fields of the record that an attribute names.

    Raises:
        FunctionError: there is none, or an element has no place in the books.
    """
    name, element, _ = _known(call)
    table = OBJECTS[name].table
    attribute = element if element in call.node.attrib else "key"
    record = by_key_attribute(call, table, attribute)
    fields = _fields(call)
    if table == _ITEM:
        item_parts.complete(call.books, fields, record)
    return keyed(call.update(table, record["key"], fields)["id"])


def _known(call: Call) -> tuple[str, str, Mapping[str, str]]:
    return _MASTERS[str(call.node.tag).partition("_")[2]]


def _fields(call: Call) -> dict[str, Any]:
    name, element, names = _known(call)
    described = extended(call.books, OBJECTS[name])
    node = make(name)
    for child in call.node:
        tag = str(child.tag)
        if tag in names:
            day = date_of(call.node, tag) if tag in _DATES else None
            put(node, names[tag], show_day(day) if day else (child.text or "").strip())
        elif tag not in {element, "customfields", "contactinfo"} or (
            tag == "contactinfo" and name != "VENDOR"
        ):
            refuse(UNKNOWN_FIELD, f"Field '{tag}' is not a field of the object {name}.")
    fields = {
        **fields_of(call.books, described, node),
        **own_fields(call, call.node, described.table),
    }
    contact = call.node.find("contactinfo/contact")
    if contact is not None:
        fields["default_contact"] = {
            **contact_fields(contact),
            "id": text_of(contact, "contactname"),
        }
    elif text_of(call.node, "contactinfo/contactname"):
        fields["contact_default"] = text_of(call.node, "contactinfo/contactname")
    return fields
