"""Drawn histories of mishaps that strike requests of several orders, or rows of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from intacct.documents import Document, DocumentResult
from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError
from shared.ledger.apply import Applier, results_of
from shared.ledger.driving import Job, drive
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import State
from shared.postings.plan import Posting, PostingKind
from tests.fakes import FakeClock, MemoryLedger, counting_ids, only_once
from tests.unit.ledger.apply_rig import advance, sales_document
from tests.unit.ledger.test_histories import EARLINESS, HISTORIES, Killed, Mishap, UnrulyBooks

ORDERS = ("1001", "1002", "1003")


class UnrulyBatches(UnrulyBooks):
    """Books where a mishap strikes a request of several documents as a whole, or else its rows."""

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> Sequence[DocumentResult | IntacctError]:
        self.arrive()
        mishap, seconds = self._mishaps.pop(0) if self._mishaps else (Mishap.NONE, 0)
        outcomes: Sequence[DocumentResult | IntacctError] = []
        match mishap:
            case Mishap.LOST_REQUEST:
                return [OutcomeUnknownError(mishap.value)] * len(documents)
            case Mishap.LANDS_LATE:
                landing_at = self._clock() + timedelta(seconds=seconds)
                self._travelling.extend((landing_at, document) for document in documents)
                return [OutcomeUnknownError(mishap.value)] * len(documents)
            case Mishap.TURNED_AWAY:
                return [NotSentError(mishap.value)] * len(documents)
            case Mishap.KILLED_BEFORE:
                raise Killed
            case Mishap.NONE | Mishap.LOST_ANSWER | Mishap.KILLED_AFTER:
                outcomes = super().create_many(
                    documents, control_ids=control_ids, idempotency_keys=idempotency_keys
                )
        if mishap is Mishap.LOST_ANSWER:
            return [OutcomeUnknownError(mishap.value)] * len(documents)
        if mishap is Mishap.KILLED_AFTER:
            raise Killed
        return outcomes


def postings(order: str) -> list[Posting]:
    return [
        Posting(f"{order}/advance", PostingKind.ADVANCE, advance(f"{order}-ADV")),
        Posting(f"{order}/invoice", PostingKind.INVOICE, sales_document(f"{order}-INV")),
    ]


class Life:
    """Three orders that come again and again, together, until all are finished with."""

    def __init__(self, books: UnrulyBatches, clock: FakeClock, hard_unique: Sequence[str]) -> None:
        self.books = books
        self.clock = clock
        self.hard_unique = hard_unique
        self.ledger = MemoryLedger()
        self.outcomes: dict[str, Outcome] = {}

    def live(self, early: Sequence[bool]) -> None:
        redeliveries = list(early)
        for _ in range(150):
            left = [order for order in ORDERS if order not in self.outcomes]
            if not left:
                return
            due_at = self._together(left)
            is_early = redeliveries.pop(0) if redeliveries else False
            seconds = max(1.0, (due_at - self.clock()).total_seconds())
            self.clock.pass_time(7 if is_early else seconds)
        message = "an order was never finished"
        raise AssertionError(message)

    def _together(self, orders: Sequence[str]) -> datetime:
        """One invocation; when the first of its orders is due again."""
        try:
            outcomes = drive([self._job(order) for order in orders], clock=self.clock)
        except Killed:
            return self.clock() + timedelta(seconds=450)
        due = []
        for order, outcome in zip(orders, outcomes, strict=True):
            assert isinstance(outcome, Outcome)
            if outcome.kind is OutcomeKind.PARKED:
                due.append(outcome.due_at or self.clock())
            else:
                self.outcomes[order] = outcome
        return min(due, default=self.clock())

    def _job(self, order: str) -> Job[Outcome]:
        applier = Applier(
            self.ledger,
            self.books,
            clock=self.clock,
            ids=counting_ids(f"{self.clock()}-{order}"),
            hard_unique=self.hard_unique,
            pause=self.clock.pass_time,
        )
        records = self.ledger.chain(order)
        deadline = self.clock() + timedelta(seconds=75)
        posted = results_of(records)
        steps = applier.steps(order, postings(order), posted, deadline, records=records)
        return Job(steps, company="acme", queue=order)


@pytest.mark.parametrize("is_unique", [True, False])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mishaps=HISTORIES, early=EARLINESS)
def test_whatever_happens_to_a_request_each_row_is_in_the_books_once_and_confirmed(
    *, is_unique: bool, mishaps: list[tuple[Mishap, int]], early: list[bool]
) -> None:
    clock = FakeClock()
    books = UnrulyBatches(clock, mishaps, is_unique=is_unique)
    life = Life(books, clock, ("ADVANCE", "INVOICE") if is_unique else ())

    life.live(early)

    clock.pass_time(3600)
    books.arrive()
    assert only_once(books.marks())
    for order, outcome in life.outcomes.items():
        chain = life.ledger.chain(order)
        if outcome.kind is OutcomeKind.COMPLETE:
            assert {record.state for record in chain.values()} == {State.DONE}
            assert len(chain) == 2
        else:
            assert [finding.reason.value for finding in outcome.findings] == ["RESEND_LIMIT"]
            assert sum(mishap is not Mishap.NONE for mishap, _ in mishaps) >= 4
