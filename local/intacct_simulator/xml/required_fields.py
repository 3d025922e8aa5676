"""Elements that a generic create of a master must have (§12.1, §12.3, §12.4)."""

from __future__ import annotations

from collections.abc import Mapping

from local.intacct_simulator.books import errors
from local.intacct_simulator.xml.nodes import Node

# Any of the names of one thing.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "ITEM": ("ITEMTYPE",),
    "WAREHOUSE": ("LOC", "LOCATIONID", "LOC.LOCATIONID"),
}
_CONTACT, _PRINTED_AS = "DISPLAYCONTACT", "PRINTAS"


def check(node: Node) -> None:
    """Refuse a master without what it must have; ids and names are for the books to demand.

    A customer's contact may have an empty name to print, as the official SDK sends it (§16.2).

    Raises:
        BusinessError: something is missing.
    """
    name = str(node.tag).upper()
    given = {str(child.tag).upper(): child for child in node}
    if name == "CUSTOMER":
        contact = given.get(_CONTACT)
        if contact is None:
            raise errors.missing("customer", _CONTACT)
        if _PRINTED_AS not in {str(child.tag).upper() for child in contact}:
            raise errors.missing("customer", _PRINTED_AS)
        return
    names = _REQUIRED.get(name, ())
    if names and not any("".join(_texts(given.get(one))).strip() for one in names):
        raise errors.missing(name.lower(), names[0])


def _texts(node: Node | None) -> list[str]:
    return [] if node is None else [str(text) for text in node.itertext()]
