"""Claims, sends, classifies and resolves one posting (reliability §3.3, §3.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from intacct.documents import DocumentResult
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from shared.ledger import states
from shared.ledger.closing import Closing, Task
from shared.ledger.halts import conflicting, held, lease_end, no_credentials, park
from shared.ledger.outcomes import Halt
from shared.ledger.port import Ledger, LostRaceError
from shared.ledger.records import Record, State
from shared.ledger.references import resolved
from shared.ledger.refusals import BACKOFF, reason_of, retry_at
from shared.ledger.requests import Request, Steps, Unsent, answer_to
from shared.ledger.resolving import Ask, Believe, Decision, Resend, Resolver, Wait
from shared.ledger.run import NEEDED_TO_SEND, Run
from shared.ports import Books, Clock, IdMaker
from shared.postings.plan import Posting, PostingKind, Reason

EDITED = "EDITED"
"""The reason of a posting that was settled or sent anew because its order was edited meanwhile."""

_RACES = 4


class Sender(Closing):
    """Brings one posting after the other into the books; see `shared.ledger.apply.Applier`."""

    def __init__(
        self,
        ledger: Ledger,
        books: Books,
        *,
        clock: Clock,
        ids: IdMaker,
        resolver: Resolver,
    ) -> None:
        """`resolver` decides what is in doubt."""
        super().__init__(ledger, clock=clock, ids=ids)
        self._books = books
        self._resolver = resolver

    def post(self, run: Run, posting: Posting, following: Posting | None) -> Steps[Halt | None]:
        """Bring the posting into the books; None when it is there, else why not now."""
        task = Task(run, posting, following, resolved(posting.document, run.results))
        for _ in range(_RACES):
            mine = run.claimed.pop(posting.key, None)
            try:
                if mine is not None:
                    return (yield from self._send(task, mine))
                return (yield from self._enter(task))
            except LostRaceError as race:
                run.remember(race)
        return park("CONTENDED", self._clock() + BACKOFF[0])

    def settle(self, run: Run, posting: Posting) -> Steps[Halt | None]:
        """End the posting's doubt without sending it; None when there is none (any more)."""
        record, now = run.records.get(posting.key), self._clock()
        if record is None or record.state is not State.SENT:
            return None
        if record.is_leased(now):
            return park("LEASED", lease_end(record))
        task = Task(run, posting, None, posting.document)
        try:
            mine = self._take_over(record, now)
        except LostRaceError as race:
            return self._overtaken(task, race.current)
        return (yield from self._resolve(task, mine, is_unwanted=True))

    # Entering: from what the ledger knows to a claim of ours

    def _enter(self, task: Task) -> Steps[Halt | None]:  # one case per state of §3.2
        now = self._clock()
        run, posting = task.run, task.posting
        record = run.records.get(posting.key)
        if record is None:
            return (yield from self._claim_and_send(task, None, now))
        if self._conflicts(task, record):
            return (yield from self._conflict(task, record, now))
        halt: Halt | None = None
        match record.state:
            case State.DONE:
                halt = self._accept(task, record)
            case State.READY:
                halt = yield from self._claim_and_send(task, record, now)
            case State.SENT if record.is_leased(now):
                halt = park("LEASED", lease_end(record))
            case State.SENT:
                halt = yield from self._resolve(task, self._take_over(record, now))
            case State.REFUSED | State.REVIEW if run.reopen_by:
                halt = yield from self._reopen(task, record)
            case State.REFUSED | State.REVIEW:
                halt = held(posting, record)
            case State.CANCELLED:
                halt = conflicting(posting, record)
        return halt

    def _claim_and_send(
        self, task: Task, known: Record | None, now: datetime
    ) -> Steps[Halt | None]:
        if not task.run.has_time(now):
            return park("DEADLINE", now)
        if known is not None and known.due_at is not None and known.due_at > now:
            return park(known.reason or "WAITING", known.due_at)
        intent = task.run.intent(task.posting)
        (mine,) = self._ledger.commit(states.claim(intent, known, owner=self._ids(), now=now))
        return (yield from self._send(task, mine))

    def _take_over(self, record: Record, now: datetime) -> Record:
        (mine,) = self._ledger.commit(states.take_over(record, owner=self._ids(), now=now))
        return mine

    @classmethod
    def _conflicts(cls, task: Task, record: Record) -> bool:
        """Whether other content may be out, or in the books, under this key (R-15.4).

        What was never sent, or was definitely refused, may be made anew from newer facts.
        """
        return record.state in (State.SENT, State.DONE) and cls._differs(task, record)

    @staticmethod
    def _differs(task: Task, record: Record) -> bool:
        """Whether the record is of other content; a customer changes, and its key does not."""
        if task.posting.kind is PostingKind.CUSTOMER:
            return False
        return record.content_hash != task.run.intent(task.posting).content_hash

    def _conflict(self, task: Task, record: Record, now: datetime) -> Steps[Halt | None]:
        if record.state is State.DONE:
            return conflicting(task.posting, record)
        if record.is_leased(now):
            return park("LEASED", lease_end(record))
        mine = self._take_over(record, now)
        return (yield from self._resolve(task, mine, is_edited=True))

    # Sending and what may come back

    def _send(self, task: Task, mine: Record) -> Steps[Halt | None]:
        """Have sent what this worker holds; the record says SENT whatever happens from here on."""
        while True:
            now, ends_at = self._clock(), mine.held_until
            if not task.run.has_time(now) or ends_at <= now:
                return self._give_back(task, mine, park("DEADLINE", now))
            if ends_at - now <= NEEDED_TO_SEND:
                (mine,) = self._ledger.commit(states.prolong(mine, now=now))
            latest = min(mine.held_until, task.run.deadline) - NEEDED_TO_SEND
            answer = yield from answer_to(
                Request(self._books, task.document, mine.control_id, mine.idempotency_key, latest)
            )
            if answer != Unsent():
                break
        match answer:
            case DocumentResult():
                return self._finish(task, mine, answer)
            case Unsent(because):
                return self._held_back(task, mine, because)
            case OutcomeUnknownError():
                return park("IN_DOUBT", lease_end(mine))
            case _:
                return (yield from self._answered(task, mine, answer))

    def _held_back(self, task: Task, mine: Record, because: IntacctError | None) -> Halt | None:
        """Nothing was sent, since Sage had just turned away another request of the company."""
        if isinstance(because, CredentialsError):
            return self._stop(task, mine, because)
        now = self._clock()
        due_at = retry_at(because, 0, now) if because else now
        return self._give_back(task, mine, park("RESTING", due_at, is_outage=True))

    def _answered(self, task: Task, mine: Record, error: IntacctError) -> Steps[Halt | None]:
        """Sage, or the way to it, said no: nothing of this try can take effect any more."""
        match error:
            case DuplicateDocumentError():
                return (yield from self._resolve(task, mine, was_duplicate=True))
            case RejectedError() if error.is_replay and mine.attempts < len(BACKOFF):
                return (yield from self._send_anew(task, mine, reason_of(error).value))
            case RejectedError():
                return self._refuse(task, mine, error)
            case CredentialsError():
                return self._stop(task, mine, error)
            case NotSentError():
                is_in_doubt = self._resolver.resends_in_doubt(task.posting.kind)
                return self._put_back(task, mine, error, is_in_doubt=is_in_doubt)
            case _:
                return park("IN_DOUBT", lease_end(mine))

    def _send_anew(self, task: Task, mine: Record, reason: str) -> Steps[Halt | None]:
        """Under a new key: no call with the old one can take effect any more, or be answered."""
        now = self._clock()
        write = states.put_back(
            mine, now=now, due_at=now, reason=reason, burned=True, counts=reason != EDITED
        )
        halt = self._commit_or_overtaken(task, write, park(reason, now))
        record = task.run.records.get(task.posting.key)
        if record is None or record.state is not State.READY:
            return halt
        return (yield from self._claim_and_send(task, record, now))

    # In doubt

    def _resolve(
        self,
        task: Task,
        mine: Record,
        *,
        was_duplicate: bool = False,
        is_edited: bool = False,
        is_unwanted: bool = False,
    ) -> Steps[Halt | None]:
        """§3.4; `is_edited`: what was sent is not what the order says now."""
        decision = yield from self._looked_up(
            task,
            mine,
            lease_end(mine),
            was_duplicate=was_duplicate,
            is_edited=is_edited or is_unwanted,
        )
        halt: Halt | None = None
        match decision:
            case Resend() if is_unwanted:
                halt = self._take_back(task, mine)
            case Believe(result) if is_edited:
                alone = replace(task, following=None)
                halt = self._finish(alone, mine, result) or self._edited()
            case Believe(result):
                halt = self._finish(task, mine, result)
            case Ask(reason):
                halt = self._to_review(task, mine, reason)
            case Wait(until):
                halt = park("IN_DOUBT", max(until, lease_end(mine)))
            case Resend() if is_edited:
                halt = yield from self._send_anew(task, mine, EDITED)
            case Resend():
                halt = yield from self._resend(task, mine)
            case Halt():
                halt = decision
        return halt

    def _looked_up(
        self,
        task: Task,
        record: Record,
        again_at: datetime,
        *,
        was_duplicate: bool = False,
        is_edited: bool = False,
    ) -> Steps[Decision | Halt]:
        """What a look-up decides; where it fails nothing is decided until `again_at`."""
        try:
            return (
                yield from self._resolver.settle(
                    task.document,
                    task.posting.kind,
                    record,
                    was_duplicate=was_duplicate,
                    is_edited=is_edited,
                )
            )
        except CredentialsError as error:
            return no_credentials(error, self._clock())
        except IntacctError as error:
            return park("IN_DOUBT", again_at, is_outage=isinstance(error, NotSentError))

    def _edited(self) -> Halt:
        """The older content is in the books: what follows is to be planned again from there."""
        return park(EDITED, self._clock())

    def _resend(self, task: Task, mine: Record) -> Steps[Halt | None]:
        now = self._clock()
        if not task.run.has_time(now):
            return park("DEADLINE", lease_end(mine))
        (mine,) = self._ledger.commit(states.rearm(mine, now=now))
        return (yield from self._send(task, mine))

    def _reopen(self, task: Task, record: Record) -> Steps[Halt | None]:
        """T7 and T8: a person said that what was refused shall be tried again."""
        if not self._resolver.is_settled(task.posting.kind, record):
            return held(task.posting, record)
        is_edited = self._differs(task, record)
        again_at = self._clock() + BACKOFF[0]
        decision = yield from self._looked_up(task, record, again_at, is_edited=is_edited)
        match decision:
            case Halt():
                return decision
            case Believe(result):
                owner, by = self._ids(), task.run.reopen_by
                write = states.confirm(record, result, owner=owner, now=self._clock(), by=by)
                (done,) = self._ledger.commit(write)
                task.run.records[done.key] = done
                return self._edited() if is_edited else self._accept(task, done)
            case Ask(reason) if reason is not Reason.RESEND_LIMIT:
                return held(task.posting, record)
            case Wait():
                return held(task.posting, record)
            case Ask() | Resend():
                return (yield from self._released(task, record))

    def _released(self, task: Task, record: Record) -> Steps[Halt | None]:
        """T7: send what a look-up did not find; what may still land stays in doubt meanwhile."""
        now, owner, by = self._clock(), self._ids(), task.run.reopen_by
        is_absent = record.settle_at is None or now > record.settle_at
        if is_absent or record.is_answered:
            write = states.reopen(record, owner=owner, now=now, absent=is_absent, by=by)
            (ready,) = self._ledger.commit(write)
            return (yield from self._claim_and_send(task, ready, now))
        write = states.reopen_in_doubt(record, owner=owner, now=now, by=by)
        (mine,) = self._ledger.commit(write)
        return (yield from self._resend(task, mine))
