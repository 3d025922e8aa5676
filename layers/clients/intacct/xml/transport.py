"""One exchange with the gateway: functions out, a parsed answer in, every failure one of ours.

No sessions and no retries here: `gateway` adds them, `sessions` opens them through this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from intacct.xml.envelope import (
    Function,
    Login,
    Response,
    SenderCredentials,
    SessionId,
    build_request,
    parse_response,
)
from intacct.xml.error_table import (
    RATE_LIMIT_PAUSE_SECONDS,
    error_for_status,
    error_for_transport,
    pause_asked_for,
)
from intacct.xml.parsing import SIZE_MAX_BYTES, MalformedAnswerError, looks_like_xml

_HEADERS = {"Content-Type": "application/xml", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed response, the HTTP status it came under, and the pause its headers ask for."""

    response: Response
    status: int
    pause_seconds: float = RATE_LIMIT_PAUSE_SECONDS


class XmlTransport:
    """Sends requests of one sender; knows no company and no user."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        sender: SenderCredentials,
        *,
        new_id: Callable[[], str],
    ) -> None:
        """`url` is the gateway's first address; `new_id` makes the ids that match answers."""
        self.url = url
        self._client = client
        self._sender = sender
        self._new_id = new_id

    def __repr__(self) -> str:
        """Say where to, and nothing of whom."""
        return f"XmlTransport(url={self.url!r})"

    def exchange(
        self,
        functions: Sequence[Function],
        authentication: Login | SessionId,
        *,
        endpoint: str = "",
        is_write: bool,
        transaction: bool = False,
    ) -> Answer:
        """The answer to one request; an XML body is an answer whatever its HTTP status (§2.1).

        A write carries `uniqueid`, so that a function which was carried out is not again (§6.1).

        Raises:
            NotSentError: nothing left, or it was a read, which may be repeated.
            OutcomeUnknownError: a write left and no readable answer came back.
            RateLimitedError, CredentialsError, RejectedError: the edge in front of the gateway
                answered in its own words.
        """
        control_id = functions[0].control_id
        with self.streamed(
            functions,
            authentication,
            endpoint=endpoint,
            is_write=is_write,
            transaction=transaction,
        ) as answer:
            content = _bounded(answer)
            status, headers = answer.status_code, answer.headers
        if content is None or not looks_like_xml(content):
            raise error_for_status(
                status, is_write=is_write, control_id=control_id, headers=headers
            )
        try:
            return Answer(parse_response(content), status, pause_asked_for(headers))
        except MalformedAnswerError as exc:
            failure = error_for_status(status, is_write=is_write, control_id=control_id)
            raise failure from exc

    @contextmanager
    def streamed(
        self,
        functions: Sequence[Function],
        authentication: Login | SessionId,
        *,
        endpoint: str = "",
        is_write: bool = False,
        transaction: bool = False,
    ) -> Iterator[httpx.Response]:
        """The answer as it arrives, for those who read row by row; closed afterwards.

        Raises:
            NotSentError, OutcomeUnknownError: as `exchange`, also while it is being read.
        """
        content = build_request(
            functions,
            sender=self._sender,
            authentication=authentication,
            control_id=self._new_id(),
            unique_id=is_write,
            transaction=transaction,
        )
        try:
            with self._client.stream(
                "POST",
                endpoint or self.url,
                content=content,
                headers=_HEADERS,
                follow_redirects=False,
            ) as answer:
                yield answer
        except httpx.RequestError as exc:
            failure = error_for_transport(
                exc, is_write=is_write, control_id=functions[0].control_id
            )
            # Without its cause: an httpx error holds the request, and that holds the secrets.
            raise failure from None


def _bounded(answer: httpx.Response) -> bytes | None:
    """The whole body, None when it is larger than any answer we ask for."""
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > SIZE_MAX_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
