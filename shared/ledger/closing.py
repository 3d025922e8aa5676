"""Ends a claim: what the ledger is told once it is known what became of a request (T4 to T6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intacct.documents import Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    NotSentError,
    PausedError,
    PeriodClosedError,
    RejectedError,
)
from shared.ledger import states
from shared.ledger.evidence import is_taxed_otherwise
from shared.ledger.halts import held, lease_end, no_credentials, park
from shared.ledger.outcomes import Halt
from shared.ledger.port import Ledger, LostRaceError
from shared.ledger.records import Record, State
from shared.ledger.refusals import BACKOFF, hint_of, reason_of, retry_at
from shared.ledger.run import Run
from shared.ledger.states import Write
from shared.ports import Clock, IdMaker
from shared.postings.plan import Posting, Reason

UNWANTED = "UNWANTED"
"""The reason of a posting whose doubt ended with nothing in the books, and nobody wants it now."""


@dataclass(frozen=True, slots=True)
class Task:
    """One posting on its way, and the one that may be claimed together with its completion."""

    run: Run
    posting: Posting
    following: Posting | None
    document: Document


class Closing:
    """The writes that end a claim; where another worker was faster, theirs is the verdict."""

    def __init__(self, ledger: Ledger, *, clock: Clock, ids: IdMaker) -> None:
        """`ids` name the claim of a next posting that is made in the same write."""
        self._ledger = ledger
        self._clock = clock
        self._ids = ids

    @staticmethod
    def _accept(task: Task, record: Record) -> Halt | None:
        if record.result is not None:
            task.run.results[task.posting.key] = record.result
        return None

    def _finish(self, task: Task, mine: Record, result: DocumentResult) -> Halt | None:
        """T4, and the claim of the next step in the same transaction where it can go at once."""
        run, now = task.run, self._clock()
        results = {**run.results, task.posting.key: result}
        writes = [states.finish(mine, result, now=now)]
        following = None if is_taxed_otherwise(task.posting, result) else task.following
        if following is not None and run.can_follow(following, results, now):
            intent, known = run.intent(following), run.records.get(following.key)
            writes.append(states.claim(intent, known, owner=self._ids(), now=now))
        try:
            finished, *claimed = self._ledger.commit(*writes)
        except LostRaceError as race:
            run.remember(race)
            if race.key != mine.key:
                return self._finish(Task(run, task.posting, None, task.document), mine, result)
            return self._overtaken(task, race.current)
        run.records[finished.key] = finished
        run.results[finished.key] = result
        run.done.append(finished.key)
        run.claimed.update((record.key, record) for record in claimed)
        return None

    def _overtaken(self, task: Task, current: Record | None) -> Halt | None:
        """Somebody took the posting over while this worker was paused: theirs is the verdict."""
        if current is not None and current.state is State.DONE:
            return self._accept(task, current)
        if current is not None and current.state.waits_for_a_person:
            return held(task.posting, current)
        return park("OVERTAKEN", lease_end(current) if current else self._clock())

    def _put_back(
        self, task: Task, mine: Record, error: NotSentError, *, is_in_doubt: bool
    ) -> Halt | None:
        """T5 for a try that did not get in; `is_in_doubt`: what was sent before it may yet land.

        Then the posting is not ready: an order that is cancelled now must find it first.
        """
        if isinstance(error, PausedError):
            due_at = retry_at(error, 0, self._clock())
            return self._give_back(task, mine, park("PAUSED", due_at, is_outage=True))
        if mine.attempts >= len(BACKOFF):
            return self._to_review(task, mine, Reason.RESEND_LIMIT, hint_of(error))
        now = self._clock()
        due_at = retry_at(error, mine.attempts, now)
        reason = type(error).__name__.removesuffix("Error")
        if is_in_doubt and mine.resends and not error.is_replay:
            write, due_at = states.turned_away(mine, now=now), max(due_at, lease_end(mine))
        else:
            burned = error.is_replay
            write = states.put_back(mine, now=now, due_at=due_at, reason=reason, burned=burned)
        return self._commit_or_overtaken(task, write, park(reason, due_at, is_outage=True))

    def _give_back(self, task: Task, mine: Record, halt: Halt) -> Halt | None:
        """T5 for a claim under which nothing was sent, which uses up no try.

        What was sent before, under an earlier claim, stays in doubt.
        """
        if mine.resends:
            due_at = max(halt.due_at or mine.held_until, lease_end(mine))
            return replace(halt, due_at=due_at)
        now = self._clock()
        write = states.put_back(
            mine, now=now, due_at=halt.due_at or now, reason=halt.reason, counts=False
        )
        return self._commit_or_overtaken(task, write, halt)

    def _take_back(self, task: Task, mine: Record) -> Halt | None:
        """It is proved that it never came into the books, and nobody wants it there."""
        now = self._clock()
        write = states.put_back(
            mine, now=now, due_at=now, reason=UNWANTED, burned=True, counts=False
        )
        return self._commit_or_overtaken(task, write, None)

    def _stop(self, task: Task, mine: Record, error: CredentialsError) -> Halt | None:
        """Nothing was sent for want of a login: the try says nothing about the document."""
        return self._give_back(task, mine, no_credentials(error, self._clock()))

    def _refuse(self, task: Task, mine: Record, error: RejectedError) -> Halt | None:
        if isinstance(error, PeriodClosedError) and task.run.moves_dates:
            return self._date_refused(task, mine)
        write = states.refuse(
            mine,
            now=self._clock(),
            state=State.REFUSED,
            reason=reason_of(error).value,
            hint=hint_of(error),
        )
        return self._commit_held(task, write)

    def _date_refused(self, task: Task, mine: Record) -> Halt | None:
        """T5 (period busy): the document may be made anew under another date.

        Under a new key: Sage remembers the refusal, and the old key for the old content (REST
        reference §7.8). No call with the old one is out any more: each try before this one was
        looked up, and found absent for good, before it was followed by another.
        """
        reason, now = Reason.PERIOD_CLOSED.value, self._clock()
        write = states.put_back(mine, now=now, due_at=now, reason=reason, burned=True, counts=False)
        return self._commit_or_overtaken(task, write, park(reason, now))

    def _to_review(self, task: Task, mine: Record, reason: Reason, hint: str = "") -> Halt | None:
        write = states.refuse(
            mine, now=self._clock(), state=State.REVIEW, reason=reason.value, hint=hint
        )
        return self._commit_held(task, write)

    def _commit_held(self, task: Task, write: Write) -> Halt | None:
        assert write.before is not None, "only a claimed posting can be refused"  # noqa: S101
        halt = held(task.posting, states.after(write, write.before))
        return self._commit_or_overtaken(task, write, halt)

    def _commit_or_overtaken(self, task: Task, write: Write, halt: Halt | None) -> Halt | None:
        try:
            (record,) = self._ledger.commit(write)
        except LostRaceError as race:
            task.run.remember(race)
            return self._overtaken(task, race.current)
        task.run.records[record.key] = record
        return halt
