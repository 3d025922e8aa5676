"""Why a posting stops where it is: the ways to say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from intacct.errors import CredentialsError
from shared.ledger.outcomes import Halt, OutcomeKind
from shared.ledger.records import Record
from shared.ledger.refusals import CREDENTIALS_PAUSE, finding_of, hint_of
from shared.postings.plan import Finding, Posting, Reason

_SLACK = timedelta(seconds=1)


def park(reason: str, due_at: datetime, *, is_outage: bool = False) -> Halt:
    """Come back then; `is_outage` where the whole company should."""
    return Halt(OutcomeKind.PARKED, reason, due_at=due_at, is_outage=is_outage)


def held(posting: Posting, record: Record) -> Halt:
    """A person must decide what the record says."""
    finding = finding_of(posting, record)
    return Halt(OutcomeKind.HELD, finding.reason.value, findings=(finding,))


def conflicting(posting: Posting, record: Record) -> Halt:
    """Other content than the order has now is out there under this key."""
    reason = Reason.CONTENT_CONFLICT
    return held(posting, replace(record, reason=reason.value, hint=""))


def no_credentials(error: CredentialsError, now: datetime) -> Halt:
    """The company's login was refused: its lanes stop until a person replaced the secret."""
    finding = Finding(
        reason=Reason.REAUTH_REQUIRED,
        place="the company's connection to Sage Intacct",
        message="Sage Intacct refused the login; nothing is sent until it is replaced",
        hint=hint_of(error),
    )
    return Halt(
        OutcomeKind.STOPPED,
        finding.reason.value,
        due_at=now + CREDENTIALS_PAUSE,
        findings=(finding,),
        is_outage=True,
    )


def lease_end(record: Record) -> datetime:
    """When nobody can be at work on the sent posting any more."""
    return record.held_until + _SLACK
