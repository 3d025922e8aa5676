"""Drawn histories of mishaps against the real applier: one document each, and all of it confirmed.

hypothesis shrinks a failure to its shortest history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intacct.documents import Document, DocumentResult
from intacct.errors import DuplicateDocumentError, NotSentError, OutcomeUnknownError
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import State
from shared.ports import Found
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, counting_ids, only_once
from tests.unit.ledger.apply_rig import ADVANCE, APPLY, INVOICE, PK


class Mishap(StrEnum):
    """What happens to one request, or to the worker that sends it."""

    NONE = "none"
    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"
    LANDS_LATE = "lands late"
    TURNED_AWAY = "turned away"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"


class Killed(BaseException):
    """The sandbox is gone."""


class UnrulyBooks(FakeBooks):
    """Books to which each request brings the next mishap of a history."""

    def __init__(
        self, clock: FakeClock, mishaps: Sequence[tuple[Mishap, int]], *, is_unique: bool
    ) -> None:
        super().__init__(is_unique=is_unique)
        self._clock = clock
        self._mishaps = list(mishaps)
        self._travelling: list[tuple[datetime, Document]] = []

    def arrive(self) -> None:
        """Let land what was on its way for long enough."""
        for landing_at, document in list(self._travelling):
            if landing_at <= self._clock():
                self._travelling.remove((landing_at, document))
                self._commit(document)

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        self.arrive()
        self.sent.append((control_id, idempotency_key))
        result: DocumentResult | None = None
        mishap, seconds = self._mishaps.pop(0) if self._mishaps else (Mishap.NONE, 0)
        match mishap:
            case Mishap.LOST_REQUEST:
                raise OutcomeUnknownError(mishap.value)
            case Mishap.LANDS_LATE:
                landing_at = self._clock() + timedelta(seconds=seconds)
                self._travelling.append((landing_at, document))
                raise OutcomeUnknownError(mishap.value)
            case Mishap.TURNED_AWAY:
                raise NotSentError(mishap.value)
            case Mishap.KILLED_BEFORE:
                raise Killed
            case Mishap.NONE | Mishap.LOST_ANSWER | Mishap.KILLED_AFTER:
                result = self._commit(document)
        if mishap is Mishap.LOST_ANSWER:
            raise OutcomeUnknownError(mishap.value)
        if mishap is Mishap.KILLED_AFTER:
            raise Killed
        if result is None:
            raise DuplicateDocumentError(mishap.value)
        return result

    def find(self, document: Document) -> Sequence[Found]:
        self.arrive()
        return super().find(document)

    def _commit(self, document: Document) -> DocumentResult | None:
        if self.is_unique and list(super().find(document)):
            return None
        return self.land(document)


HISTORIES = st.lists(
    st.tuples(st.sampled_from(Mishap), st.integers(min_value=0, max_value=18 * 60)), max_size=6
)
EARLINESS = st.lists(st.booleans(), max_size=20)


def live(
    books: UnrulyBooks, clock: FakeClock, early: Sequence[bool], hard_unique: Sequence[str]
) -> tuple[Outcome, MemoryLedger]:
    """Deliver the order again and again, now and then too early, until it is done."""
    ledger = MemoryLedger()
    redeliveries = list(early)
    for _ in range(120):
        applier = Applier(
            ledger,
            books,
            clock=clock,
            ids=counting_ids(f"{clock()}"),
            hard_unique=hard_unique,
            pause=clock.pass_time,
        )
        records = ledger.chain(PK)
        due_at = clock() + timedelta(seconds=450)
        try:
            outcome = applier.apply(
                PK,
                [ADVANCE, INVOICE, APPLY],
                results_of(records),
                clock() + timedelta(seconds=75),
                records=records,
            )
        except Killed:
            pass
        else:
            if outcome.kind is not OutcomeKind.PARKED:
                return outcome, ledger
            due_at = outcome.due_at or due_at
        is_early = redeliveries.pop(0) if redeliveries else False
        clock.pass_time(7 if is_early else max(1.0, (due_at - clock()).total_seconds()))
    message = "the order was never finished"
    raise AssertionError(message)


@pytest.mark.parametrize("is_unique", [True, False])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mishaps=HISTORIES, early=EARLINESS)
def test_whatever_happens_each_document_is_in_the_books_once_and_confirmed(
    *, is_unique: bool, mishaps: list[tuple[Mishap, int]], early: list[bool]
) -> None:
    clock = FakeClock()
    books = UnrulyBooks(clock, mishaps, is_unique=is_unique)
    hard_unique = ("ADVANCE", "INVOICE", "APPLY") if is_unique else ()

    outcome, ledger = live(books, clock, early, hard_unique)

    clock.pass_time(3600)
    books.arrive()
    assert only_once(books.marks())
    states = {key: record.state for key, record in ledger.chain(PK).items()}
    if outcome.kind is OutcomeKind.COMPLETE:
        assert set(states.values()) == {State.DONE}
        assert sorted(books.marks()) == ["1001-ADV", "1001-APP", "1001-INV"]
        results = [result for _, result in books.documents]
        assert all(record.result in results for record in ledger.chain(PK).values())
    else:
        # Only a posting that was lost as often as it may be sent is left to a person.
        assert outcome.kind is OutcomeKind.HELD
        assert [finding.reason.value for finding in outcome.findings] == ["RESEND_LIMIT"]
        assert sum(mishap is not Mishap.NONE for mishap, _ in mishaps) >= 4
