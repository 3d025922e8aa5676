"""Every error that the XML gateway is known to give, and what its caller may do next.

One rule per row of XML reference §8.4, tried in order: the specific before the general, and never
on `BL01001973` alone (§8.4, notes). Where no rule speaks, the level decides (§8.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

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
from intacct.xml.envelope import Faults

RATE_LIMIT_PAUSE_SECONDS = 2.0  # no Retry-After is documented: the first step of §7.4
RATE_LIMIT_PAUSE_MAX_SECONDS = 300.0
HTTP_EDGE_TIMED_OUT = 524  # Cloudflare gave up waiting; the call may go on (§2.1)


class Level(Enum):
    """Where an error stands in the answer (§4.1)."""

    CONTROL = auto()
    AUTHENTICATION = auto()
    RESULT = auto()


class Verdict(Enum):
    """What an error means for the caller; the classes of §8.2 in our words."""

    RETRY = auto()  # an answered "not now": it was not carried out
    UPSTREAM = auto()  # the gateway's own trouble: a write may have been carried out
    RATE_LIMIT = auto()
    RELOGIN = auto()
    CREDENTIALS = auto()
    PERMISSION = auto()
    DUPLICATE = auto()
    PERIOD_CLOSED = auto()
    REJECTED = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: it speaks when one entry has the code, the text and the level."""

    row: int
    verdict: Verdict
    code: str = ""
    text: str = ""
    levels: frozenset[Level] = frozenset(Level)

    def speaks_of(self, finding: SageFinding, level: Level) -> bool:
        """Whether this rule is about that entry; texts are compared without case (§8.4)."""
        if level not in self.levels:
            return False
        if self.code and not re.fullmatch(self.code, finding.code, re.IGNORECASE):
            return False
        # An error number can be a sentence (§8.4, notes), so the text is looked for in both.
        said = f"{finding.code} {finding.text} {finding.correction}"
        return not self.text or re.search(self.text, said, re.IGNORECASE | re.DOTALL) is not None


_CONTROL = frozenset({Level.CONTROL})
_AUTHENTICATION = frozenset({Level.AUTHENTICATION})
_RESULT = frozenset({Level.RESULT})

RULES: tuple[Rule, ...] = (
    # Not now.
    Rule(2, Verdict.RATE_LIMIT, code="GW-0010"),
    Rule(49, Verdict.RATE_LIMIT, text="rate limit exceeded"),
    Rule(48, Verdict.RETRY, text="temporarily off-?line"),
    Rule(47, Verdict.RETRY, text="please try again later"),
    Rule(1, Verdict.UPSTREAM, code="GW-000[1-9]"),
    # Who we are.
    Rule(15, Verdict.RELOGIN, text="invalid session", levels=_AUTHENTICATION | _RESULT),
    Rule(3, Verdict.CREDENTIALS, code="GW-0011"),
    Rule(4, Verdict.CREDENTIALS, code="GW-0012"),
    Rule(7, Verdict.CREDENTIALS, code="GW-003[1-9]"),
    Rule(8, Verdict.CREDENTIALS, code="GW-0042"),
    Rule(9, Verdict.CREDENTIALS, code="invalidRequest", levels=_CONTROL),
    Rule(10, Verdict.CREDENTIALS, code="(XMLGW_|U)JPP0002"),
    Rule(12, Verdict.CREDENTIALS, code="XL03000006", text="partner id or password"),
    Rule(13, Verdict.CREDENTIALS, code="XL03000006", text="not a valid transport policy"),
    Rule(14, Verdict.CREDENTIALS, text="sign-in information is incorrect"),
    Rule(16, Verdict.CREDENTIALS, text="invalid web services authorization"),
    Rule(18, Verdict.CREDENTIALS, text="not authorized for xml transactions"),
    Rule(19, Verdict.CREDENTIALS, code="PL04000055"),
    Rule(33, Verdict.CREDENTIALS, code="BL03000025"),
    Rule(39, Verdict.CREDENTIALS, text="get api session failed"),
    # What the role covers.
    Rule(26, Verdict.PERMISSION, code="PL04000005"),
    Rule(27, Verdict.PERMISSION, text="you do not have permission for api operation"),
    # What is there already.
    Rule(28, Verdict.DUPLICATE, code="BL34000061"),
    Rule(29, Verdict.DUPLICATE, code="PL05000104"),
    Rule(34, Verdict.DUPLICATE, code="BL03000130"),
    Rule(30, Verdict.DUPLICATE, text=r"already exists|\bduplicate\b", levels=_RESULT),
    # The answer to a control id that was executed is not documented (§17 no. 1): any wording.
    Rule(
        28,
        Verdict.DUPLICATE,
        text=r"control ?id.*(already|executed|processed|unique)",
        levels=_RESULT,
    ),
    # The calendar; the texts are not documented (§17 no. 6): any wording.
    Rule(
        45,
        Verdict.PERIOD_CLOSED,
        text=r"(period|books?)\b[^.]*\bclosed|closed (accounting )?period|period[^.]*not open",
        levels=_RESULT,
    ),
    # What we said.
    Rule(5, Verdict.REJECTED, code="GW-0014"),
    Rule(6, Verdict.REJECTED, code="GW-0015"),
    Rule(11, Verdict.REJECTED, code="XL03000003"),
    Rule(17, Verdict.REJECTED, code="XL03000006", text="fields cannot be queried"),
    Rule(21, Verdict.REJECTED, text="object definition .* not found"),
    Rule(22, Verdict.REJECTED, text="query failed"),
    Rule(23, Verdict.REJECTED, code="XL03000010"),
    Rule(24, Verdict.REJECTED, text="invalid fields list"),
    Rule(25, Verdict.REJECTED, code="DL02000001"),
    Rule(32, Verdict.REJECTED, code="BL03000018"),
    Rule(35, Verdict.REJECTED, code="BL03002129"),
    Rule(36, Verdict.REJECTED, code="BL03002028"),
    Rule(37, Verdict.REJECTED, code="XL03000027"),
    Rule(38, Verdict.REJECTED, code="PL01000127"),
    Rule(40, Verdict.REJECTED, text="specified is not valid"),
    Rule(41, Verdict.REJECTED, text="missing the .* dimension"),
    Rule(42, Verdict.REJECTED, text="account number .* requires"),
    Rule(43, Verdict.REJECTED, text="the .* is invalid"),
    Rule(46, Verdict.REJECTED, text="balance"),
)

_ROLLED_BACK = re.compile("transaction.*rolled back", re.IGNORECASE | re.DOTALL)
_COMPANION = re.compile(r"could ?n.t|could not|error processing the function|^$", re.IGNORECASE)
_TRANSIENT_PAIR = {"BL01001973", "XL03000009"}


def is_rolled_back_only(faults: Faults) -> bool:
    """Whether a result failed only because another one of its transaction did (row 20)."""
    return bool(faults.findings) and all(
        _ROLLED_BACK.search(finding.text) for finding in faults.findings
    )


def _is_transient_pair(findings: Iterable[SageFinding]) -> bool:
    """Row 31: the two general companions, and nothing that says what they accompany."""
    entries = [finding for finding in findings if not _ROLLED_BACK.search(finding.text)]
    codes = {finding.code for finding in entries}
    return codes == _TRANSIENT_PAIR and all(_COMPANION.search(entry.text) for entry in entries)


def verdict_of(faults: Faults, level: Level) -> Verdict:
    """What the errors of one level mean; where no rule speaks, what that level means (§8.1)."""
    for rule in RULES:
        if any(rule.speaks_of(finding, level) for finding in faults.findings):
            return rule.verdict
    if level is Level.AUTHENTICATION:
        return Verdict.CREDENTIALS
    if level is Level.RESULT and _is_transient_pair(faults.findings):
        return Verdict.RETRY
    return Verdict.REJECTED


_SAYINGS: dict[Verdict, tuple[type[IntacctError], str]] = {
    Verdict.RETRY: (NotSentError, "Sage Intacct turned the request away for now"),
    Verdict.UPSTREAM: (NotSentError, "the gateway had trouble of its own"),
    Verdict.RELOGIN: (CredentialsError, "Sage Intacct refused a session that it had just opened"),
    Verdict.CREDENTIALS: (CredentialsError, "Sage Intacct refused the sender, company or user"),
    Verdict.PERMISSION: (PermissionDeniedError, "the Web Services user may not do this"),
    Verdict.DUPLICATE: (DuplicateDocumentError, "Sage Intacct has this document already"),
    Verdict.PERIOD_CLOSED: (PeriodClosedError, "the posting date lies in a closed period"),
    Verdict.REJECTED: (RejectedError, "Sage Intacct refused the document"),
}


def error_for(
    faults: Faults,
    level: Level,
    *,
    is_write: bool,
    control_id: str = "",
    status: int | None = None,
    pause_seconds: float = RATE_LIMIT_PAUSE_SECONDS,
) -> IntacctError:
    """The error that tells a caller what the faults of one level let it do next.

    `pause_seconds` is what the answer's headers ask for, used where the faults are a rate limit.
    """
    verdict = verdict_of(faults, level)
    codes = [finding.code for finding in faults.findings if finding.code]
    named = ", ".join(dict.fromkeys([*faults.error_ids, *codes])) or "no number"
    if verdict is Verdict.RATE_LIMIT:
        return RateLimitedError(
            f"Sage Intacct asks for a pause ({named})",
            retry_after_seconds=pause_seconds,
            findings=faults.findings,
            status=status,
            control_id=control_id,
            support_id=faults.support_id,
        )
    kind, saying = _SAYINGS[verdict]
    if verdict is Verdict.UPSTREAM and is_write:
        kind = OutcomeUnknownError
    return kind(
        f"{saying} ({named})",
        findings=faults.findings,
        status=status,
        control_id=control_id,
        support_id=faults.support_id,
    )


def error_for_status(
    status: int,
    *,
    is_write: bool,
    control_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> IntacctError:
    """The error for an answer that is no XML: only its HTTP status speaks (§8.1 step 2)."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitedError(
            "the gateway's edge asks for a pause",
            retry_after_seconds=pause_asked_for(headers or {}),
            status=status,
            control_id=control_id,
        )
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        message = "the gateway's edge refused us"
        return CredentialsError(message, status=status, control_id=control_id)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        message = "the gateway's edge refused the request unread"
        return RejectedError(message, status=status, control_id=control_id)
    kind = OutcomeUnknownError if is_write else NotSentError
    message = "the answer is no response document"
    return kind(message, status=status, control_id=control_id)


def pause_asked_for(headers: Mapping[str, str]) -> float:
    """The longest pause that a header asks for, in seconds, within five minutes.

    None is documented, so any name will do (§7.4); without one it is the first step of our own.
    """
    asked = [
        float(value)
        for name, value in headers.items()
        if re.search("retry-?after", name, re.IGNORECASE) and re.fullmatch(r"\d{1,6}", value)
    ]
    return min(max(asked, default=RATE_LIMIT_PAUSE_SECONDS), RATE_LIMIT_PAUSE_MAX_SECONDS)


# Raised before the first byte of a request can have left.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def error_for_transport(
    exc: httpx.RequestError, *, is_write: bool, control_id: str = ""
) -> IntacctError:
    """The error for a request that got no answer (§6.4); the cause is named by its class only."""
    name = type(exc).__name__
    if isinstance(exc, _BEFORE_SENDING) or not is_write:
        message = f"the gateway was not reached or did not answer ({name})"
        return NotSentError(message, control_id=control_id)
    message = f"the write left and no answer came back ({name})"
    return OutcomeUnknownError(message, control_id=control_id)
