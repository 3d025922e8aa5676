"""One request to the REST API and its verdict: envelopes, entity, idempotency, deadlines, sizes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import httpx

from intacct.errors import IntacctError
from intacct.gate import Gate, OpenGate
from intacct.rest.answers import (
    MOST_ROWS,
    Answer,
    give_up,
    understood,
    understood_rows,
    understood_steps,
)
from intacct.rest.auth import BearerAuth, TokenSource
from intacct.rest.error_table import error_of, transport_error
from intacct.transport import CONNECT_SECONDS, TOTAL_SECONDS

# Verified live; other spellings are silently ignored and answer top-level data (§4.1).
ENTITY_HEADER = "X-IA-API-Param-Entity"
IDEMPOTENCY_HEADER = "Idempotency-Key"
ATOMIC_HEADER = "X-IA-API-Param-Transaction"
LARGEST_ANSWER_BYTES = 20 * 1024 * 1024
_LONGEST_IDEMPOTENCY_KEY = 256
# Entities live at top level: asking for them inside one makes no sense (§4.1).
_TOP_LEVEL_ONLY = "/objects/company-config/entity"


class CallKind(StrEnum):
    """What a call costs: each is one API transaction of the company's monthly volume (§11)."""

    READ = "rest_read"
    WRITE = "rest_write"


CountCall = Callable[[CallKind], None]
"""Told of every call before it is sent, so that transactions can be counted per tenant."""


def uncounted(kind: CallKind) -> None:
    """Count nothing."""
    del kind


class RestClient:
    """Speaks to one company as one user; the entity is chosen per call.

    Raises the errors of `intacct.errors` and nothing else for what happens on the wire. Writes are
    sent once (twice when a token was refused, which proves that the first was not read).
    """

    def __init__(
        self,
        http: httpx.Client,
        base_url: str,
        tokens: TokenSource,
        *,
        monotonic: Callable[[], float],
        count: CountCall = uncounted,
        total_seconds: float = TOTAL_SECONDS,
        gate: Gate | None = None,
    ) -> None:
        """`base_url` ends with the version (`.../ia/api/v1`); `monotonic` is a clock in seconds.

        `gate` is asked before each call and told how it ended; without one every call leaves.
        """
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._auth = BearerAuth(tokens)
        self._monotonic = monotonic
        self._count = count
        self._total_seconds = total_seconds
        self._gate: Gate = gate or OpenGate()

    def __repr__(self) -> str:
        """Name the address and nothing secret."""
        return f"RestClient({self._base_url!r})"

    def get(
        self, path: str, *, entity: str = "", params: Mapping[str, str] | None = None
    ) -> Answer:
        """Read a record or a service."""
        return self._call("GET", path, entity=entity, params=params, kind=CallKind.READ)

    def query(self, body: Mapping[str, Any], *, entity: str = "") -> Answer:
        """Run the query service: a POST that reads (§8)."""
        path = "/services/core/query"
        return self._call("POST", path, body=body, entity=entity, kind=CallKind.READ)

    def post(
        self, path: str, body: Mapping[str, Any], *, idempotency_key: str, entity: str = ""
    ) -> Answer:
        """Create a record or run a workflow, once.

        Raises:
            ValueError: the idempotency key is empty or longer than Sage takes (256 characters).
        """
        return self._write("POST", path, body, entity=entity, idempotency_key=idempotency_key)

    def patch(
        self, path: str, body: Mapping[str, Any], *, idempotency_key: str, entity: str = ""
    ) -> Answer:
        """Change the given fields of a record, once.

        Raises:
            ValueError: the idempotency key is empty or longer than Sage takes (256 characters).
        """
        return self._write("PATCH", path, body, entity=entity, idempotency_key=idempotency_key)

    def delete(self, path: str, *, entity: str = "") -> Answer:
        """Delete a record; Sage takes no idempotency key here (§7.8).

        Raises:
            RejectedError: it is used, posted, or not there any more (status 404).
        """
        return self._call("DELETE", path, entity=entity, kind=CallKind.WRITE)

    def post_rows(
        self,
        path: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        idempotency_key: str,
        entity: str = "",
        is_atomic: bool = False,
    ) -> list[Answer | IntacctError]:
        """Create the rows of one object in one call; each row's own outcome, in their order (§7.7).

        A failure of the call as a whole is the outcome of every row: of a lost answer each row is
        unknown. With `is_atomic` all rows are created or none.

        Raises:
            ValueError: no rows, more than 500, or an unfit idempotency key.
        """
        if not 0 < len(rows) <= MOST_ROWS:
            message = f"a batch has 1 to {MOST_ROWS} rows"
            raise ValueError(message)
        headers = _idempotent(idempotency_key)
        if is_atomic:
            headers[ATOMIC_HEADER] = "true"
        kind = CallKind.WRITE
        try:
            status, answered, read = self._exchange(
                "POST", path, body=rows, entity=entity, kind=kind, headers=headers
            )
        except IntacctError as error:
            return [error for _ in rows]
        return understood_rows(status, answered, read, count=len(rows))

    def composite(
        self, steps: Sequence[Mapping[str, Any]], *, entity: str = ""
    ) -> list[Answer | IntacctError]:
        """Run requests in their order until the first failure, without rollback (§10.1).

        Use `intacct.rest.composite`, which writes the steps; their keys go in their own headers.
        """
        kind, path = CallKind.WRITE, "/services/core/composite"
        try:
            status, answered, read = self._exchange(
                "POST", path, body=steps, entity=entity, kind=kind
            )
        except IntacctError as error:
            return [error for _ in steps]
        return understood_steps(status, answered, read, count=len(steps))

    def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        entity: str,
        idempotency_key: str,
    ) -> Answer:
        return self._call(
            method,
            path,
            body=body,
            entity=entity,
            kind=CallKind.WRITE,
            headers=_idempotent(idempotency_key),
        )

    def _call(self, method: str, path: str, *, kind: CallKind, **members: Any) -> Answer:
        status, answered, read = self._exchange(method, path, kind=kind, **members)
        return understood(status, answered, read, is_write=kind is CallKind.WRITE)

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        kind: CallKind,
        entity: str,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        is_write = kind is CallKind.WRITE
        sent = {"Accept": "application/json", **(headers or {})}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent["Content-Type"] = "application/json"
        if entity and not path.startswith(_TOP_LEVEL_ONLY):
            sent[ENTITY_HEADER] = entity
        request = self._http.build_request(
            method,
            self._base_url + path,
            content=content,
            params=params,
            headers=sent,
            timeout=httpx.Timeout(self._total_seconds, connect=CONNECT_SECONDS),
        )
        self._gate.enter()
        self._count(kind)
        try:
            status, answered, read = self._send(request, is_write=is_write)
        except IntacctError as error:
            self._gate.leave(error)
            raise
        failed = status >= httpx.codes.BAD_REQUEST
        self._gate.leave(error_of(status, answered, read, is_write=is_write) if failed else None)
        return status, answered, read

    def _send(
        self, request: httpx.Request, *, is_write: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        """The whole answer, unless it takes too long or grows too large."""
        until = self._monotonic() + self._total_seconds
        try:
            response = self._http.send(request, auth=self._auth, stream=True)
            # The time-out holds for each piece that is read: pieces get what is left of the whole.
            request.extensions["timeout"]["read"] = max(0.001, until - self._monotonic())
            try:
                read = bytearray()
                for chunk in response.iter_bytes():
                    read += chunk
                    if len(read) > LARGEST_ANSWER_BYTES:
                        give_up("the answer is too large", is_write=is_write)
                    if self._monotonic() > until:
                        give_up("the answer took too long", is_write=is_write)
            finally:
                response.close()
        except httpx.TransportError as exc:
            # Without its cause: an httpx error holds the request, and that holds the token.
            raise transport_error(exc, is_write=is_write) from None
        except httpx.DecodingError:
            give_up("the answer's encoding is broken", is_write=is_write)
        return response.status_code, response.headers, bytes(read)


def _idempotent(key: str) -> dict[str, str]:
    if not 0 < len(key) <= _LONGEST_IDEMPOTENCY_KEY:
        message = "an idempotency key has 1 to 256 characters"
        raise ValueError(message)
    return {IDEMPOTENCY_HEADER: key}
