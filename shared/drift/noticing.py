"""Keeps what was seen of our documents in Sage: one drift record each, offered to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.drift.looking import Seen
from shared.drift.records import (
    Drift,
    Drifts,
    DriftStatus,
    StaleDriftError,
    What,
    drift_subject,
)
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reconciliation.differences import Difference
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant

_MOST_RACES = 3
_AS_SENT = "it is as it was sent again"


@dataclass(frozen=True, slots=True)
class Noticed:
    """What came of looking at documents: how many, whose drift is new, and whose is over.

    `found` are those that differ and that nobody decided on yet, by posting key; `settled` those
    that are again as they were sent.
    """

    looked_at: int = 0
    found: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()


class DriftKeeper:
    """Writes drift records and their review records; telling it anything twice changes nothing."""

    def __init__(self, drifts: Drifts, reviews: Reviews, clock: Clock) -> None:
        """`clock` says when something was noticed."""
        self._drifts = drifts
        self._reviews = reviews
        self._clock = clock

    def keep(self, tenant: Tenant, seen: Iterable[Seen], by: Mapping[str, str]) -> Noticed:
        """Record what differs now, and what does not differ any more.

        Args:
            tenant: whose documents.
            seen: what was found of each.
            by: who changed a document last, by its key in Sage, as far as Sage tells.

        Raises:
            StaleDriftError: others kept changing a record; telling it again is safe.
            botocore.exceptions.ClientError: a record could not be read or written.
        """
        looked_at, found, settled = 0, [], []
        for one in seen:
            looked_at += 1
            if not one.is_there and not one.differences:
                continue  # not shown is not deleted: a permission may be gone
            change = self._kept(tenant, one, by.get(one.asked.document.sage_key, ""))
            if change is DriftStatus.OPEN:
                found.append(one.place.key)
            elif change is DriftStatus.RESTORED:
                settled.append(one.place.key)
        return Noticed(looked_at, tuple(found), tuple(settled))

    def _kept(self, tenant: Tenant, seen: Seen, by: str) -> DriftStatus | None:
        """The status that its record has now where that is news, else None."""
        for _ in range(_MOST_RACES):
            known = self._drifts.load(tenant.id, seen.place.key)
            try:
                if seen.differences:
                    return self._open(tenant, seen, known, by)
                return self._settle(known)
            except StaleDriftError:
                continue
        raise StaleDriftError(seen.place.key)

    def _open(self, tenant: Tenant, seen: Seen, known: Drift | None, by: str) -> DriftStatus | None:
        fresh = _drift(tenant, seen, by, self._clock())
        if known is not None:
            is_decided = known.status is not DriftStatus.RESTORED or bool(known.decided_by)
            if known.content == fresh.content and is_decided:
                return None
            fresh = replace(fresh, times=known.times + 1, version=known.version)
        # The review record first: what is recorded as known is never told again.
        self._reviews.open(
            tenant.id,
            drift_subject(seen.place.key),
            [finding_of(fresh)],
            at=fresh.found_at,
            details={"number": fresh.number, "what": fresh.what.value, "sage_key": fresh.sage_key},
        )
        self._drifts.save(fresh)
        return DriftStatus.OPEN

    def _settle(self, known: Drift | None) -> DriftStatus | None:
        if known is None or known.status is DriftStatus.RESTORED:
            return None
        now = self._clock()
        self._drifts.save(
            replace(
                known,
                status=DriftStatus.RESTORED,
                decided_by="",
                decided_at=now,
                reason=_AS_SENT,
            )
        )
        self._reviews.close(known.tenant, drift_subject(known.place.key), at=now)
        return DriftStatus.RESTORED


def finding_of(drift: Drift) -> Finding:
    """What the review record says: what became of the document, and each member that differs."""
    told = "; ".join(map(words_of, drift.differences))
    verb = "is there more than once" if drift.what is What.DOUBLED else f"was {drift.what.value}"
    return Finding(
        Reason.READBACK_DIFFERS,
        drift.number,
        f"the {drift.differences[0].what} {verb} in Sage: {told}",
        f"see `drift show {drift.tenant} '{drift.place.key}'`, then adopt, restore or ignore it",
    )


def words_of(difference: Difference) -> str:
    """One difference in words: the member, what was sent and what is there."""
    return f"{difference.member}: {difference.sent} -> {difference.found}"


def _drift(tenant: Tenant, seen: Seen, by: str, now: datetime) -> Drift:
    document = seen.asked.document
    told = next((one.by for one in seen.differences if one.by), "")
    return Drift(
        tenant=tenant.id,
        entity=document.entity,
        store=seen.asked.store,
        subject=seen.asked.subject,
        place=seen.place,
        kind=document.kind,
        marked=document.marked,
        number=document.reference,
        sage_key=document.sage_key,
        differences=seen.differences,
        found_at=now,
        changed_at=seen.changed_at,
        changed_by=told or by,
    )
