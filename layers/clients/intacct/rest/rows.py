"""Rows of one object in one call, each with its own outcome (REST reference §7.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from intacct.errors import (
    DuplicateDocumentError,
    IntacctError,
    PermissionDeniedError,
    RejectedError,
)
from intacct.rest.answers import Answer
from intacct.rest.client import RestClient
from intacct.rest.wire import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One record to be made: its own idempotency key, and its payload."""

    key: str
    body: Json = field(repr=False)


def batch_key(keys: Sequence[str]) -> str:
    """The idempotency key of a batch: the same for the same rows in the same order, else another.

    A row alone keeps its own key, so that trying it again by itself repeats what it said before.
    """
    if len(keys) == 1:
        return keys[0]
    return "batch-" + hashlib.sha256("\n".join(keys).encode()).hexdigest()


def send_rows(
    client: RestClient, path: str, rows: Sequence[Row], *, entity: str, is_atomic: bool = False
) -> list[Json | IntacctError]:
    """Create the rows, 500 at most: the reference of each new record, or its error, in order.

    A batch that is refused as a whole goes again in halves, so that a bad row costs only itself;
    one that is atomic does not.
    """
    key = batch_key([row.key for row in rows])
    if len(rows) == 1:
        return [_one(client, path, rows[0], entity)]
    bodies = [row.body for row in rows]
    answers = client.post_rows(
        path, bodies, idempotency_key=key, entity=entity, is_atomic=is_atomic
    )
    if not is_atomic and _is_refused_whole(answers):
        middle = len(rows) // 2
        halves = rows[:middle], rows[middle:]
        return [one for half in halves for one in send_rows(client, path, half, entity=entity)]
    return [_reference(answer) for answer in answers]


def _one(client: RestClient, path: str, row: Row, entity: str) -> Json | IntacctError:
    try:
        answer = client.post(path, row.body, entity=entity, idempotency_key=row.key)
    except IntacctError as error:
        return error
    return _reference(answer)


def _is_refused_whole(answers: Sequence[Answer | IntacctError]) -> bool:
    """Whether one verdict stands for all rows: a bad row may have spoilt the others' chance.

    Nothing was done then, so halves may be sent. A role that does not cover the object, and a key
    that is known already, are true of each row.
    """
    first = answers[0]
    if not isinstance(first, RejectedError):
        return False
    if isinstance(first, DuplicateDocumentError | PermissionDeniedError):
        return False
    return all(answer is first for answer in answers)


def _reference(answer: Answer | IntacctError) -> Json | IntacctError:
    if isinstance(answer, IntacctError):
        return answer
    try:
        return dict(answer.reference())
    except IntacctError as error:
        return error
