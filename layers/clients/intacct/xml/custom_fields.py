"""Custom fields and user-defined dimensions, in the two styles of the gateway (§14.2, §14.1).

Generic objects hold them as plain elements by field id; legacy functions in a `customfields` block
at a place that the schema fixes.
"""

from __future__ import annotations

import re

from intacct.documents import CustomFields, Dimensions
from intacct.xml.elements import Element, add

# What Sage takes as a field id; it is also what may stand as an element's name.
_FIELD_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class CustomFieldError(ValueError):
    """A custom field has a name that Sage gives to no field."""


def user_defined(name: str) -> str:
    """The field of a user-defined dimension: GLDIM and its integration name in capitals."""
    upper = name.upper()
    return upper if upper.startswith("GLDIM") else f"GLDIM{upper}"


def checked(custom: CustomFields) -> CustomFields:
    """The same custom fields.

    Raises:
        CustomFieldError: a name can be none of a field.
    """
    if any(not _FIELD_ID.fullmatch(name) for name, _ in custom):
        message = "a custom field is named by letters, digits and underscores"
        raise CustomFieldError(message)
    return custom


def add_legacy_custom_fields(
    parent: Element, custom: CustomFields = (), dimensions: Dimensions | None = None
) -> None:
    """Append the block with custom fields and user-defined dimensions, when there are any.

    That user-defined dimensions belong into this block is not confirmed (§17 no. 8).

    Raises:
        CustomFieldError: a name can be none of a field.
    """
    fields = list(checked(custom))
    if dimensions is not None:
        fields += [(user_defined(name), value) for name, value in dimensions.custom]
    if not fields:
        return
    block = add(parent, "customfields")
    for name, value in fields:
        field = add(block, "customfield")
        add(field, "customfieldname", name)
        add(field, "customfieldvalue", value)
