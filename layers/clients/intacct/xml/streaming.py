"""Large answers row by row, with memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from intacct.xml.envelope import Response, response_of
from intacct.xml.parsing import DEPTH_MAX, MalformedAnswerError, refuse_document_type
from intacct.xml.queries import record

_ROW_DEPTH = 5  # response, operation, result, data, row


class RowStream:
    """Iterates over the rows of an answer; afterwards `response` holds all of it but the rows."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """`chunks` are the bytes of the answer as they arrive."""
        self._chunks = chunks
        self._depth = 0
        self._root: Any = None

    @property
    def response(self) -> Response:
        """What the answer says at its three levels; only after the last row.

        Raises:
            MalformedAnswerError: there was no answer, or it was not read to its end.
        """
        if self._root is None or self._depth:
            message = "the answer was not read to its end"
            raise MalformedAnswerError(message)
        return response_of(self._root)

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Give each row as field names and texts, and let go of it.

        Raises:
            MalformedAnswerError: the bytes are no response, unsafe to read, or end too early.
        """
        parser = etree.XMLPullParser(
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for chunk in self._chunks:
                parser.feed(chunk)
                yield from self._rows(parser.read_events())
            parser.close()
            yield from self._rows(parser.read_events())
        except etree.XMLSyntaxError:
            message = "the document is no well-formed XML"
            raise MalformedAnswerError(message) from None

    def _rows(self, events: Iterable[tuple[str, Any]]) -> Iterator[dict[str, str]]:
        for event, node in events:
            if event == "start":
                self._enter(node)
                continue
            parent = node.getparent()
            is_row = self._depth == _ROW_DEPTH and parent.tag == "data"
            self._depth -= 1
            if is_row:
                row = record(node)
                parent.remove(node)
                yield row

    def _enter(self, node: Any) -> None:
        self._depth += 1
        if self._depth == 1:
            refuse_document_type(node)
            if node.tag != "response":
                message = "the document is no response"
                raise MalformedAnswerError(message)
            self._root = node
        if self._depth > DEPTH_MAX:
            message = "the document is nested deeper than any answer we ask for"
            raise MalformedAnswerError(message)
