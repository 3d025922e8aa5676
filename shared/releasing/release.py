"""Release by cause: when a tenant's configuration changed, all that waited for one goes again.

Nobody has to name the orders. Whatever the change did not cure is held anew, with what is left of
its findings. What Sage Intacct refused stays refused: that is a person's to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.audit import Audit
from shared.dead_letters.queues import DeadQueue
from shared.dead_letters.redrive import Pace, Redriver
from shared.ports import Clock
from shared.postings.findings import Reason
from shared.releasing.fixes import Fix, Fixes
from shared.releasing.resend import Resender, held_order
from shared.reviews.records import DEAD, Review, Reviews, ReviewStatus

CONFIGURABLE = frozenset(
    {
        Reason.CONFIGURATION_MISSING,
        Reason.MAPPING_MISSING,
        Reason.TAX_UNMAPPED,
        Reason.TAX_LIABILITY_UNKNOWN,
        Reason.DIMENSION_INVALID,
        Reason.PAYMENT_UNDECIDED,
        Reason.CUSTOMER_AMBIGUOUS,
        Reason.CUSTOMER_MISSING,
        Reason.CUSTOMER_INACTIVE,
        Reason.ITEM_MISSING,
        Reason.OUT_OF_SCOPE,
    }
)
"""Reasons that a tenant's document can take away."""

_EVERY = 25
_MARGIN = timedelta(seconds=10)
_MOST_REDRIVES = 3
_MOST_LETTERS = 200
_PACE = Pace(per_second=20.0, most_waiting=200)
_INTAKE = "intake:"


@dataclass(frozen=True, slots=True)
class Released:
    """What one run did: orders and letters sent again, and whether nothing is left to do."""

    orders: int = 0
    letters: int = 0
    is_finished: bool = True


@dataclass(frozen=True, slots=True)
class ReleaserParts:
    """What release by cause needs; `on_failure` is told of a subject that could not be sent."""

    fixes: Fixes
    reviews: Reviews
    resender: Resender
    redriver: Redriver
    queues: Sequence[DeadQueue]
    audit: Audit
    clock: Clock
    on_failure: Callable[[str, str, Exception], None]


class Releaser:
    """Sends again what waited for a cause that was fixed, the oldest first."""

    def __init__(self, parts: ReleaserParts) -> None:
        """`parts` are those of one deployment."""
        self._parts = parts

    def release_due(self, deadline: datetime) -> Released:
        """Go through all tenants whose configuration changed; the next run goes on where it ends.

        Raises:
            botocore.exceptions.ClientError: reviews or letters could not be read.
        """
        orders = letters = 0
        is_finished = True
        for fix in self._parts.fixes.due(self._parts.clock()):
            done = self._release(fix, deadline)
            orders += done.orders
            letters += done.letters
            is_finished = is_finished and done.is_finished
        return Released(orders, letters, is_finished)

    def _release(self, fix: Fix, deadline: datetime) -> Released:
        waiting = self._waiting(fix.tenant)
        if waiting and not fix.done_until:
            self._note(fix, len(waiting))
        sent = 0
        for number, review in enumerate(waiting):
            if _place(review) <= fix.done_until:
                continue
            if self._parts.clock() + _MARGIN >= deadline:
                return Released(sent, is_finished=False)
            sent += self._send(fix, review)
            if number % _EVERY == _EVERY - 1:
                self._parts.fixes.advance(fix, _place(review))
        letters, is_finished = self._letters(waiting, deadline)
        if is_finished:
            self._parts.fixes.finish(fix)
        return Released(sent, letters, is_finished)

    def _waiting(self, tenant: str) -> list[Review]:
        found = [
            review
            for review in self._parts.reviews.all(tenant)
            if review.status is ReviewStatus.OPEN and CONFIGURABLE.intersection(review.reasons)
        ]
        return sorted(found, key=_place)

    def _note(self, fix: Fix, count: int) -> None:
        self._parts.audit.note(
            fix.tenant,
            "release by cause",
            f"tenant:{fix.tenant}",
            why=f"configuration changed by {fix.by}",
            waiting=str(count),
        )

    def _send(self, fix: Fix, review: Review) -> int:
        """Send an order again; a store's intake record is closed, and opens anew if it must."""
        if review.subject.startswith(_INTAKE):
            self._parts.reviews.close(fix.tenant, review.subject, at=self._parts.clock())
            return 0
        held = held_order(review.subject)
        if held is None:
            return 0
        try:
            once = f"configured {fix.due_at.isoformat()}"
            self._parts.resender.send(fix.tenant, held, once=once)
        except Exception as error:  # noqa: BLE001  # a process edge: the other orders go on
            self._parts.on_failure(fix.tenant, review.subject, error)
            return 0
        return 1

    def _letters(self, waiting: Sequence[Review], deadline: datetime) -> tuple[int, bool]:
        """Letters that died for a tenant or store that nobody knew, and that is known now."""
        subjects = {
            review.subject
            for review in waiting
            if review.subject.startswith(DEAD) and Reason.CONFIGURATION_MISSING in review.reasons
        }
        moved = 0
        for queue in self._parts.queues if subjects else ():
            if not queue.target_url:
                continue
            planned = self._parts.redriver.cured(
                queue,
                subjects,
                of=Reason.CONFIGURATION_MISSING,
                limit=_MOST_LETTERS,
                most_redrives=_MOST_REDRIVES,
            )
            done = self._parts.redriver.redrive(
                queue, planned, pace=_PACE, why="its configuration is there", deadline=deadline
            )
            moved += done.moved
            if not done.is_finished or len(planned) == _MOST_LETTERS:
                return moved, False
        return moved, True


def _place(review: Review) -> str:
    """What sorts records by when they were first seen."""
    return f"{review.first_seen_at.isoformat(timespec='milliseconds')} {review.subject}"
