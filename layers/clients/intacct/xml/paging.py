"""All rows of a query, page by page in the order of record numbers (§9.5)."""

from __future__ import annotations

from collections.abc import Iterator

from intacct.errors import NotSentError
from intacct.xml.elements import Element, text_at
from intacct.xml.envelope import Function, FunctionResult
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
        check_whole(page, query.key)
        yield page.rows
        after = last_key(page.rows, query.key)
        if not after or not page.count("numremaining"):
            return


def check_whole(page: FunctionResult, key: str = "") -> None:
    """Let a page pass that has all the rows it counts, each with its key.

    What is missing would pass for not being there, and a look-up that finds nothing lets a document
    be sent again.

    Raises:
        NotSentError: it has not; reading again is safe.
    """
    counts = [page.attributes.get(name, "") for name in ("count", "numremaining")]
    is_whole = all(each.isdecimal() for each in counts) and int(counts[0]) == len(page.rows)
    if not is_whole or (key and not all(_has(row, key) for row in page.rows)):
        message = "the answer to a query does not have the rows that it counts"
        raise NotSentError(message, control_id=page.control_id)


def read_all(gateway: XmlGateway, query: Query, *, entity: str = "") -> list[Element]:
    """Every row of `query`, held in memory.

    Raises:
        IntacctError: as `pages`.
    """
    return [row for rows in pages(gateway, query, entity=entity) for row in rows]


def number_at(row: Element, field: str) -> int:
    """A number that the row must have: a line without its place would be taken for another.

    Raises:
        NotSentError: it has none; reading again is safe.
    """
    said = text_at(row, field)
    if not said.isdecimal():
        message = f"a row has no {field} that can be read"
        raise NotSentError(message)
    return int(said)


def _has(row: Element, key: str) -> bool:
    """Whether the row has that field: first in it, as it was asked for (§4.4), or anywhere."""
    first = row[0] if len(row) else None
    if first is not None and first.tag == key:
        return bool(first.text)
    return bool(text_at(row, key))
