"""What Sage's errors mean for a posting: when to try again, or what a person must decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from intacct.errors import (
    IntacctError,
    PeriodClosedError,
    PermissionDeniedError,
    RateLimitedError,
)
from shared.ledger.records import Record
from shared.postings.plan import Finding, Posting, Reason

BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=8),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""The pauses between the seven tries of a posting that Sage turned away (reliability §5)."""

CREDENTIALS_PAUSE = timedelta(minutes=10)
"""How long a company's lane rests when its login was refused; a person must replace the secret."""

_LONGEST_HINT = 300


def retry_at(error: IntacctError, attempts: int, now: datetime) -> datetime:
    """When to send again after the try number `attempts` (from 0) was turned away."""
    pause = BACKOFF[min(attempts, len(BACKOFF) - 1)]
    if isinstance(error, RateLimitedError):
        pause = max(pause, timedelta(seconds=error.retry_after_seconds))
    return now + pause


def reason_of(error: IntacctError) -> Reason:
    """The code under which a person finds this refusal."""
    match error:
        case PeriodClosedError():
            return Reason.PERIOD_CLOSED
        case PermissionDeniedError():
            return Reason.PERMISSION
        case _:
            return Reason.REFUSED_BY_SAGE


def hint_of(error: IntacctError) -> str:
    """What Sage said, its codes first, short enough to keep in the record."""
    said = (
        " ".join(filter(None, (finding.code, finding.text, finding.correction)))
        for finding in error.findings
    )
    return ("; ".join(said) or str(error))[:_LONGEST_HINT]


def finding_of(posting: Posting, record: Record) -> Finding:
    """The finding that a refused posting, or one in review, shows to people."""
    try:
        reason = Reason(record.reason)
    except ValueError:
        reason = Reason.UNKNOWN
    message = _MESSAGES.get(reason, "the posting waits for a decision")
    return Finding(
        reason=reason,
        place=f"{posting.kind.value} {record.document_number}",
        message=message,
        hint=record.hint,
    )


_MESSAGES = {
    Reason.PERIOD_CLOSED: "Sage Intacct refused it: the posting date lies in a closed period",
    Reason.PERMISSION: "Sage Intacct refused it: the user's role does not cover this document",
    Reason.REFUSED_BY_SAGE: "Sage Intacct read the document and refused it",
    Reason.DUPLICATE_FOUND: "several documents carry this number in Sage Intacct",
    Reason.READBACK_DIFFERS: "another document carries this number in Sage Intacct",
    Reason.CONTENT_CONFLICT: "the document changed after it had been sent under the same key",
    Reason.RESEND_LIMIT: "it was sent as often as is allowed and never confirmed",
}
