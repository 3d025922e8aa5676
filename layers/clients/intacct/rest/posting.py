"""Posting documents in as few calls as REST allows: those of one object in one batch (§7.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from intacct.documents import Document, DocumentResult, SalesDocument
from intacct.errors import IntacctError, NotSentError
from intacct.rest.answers import MOST_ROWS
from intacct.rest.client import RestClient
from intacct.rest.rows import Row, send_rows
from intacct.rest.sales_documents import SalesDocuments, SourceLines
from intacct.rest.wire import Json, object_path, text

Outcome = DocumentResult | IntacctError


@dataclass(frozen=True, slots=True)
class Said:
    """A document as REST says it: the object it is posted to, and the payload."""

    object: str
    body: Json = field(repr=False)


@dataclass(slots=True)
class _Row:
    """One document on its way, with its place in the caller's order."""

    place: int
    document: Document
    key: str
    said: Said


class Poster:
    """Posts documents of one entity, each once, and says of each what became of it."""

    def __init__(
        self,
        client: RestClient,
        sales: SalesDocuments,
        say: Callable[[Document, SourceLines], Said],
        *,
        entity: str,
    ) -> None:
        """`say` translates a document; it raises what Sage would refuse before it is sent.

        A document that converts another one is said with the lines of its source.
        """
        self._client = client
        self._sales = sales
        self._say = say
        self._entity = entity

    def post(
        self, documents: Sequence[Document], keys: Sequence[str], *, is_atomic: bool
    ) -> list[Outcome]:
        """A result or an error for each document, in their order; `keys` are their own.

        Raises:
            ValueError: not one key for each document, or a batch that cannot be atomic; not sent.
        """
        if len(documents) != len(keys):
            message = "each document has an idempotency key of its own"
            raise ValueError(message)
        outcomes: list[Outcome] = [NotSentError("the document was not sent")] * len(documents)
        groups: dict[str, list[_Row]] = {}
        sources = self._sources(documents)
        for place, (document, key) in enumerate(zip(documents, keys, strict=True)):
            try:
                said = self._say(document, sources)
            except IntacctError as error:
                outcomes[place] = error
                continue
            groups.setdefault(said.object, []).append(_Row(place, document, key, said))
        if is_atomic and not _can_be_atomic(documents, groups):
            message = f"an atomic batch has at most {MOST_ROWS} documents of one object"
            raise ValueError(message)
        if is_atomic and any(len(rows) < len(documents) for rows in groups.values()):
            return outcomes
        for rows in groups.values():
            for start in range(0, len(rows), MOST_ROWS):
                part = rows[start : start + MOST_ROWS]
                for row, outcome in zip(part, self._send(part, is_atomic=is_atomic), strict=True):
                    outcomes[row.place] = outcome
        return outcomes

    def _sources(self, documents: Sequence[Document]) -> SourceLines:
        return self._sales.source_lines(
            [one for one in documents if isinstance(one, SalesDocument)]
        )

    def _send(self, rows: Sequence[_Row], *, is_atomic: bool) -> list[Outcome]:
        answers = send_rows(
            self._client,
            object_path(rows[0].said.object),
            [Row(row.key, row.said.body) for row in rows],
            entity=self._entity,
            is_atomic=is_atomic,
        )
        return self._outcomes(rows, answers)

    def _outcomes(
        self, rows: Sequence[_Row], answers: Sequence[Json | IntacctError]
    ) -> list[Outcome]:
        """What became of the rows of one object: sales documents are read back together."""
        outcomes = [
            answer if isinstance(answer, IntacctError) else _result(answer) for answer in answers
        ]
        created = [
            (place, row.document, answer)
            for place, (row, answer) in enumerate(zip(rows, answers, strict=True))
            if isinstance(row.document, SalesDocument) and not isinstance(answer, IntacctError)
        ]
        if not created:
            return outcomes
        try:
            completed: Sequence[Outcome] = self._sales.completed(
                [(document, answer) for _, document, answer in created]
            )
        except IntacctError as error:  # they are there, and which invoice they made is not known
            completed = [error] * len(created)
        for (place, _, _), outcome in zip(created, completed, strict=True):
            outcomes[place] = outcome
        return outcomes


def _can_be_atomic(documents: Sequence[Document], groups: dict[str, list[_Row]]) -> bool:
    return len(documents) <= MOST_ROWS and len(groups) <= 1


def _result(record: Json) -> DocumentResult:
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")))
