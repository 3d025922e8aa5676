"""Claims, sends, classifies and resolves one posting (reliability §3.3, §3.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intacct.documents import Document, DocumentResult
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from shared.ledger import states
from shared.ledger.outcomes import Halt, OutcomeKind
from shared.ledger.port import Ledger, LostRaceError
from shared.ledger.records import Record, State
from shared.ledger.references import references, resolved
from shared.ledger.refusals import (
    BACKOFF,
    CREDENTIALS_PAUSE,
    finding_of,
    hint_of,
    reason_of,
    retry_at,
)
from shared.ledger.resolving import Ask, Believe, Resend, Resolver, Wait
from shared.ledger.run import NEEDED_TO_SEND, Run
from shared.ledger.states import Write
from shared.ports import Books, Clock, IdMaker
from shared.postings.plan import Finding, Posted, Posting, PostingKind, Reason

_RACES = 4
_SLACK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Task:
    """One posting on its way, and the one that may be claimed together with its completion."""

    run: Run
    posting: Posting
    following: Posting | None
    document: Document


class Sender:
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
        self._ledger = ledger
        self._books = books
        self._clock = clock
        self._ids = ids
        self._resolver = resolver

    def post(self, run: Run, posting: Posting, following: Posting | None) -> Halt | None:
        """Bring the posting into the books; None when it is there, else why not now."""
        task = _Task(run, posting, following, resolved(posting.document, run.results))
        mine = run.claimed.pop(posting.key, None)
        if mine is not None:
            return self._send(task, mine)
        for _ in range(_RACES):
            try:
                return self._enter(task)
            except LostRaceError as race:
                _remember(run, race)
        return _park("CONTENDED", self._clock() + BACKOFF[0])

    # Entering: from what the ledger knows to a claim of ours

    def _enter(self, task: _Task) -> Halt | None:  # one case per state of §3.2
        now = self._clock()
        run, posting = task.run, task.posting
        record = run.records.get(posting.key)
        if record is None:
            return self._claim_and_send(task, None, now)
        if self._conflicts(task, record):
            return self._conflict(task, record, now)
        halt: Halt | None = None
        match record.state:
            case State.DONE:
                halt = self._accept(task, record)
            case State.READY if record.due_at is not None and record.due_at > now:
                halt = _park(record.reason or "WAITING", record.due_at)
            case State.READY:
                halt = self._claim_and_send(task, record, now)
            case State.SENT if record.is_leased(now):
                halt = _park("LEASED", _lease_end(record))
            case State.SENT:
                halt = self._resolve(task, self._take_over(record, now))
            case State.REFUSED | State.REVIEW:
                halt = self._reopen(task, record) if run.reopen_by else _held(posting, record)
            case State.CANCELLED:
                halt = _conflicting(posting, record)
        return halt

    def _claim_and_send(self, task: _Task, known: Record | None, now: datetime) -> Halt | None:
        if not task.run.has_time(now):
            return _park("DEADLINE", now)
        intent = task.run.intent(task.posting)
        (mine,) = self._ledger.commit(states.claim(intent, known, owner=self._ids(), now=now))
        return self._send(task, mine)

    def _take_over(self, record: Record, now: datetime) -> Record:
        (mine,) = self._ledger.commit(states.take_over(record, owner=self._ids(), now=now))
        return mine

    @staticmethod
    def _accept(task: _Task, record: Record) -> Halt | None:
        if record.result is not None:
            task.run.results[task.posting.key] = record.result
        return None

    @staticmethod
    def _conflicts(task: _Task, record: Record) -> bool:
        """Whether other content may be out, or in the books, under this key (R-15.4).

        What was never sent, or was definitely refused, may be made anew from newer facts. A
        customer is no booked fact: it changes, and its key does not.
        """
        if task.posting.kind is PostingKind.CUSTOMER:
            return False
        if record.state not in (State.SENT, State.DONE):
            return False
        return record.content_hash != task.run.intent(task.posting).content_hash

    def _conflict(self, task: _Task, record: Record, now: datetime) -> Halt | None:
        if record.state is State.SENT:
            if record.is_leased(now):
                return _park("LEASED", _lease_end(record))
            mine = self._take_over(record, now)
            return self._to_review(task, mine, Reason.CONTENT_CONFLICT)
        return _conflicting(task.posting, record)

    # Sending and what may come back

    def _send(self, task: _Task, mine: Record) -> Halt | None:
        """Send what this worker holds; the record says SENT whatever happens from here on."""
        now = self._clock()
        lease_left = (mine.lease_until or now) - now
        if not task.run.has_time(now) or lease_left <= NEEDED_TO_SEND:
            return _park("DEADLINE", _lease_end(mine))
        try:
            result = self._books.create(
                task.document,
                control_id=mine.control_id,
                idempotency_key=mine.idempotency_key,
            )
        except OutcomeUnknownError:
            return _park("IN_DOUBT", _lease_end(mine))
        except IntacctError as error:
            return self._answered(task, mine, error)
        return self._finish(task, mine, result)

    def _answered(self, task: _Task, mine: Record, error: IntacctError) -> Halt | None:
        """Sage, or the way to it, said no: nothing of this try can take effect any more."""
        match error:
            case DuplicateDocumentError():
                return self._resolve(task, mine, was_duplicate=True)
            case RejectedError() if error.is_replay and mine.attempts < len(BACKOFF):
                return self._with_new_key(task, mine, error)
            case RejectedError():
                return self._refuse(task, mine, error)
            case CredentialsError():
                return self._stop(task, mine, error)
            case NotSentError():
                return self._put_back(task, mine, error)
            case _:
                return _park("IN_DOUBT", _lease_end(mine))

    def _finish(self, task: _Task, mine: Record, result: DocumentResult) -> Halt | None:
        """T4, and the claim of the next step in the same transaction where it can go at once."""
        run, now = task.run, self._clock()
        results = {**run.results, task.posting.key: result}
        writes = [states.finish(mine, result, now=now)]
        following = task.following
        if following is not None and _can_follow(run, following, results, now):
            intent, known = run.intent(following), run.records.get(following.key)
            writes.append(states.claim(intent, known, owner=self._ids(), now=now))
        try:
            finished, *claimed = self._ledger.commit(*writes)
        except LostRaceError as race:
            _remember(run, race)
            if race.key != mine.key:
                return self._finish(_Task(run, task.posting, None, task.document), mine, result)
            return self._overtaken(task, race.current)
        run.records[finished.key] = finished
        run.results[finished.key] = result
        run.done.append(finished.key)
        run.claimed.update((record.key, record) for record in claimed)
        return None

    def _overtaken(self, task: _Task, current: Record | None) -> Halt | None:
        """Somebody took the posting over while this worker was paused: theirs is the verdict."""
        if current is not None and current.state is State.DONE:
            return self._accept(task, current)
        if current is not None and current.state.waits_for_a_person:
            return _held(task.posting, current)
        return _park("OVERTAKEN", _lease_end(current) if current else self._clock())

    def _put_back(self, task: _Task, mine: Record, error: NotSentError) -> Halt | None:
        if mine.attempts >= len(BACKOFF):
            return self._to_review(task, mine, Reason.RESEND_LIMIT, hint_of(error))
        now = self._clock()
        due_at = retry_at(error, mine.attempts, now)
        reason = type(error).__name__.removesuffix("Error")
        return self._commit_or_overtaken(
            task,
            states.put_back(mine, now=now, due_at=due_at, reason=reason, burned=error.is_replay),
            _park(reason, due_at, is_outage=True),
        )

    def _with_new_key(self, task: _Task, mine: Record, error: RejectedError) -> Halt | None:
        """Sage repeated an old refusal unread: only a new key brings a new verdict."""
        now, reason = self._clock(), reason_of(error).value
        write = states.put_back(mine, now=now, due_at=now, reason=reason, burned=True)
        halt = self._commit_or_overtaken(task, write, _park(reason, now))
        record = task.run.records.get(task.posting.key)
        if record is None or record.state is not State.READY:
            return halt
        return self._claim_and_send(task, record, now)

    def _stop(self, task: _Task, mine: Record, error: CredentialsError) -> Halt | None:
        """Nothing was sent for want of a login: the try says nothing about the document."""
        now = self._clock()
        halt = _no_credentials(error, now)
        write = states.put_back(
            mine, now=now, due_at=halt.due_at or now, reason=halt.reason, counts=False
        )
        return self._commit_or_overtaken(task, write, halt)

    def _refuse(self, task: _Task, mine: Record, error: RejectedError) -> Halt | None:
        write = states.refuse(
            mine,
            now=self._clock(),
            state=State.REFUSED,
            reason=reason_of(error).value,
            hint=hint_of(error),
        )
        return self._commit_held(task, write)

    def _to_review(self, task: _Task, mine: Record, reason: Reason, hint: str = "") -> Halt | None:
        write = states.refuse(
            mine, now=self._clock(), state=State.REVIEW, reason=reason.value, hint=hint
        )
        return self._commit_held(task, write)

    def _commit_held(self, task: _Task, write: Write) -> Halt | None:
        assert write.before is not None, "only a claimed posting can be refused"  # noqa: S101
        held = _held(task.posting, states.after(write, write.before))
        return self._commit_or_overtaken(task, write, held)

    def _commit_or_overtaken(self, task: _Task, write: Write, halt: Halt) -> Halt | None:
        try:
            (record,) = self._ledger.commit(write)
        except LostRaceError as race:
            _remember(task.run, race)
            return self._overtaken(task, race.current)
        task.run.records[record.key] = record
        return halt

    # In doubt

    def _resolve(self, task: _Task, mine: Record, *, was_duplicate: bool = False) -> Halt | None:
        kind = task.posting.kind
        try:
            decision = self._resolver.decide(task.document, kind, mine, was_duplicate=was_duplicate)
        except CredentialsError as error:
            return _no_credentials(error, self._clock())
        except IntacctError as error:
            is_outage = isinstance(error, NotSentError)
            return _park("IN_DOUBT", _lease_end(mine), is_outage=is_outage)
        match decision:
            case Believe(result):
                return self._finish(task, mine, result)
            case Ask(reason):
                return self._to_review(task, mine, reason)
            case Wait(until):
                return _park("IN_DOUBT", max(until, _lease_end(mine)))
            case Resend():
                return self._resend(task, mine)

    def _resend(self, task: _Task, mine: Record) -> Halt | None:
        now = self._clock()
        if not task.run.has_time(now):
            return _park("DEADLINE", _lease_end(mine))
        (mine,) = self._ledger.commit(states.rearm(mine, now=now))
        return self._send(task, mine)

    def _reopen(self, task: _Task, record: Record) -> Halt | None:
        """T7 and T8: a person said that what was refused shall be tried again."""
        kind, by = task.posting.kind, task.run.reopen_by
        if not self._resolver.is_settled(kind, record):
            return _held(task.posting, record)
        try:
            decision = self._resolver.decide(task.document, kind, record)
        except CredentialsError as error:
            return _no_credentials(error, self._clock())
        except IntacctError:
            return _park("IN_DOUBT", self._clock() + BACKOFF[0], is_outage=True)
        now, owner = self._clock(), self._ids()
        if isinstance(decision, Believe):
            write = states.confirm(record, decision.result, owner=owner, now=now, by=by)
            (done,) = self._ledger.commit(write)
            task.run.records[done.key] = done
            return self._accept(task, done)
        if isinstance(decision, Ask) and decision.reason is not Reason.RESEND_LIMIT:
            return _held(task.posting, record)
        is_absent = record.settle_at is None or now > record.settle_at
        write = states.reopen(record, owner=owner, now=now, absent=is_absent, by=by)
        (ready,) = self._ledger.commit(write)
        return self._claim_and_send(task, ready, now)


def _can_follow(run: Run, following: Posting, results: Posted, now: datetime) -> bool:
    """Whether the next posting can be claimed in the same write that finishes this one."""
    record = run.records.get(following.key)
    if record is not None and (
        record.state is not State.READY or record.due_at is None or record.due_at > now
    ):
        return False
    wanted = (*following.needs, *references(following.document))
    return run.has_time(now) and all(key in results for key in wanted)


def _remember(run: Run, race: LostRaceError) -> None:
    if race.current is None:
        run.records.pop(race.key, None)
    else:
        run.records[race.key] = race.current


def _lease_end(record: Record) -> datetime:
    assert record.lease_until is not None, "a sent posting has a lease"  # noqa: S101
    return record.lease_until + _SLACK


def _park(reason: str, due_at: datetime, *, is_outage: bool = False) -> Halt:
    return Halt(OutcomeKind.PARKED, reason, due_at=due_at, is_outage=is_outage)


def _held(posting: Posting, record: Record) -> Halt:
    finding = finding_of(posting, record)
    return Halt(OutcomeKind.HELD, finding.reason.value, findings=(finding,))


def _conflicting(posting: Posting, record: Record) -> Halt:
    reason = Reason.CONTENT_CONFLICT
    return _held(posting, replace(record, reason=reason.value, hint=""))


def _no_credentials(error: CredentialsError, now: datetime) -> Halt:
    finding = Finding(
        reason=Reason.REAUTH_REQUIRED,
        place="the company's connection to Sage Intacct",
        message="Sage Intacct refused the login; nothing is sent until it is replaced",
        hint=hint_of(error),
    )
    return Halt(
        OutcomeKind.STOPPED,
        finding.reason.value,
        due_at=now + CREDENTIALS_PAUSE,
        findings=(finding,),
        is_outage=True,
    )
