"""What we keep of a payout: the facts, how they moved, and which of them were booked.

Pure. A payout goes on from state to state and never back; once something of it is booked, its lines
are frozen, and a source that tells other ones later is at odds with the books (R-15.4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from commerce.payouts import Payout, PayoutLine, PayoutStatus
from shared.payouts.history import NOTHING, Edition, History, Step
from shared.postings.findings import Finding

_RANKS = {
    PayoutStatus.OPEN: 0,
    PayoutStatus.SCHEDULED: 1,
    PayoutStatus.IN_TRANSIT: 2,
    PayoutStatus.PAID: 3,
    PayoutStatus.FAILED: 4,
    PayoutStatus.CANCELLED: 4,
}


class PayoutState(StrEnum):
    """Where a payout is on its way into the books.

    GATHERING: its source still adds lines or has not sent the money. HELD: a person must decide.
    DUE: proved, and not in the books as far as it has come. BOOKED: nothing is left to book.
    """

    GATHERING = "gathering"
    HELD = "held"
    DUE = "due"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True)
class PayoutRecord:
    """A payout as it is stored.

    `content` is the digest of what it says of money, `frozen` the one that was booked, `conflict`
    a later one that says otherwise. `line_count` counts the lines where the record was read without
    them. `is_paid` says that the invoices of a thrifty channel were settled with it. `due_at` is
    when it is to be looked at again. `history` is what people decided about it; a record that was
    read without lines is read without it too.
    """

    tenant: str
    payout: Payout
    steps: tuple[Step, ...]
    content: str
    line_count: int
    version: int = 0
    frozen: str = ""
    conflict: str = ""
    findings: tuple[Finding, ...] = ()
    is_booked: bool = False
    is_paid: bool = False
    due_at: datetime | None = None
    history: History = NOTHING

    @property
    def state(self) -> PayoutState:
        """Where it is on its way into the books."""
        if self.findings:
            return PayoutState.HELD
        if self.is_booked:
            return PayoutState.BOOKED
        return PayoutState.DUE if is_sent(self.payout) else PayoutState.GATHERING

    @property
    def booked_lines(self) -> tuple[PayoutLine, ...]:
        """The lines as they are booked: without the fees that orders book themselves (R-6.3).

        What each is worth stays the same: so much less stands on the clearing account already.
        """
        return self._booked(self.payout.lines)

    def lines_behind(self, purpose: str) -> tuple[PayoutLine, ...]:
        """The lines, as they are booked, that an entry was first made of."""
        for edition in self.history.editions:
            if purpose in edition.purposes:
                return self._booked(edition.payout.lines)
        return self.booked_lines

    def _booked(self, lines: Sequence[PayoutLine]) -> tuple[PayoutLine, ...]:
        by_orders = {fee.line_id: fee.amount for fee in self.history.fees if fee.amount}
        return tuple(
            replace(line, amount=line.amount - own, fee=line.fee - own)
            if (own := by_orders.get(line.id)) is not None
            else line
            for line in lines
        )

    def seen(self, status: PayoutStatus) -> datetime | None:
        """Since when it was in that state; None where it never was, as far as we saw."""
        return next((step.at for step in self.steps if step.status is status), None)


def is_sent(payout: Payout) -> bool:
    """Whether the money has left its source, so that something of it is to be booked (R-6.4)."""
    return _RANKS[payout.status] >= _RANKS[PayoutStatus.IN_TRANSIT]


def content_of(payout: Payout) -> str:
    """The digest of what a payout says of money, whatever the order of its lines.

    Made of single members, so that a member added to the model later changes no digest.
    """
    lines = sorted(
        [
            line.id,
            line.kind.value,
            line.fee_kind.value if line.fee_kind else "",
            line.type_name,
            *(amount.plain() for amount in (line.amount, line.fee, line.net)),
            line.net.currency,
        ]
        for line in payout.lines
    )
    amount = payout.amount.plain() if payout.amount is not None else None
    told = json.dumps([payout.currency, amount, lines], separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def merged(tenant: str, known: PayoutRecord | None, read: Payout, *, at: datetime) -> PayoutRecord:
    """What is known of a payout after it was read once more; equal to `known` when nothing is new.

    Args:
        tenant: whose payout it is.
        known: what was stored, with its lines.
        read: what the source says now.
        at: when it was read.
    """
    content = content_of(read)
    if known is None:
        first = Step(read.status, _since(read, at))
        return PayoutRecord(tenant, read, (first,), content, len(read.lines))
    if _RANKS[read.status] < _RANKS[known.payout.status]:
        return known
    steps = known.steps
    if known.seen(read.status) is None:
        steps = (*steps, Step(read.status, _since(read, at)))
    if known.frozen and content != known.frozen:
        stays = replace(known.payout, status=read.status, arrived_at=_arrival(known, read))
        told = replace(known.history, told=read)
        return _news(known, stays, steps, known.content, conflict=content, history=told)
    moved = read
    if known.frozen:
        moved = replace(
            read,
            lines=known.payout.lines,
            initiated_at=known.payout.initiated_at,
            arrived_at=_arrival(known, read),
        )
    return _news(known, moved, steps, content, history=replace(known.history, told=None))


def accepted(record: PayoutRecord, purposes: Sequence[str], *, at: datetime) -> PayoutRecord:
    """The payout as its source tells it now, after a person took the change over.

    Args:
        record: a payout whose source is at odds with what is booked (`History.told`).
        purposes: of the entries that were begun before.
        at: when it is to be booked.
    """
    told, history = record.history.told, record.history
    assert told is not None, "there is a change"  # noqa: S101
    edition = Edition(record.payout, tuple(purposes))
    return replace(
        record,
        payout=replace(record.payout, lines=told.lines, amount=told.amount),
        content=record.conflict,
        line_count=len(told.lines),
        frozen=record.conflict,
        conflict="",
        findings=(),
        is_booked=False,
        due_at=at,
        history=replace(history, told=None, editions=(*history.editions, edition)),
    )


def held(record: PayoutRecord, findings: Sequence[Finding]) -> PayoutRecord:
    """The record with everything that stops it; with nothing, it is free to go on."""
    return replace(record, findings=tuple(findings))


def _news(
    known: PayoutRecord,
    payout: Payout,
    steps: tuple[Step, ...],
    content: str,
    *,
    history: History,
    conflict: str = "",
) -> PayoutRecord:
    before = (known.payout, known.steps, known.conflict, known.history)
    if before == (payout, steps, conflict, history):
        return known
    return replace(
        known,
        payout=payout,
        steps=steps,
        content=content,
        line_count=len(payout.lines),
        conflict=conflict,
        is_booked=False,
        history=history,
    )


def _since(read: Payout, at: datetime) -> datetime:
    """Since when the payout is in the state that it was read in."""
    match read.status:
        case PayoutStatus.PAID:
            return read.arrived_at or read.initiated_at
        case PayoutStatus.IN_TRANSIT:
            return read.initiated_at
        case _:
            return at


def _arrival(known: PayoutRecord, read: Payout) -> datetime | None:
    """When the money arrived: as first told, for what was booked never moves (R-10.3)."""
    return known.payout.arrived_at or read.arrived_at
