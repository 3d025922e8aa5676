"""The XML gateway as callers see it: functions in, results out, the session taken care of.

An expired session is no error: it is renewed once and the caller never knows. Writes are never
repeated here, except where Sage said that nothing ran.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import httpx

from intacct.errors import IntacctError, NotSentError
from intacct.gate import Gate, OpenGate
from intacct.xml.envelope import (
    Faults,
    Function,
    FunctionResult,
    Response,
    SenderCredentials,
    SessionId,
)
from intacct.xml.error_table import Level, error_for, error_for_status, pause_asked_for
from intacct.xml.matching import cut_off, judged_results, renamed, trouble_of
from intacct.xml.parsing import MalformedAnswerError
from intacct.xml.sessions import Session, SessionSource
from intacct.xml.streaming import RowStream
from intacct.xml.transport import Answer, XmlTransport


@dataclass(frozen=True, slots=True)
class _Kind:
    """What holds for all functions of a request."""

    is_write: bool
    transaction: bool = False


_READ = _Kind(is_write=False)


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
        gate: Gate | None = None,
    ) -> None:
        """`new_id` makes the control ids of requests; functions bring their own.

        `gate` is asked before each request and told how it ended; without one every request leaves.
        """
        self._transport = XmlTransport(client, url, sender, new_id=new_id)
        self._sessions = sessions
        self._gate: Gate = gate or OpenGate()

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

        When the session dies, a new one repeats the functions without a result, and only those.

        Raises:
            NotSentError: nothing was carried out; sending again is safe.
            RateLimitedError: as that; the gate is shut, or Sage asked for a pause.
            OutcomeUnknownError: writes left and no readable answer came back.
            RejectedError: the envelope was refused; nothing was carried out.
            CredentialsError: sender, company or user refused, or a fresh session was.
        """
        kind = _Kind(is_write=is_write, transaction=transaction)
        session = self._sessions.current(entity)
        answer = self._exchange(functions, session, kind)
        again = cut_off(functions, answer.response, transaction=transaction)
        if not again:
            return self._results(functions, answer, session, kind)
        kept = [function for function in functions if function not in again]
        if not kept:
            session = self._sessions.renewed(entity, session)
            return self._results(again, self._exchange(again, session, kind), session, kind)
        results = judged_results(kept, answer, is_write=is_write, transaction=False)
        results += self._repeated(again, entity, session, kind)
        by_id = {result.control_id: result for result in results}
        return [by_id[function.control_id] for function in functions]

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
        if cut_off([function], answer.response, transaction=False):
            session = self._sessions.renewed(entity, session)
            answer = yield from self._streamed(function, session)
        self._results([function], answer, session, _READ)[0].checked()

    def _streamed(
        self, function: Function, session: Session
    ) -> Generator[dict[str, str], None, Answer]:
        self._gate.enter()
        try:
            answer = yield from self._rows(function, session)
        except IntacctError as error:
            self._gate.leave(error)
            raise
        self._gate.leave(trouble_of(answer, is_write=False))
        return answer

    def _rows(
        self, function: Function, session: Session
    ) -> Generator[dict[str, str], None, Answer]:
        with self._transport.streamed(
            [function], SessionId(session.id), endpoint=session.endpoint
        ) as answer:
            rows = RowStream(answer.iter_bytes())
            try:
                yield from rows
                pause = pause_asked_for(answer.headers)
                return Answer(rows.response, answer.status_code, pause)
            except MalformedAnswerError as exc:
                raise error_for_status(
                    answer.status_code,
                    is_write=False,
                    control_id=function.control_id,
                    headers=answer.headers,
                ) from exc

    def _exchange(self, functions: Sequence[Function], session: Session, kind: _Kind) -> Answer:
        self._gate.enter()
        try:
            answer = self._transport.exchange(
                functions,
                SessionId(session.id),
                endpoint=session.endpoint,
                is_write=kind.is_write,
                transaction=kind.transaction,
            )
        except IntacctError as error:
            self._gate.leave(error)
            raise
        self._gate.leave(trouble_of(answer, is_write=kind.is_write))
        return answer

    def _results(
        self, functions: Sequence[Function], answer: Answer, session: Session, kind: _Kind
    ) -> list[FunctionResult]:
        self._check_levels(answer, functions[0].control_id, is_write=kind.is_write)
        self._note_expiry(answer.response, session)
        return judged_results(
            functions, answer, is_write=kind.is_write, transaction=kind.transaction
        )

    def _repeated(
        self, functions: Sequence[Function], entity: str, dead: Session, kind: _Kind
    ) -> list[FunctionResult]:
        """The second try of some functions: its failure is theirs, not that of the answered."""
        try:
            session = self._sessions.renewed(entity, dead)
            return self._results(functions, self._exchange(functions, session, kind), session, kind)
        except IntacctError as exc:
            return [
                FunctionResult(
                    status="missing",
                    function="",
                    control_id=function.control_id,
                    error=renamed(exc, function.control_id),
                )
                for function in functions
            ]

    def _note_expiry(self, response: Response, session: Session) -> None:
        """Tell until when the session lives; a store that fails loses the note.

        Its error must not become the outcome of what was answered: a write that seems not sent is
        sent again.
        """
        authentication = response.authentication
        if authentication is not None and authentication.session_expires_at is not None:
            with contextlib.suppress(NotSentError):
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
                pause_seconds=answer.pause_seconds,
            )
        if not response.is_authenticated:
            authentication = response.authentication
            raise error_for(
                authentication.faults if authentication else Faults(),
                Level.AUTHENTICATION,
                is_write=is_write,
                control_id=control_id,
                status=answer.status,
                pause_seconds=answer.pause_seconds,
            )
