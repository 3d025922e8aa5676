"""Proof of a payout before anything of it is booked (R-6.1), in the words of review records."""

from __future__ import annotations

from commerce.identity import Breach
from commerce.payouts import Payout, payout_breaches
from shared.payouts.records import PayoutRecord, is_sent
from shared.postings.findings import Finding, Reason

_HINT = "compare with the statement of the source; the payout is read again with every poll"


def payout_subject(store: str, payout_id: str) -> str:
    """What a payout's review record is about: `payout:<store>:<payout id>`."""
    return f"payout:{store}:{payout_id}"


def payouts_subject(store: str) -> str:
    """The subject of a store whose payouts cannot be read: `payouts:<store>`."""
    return f"payouts:{store}"


def proof_findings(record: PayoutRecord) -> tuple[Finding, ...]:
    """Everything that does not hold of a payout that was sent; empty while it still gathers."""
    if not is_sent(record.payout):
        return ()
    findings = findings_of(record.payout)
    if record.conflict:
        findings.append(_at_odds(record.payout))
    return tuple(findings)


def findings_of(payout: Payout) -> list[Finding]:
    """Everything about a payout's sums that does not hold, whatever state it is in."""
    return [_finding(payout, breach) for breach in payout_breaches(payout)]


def _finding(payout: Payout, breach: Breach) -> Finding:
    reason = Reason.PAYLOAD_INVALID if breach.difference is None else Reason.UNBALANCED
    return Finding(
        reason=reason,
        place=f"payout {payout.ref.id} {breach.place}",
        message=breach.message,
        hint=_HINT,
        difference=breach.difference,
    )


def _at_odds(payout: Payout) -> Finding:
    return Finding(
        reason=Reason.CONTENT_CONFLICT,
        place=f"payout {payout.ref.id}",
        message="its source now tells other lines or another amount than were booked",
        hint="compare both: ops payout accept-change shows and books the difference",
    )
