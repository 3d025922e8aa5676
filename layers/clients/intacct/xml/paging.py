"""All rows of a query, page by page in the order of record numbers (§9.5)."""

from __future__ import annotations

from collections.abc import Iterator

from intacct.xml.elements import Element
from intacct.xml.envelope import Function
from intacct.xml.gateway import XmlGateway
from intacct.xml.queries import PAGE_SIZE, Query, last_key


def pages(
    gateway: XmlGateway, query: Query, *, entity: str = "", size: int = PAGE_SIZE
) -> Iterator[tuple[Element, ...]]:
    """The rows of `query`, a page at a time; a later page is asked for when it is needed.

    Raises:
        IntacctError: as `XmlGateway.execute_one`; reading again is always safe.
    """
    after = ""
    while True:
        function = Function("read", query.page(after=after, size=size))
        page = gateway.execute_one(function, entity=entity, is_write=False)
        yield page.rows
        after = last_key(page.rows, query.key)
        if not after or not page.count("numremaining"):
            return


def read_all(gateway: XmlGateway, query: Query, *, entity: str = "") -> list[Element]:
    """Every row of `query`, held in memory.

    Raises:
        IntacctError: as `pages`.
    """
    return [row for rows in pages(gateway, query, entity=entity) for row in rows]
