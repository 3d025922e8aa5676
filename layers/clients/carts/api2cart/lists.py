"""API2Cart's lists of what was modified in a window, whatever the cart behind knows of paging.

A list goes on by a cursor, which stands alone in its call. Some carts behind know no cursor: a full
page without one is believed to be all only when nothing follows it; else the window is halved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from carts.adapter import CartApiError
from carts.answers import another_shape
from carts.api2cart.envelopes import Envelopes
from carts.api2cart.models import child, children
from carts.documents import Node

_MOST_PAGES = 1000
_MOST_READINGS = 6
_SECOND = timedelta(seconds=1)


class ChangeList:
    """One list, as `order.list`."""

    def __init__(
        self,
        api: Envelopes,
        method: str,
        member: str,
        *,
        asked: Mapping[str, str],
        page_size: int,
        counts_within_a_second: bool = False,
    ) -> None:
        """`member` of the result holds the entries; `asked` is sent with every first page.

        `counts_within_a_second` reads a second that holds more than a page by number, where no
        cursor is known, and again until nothing moved meanwhile; else it is an error.
        """
        self._counts_within_a_second = counts_within_a_second
        self._api = api
        self._method = method
        self._member = member
        self._asked = {"count": str(page_size), **asked}
        self._page_size = page_size

    def modified(self, since: datetime, until: datetime) -> Iterator[list[Node]]:
        """Pages of what was modified in the window; a second more on both ends.

        Whether the bounds belong to the window is not documented.

        Raises:
            CartApiError: a page could not be read, or one second holds more than a page.
        """
        params = self._window(since, until)
        for index, (nodes, cursor) in enumerate(self.pages(params)):
            yield nodes
            is_lone = not index and not cursor and len(nodes) >= self._page_size
            if is_lone and not self._is_all(params, nodes):
                yield from self._halved(since, until)

    def pages(self, params: Mapping[str, str]) -> Iterator[tuple[list[Node], str]]:
        """Pages with the cursor of the page that follows, which is empty on the last one.

        Raises:
            CartApiError: a page could not be read.
        """
        asked = dict(params)
        for _ in range(_MOST_PAGES):
            envelope = self._api.ask(self._method, asked)
            cursor = _cursor(envelope)
            yield self.entries(envelope), cursor
            if not cursor:
                return
            if asked == {"page_cursor": cursor}:
                raise another_shape()
            asked = {"page_cursor": cursor}
        message = f"more than {_MOST_PAGES} pages in one window"
        raise CartApiError(message, is_lasting=True)

    def asked(self, params: Mapping[str, str]) -> list[Node]:
        """One page, by itself.

        Raises:
            CartApiError: it could not be read.
        """
        return self.entries(self._api.ask(self._method, params))

    def entries(self, envelope: dict[str, Any]) -> list[Node]:
        """What an answer lists.

        Raises:
            CartApiError: it has another shape than documented.
        """
        root = Node(envelope, "", [])
        result = child(root, "result")
        if result is None:
            raise another_shape()
        nodes = list(children(result, self._member))
        if root.problems:
            raise another_shape()
        return [Node(node.members, "", []) for node in nodes]

    def _is_all(self, params: dict[str, str], nodes: list[Node]) -> bool:
        """Whether nothing follows a full page, and nothing moved while that was found out."""
        more = {**params, "start": str(len(nodes)), "count": "1"}
        if self.asked(more):
            return False
        again = self.asked(params)
        return [node.members for node in again] == [node.members for node in nodes]

    def _halved(self, since: datetime, until: datetime) -> Iterator[list[Node]]:
        if until - since <= _SECOND and self._counts_within_a_second:
            yield self._counted(since, until)
            return
        if until - since <= _SECOND:
            message = f"{self._page_size} or more of one second, and no cursor to go on by"
            raise CartApiError(message, is_lasting=True)
        middle = since + (until - since) / 2
        yield from self.modified(since, middle)
        yield from self.modified(middle, until)

    def _counted(self, since: datetime, until: datetime) -> list[Node]:
        """All of a second, as two readings after each other have it."""
        before: list[dict[str, Any]] | None = None
        for _ in range(_MOST_READINGS):
            found: list[Node] = []
            params = self._window(since, until)
            while page := self.asked({**params, "start": str(len(found))}):
                found += page
            if before == [node.members for node in found]:
                return found
            before = [node.members for node in found]
        message = f"what API2Cart lists kept changing while it was read ({self._method})"
        raise CartApiError(message)

    def _window(self, since: datetime, until: datetime) -> dict[str, str]:
        return {
            "modified_from": _text(since - _SECOND),
            "modified_to": _text(until + _SECOND),
            **self._asked,
        }


def _cursor(envelope: dict[str, Any]) -> str:
    """What leads to the page that follows; empty on the last one."""
    pagination = envelope.get("pagination")
    cursor = pagination.get("next") if isinstance(pagination, dict) else None
    if cursor is not None and not isinstance(cursor, str):
        raise another_shape()
    return cursor or ""


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
