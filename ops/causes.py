"""Why a dead letter is dead, as far as our own records know: SQS itself keeps no reason."""

from __future__ import annotations

from ops.desk import Desk
from ops.letters import Letter
from shared.facts.record import order_pk
from shared.reviews.records import (
    Review,
    ReviewStatus,
    Stage,
    delivery_subject,
    intake_subject,
    order_subject,
)


class Causes:
    """Looks reasons up in open review records and in the ledger; remembers what it read."""

    def __init__(self, desk: Desk) -> None:
        """Read the stores of `desk`."""
        self._desk = desk
        self._reviews: dict[str, dict[str, Review]] = {}
        self._postings: dict[str, tuple[str, ...]] = {}

    def of(self, letter: Letter) -> tuple[str, ...]:
        """The reasons without repetition; empty where nothing but a crash can be the cause."""
        if not letter.tenant:
            return (letter.error,) if letter.error else ()
        reasons = [reason for review in self.reviews(letter) for reason in review.reasons]
        return tuple(dict.fromkeys([*(reason.value for reason in reasons), *self._ledger(letter)]))

    def reviews(self, letter: Letter) -> list[Review]:
        """The open review records that the letter may have to do with."""
        known = self._of_tenant(letter.tenant)
        subjects = [intake_subject(letter.store)]
        if letter.order_id:
            subjects += [order_subject(letter.store, letter.order_id, stage) for stage in Stage]
        if letter.delivery:
            subjects.append(delivery_subject(letter.store, letter.delivery))
        return [known[subject] for subject in subjects if subject in known]

    def _of_tenant(self, tenant: str) -> dict[str, Review]:
        if tenant not in self._reviews:
            records = self._desk.reviews.all(tenant)
            is_open = ReviewStatus.OPEN
            self._reviews[tenant] = {r.subject: r for r in records if r.status is is_open}
        return self._reviews[tenant]

    def _ledger(self, letter: Letter) -> tuple[str, ...]:
        if not letter.order_id:
            return ()
        pk = order_pk(letter.tenant, letter.store, letter.order_id)
        if pk not in self._postings:
            records = self._desk.ledger.chain(pk).values()
            self._postings[pk] = tuple(record.reason for record in records if record.reason)
        return self._postings[pk]
