"""What a person decides about a document that was changed in Sage."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.drift.records import Drift, Drifts, DriftStatus, drift_subject
from shared.ports import Clock
from shared.reviews.records import Reviews


class DecidedError(Exception):
    """There is nothing to decide: it was decided before, in another way."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Records decisions; nothing is sent to Sage here."""

    drifts: Drifts
    reviews: Reviews
    clock: Clock

    def decide(self, drift: Drift, status: DriftStatus, *, by: str, why: str) -> Drift:
        """Record a decision on an open matter, or another one than before; its review is closed.

        Args:
            drift: as it was read and shown to the person.
            status: ADOPTED, IGNORED or RESTORED.
            by: who decides.
            why: the reason, kept with it and shown in the daily proof.

        Raises:
            DecidedError: it is decided so already, or it was restored, which has no way back.
            StaleDriftError: it changed since it was read: look at it again.
            botocore.exceptions.ClientError: it could not be written.
        """
        check(drift, status)
        now = self.clock()
        decided = self.drifts.save(
            replace(drift, status=status, decided_by=by, decided_at=now, reason=why)
        )
        self.reviews.close(drift.tenant, drift_subject(drift.place.key), at=now)
        return decided


def check(drift: Drift, status: DriftStatus) -> None:
    """Refuse a decision that changes nothing or cannot be taken any more.

    Raises:
        DecidedError: why.
    """
    if drift.status in (status, DriftStatus.RESTORED):
        message = f"{drift.number} is {drift.status.value} already: {drift.reason}"
        raise DecidedError(message)
