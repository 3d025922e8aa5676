"""How the dimensions of a line are written: other names in each kind of function (§14.1)."""

from __future__ import annotations

from intacct.documents import Dimensions
from intacct.xml.custom_fields import user_defined


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
