"""All rows of a query, page by page in the order of record numbers (§9.5)."""

from __future__ import annotations

from intacct.xml.elements import Element
from intacct.xml.envelope import Function
from intacct.xml.gateway import XmlGateway
from intacct.xml.queries import Query, last_key


def read_all(gateway: XmlGateway, query: Query, *, entity: str = "") -> list[Element]:
    """Every row of `query`, held in memory.

    Raises:
        IntacctError: as `XmlGateway.execute_one`; reading again is always safe.
    """
    rows: list[Element] = []
    after = ""
    while True:
        function = Function("read", query.page(after=after))
        page = gateway.execute_one(function, entity=entity, is_write=False)
        rows.extend(page.rows)
        after = last_key(page.rows, query.key)
        if not after or not page.count("numremaining"):
            return rows
