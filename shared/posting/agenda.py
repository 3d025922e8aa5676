"""When an order is looked at again, and what people are told of it meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.facts.record import FactsRecord, FactsStatus, FactsStore
from shared.messages import OrderReady
from shared.ports import Clock
from shared.posting.reports import PostingReport, PostingState
from shared.postings.findings import Finding
from shared.reviews.records import Reviews, Stage, order_subject


@dataclass(frozen=True, slots=True)
class Agenda:
    """The orders' own records as the agenda of posting, and their review records."""

    facts: FactsStore
    reviews: Reviews
    clock: Clock

    def park(
        self,
        record: FactsRecord,
        due_at: datetime,
        state: PostingState,
        reason: str,
        done: Collection[str] = (),
    ) -> PostingReport:
        """Have the order looked at again then; the report of what was `done` until now."""
        self.schedule(record, due_at)
        return PostingReport(state, tuple(done), reason=reason, due_at=due_at)

    def hold(
        self,
        message: OrderReady,
        record: FactsRecord,
        findings: tuple[Finding, ...],
        done: Collection[str] = (),
    ) -> PostingReport:
        """Leave the order to a person, with all findings; by itself it does not come back."""
        self.open_review(message, record, findings)
        self.schedule(record, None)
        return PostingReport(PostingState.HELD, tuple(done), reason=findings[0].reason.value)

    def open_review(
        self, message: OrderReady, record: FactsRecord, findings: tuple[Finding, ...]
    ) -> None:
        """Tell people all that stands against posting the order."""
        subject, at = _subject(message), self.clock()
        self.reviews.open(message.tenant, subject, findings, at=at, version=record.version)

    def close_review(self, message: OrderReady, record: FactsRecord) -> None:
        """Nothing stands against posting the order any more, as these facts are."""
        subject, at = _subject(message), self.clock()
        self.reviews.close(message.tenant, subject, at=at, version=record.version)

    def schedule(self, record: FactsRecord, due_at: datetime | None) -> bool:
        """False where newer facts came meanwhile: it is theirs to say when the order is due."""
        return self.facts.schedule(record.pk, version=record.version, due_at=due_at)

    def look_again(self, pk: str) -> datetime | None:
        """Make newer facts due that are not: who took them up was held by what is done now.

        Returns:
            From when on they are due; None where somebody else sees to them.
        """
        newest = self.facts.load(pk)
        if newest is None or newest.due_at is not None or newest.status is not FactsStatus.READY:
            return None
        now = self.clock()
        self.schedule(newest, now)
        return now


def _subject(message: OrderReady) -> str:
    return order_subject(message.store, message.order_id, Stage.POSTING)
