"""Defects of the ledger's protocol: what is written down when, and on which condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from intacct.documents import Document
from intacct.errors import (
    DuplicateDocumentError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from shared.ledger import dynamodb, items, sending, states
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.port import LostRaceError
from shared.ledger.records import Record, State, Transition
from shared.ledger.resolving import Resend, Resolver
from shared.ledger.run import Run
from shared.ledger.states import Write, after
from shared.postings.plan import PostingKind
from tests.simulation.faults import Fault
from tests.simulation.mutants.mutant import Mutant, Patch, all_of
from tests.simulation.weather import Weather, calm_but

_LATE = Weather({("sage.create", Fault.LANDS_LATE): 0.4}, unique=False)
_LATE_UNIQUE = Weather({("sage.create", Fault.LANDS_LATE): 0.4}, unique=True, remembers=False)
_EDITED_IN_DOUBT = calm_but(
    {("sage.create", Fault.REQUEST_LOST): 0.5, ("cart.deliver", Fault.REORDERED): 0.5}
)
_LATE_AND_BUSY = Weather(
    {("sage.create", Fault.LANDS_LATE): 0.4, ("sage.create", Fault.UNAVAILABLE): 0.3},
    unique=True,
    remembers=False,
)
_LOST = Weather({("sage.create", Fault.REQUEST_LOST): 0.4}, unique=False)
_UNHEARD = Weather({("sage.create", Fault.ANSWER_LOST): 0.4})
_FROZEN = Weather(
    {
        ("sage.create", Fault.FREEZE): 0.4,
        ("sage.create", Fault.RATE_LIMITED): 0.2,
        ("queue.receive", Fault.EARLY): 0.3,
    }
)


def _conditions(changes: Mapping[Transition, str]) -> Patch:
    return patch.dict(states.CONDITIONS, changes)


def _no_intent() -> Patch:
    commit = DynamoDbLedger.commit
    claims = (Transition.CLAIM, Transition.CLAIM_NEW)

    def forgetful(self: DynamoDbLedger, *writes: Write) -> tuple[Record, ...]:
        kept = [write for write in writes if write.transition not in claims]
        done = list(commit(self, *kept)) if kept else []
        return (*done, *(after(w, w.before) for w in writes if w.transition in claims))

    return patch.object(DynamoDbLedger, "commit", forgetful)


def _no_fence() -> Patch:
    loose = dict.fromkeys((Transition.FINISH, Transition.PUT_BACK, Transition.REFUSE), "st = :sent")
    return _conditions(loose)


def _lease_ignored() -> Patch:
    taken = {Transition.TAKE_OVER: "st = :sent AND fence = :f"}
    return all_of(_conditions(taken), patch.object(Record, "is_leased", lambda _self, _now: False))


def _claim_unconditioned() -> Patch:
    return _conditions({Transition.CLAIM_NEW: "attribute_not_exists(nothing)"})


def _take_over_keeps_the_fence() -> Patch:
    take_over = states.take_over

    def weak(known: Record, *, owner: str, now: datetime) -> Write:
        write = take_over(known, owner=owner, now=now)
        return replace(write, changes={**write.changes, "fence": known.fence})

    return patch.object(states, "take_over", weak)


def _lost_race_is_won() -> Patch:
    commit = DynamoDbLedger.commit

    def blind(self: DynamoDbLedger, *writes: Write) -> tuple[Record, ...]:
        try:
            return commit(self, *writes)
        except LostRaceError:
            return tuple(after(write, write.before) for write in writes)

    return patch.object(DynamoDbLedger, "commit", blind)


def _in_progress_expires() -> Patch:
    """What an idempotency layer does whose record of work in progress ends with the invocation."""
    chain = DynamoDbLedger.chain

    def forgetting(self: DynamoDbLedger, pk: str) -> dict[str, Record]:
        return {key: r for key, r in chain(self, pk).items() if r.state is not State.SENT}

    return all_of(
        patch.object(DynamoDbLedger, "chain", forgetting),
        _conditions({Transition.CLAIM_NEW: "attribute_not_exists(nothing)"}),
    )


def _no_settle_window() -> Patch:
    return patch.object(states, "SETTLE", timedelta(0))


def _settle_window_not_renewed() -> Patch:
    rearm = states.rearm

    def stale(mine: Record, *, now: datetime) -> Write:
        write = rearm(mine, now=now)
        return replace(write, changes={**write.changes, "settle_at": mine.settle_at})

    return patch.object(states, "rearm", stale)


def _uniqueness_assumed() -> Patch:
    made = Resolver.__init__

    def trusting(self: Resolver, *given: Any, **more: Any) -> None:
        made(self, *given, **{**more, "hard_unique": [kind.value for kind in PostingKind]})

    return patch.object(Resolver, "__init__", trusting)


def _resend_without_look() -> Patch:
    return patch.object(Resolver, "decide", lambda *_given, **_more: Resend())


def _one_look_is_enough() -> Patch:
    def shortened(self: Resolver, document: Document, *given: Any, **more: Any) -> Any:
        del given, more
        return self._look(document) or Resend()

    return patch.object(Resolver, "decide", shortened)


def _resend_without_t3() -> Patch:
    def again(self: sending.Sender, task: Any, mine: Record) -> Any:
        later = self._clock() + timedelta(seconds=60)
        return (yield from self._send(task, replace(mine, lease_until=later)))

    return patch.object(sending.Sender, "_resend", again)


def _duplicate_is_refusal() -> Patch:
    answered = sending.Sender._answered

    def refused(self: sending.Sender, task: Any, mine: Record, error: Any) -> Any:
        if isinstance(error, DuplicateDocumentError):
            return self._refuse(task, mine, error)
        return (yield from answered(self, task, mine, error))

    return patch.object(sending.Sender, "_answered", refused)


def _epoch_in_doubt() -> Patch:
    rearm = states.rearm

    def raised(mine: Record, *, now: datetime) -> Write:
        write = rearm(mine, now=now)
        return replace(write, changes={**write.changes, "epoch": mine.epoch + 1})

    return patch.object(states, "rearm", raised)


def _ready_on_exception() -> Patch:
    """What an idempotency layer does that deletes its record when the function raises."""

    class NeverError(Exception):
        pass

    answered = sending.Sender._answered

    def forgotten(self: sending.Sender, task: Any, mine: Record, error: Any) -> Any:
        if isinstance(error, OutcomeUnknownError):
            return self._put_back(task, mine, NotSentError(str(error)), is_in_doubt=False)
        return (yield from answered(self, task, mine, error))

    return all_of(
        patch.object(sending, "OutcomeUnknownError", NeverError),
        patch.object(sending.Sender, "_answered", forgotten),
    )


def _ready_when_turned_away() -> Patch:
    """What was sent before is forgotten as soon as its repetition does not get in."""
    put_back = sending.Sender._put_back

    def forgotten(self: Any, task: Any, mine: Record, error: Any, **_is_in_doubt: Any) -> Any:
        return put_back(self, task, mine, error, is_in_doubt=False)

    return patch.object(sending.Sender, "_put_back", forgotten)


def _refused_on_exception() -> Patch:
    """A lost answer is taken for a no."""

    class NeverError(Exception):
        pass

    answered = sending.Sender._answered

    def refused(self: sending.Sender, task: Any, mine: Record, error: Any) -> Any:
        if isinstance(error, OutcomeUnknownError):
            return self._refuse(task, mine, RejectedError(str(error)))
        return (yield from answered(self, task, mine, error))

    return all_of(
        patch.object(sending, "OutcomeUnknownError", NeverError),
        patch.object(sending.Sender, "_answered", refused),
    )


def _content_replaced() -> Patch:
    return patch.object(sending.Sender, "_conflicts", lambda _self, _task, _record: False)


def _ttl_on_sent() -> Patch:
    to_item = items.to_item

    def expiring(record: Record) -> dict[str, Any]:
        item = to_item(record)
        return {**item, "exp": {"N": "1"}} if record.state is State.SENT else item

    return patch.object(dynamodb, "to_item", expiring)


def _one_control_id() -> Patch:
    """Postings of an order share one idempotency key."""
    intent = Run.intent

    def shared(self: Run, posting: Any) -> Any:
        return replace(intent(self, posting), control_id=self.pk)

    return patch.object(Run, "intent", shared)


def _buyer_in_the_mark() -> Patch:
    """A customer's control id is its e-mail address."""
    intent = Run.intent

    def telling(self: Run, posting: Any) -> Any:
        made, contact = intent(self, posting), getattr(posting.document, "contact", None)
        return replace(made, control_id=contact.email) if contact else made

    return patch.object(Run, "intent", telling)


MUTANTS: Sequence[Mutant] = (
    Mutant("no intent before the request", _no_intent),
    Mutant("no fence on what follows a claim", _no_fence, _FROZEN),
    Mutant("leases are ignored", _lease_ignored),
    Mutant("a first claim overwrites another", _claim_unconditioned, _FROZEN),
    Mutant("a take-over keeps the fence", _take_over_keeps_the_fence, _UNHEARD),
    Mutant("a lost race counts as won", _lost_race_is_won, _FROZEN),
    Mutant("what is in progress expires", _in_progress_expires, _UNHEARD),
    Mutant("no settle window", _no_settle_window, _LATE),
    Mutant("the settle window is not renewed", _settle_window_not_renewed, _LATE),
    Mutant("uniqueness assumed that nobody proved", _uniqueness_assumed, _LATE),
    Mutant("sends again without looking", _resend_without_look, _UNHEARD),
    Mutant("one look proves absence", _one_look_is_enough, _LATE),
    Mutant("sends again without writing it down (T3)", _resend_without_t3, _LOST),
    Mutant("a duplicate is called a refusal", _duplicate_is_refusal, _LATE_UNIQUE),
    Mutant("a new idempotency key while in doubt", _epoch_in_doubt, _LOST),
    Mutant("ready again on an unknown outcome", _ready_on_exception, _UNHEARD),
    Mutant("ready again when a repetition is turned away", _ready_when_turned_away, _LATE_AND_BUSY),
    Mutant("refused on an unknown outcome", _refused_on_exception, _UNHEARD),
    Mutant("other content under the same key", _content_replaced, _EDITED_IN_DOUBT),
    Mutant("an expiry on what was sent", _ttl_on_sent),
    Mutant("a control id tells the buyer", _buyer_in_the_mark),
    Mutant("one idempotency key for all of an order", _one_control_id),
)
