"""Legacy functions of customers and contacts (§12.1, §12.2)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.xml.calls import Call, Outcome, keyed, nothing
from local.intacct_simulator.xml.given_values import refuse_unknown
from local.intacct_simulator.xml.legacy_parts import (
    by_key_attribute,
    check_supported,
    contact_fields,
    contacts,
    external_id,
    given,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import Node, is_true, text_of
from local.intacct_simulator.xml.objects import words

# How values of a list are joined (§10).
_JOINED_BY = "#~#"
_CUSTOMER = {
    "name": "name",
    "parentid": "parent",
    "termname": "term",
    "custrepid": "sales_representative",
    "supdocid": "attachment",
    "shippingmethod": "shipping_method",
    "custtype": "customer_type",
    "taxid": "tax_id",
    "creditlimit": "credit_limit",
    "territoryid": "territory",
    "resaleno": "resale_number",
    "glaccountno": "default_revenue_account",
    "comments": "notes",
    "status": "status",
    "currency": "currency",
    "offsetglaccountno": "override_offset_account",
    "visibility/restricted_locs": "restricted_locations",
    "visibility/restricted_depts": "restricted_departments",
}
_BLOCKS = {
    "primary": "contact_primary",
    "billto": "contact_bill_to",
    "shipto": "contact_ship_to",
}
# The official SDKs delete these by legacy functions although they create them by generic ones.
DELETES = {
    "delete_allocation": ("allocation_template", "key"),
    "delete_class": ("class", "key"),
    "delete_department": ("department", "departmentid"),
    "delete_employee": ("employee", "employeeid"),
    "delete_glaccount": ("account", "glaccountno"),
    "delete_item": ("item", "itemid"),
    "delete_location": ("location", "locationid"),
    "delete_project": ("project", "key"),
    "delete_statglaccount": ("account", "glaccountno"),
    "delete_task": ("task", "key"),
    "delete_vendor": ("vendor", "vendorid"),
}


def create_customer(call: Call) -> Outcome:
    """Create a customer; with `ignoreduplicates` an existing one is no error."""
    customer_id = text_of(call.node, "customerid")
    if _is_known(call, "customer", customer_id):
        return keyed(customer_id)
    fields = {**_customer(call, call.node), **external_id(call.node)}
    return keyed(call.create("customer", {**fields, "id": customer_id})["id"])


def update_customer(call: Call) -> Outcome:
    """Change a customer's given fields."""
    record = by_key_attribute(call, "customer", "customerid")
    return keyed(call.update("customer", record["key"], _customer(call, call.node))["id"])


def delete_customer(call: Call) -> Outcome:
    """Delete a customer without transactions."""
    call.delete("customer", by_key_attribute(call, "customer", "customerid")["key"])
    return nothing()


def create_contact(call: Call) -> Outcome:
    """Create a contact; with `ignoreduplicates` an existing one is no error."""
    name = text_of(call.node, "contactname")
    if _is_known(call, "contact", name):
        return keyed(name)
    fields = {**contact_fields(call.node), **external_id(call.node)}
    return keyed(call.create("contact", {**fields, "id": name})["id"])


def update_contact(call: Call) -> Outcome:
    """Change a contact's given fields."""
    record = by_key_attribute(call, "contact", "contactname")
    return keyed(call.update("contact", record["key"], contact_fields(call.node))["id"])


def delete_contact(call: Call) -> Outcome:
    """Delete a contact that nothing uses."""
    call.delete("contact", by_key_attribute(call, "contact", "contactname")["key"])
    return nothing()


def delete_by_id(call: Call) -> Outcome:
    """Delete a record that the attribute of a `delete_<object>` names, when nothing uses it."""
    table, attribute = DELETES[str(call.node.tag)]
    call.delete(table, by_key_attribute(call, table, attribute)["key"])
    return nothing()


def _is_known(call: Call, table: str, record_id: str) -> bool:
    ignores = is_true(call.node.get("ignoreduplicates"))
    return ignores and call.books.by_id(table, record_id) is not None


def _customer(call: Call, node: Node) -> dict[str, Any]:
    check_supported(node)
    refuse_unknown("GL group", text_of(node, "glgroup"))
    fields: dict[str, Any] = {
        **given(node, _CUSTOMER),
        **contacts(call, node, _BLOCKS),
        **own_fields(call, node, "customer"),
        **_chosen(node, "deliveryoptions", "delivery_options", words.DELIVERY),
        **_chosen(node, "visibility/visibility_type", "restriction", words.RESTRICTION),
    }
    contact = node.find("contactinfo/contact")
    if contact is not None:
        fields["default_contact"] = {
            **contact_fields(contact),
            **external_id(contact),
            "id": text_of(contact, "contactname"),
        }
    elif text_of(node, "contactinfo/contactname"):
        fields["contact_default"] = text_of(node, "contactinfo/contactname")
    if text_of(node, "onhold"):
        fields["is_on_hold"] = is_true(text_of(node, "onhold"))
    return fields


def _chosen(node: Node, name: str, field: str, known: words.Words) -> dict[str, str]:
    """Read a choice by its label, several parts of it in any order."""
    text = text_of(node, name)
    if not text:
        return {}
    parts = sorted(text.lower().split(_JOINED_BY))
    for word, (label, _code) in known.items():
        if sorted(label.lower().split(_JOINED_BY)) == parts:
            return {field: word}
    return refuse("BL03002028", f"The value '{text}' of {name} is invalid.")
