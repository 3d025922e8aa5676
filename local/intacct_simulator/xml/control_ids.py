"""Control ids of functions that were carried out and completed, with their results (§6.1).

They lie in the books' own store: a transaction that is rolled back takes its ids with it, and ids
survive a restart where the books do. How long Sage keeps them is not documented (§17 no. 1).
"""

from __future__ import annotations

from lxml import etree

from local.intacct_simulator.books.store import Store
from local.intacct_simulator.xml.nodes import Node, parse

_TABLE = "xml_control_id"


def completed(store: Store, control_id: str) -> Node | None:
    """Give the result of a function with this control id that was completed, or None."""
    found = store.first(_TABLE, control_id=control_id)
    return None if found is None else parse(found["result"].encode())


def keep_completed(store: Store, control_id: str, result: Node) -> None:
    """Keep the result of a completed function; the first one stays."""
    if store.first(_TABLE, control_id=control_id) is None:
        text = etree.tostring(result, encoding="unicode")
        store.insert(_TABLE, {"control_id": control_id, "result": text})
