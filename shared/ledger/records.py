"""What the ledger remembers of one posting (reliability §3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from intacct.documents import DocumentResult

LEASE = timedelta(seconds=60)
"""How long a claim lets its owner act; longer than one request to Sage (reliability §3.3)."""

SETTLE = timedelta(minutes=22)
"""When a look-up that finds nothing is proof that a lost request never lands (reliability §3.3).

One request (40 s), the longest time limit of a function that posts (the daily export's 300 s), what
is assumed of Sage (15 min) and the clocks' difference (60 s); a template test holds them to it.
"""

_NEVER_SENT = datetime.min.replace(tzinfo=UTC)


class State(StrEnum):
    """Where a posting stands; there is no way out of DONE or CANCELLED."""

    READY = "READY"
    SENT = "SENT"
    DONE = "DONE"
    REFUSED = "REFUSED"
    REVIEW = "REVIEW"
    CANCELLED = "CANCELLED"

    @property
    def waits_for_a_person(self) -> bool:
        """Whether nothing happens any more until a person decides."""
        return self in (State.REFUSED, State.REVIEW)


class Transition(StrEnum):
    """The edges of reliability §3.2, by its numbers; CLAIM_NEW is T0 and T1 in one write."""

    MAKE_READY = "T0"
    CLAIM_NEW = "T0+T1"
    CLAIM = "T1"
    TAKE_OVER = "T2"
    REARM = "T3"
    FINISH = "T4"
    PUT_BACK = "T5"
    REFUSE = "T6"
    REOPEN = "T7"
    CONFIRM = "T8"
    CANCEL = "T9"


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be sent, named by marks that were all chosen before the first try."""

    pk: str
    key: str
    document_number: str
    control_id: str
    content_hash: str
    expected: str = ""
    effect: str = ""
    dated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One posting as the ledger knows it; `history` has one short line per state change.

    `due_at` is when the next step is due. Nobody is listed by it: what brings a posting back is the
    record that wants it (an order's facts, a day's batch, a cart event on its queue). `expected` is
    what a look-up must state of what was sent last (`shared.ledger.evidence.Expected`), `effect`
    the digest of the ledger lines it was to have and `dated_on` their date: whoever undoes it must
    know exactly those.
    """

    pk: str
    key: str
    state: State
    fence: int
    document_number: str
    control_id: str
    content_hash: str
    owner: str = ""
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    settle_at: datetime | None = None
    due_at: datetime | None = None
    epoch: int = 0
    attempts: int = 0
    resends: int = 0
    reason: str = ""
    hint: str = ""
    result: DocumentResult | None = None
    expected: str = ""
    effect: str = ""
    dated_on: date | None = None
    history: tuple[str, ...] = ()

    @property
    def idempotency_key(self) -> str:
        """The key sent to REST with every try of this epoch (reliability §3.6)."""
        return f"{self.control_id}.{self.epoch}"

    @property
    def turn(self) -> tuple[datetime, str]:
        """Its place in the sequence of sending; what was never sent comes first."""
        return self.sent_at or _NEVER_SENT, self.key

    @property
    def is_answered(self) -> bool:
        """Whether Sage refused its only request, so that nothing of it can be on its way."""
        return self.state is State.REFUSED and not self.resends

    @property
    def held_until(self) -> datetime:
        """Until when the owner of a sent posting may act."""
        assert self.lease_until is not None, "a sent posting has a lease"  # noqa: S101
        return self.lease_until

    def is_leased(self, now: datetime) -> bool:
        """Whether somebody may be at work on it at this moment."""
        return self.state is State.SENT and self.lease_until is not None and now <= self.lease_until
