"""The XML gateway as callers see it: functions in, results out, the session taken care of.

An expired session is no error: it is renewed once and the caller never knows. Writes are never
repeated here, except where Sage said that nothing ran.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterator, Sequence

import httpx

from intacct.errors import IntacctError, OutcomeUnknownError, RejectedError
from intacct.xml.envelope import (
    Faults,
    Function,
    FunctionResult,
    Response,
    SenderCredentials,
    SessionId,
)
from intacct.xml.error_table import (
    Level,
    Verdict,
    error_for,
    error_for_status,
    is_rolled_back_only,
    verdict_of,
)
from intacct.xml.parsing import MalformedAnswerError
from intacct.xml.sessions import Session, SessionSource
from intacct.xml.streaming import RowStream
from intacct.xml.transport import Answer, XmlTransport

# A session that is refused like a wrong password: newer gateways may say it so (§2.1, §8.4 row 10).
_MAYBE_EXPIRED = "sign-in information"


class XmlGateway:
    """Carries out functions at any entity of one company."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        sender: SenderCredentials,
        sessions: SessionSource,
        *,
        new_id: Callable[[], str],
    ) -> None:
        """`new_id` makes the control ids of requests; functions bring their own."""
        self._transport = XmlTransport(client, url, sender, new_id=new_id)
        self._sessions = sessions

    def __repr__(self) -> str:
        """Say where to, and nothing of whom."""
        return f"XmlGateway(url={self._transport.url!r})"

    def execute(
        self,
        functions: Sequence[Function],
        *,
        entity: str = "",
        is_write: bool,
        transaction: bool = False,
    ) -> list[FunctionResult]:
        """One result per function, in their order; a failed one carries its `error`.

        Reads and writes never share a request, since `uniqueid` is of the whole request (§16.3).
        With `transaction` all are carried out or none (§6.3).

        Raises:
            NotSentError: nothing was carried out; sending again is safe.
            OutcomeUnknownError: writes left and no readable answer came back.
            RejectedError: the envelope was refused; nothing was carried out.
            CredentialsError: sender, company or user refused, or a fresh session was.
        """
        session = self._sessions.current(entity)
        answer = self._exchange(functions, session, is_write=is_write, transaction=transaction)
        if _is_expired(answer.response):
            session = self._sessions.renewed(entity, session)
            answer = self._exchange(functions, session, is_write=is_write, transaction=transaction)
        self._check_levels(answer, functions[0].control_id, is_write=is_write)
        self._note_expiry(answer.response, session)
        return [
            _judged(result, answer, is_write=is_write)
            for result in _matched(functions, answer, is_write=is_write, transaction=transaction)
        ]

    def execute_one(
        self, function: Function, *, entity: str = "", is_write: bool
    ) -> FunctionResult:
        """The successful result of one function.

        Raises:
            IntacctError: as `execute`, and what the result itself says.
        """
        return self.execute([function], entity=entity, is_write=is_write)[0].checked()

    def stream(self, function: Function, *, entity: str = "") -> Iterator[dict[str, str]]:
        """The rows of one read as they arrive, however many they are.

        Raises:
            NotSentError: no readable answer, or it broke off; reading again is safe.
            IntacctError: as `execute_one`, after the rows that came before.
        """
        session = self._sessions.current(entity)
        answer = yield from self._streamed(function, session)
        if _is_expired(answer.response):
            session = self._sessions.renewed(entity, session)
            answer = yield from self._streamed(function, session)
        self._check_levels(answer, function.control_id, is_write=False)
        self._note_expiry(answer.response, session)
        (result,) = _matched([function], answer, is_write=False, transaction=False)
        _judged(result, answer, is_write=False).checked()

    def _streamed(
        self, function: Function, session: Session
    ) -> Generator[dict[str, str], None, Answer]:
        with self._transport.streamed(
            [function], SessionId(session.id), endpoint=session.endpoint
        ) as answer:
            rows = RowStream(answer.iter_bytes())
            try:
                yield from rows
                return Answer(rows.response, answer.status_code)
            except MalformedAnswerError as exc:
                raise error_for_status(
                    answer.status_code,
                    is_write=False,
                    control_id=function.control_id,
                    headers=answer.headers,
                ) from exc

    def _exchange(
        self,
        functions: Sequence[Function],
        session: Session,
        *,
        is_write: bool,
        transaction: bool,
    ) -> Answer:
        return self._transport.exchange(
            functions,
            SessionId(session.id),
            endpoint=session.endpoint,
            is_write=is_write,
            transaction=transaction,
        )

    def _note_expiry(self, response: Response, session: Session) -> None:
        authentication = response.authentication
        if authentication is not None and authentication.session_expires_at is not None:
            self._sessions.seen(session, authentication.session_expires_at)

    def _check_levels(self, answer: Answer, control_id: str, *, is_write: bool) -> None:
        response = answer.response
        if not response.is_read:
            raise error_for(
                response.faults,
                Level.CONTROL,
                is_write=is_write,
                control_id=control_id,
                status=answer.status,
            )
        if not response.is_authenticated:
            authentication = response.authentication
            raise error_for(
                authentication.faults if authentication else Faults(),
                Level.AUTHENTICATION,
                is_write=is_write,
                control_id=control_id,
                status=answer.status,
            )


def _is_expired(response: Response) -> bool:
    """Whether the session was refused in a way that a new one may cure."""
    authentication = response.authentication
    if not response.is_read or authentication is None or response.is_authenticated:
        return False
    if verdict_of(authentication.faults, Level.AUTHENTICATION) is Verdict.RELOGIN:
        return True
    return any(_MAYBE_EXPIRED in finding.text.lower() for finding in authentication.faults.findings)


def _matched(
    functions: Sequence[Function], answer: Answer, *, is_write: bool, transaction: bool
) -> list[FunctionResult]:
    """The results in the order of the functions; a missing one is filled in with its error."""
    left = list(answer.response.results)
    undone = transaction and any(not result.is_success for result in left)
    matched = []
    for function in functions:
        found = next((r for r in left if r.control_id == function.control_id), None)
        if found is not None:
            left.remove(found)
            matched.append(found)
            continue
        # A transaction may leave out what it never ran (§6.3).
        unknown = is_write and not undone
        kind: type[IntacctError] = OutcomeUnknownError if unknown else RejectedError
        message = "the answer holds no result for this function"
        matched.append(
            FunctionResult(
                status="missing",
                function="",
                control_id=function.control_id,
                error=kind(message, status=answer.status, control_id=function.control_id),
            )
        )
    return matched


def _judged(result: FunctionResult, answer: Answer, *, is_write: bool) -> FunctionResult:
    """The result with its error, where it is no success; aborted ones inherit their cause."""
    if result.is_success or result.error is not None:
        return result
    if is_write and result.status != "aborted" and _holds_records(result):
        message = "a failed function says that it wrote something all the same"
        error: IntacctError = OutcomeUnknownError(
            message,
            findings=result.faults.findings,
            control_id=result.control_id,
            support_id=result.faults.support_id,
        )
        return dataclasses.replace(result, error=error)
    faults = result.faults
    if is_rolled_back_only(faults) or not faults.findings:
        causes = (r.faults for r in answer.response.results if not r.is_success)
        faults = next((c for c in causes if c.findings and not is_rolled_back_only(c)), faults)
    error = error_for(
        faults,
        Level.RESULT,
        is_write=is_write,
        control_id=result.control_id,
        status=answer.status,
    )
    return dataclasses.replace(result, error=error)


def _holds_records(result: FunctionResult) -> bool:
    """Whether a result names records that now exist: partial success of a create (§4.5)."""
    return any(row.findtext("RECORDNO") for row in result.rows)
