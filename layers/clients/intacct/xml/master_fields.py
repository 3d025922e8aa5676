"""What each field of a master is called in a generic object (§12.1 to §12.5).

A place is a path: `DISPLAYCONTACT/MAILADDRESS/CITY` is nested elements. The fields are keyed by the
names of the dataclasses, so that an update sends exactly those that it names.
"""

from __future__ import annotations

from collections.abc import Mapping

from intacct.documents import Contact, Customer
from intacct.masters import CostMethod, DimensionEntry, DimensionKind, Item, ItemType, Master
from intacct.masters import Warehouse as WarehouseMaster
from intacct.xml.custom_fields import checked
from intacct.xml.elements import decimal_text, truth_text

Places = list[tuple[str, str]]

ITEM_TYPES = {
    ItemType.INVENTORY: "Inventory",
    ItemType.NON_INVENTORY: "Non-Inventory",
    ItemType.PURCHASE_ONLY: "Non-Inventory (Purchase only)",
    ItemType.SALES_ONLY: "Non-Inventory (Sales only)",
    ItemType.KIT: "Kit",
    ItemType.STOCKABLE_KIT: "Stockable Kit",
}
"""What XML calls the types of items."""

_COST_METHODS = {
    CostMethod.STANDARD: "Standard",
    CostMethod.AVERAGE: "Average",
    CostMethod.FIFO: "FIFO",
    CostMethod.LIFO: "LIFO",
}
# Object, id field, field of the name.
_DIMENSIONS = {
    DimensionKind.LOCATION: ("LOCATION", "LOCATIONID", "NAME"),
    DimensionKind.DEPARTMENT: ("DEPARTMENT", "DEPARTMENTID", "TITLE"),
    DimensionKind.CLASS: ("CLASS", "CLASSID", "NAME"),
    DimensionKind.PROJECT: ("PROJECT", "PROJECTID", "NAME"),
}
_DISPLAY = "DISPLAYCONTACT"


def object_of(master: Master) -> tuple[str, str]:
    """The generic object that a master is kept in, and the field of its id."""
    match master:
        case Customer():
            return "CUSTOMER", "CUSTOMERID"
        case Contact():
            return "CONTACT", "CONTACTNAME"
        case Item():
            return "ITEM", "ITEMID"
        case WarehouseMaster():
            return "WAREHOUSE", "WAREHOUSEID"
        case DimensionEntry():
            return _DIMENSIONS[master.dimension][:2]


def fields_of(master: Master) -> Mapping[str, Places]:
    """The places and texts of each field of a master, by the field's name; empty ones too.

    Raises:
        CustomFieldError: a custom field's name can be none.
    """
    match master:
        case Customer():
            return _customer(master)
        case Contact():
            return _contact(master)
        case Item():
            return _item(master)
        case WarehouseMaster():
            return _warehouse(master)
        case DimensionEntry():
            return _dimension(master)


def _customer(customer: Customer) -> Mapping[str, Places]:
    contact = customer.contact
    display = [(f"{_DISPLAY}/PRINTAS", customer.name)]
    if contact is not None:
        display = [(f"{_DISPLAY}/CONTACTNAME", contact.id)]
        display += [
            (f"{_DISPLAY}/{place}", text)
            for places in _contact(contact).values()
            for place, text in places
        ]
    return {
        "name": [("NAME", customer.name)],
        "contact": display,
        "term": [("TERMNAME", customer.term)],
        "tax_id": [("TAXID", customer.tax_id)],
        "currency": [("CURRENCY", customer.currency)],
        "attachment": [("SUPDOCID", customer.attachment)],
        "custom": list(checked(customer.custom)),
        "is_active": [_status(is_active=customer.is_active)],
        "bill_to": [("BILLTO/CONTACTNAME", customer.bill_to)],
        "ship_to": [("SHIPTO/CONTACTNAME", customer.ship_to)],
    }


def _contact(contact: Contact) -> Mapping[str, Places]:
    address, exempt = contact.address, contact.tax_exempt
    return {
        "print_as": [("PRINTAS", contact.print_as)],
        "company_name": [("COMPANYNAME", contact.company_name)],
        "first_name": [("FIRSTNAME", contact.first_name)],
        "last_name": [("LASTNAME", contact.last_name)],
        "phone": [("PHONE1", contact.phone)],
        "email": [("EMAIL1", contact.email)],
        "address": [
            (f"MAILADDRESS/{field}", text)
            for field, text in (
                ("ADDRESS1", address.line1),
                ("ADDRESS2", address.line2),
                ("CITY", address.city),
                ("STATE", address.state),
                ("ZIP", address.postal_code),
                # COUNTRY would have to be a name of Sage's own list (§12.1).
                ("ISOCOUNTRYCODE", address.country),
            )
        ],
        "tax_exempt": [("TAXABLE", "" if exempt is None else truth_text(not exempt))],
    }


def _item(item: Item) -> Mapping[str, Places]:
    taxable = "" if item.is_taxable is None else truth_text(item.is_taxable)
    base, standard = item.base_price, item.standard_cost
    return {
        "name": [("NAME", item.name)],
        "type": [("ITEMTYPE", ITEM_TYPES[item.type])],
        "is_active": [_status(is_active=item.is_active)],
        "description": [("EXTENDED_DESCRIPTION", item.description)],
        "sales_description": [("SODESCRIPTION", item.sales_description)],
        "product_line": [("PRODUCTLINEID", item.product_line)],
        "cost_method": [
            ("COST_METHOD", _COST_METHODS[item.cost_method] if item.cost_method else "")
        ],
        "gl_group": [("GLGROUP", item.gl_group)],
        "unit_group": [("UOMGRP", item.unit_group)],
        "base_price": [("BASEPRICE", decimal_text(base.amount) if base else "")],
        "standard_cost": [("STANDARD_COST", decimal_text(standard.amount) if standard else "")],
        "is_taxable": [("TAXABLE", taxable)],
        "upc": [("UPC", item.upc)],
        "custom": list(checked(item.custom)),
    }


def _warehouse(warehouse: WarehouseMaster) -> Mapping[str, Places]:
    allows = warehouse.allows_negative_stock
    return {
        "name": [("NAME", warehouse.name)],
        "location": [("LOC/LOCATIONID", warehouse.location)],
        "parent": [("PARENTID", warehouse.parent)],
        "is_active": [_status(is_active=warehouse.is_active)],
        "allows_negative_stock": [
            ("ENABLENEGATIVEINV", "" if allows is None else truth_text(allows))
        ],
        "custom": list(checked(warehouse.custom)),
    }


def _dimension(entry: DimensionEntry) -> Mapping[str, Places]:
    _, _, name = _DIMENSIONS[entry.dimension]
    return {
        "name": [(name, entry.name)],
        "parent": [("PARENTID", entry.parent)],
        "description": [("DESCRIPTION", entry.description)],
        "is_active": [_status(is_active=entry.is_active)],
        "custom": list(checked(entry.custom)),
    }


def _status(*, is_active: bool) -> tuple[str, str]:
    return "STATUS", "active" if is_active else "inactive"
