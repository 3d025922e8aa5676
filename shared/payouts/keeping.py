"""Keeps a payout that was read: merged with what is known, proved, and put on the agenda."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from commerce.payouts import Payout
from shared.payouts.proof import payout_subject, proof_findings
from shared.payouts.records import PayoutRecord, PayoutState, held, merged
from shared.payouts.store import PayoutKey, PayoutMovedError, Payouts
from shared.ports import Clock
from shared.reviews.records import Reviews

_MOST_RACES = 4


@dataclass(frozen=True, slots=True)
class Keeper:
    """Takes payouts in, from whatever source they come; taking one in twice changes nothing.

    `on_held` is told of each that must wait for a person.
    """

    payouts: Payouts
    reviews: Reviews
    clock: Clock
    on_held: Callable[[PayoutKey], None]

    def keep(self, tenant: str, payout: Payout) -> bool:
        """Store what is new in the payout; whether anything was.

        What does not add up is stored as well, held, and opens a review record with all findings.

        Raises:
            PayoutMovedError: it kept changing under our hands.
        """
        key = PayoutKey(tenant, payout.ref.store, payout.ref.id)
        for _ in range(_MOST_RACES):
            known = self.payouts.load(key)
            record = merged(tenant, known, payout, at=self.clock())
            if record is known:
                return False
            record = held(record, proof_findings(record))
            # Told first: a crash before the write has the payout read, and told of, once more.
            self._tell(key, record)
            try:
                self.payouts.save(self._scheduled(record))
            except PayoutMovedError:
                continue
            return True
        message = f"payout {key.payout_id} of store {key.store} kept changing"
        raise PayoutMovedError(message)

    def _scheduled(self, record: PayoutRecord) -> PayoutRecord:
        is_due = record.state is PayoutState.DUE
        return replace(record, due_at=self.clock() if is_due else None)

    def _tell(self, key: PayoutKey, record: PayoutRecord) -> None:
        subject, now = payout_subject(key.store, key.payout_id), self.clock()
        if record.findings:
            self.reviews.open(key.tenant, subject, record.findings, at=now)
            self.on_held(key)
        else:
            self.reviews.close(key.tenant, subject, at=now)
