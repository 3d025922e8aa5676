"""What each failure of the REST API means for the caller (REST reference §3.5, §6.2 to §6.5).

Pure functions over status, headers and body. Codes decide before texts, texts before the status;
and after a write that may have been read, nothing but a clear refusal counts as a refusal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PeriodClosedError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    SageFinding,
)

DEFAULT_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 3600.0
_MOST_FINDINGS = 50
_PAUSE = re.compile(r"(?:\w+-)?(\d{1,9})")
_LONGEST_TEXT = 500


class Verdict(StrEnum):
    """The sorts of failure, by what the caller may do next."""

    LIMITED = "limited"
    TOKEN = "token"  # noqa: S105  # the name of a verdict
    CREDENTIALS = "credentials"
    PERMISSION = "permission"
    DUPLICATE = "duplicate"
    PERIOD_CLOSED = "period_closed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


BY_CODE: Mapping[str, Verdict] = {
    # §6.4, gateway
    "GW-0001": Verdict.UNDECIDED,
    "GW-0002": Verdict.UNDECIDED,
    "GW-0003": Verdict.UNDECIDED,
    "GW-0004": Verdict.UNDECIDED,
    "GW-0005": Verdict.UNDECIDED,
    "GW-0006": Verdict.UNDECIDED,
    "GW-0007": Verdict.UNDECIDED,
    "GW-0008": Verdict.UNDECIDED,
    "GW-0009": Verdict.UNDECIDED,
    "GW-0010": Verdict.LIMITED,
    "GW-0011": Verdict.CREDENTIALS,
    "GW-0012": Verdict.CREDENTIALS,
    "GW-0014": Verdict.REJECTED,
    "GW-0015": Verdict.REJECTED,
    "GW-0042": Verdict.PERMISSION,
    # §3.5, tokens and token requests
    "GW-0031": Verdict.TOKEN,
    "GW-0034": Verdict.TOKEN,
    "GW-0032": Verdict.CREDENTIALS,
    "GW-0033": Verdict.CREDENTIALS,
    "GW-0035": Verdict.CREDENTIALS,
    "GW-0036": Verdict.CREDENTIALS,
    "GW-0037": Verdict.CREDENTIALS,
    "GW-0038": Verdict.CREDENTIALS,
    "GW-0039": Verdict.CREDENTIALS,
    "REST-2102": Verdict.TOKEN,
    "IA.TOKEN_IS_INVALID": Verdict.TOKEN,
    "tokenInvalid": Verdict.TOKEN,
    "invalid_token": Verdict.TOKEN,
    "unauthorizedUser": Verdict.PERMISSION,
    "invalid_grant": Verdict.CREDENTIALS,
    "invalid_client": Verdict.CREDENTIALS,
    "unauthorized_client": Verdict.CREDENTIALS,
    "unsupported_grant_type": Verdict.CREDENTIALS,
    "invalid_request": Verdict.REJECTED,
    # §6.3, the object service
    "REST-1028": Verdict.REJECTED,
    "REST-1043": Verdict.REJECTED,
    "REST-1050": Verdict.REJECTED,
    "REST-1064": Verdict.REJECTED,
    "REST-7001": Verdict.REJECTED,
    "BL01001973": Verdict.REJECTED,
    "GL-0951": Verdict.REJECTED,
    "GL-1009": Verdict.REJECTED,
    "AR-0148": Verdict.REJECTED,
    "AR-0279": Verdict.REJECTED,
    "IA.READ_ONLY_FIELD": Verdict.REJECTED,
    "IA.REQUEST_ON_OBJECT_FAILED": Verdict.REJECTED,
    "IA.TRANSACTIONS_DO_NOT_BALANCE_FOR": Verdict.REJECTED,
    "unableToCreateRecordError": Verdict.REJECTED,
    "invalidConfiguration": Verdict.REJECTED,
    # §6.2, the classes of error
    "invalidParameter": Verdict.REJECTED,
    "invalidRequest": Verdict.REJECTED,
    "invalidKey": Verdict.REJECTED,
    "operationFailed": Verdict.REJECTED,
    "notFound": Verdict.REJECTED,
    "unprocessed": Verdict.REJECTED,
}
"""Every code that the reference names; the more urgent of several wins (`_URGENCY`)."""

BY_TEXT: tuple[tuple[re.Pattern[str], Verdict], ...] = (
    (re.compile(r"invalid token|the token is not valid", re.IGNORECASE), Verdict.TOKEN),
    (
        re.compile(r"another record with the value .* already exists", re.IGNORECASE | re.DOTALL),
        Verdict.DUPLICATE,
    ),
    (re.compile(r"period is closed", re.IGNORECASE), Verdict.PERIOD_CLOSED),
)
"""The few texts that production clients rely on (§6.3); no other message is parsed."""

BY_STATUS: Mapping[int, Verdict] = {
    400: Verdict.REJECTED,
    401: Verdict.TOKEN,
    403: Verdict.PERMISSION,
    404: Verdict.REJECTED,
    405: Verdict.REJECTED,
    # The key is locked, used for another body, or remembered without its answer: in each case an
    # earlier request may have made the document (§7.8, U13).
    409: Verdict.UNDECIDED,
    413: Verdict.REJECTED,
    415: Verdict.REJECTED,
    422: Verdict.REJECTED,
    429: Verdict.LIMITED,
    500: Verdict.UNDECIDED,
    502: Verdict.UNDECIDED,
    503: Verdict.LIMITED,
    504: Verdict.UNDECIDED,
}

_URGENCY = (
    Verdict.LIMITED,
    Verdict.TOKEN,
    Verdict.CREDENTIALS,
    Verdict.PERMISSION,
    Verdict.DUPLICATE,
    Verdict.PERIOD_CLOSED,
    Verdict.UNDECIDED,
    Verdict.REJECTED,
)


@dataclass(frozen=True, slots=True)
class ParsedError:
    """The error entries of a body, from whichever of the three places they stood in (§6.2)."""

    findings: tuple[SageFinding, ...] = ()
    support_id: str = ""
    codes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The codes for an exception's message; Sage's texts stay in the findings."""
        return ", ".join(dict.fromkeys(self.codes))


def parse_error(content: bytes | Mapping[str, Any]) -> ParsedError:
    """The error in a body, empty when there is none or the body is not JSON (an HTML page)."""
    if isinstance(content, Mapping):
        body: Any = content
    else:
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            return ParsedError()
    error = _error_object(body)
    if error is None:
        return ParsedError()
    entries = list(_entries(error))[:_MOST_FINDINGS]
    findings = tuple(finding for finding, _ in entries if finding.code or finding.text)
    codes = tuple(code for _, names in entries for code in names)
    return ParsedError(findings, str(error.get("supportId") or ""), codes)


def _error_object(body: Any) -> Mapping[str, Any] | None:
    if not isinstance(body, Mapping):
        return None
    result = body.get("ia::result")
    nested = result.get("ia::error") if isinstance(result, Mapping) else None
    for candidate in (nested, body.get("ia::error"), body.get("error")):
        if isinstance(candidate, Mapping):
            return candidate
        if isinstance(candidate, str):  # OAuth style (RFC 6749 §5.2)
            return {"code": candidate, "message": body.get("error_description") or ""}
    return None


def _entries(error: Mapping[str, Any]) -> Iterator[tuple[SageFinding, tuple[str, ...]]]:
    """Each entry and all its codes, details first: the useful text is there."""
    details = error.get("details")
    if isinstance(details, list):  # gateway errors carry an object here
        for detail in details:
            if isinstance(detail, Mapping):
                yield _finding(detail), _codes(detail)
    yield _finding(error), _codes(error)


def _codes(entry: Mapping[str, Any]) -> tuple[str, ...]:
    info = entry.get("additionalInfo")
    message_id = info.get("messageId") if isinstance(info, Mapping) else None
    named = (entry.get("errorId"), entry.get("code"), message_id)
    return tuple(str(code) for code in named if code)


def _finding(entry: Mapping[str, Any]) -> SageFinding:
    return SageFinding(
        code=str(entry.get("errorId") or entry.get("code") or ""),
        text=str(entry.get("message") or "")[:_LONGEST_TEXT],
        correction=str(entry.get("correction") or "")[:_LONGEST_TEXT],
        target=str(entry.get("target") or ""),
    )


def is_token_failure(status: int, content: bytes) -> bool:
    """Whether this answer says that the access token is not accepted (§3.5, U6)."""
    return _verdict(status, parse_error(content)) is Verdict.TOKEN


def _verdict(status: int, parsed: ParsedError) -> Verdict:
    named = {BY_CODE[code] for code in parsed.codes if code in BY_CODE}
    named |= {
        verdict
        for finding in parsed.findings
        for pattern, verdict in BY_TEXT
        if pattern.search(finding.text)
    }
    by_status = BY_STATUS.get(status, Verdict.UNDECIDED if status >= 500 else Verdict.REJECTED)  # noqa: PLR2004
    if by_status in (Verdict.LIMITED, Verdict.UNDECIDED):
        # A business code in a 5xx or 409 answer does not prove that nothing was done.
        named -= {Verdict.REJECTED, Verdict.PERIOD_CLOSED, Verdict.PERMISSION}
    if by_status is Verdict.LIMITED:
        named.discard(Verdict.UNDECIDED)  # 503 turns requests away unread (§4.2)
    for verdict in _URGENCY:
        if verdict in named and verdict is not Verdict.REJECTED:
            return verdict
    return by_status


def error_of(
    status: int,
    headers: Mapping[str, str],
    content: bytes | Mapping[str, Any],
    *,
    is_write: bool,
) -> IntacctError:
    """The exception for an answer that is no success; `is_write` when it may have changed books."""
    parsed = parse_error(content)
    return _build(_verdict(status, parsed), status, headers, parsed, is_write=is_write)


def error_in_success(body: Mapping[str, Any], status: int) -> IntacctError | None:
    """The refusal that hides in the body of an answer with a 2xx status, if there is one."""
    parsed = parse_error(body)
    if not parsed.codes and not parsed.findings:
        return None
    return _build(_verdict(422, parsed), status, {}, parsed, is_write=True)


def _build(
    verdict: Verdict,
    status: int,
    headers: Mapping[str, str],
    parsed: ParsedError,
    *,
    is_write: bool,
) -> IntacctError:
    is_replay = "x-ia-idempotency-cached-date" in {name.lower() for name in headers}
    named = f" ({parsed.summary})" if parsed.summary else ""
    message = f"Sage Intacct answered {status}{named}"
    if verdict is Verdict.LIMITED:
        return RateLimitedError(
            message,
            retry_after_seconds=retry_after_seconds(headers),
            findings=parsed.findings,
            status=status,
            support_id=parsed.support_id,
        )
    kind: type[IntacctError]
    match verdict:
        case Verdict.TOKEN | Verdict.CREDENTIALS:
            kind = CredentialsError
        case Verdict.PERMISSION:
            kind = PermissionDeniedError
        case Verdict.DUPLICATE:
            kind = DuplicateDocumentError
        case Verdict.PERIOD_CLOSED:
            kind = PeriodClosedError
        case Verdict.UNDECIDED:
            kind = OutcomeUnknownError if is_write else NotSentError
        case Verdict.REJECTED:
            kind = RejectedError
    return kind(
        message,
        findings=parsed.findings,
        status=status,
        support_id=parsed.support_id,
        is_replay=is_replay,
    )


def retry_after_seconds(headers: Mapping[str, str]) -> float:
    """The longest pause that any header of a name like `retry-after` asks for (§4.2, U8).

    A tenant's own limit is named before the number (`LIMIT001-10`).
    """
    asked = [
        float(found[1])
        for name, value in headers.items()
        if re.search(r"retry-?after", name, re.IGNORECASE)
        and (found := _PAUSE.fullmatch(value.strip()))
    ]
    return min(max(asked, default=DEFAULT_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)


_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def transport_error(exc: httpx.TransportError, *, is_write: bool) -> IntacctError:
    """The exception for a failure of the wire itself, by whether bytes may have left.

    A read that brought nothing may always be sent again. The message names the kind only: texts of
    the HTTP library may hold addresses.
    """
    kind = type(exc).__name__
    if isinstance(exc, _NEVER_SENT):
        return NotSentError(f"nothing was sent to Sage Intacct ({kind})")
    if is_write:
        return OutcomeUnknownError(f"the request left and no verdict came back ({kind})")
    return NotSentError(f"no answer came back ({kind})")
