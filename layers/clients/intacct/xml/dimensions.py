"""How the dimensions of a line are written: other names in each kind of function (§14.1)."""

from __future__ import annotations

from intacct.documents import Dimensions
from intacct.xml.elements import Element, add


def generic(dimensions: Dimensions, *, location: str, department: str) -> list[tuple[str, str]]:
    """Fields of a line of a generic object; GLENTRY says LOCATION where others say LOCATIONID."""
    return [
        (location, dimensions.location),
        (department, dimensions.department),
        ("PROJECTID", dimensions.project),
        ("CUSTOMERID", dimensions.customer),
        ("ITEMID", dimensions.item),
        ("CLASSID", dimensions.class_id),
        ("WAREHOUSEID", dimensions.warehouse),
        *((user_defined(name), value) for name, value in dimensions.custom),
    ]


def user_defined(name: str) -> str:
    """The field of a user-defined dimension: GLDIM and its integration name in capitals."""
    upper = name.upper()
    return upper if upper.startswith("GLDIM") else f"GLDIM{upper}"


def add_custom_fields(line: Element, dimensions: Dimensions) -> None:
    """Append the user-defined dimensions of a legacy line, when there are any.

    Their place inside `customfields` is not confirmed (§17 no. 8).
    """
    if not dimensions.custom:
        return
    fields = add(line, "customfields")
    for name, value in dimensions.custom:
        field = add(fields, "customfield")
        add(field, "customfieldname", user_defined(name))
        add(field, "customfieldvalue", value)
