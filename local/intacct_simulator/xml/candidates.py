"""Which records a filter can mean at most: those that the books' index finds by its values."""

from __future__ import annotations

from local.intacct_simulator.books.store import Among
from local.intacct_simulator.xml.comparing import FORMS, wanted
from local.intacct_simulator.xml.failures import FunctionError
from local.intacct_simulator.xml.nodes import Node, text_of
from local.intacct_simulator.xml.objects.model import XmlObject
from local.intacct_simulator.xml.objects.values import column


def candidates(node: Node | None, described: XmlObject) -> Among | None:
    """Give the fewest values that one condition of a filter wants of a stored field.

    None where no condition does, or where the filter is not valid, which its own test tells.
    """
    if node is None or len(node) != 1:
        return None
    (top,) = node
    conditions = list(top) if top.tag == "and" else [top]
    found = [among for each in conditions if (among := _wanted(each, described)) is not None]
    return min(found, key=lambda one: len(one.values), default=None)


def _wanted(node: Node, described: XmlObject) -> Among | None:
    if node.tag not in ("equalto", "in"):
        return None
    found = column(described, text_of(node, "field"))
    if found is None or found.hops or not found.field.path.isidentifier():
        return None
    form = FORMS.get(found.field.kind)
    if form is None:
        return None
    try:
        values = [wanted(found.field, value.text or "") for value in node.findall("value")]
    except FunctionError:
        return None
    return Among(found.field.path, tuple(dict.fromkeys(values)), form)
