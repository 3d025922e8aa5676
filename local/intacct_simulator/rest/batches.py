"""Several rows in one request: each by itself, or all or none (REST reference §7.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.rest import envelopes
from local.intacct_simulator.rest.envelopes import Reply, RestError

MAX_BATCH = 500
MULTI_STATUS = 207

Work = Callable[[Any], Reply]


class BatchRolledBackError(Exception):
    """Carries the explained rows of an atomic batch out of its transaction."""

    def __init__(self, replies: list[Reply]) -> None:
        super().__init__("an atomic batch was rolled back")
        self.replies = replies


def each(
    books: Books, rows: Sequence[Any], work: Work, *, is_atomic: bool, is_batch: bool
) -> Reply:
    """Do the work for each row and say what became of it.

    Args:
        books: whose transaction an atomic batch is.
        rows: what the caller sent; one row where it is no batch.
        work: does one row, and raises where it fails.
        is_atomic: whether one failure undoes all.
        is_batch: whether the caller sent several.

    Raises:
        RestError: the only row fails, or the batch is empty.
    """
    if not is_batch:
        return work(rows[0])
    if not rows:
        raise envelopes.invalid_request("The batch is empty")
    if not is_atomic:
        return _batch_reply([_explained(work, row) for row in rows])
    try:
        with books.transaction():
            replies = [_explained(work, row) for row in rows]
            _undo_if_failed(replies)
    except BatchRolledBackError as exc:
        return _rolled_back(exc.replies)
    return _batch_reply(replies)


def _explained(work: Work, row: Any) -> Reply:
    try:
        return work(row)
    except RestError as exc:
        return exc.reply()


def _undo_if_failed(replies: list[Reply]) -> None:
    """Leave the transaction of an atomic batch by an exception when one of its rows failed."""
    if any(_is_failure(reply) for reply in replies):
        raise BatchRolledBackError(replies)


def _is_failure(reply: Reply) -> bool:
    return reply.status >= 400  # noqa: PLR2004  # HTTP's own boundary


def _batch_reply(replies: list[Reply]) -> Reply:
    failed = sum(_is_failure(reply) for reply in replies)
    meta = {
        "totalCount": len(replies),
        "totalSuccess": len(replies) - failed,
        "totalError": failed,
    }
    statuses = {reply.status for reply in replies}
    if statuses == {204}:
        return Reply(204)
    if len(statuses) == 1:
        rows = [_row(reply, with_status=failed > 0) for reply in replies]
        return Reply(statuses.pop(), {"ia::result": rows, "ia::meta": meta})
    rows = [_row(reply, with_status=True) for reply in replies]
    return Reply(MULTI_STATUS, {"ia::result": rows, "ia::meta": meta})


def _rolled_back(replies: list[Reply]) -> Reply:
    """Explain each row of an atomic batch: those that would have worked were undone too."""
    undone = envelopes.error(
        "unprocessed",
        "The record was not kept because another one of the same transaction failed",
        "REST-1064",
        message_id="IA.TRANSACTION_ROLLED_BACK",
    )
    rows: list[dict[str, Any]] = [
        _row(reply, with_status=True)
        if _is_failure(reply)
        else {"ia::error": undone, "ia::status": 422}
        for reply in replies
    ]
    meta = {"totalCount": len(rows), "totalSuccess": 0, "totalError": len(rows)}
    statuses: set[int] = {row["ia::status"] for row in rows}
    status = statuses.pop() if len(statuses) == 1 else MULTI_STATUS
    return Reply(status, {"ia::result": rows, "ia::meta": meta})


def _row(reply: Reply, *, with_status: bool) -> dict[str, Any]:
    body = {} if reply.body is None else reply.body
    result = dict(body.get("ia::result", {}))
    if with_status:
        result["ia::status"] = reply.status
    return result
