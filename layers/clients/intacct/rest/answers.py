"""What an answer of the REST API says: one record, the rows of a batch, the steps of a composite.

Pure functions over status, headers and body (REST reference §6.1, §7.7, §10.1). A success that
cannot be read is no success: after a write its outcome is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import httpx

from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError
from intacct.rest.error_table import error_in_success, error_of, parse_error

MOST_ROWS = 500
_UNPROCESSED = "unprocessed"
_REPLAYED = "x-ia-idempotency-cached-date"


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: `result` and `meta` of the envelope, and whether it was a replay."""

    result: Any
    meta: Mapping[str, Any]
    is_replay: bool = False

    def reference(self) -> Mapping[str, Any]:
        """The result as one object, as create and get answer it.

        Raises:
            OutcomeUnknownError: the answer is a success and yet names no record.
        """
        if isinstance(self.result, Mapping) and self.result.get("key") not in (None, ""):
            return self.result
        message = "the answer names no record"
        raise OutcomeUnknownError(message)


def give_up(message: str, *, is_write: bool, status: int | None = None) -> NoReturn:
    """Raise for an answer without a verdict: a write may have been done, a read may be repeated."""
    if is_write:
        raise OutcomeUnknownError(message, status=status) from None
    raise NotSentError(message, status=status) from None


def understood(
    status: int, headers: Mapping[str, str], content: bytes, *, is_write: bool
) -> Answer:
    """The record or list that an answer carries.

    Raises:
        IntacctError: the answer is no success, or says nothing that can be relied on.
    """
    if not 200 <= status < 300:  # noqa: PLR2004  # redirects are not followed: no verdict either
        if status < 400:  # noqa: PLR2004
            give_up(f"unexpected status {status}", is_write=is_write, status=status)
        raise error_of(status, headers, content, is_write=is_write)
    if status == httpx.codes.NO_CONTENT:
        return Answer(None, {})
    if status == httpx.codes.ACCEPTED:  # we never ask for async; the work is not done yet
        give_up("the request was only queued", is_write=is_write, status=status)
    try:
        body = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        give_up("the answer is not JSON", is_write=is_write, status=status)
    error = error_in_success(body, status) if isinstance(body, dict) else None
    if error is not None:
        raise error
    if not isinstance(body, dict) or "ia::result" not in body:
        give_up("the answer has no envelope", is_write=is_write, status=status)
    meta = body.get("ia::meta")
    is_replay = _REPLAYED in headers
    return Answer(body["ia::result"], meta if isinstance(meta, dict) else {}, is_replay=is_replay)


def understood_rows(
    status: int, headers: Mapping[str, str], content: bytes, *, count: int
) -> list[Answer | IntacctError]:
    """The outcome of each row of a batch, in their order (§7.7).

    A row that an atomic batch took back was not done: it may be sent again.
    """
    return _each(status, headers, content, count, _row)


def understood_steps(
    status: int, headers: Mapping[str, str], content: bytes, *, count: int
) -> list[Answer | IntacctError]:
    """The outcome of each step of a composite: those after a failure were not processed (§10.1)."""
    return _each(status, headers, content, count, _step)


_Read = Callable[[Mapping[str, Any], int, Mapping[str, str]], Answer | IntacctError]


def _each(
    status: int, headers: Mapping[str, str], content: bytes, count: int, read: _Read
) -> list[Answer | IntacctError]:
    rows = _listed(content) if status < httpx.codes.INTERNAL_SERVER_ERROR else None
    if rows is not None and len(rows) == count:
        return [read(row, status, headers) for row in rows]
    try:
        understood(status, headers, content, is_write=True)
    except IntacctError as error:
        return [error] * count
    unknown = OutcomeUnknownError("the answer does not tell the rows apart", status=status)
    return [unknown] * count


def _listed(content: bytes) -> list[Mapping[str, Any]] | None:
    try:
        body = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    result = body.get("ia::result") if isinstance(body, dict) else None
    if not isinstance(result, list) or not all(isinstance(row, Mapping) for row in result):
        return None
    return result


def _row(row: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Answer | IntacctError:
    members = {name: value for name, value in row.items() if name != "ia::status"}
    return _outcome({"ia::result": members}, _status(row, status), headers)


def _step(row: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Answer | IntacctError:
    return _outcome(row, _status(row, status), headers)


def _outcome(
    envelope: Mapping[str, Any], status: int, headers: Mapping[str, str]
) -> Answer | IntacctError:
    parsed = parse_error(envelope)
    if _UNPROCESSED in parsed.codes:
        message = "not processed, because another part of the same request failed"
        # This answer is stored under its key (§7.8): only a new key brings another verdict.
        return NotSentError(message, findings=parsed.findings, status=status, is_replay=True)
    if parsed.codes or parsed.findings:
        refused = status if status >= httpx.codes.BAD_REQUEST else httpx.codes.UNPROCESSABLE_ENTITY
        return error_of(refused, headers, envelope, is_write=True)
    if not 200 <= status < 300:  # noqa: PLR2004  # HTTP's own boundaries
        return OutcomeUnknownError("a part failed without saying why", status=status)
    meta = envelope.get("ia::meta")
    result = envelope.get("ia::result")
    return Answer(result, meta if isinstance(meta, dict) else {}, is_replay=_REPLAYED in headers)


def _status(row: Mapping[str, Any], status: int) -> int:
    own = row.get("ia::status")
    try:
        return int(own) if own is not None else status
    except (TypeError, ValueError):
        return status
