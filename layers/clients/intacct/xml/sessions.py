"""Sessions: opened by `getAPISession`, bound to a URL, sliding with every call (§5).

A session is a bearer secret together with the sender's: it never shows in a repr or an error, and
it is never sent to a host that is not Sage's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from intacct.errors import CredentialsError, IntacctError, NotSentError, RejectedError
from intacct.xml.elements import Element, add, element, text_at
from intacct.xml.envelope import Faults, Function, Login, SessionId, UserCredentials
from intacct.xml.error_table import Level, error_for
from intacct.xml.transport import Answer, XmlTransport

# Answers of old gateways lack the time-out (§4.1); the shortest duration seen is two hours (§5.2).
_DURATION_UNSTATED = timedelta(hours=1)
_HTTPS_PORT = 443
_CONTROL_ID = "open-session"


@dataclass(frozen=True, slots=True)
class Session:
    """A session at one entity (empty: top level), the URL it is bound to, and its end (UTC)."""

    id: str = field(repr=False)
    endpoint: str
    expires_at: datetime
    entity: str = ""


class SessionSource(Protocol):
    """Where the gateway gets sessions: shared by the fleet, or one held in memory."""

    def current(self, entity: str) -> Session:
        """A session at the entity that should still live; opened when there is none."""
        ...

    def renewed(self, entity: str, rejected: Session) -> Session:
        """Another session than `rejected`, which Sage no longer knows."""
        ...

    def seen(self, session: Session, expires_at: datetime) -> None:
        """Sage answered the session and said until when it now lives."""
        ...


def open_session(
    transport: XmlTransport,
    credentials: UserCredentials,
    entity: str = "",
    *,
    clock: Callable[[], datetime],
) -> Session:
    """Sign in and open a session at `entity`, at the top level when it is empty.

    Raises:
        CredentialsError: sender, company, user, password or entity refused, or the session is
            bound to a host that is not Sage's.
        NotSentError: no answer; opening one again is safe.
    """
    return _opened(transport, Login(credentials, entity), element("getAPISession"), clock)


def adopt_session(
    transport: XmlTransport,
    session_id: str,
    entity: str = "",
    *,
    clock: Callable[[], datetime],
) -> Session:
    """A session at `entity` from an id that REST gave out (REST reference §9.3).

    No user password is needed; sender id and password still are.

    Raises:
        CredentialsError, NotSentError: as `open_session`.
    """
    function = element("getAPISession")
    add(function, "locationid", entity)
    return _opened(transport, SessionId(session_id), function, clock)


def _opened(
    transport: XmlTransport,
    authentication: Login | SessionId,
    function: Element,
    clock: Callable[[], datetime],
) -> Session:
    answer = transport.exchange([Function(_CONTROL_ID, function)], authentication, is_write=False)
    response = answer.response
    _refuse(answer)
    api = response.results[0].rows[0] if response.results and response.results[0].rows else None
    session_id = text_at(api, "sessionid")
    if not session_id:
        message = "Sage Intacct opened no session and did not say why"
        raise NotSentError(message, status=answer.status, control_id=_CONTROL_ID)
    endpoint = text_at(api, "endpoint") or transport.url
    if not is_trusted_endpoint(endpoint, transport.url):
        message = "Sage Intacct bound the session to a host that is not its own"
        raise CredentialsError(message, control_id=_CONTROL_ID)
    told = response.authentication.session_expires_at if response.authentication else None
    return Session(
        id=session_id,
        endpoint=endpoint,
        expires_at=told or clock() + _DURATION_UNSTATED,
        entity=text_at(api, "locationid"),
    )


def _refuse(answer: Answer) -> None:
    """Raise what stands in the way of a session at any of the three levels."""
    response = answer.response
    levels: list[tuple[bool, Level, Faults]] = [(response.is_read, Level.CONTROL, response.faults)]
    if response.authentication is not None:
        levels.append(
            (
                response.is_authenticated,
                Level.AUTHENTICATION,
                response.authentication.faults,
            )
        )
    levels += [(result.is_success, Level.RESULT, result.faults) for result in response.results]
    for is_fine, level, faults in levels:
        if is_fine:
            continue
        error = error_for(
            faults, level, is_write=False, control_id=_CONTROL_ID, status=answer.status
        )
        raise _as_sign_in(error)


def _as_sign_in(error: IntacctError) -> IntacctError:
    """A refused sign-in is always a matter of credentials or of the entity (§5.5)."""
    if not isinstance(error, RejectedError):
        return error
    return CredentialsError(
        str(error),
        findings=error.findings,
        status=error.status,
        control_id=error.control_id,
        support_id=error.support_id,
    )


def is_trusted_endpoint(endpoint: str, configured: str) -> bool:
    """Whether a session may be sent there: Sage's own hosts, or the host that we were given."""
    there, here = urlsplit(endpoint), urlsplit(configured)
    try:
        same_origin = _origin(there) == _origin(here)
        port = there.port
    except ValueError:  # a port that is no number
        return False
    host = there.hostname or ""
    if there.username or there.password or not host:
        return False
    is_sage = host.endswith(".intacct.com") and there.scheme == "https"
    return same_origin or (is_sage and port in (None, _HTTPS_PORT))


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port
