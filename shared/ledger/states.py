"""The transitions T0 to T9 of reliability §3.2, as pure functions from what is known to one write.

Each function answers a `Write`: the condition under which it may happen, and what it changes. Both
adapters of the ledger carry out the same writes, the database by `CONDITIONS`, the memory by
`holds`; the exhaustive check of reliability §3.5 runs on these functions too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intacct.documents import DocumentResult
from shared.ledger.records import LEASE, SETTLE, Intent, Record, State, Transition

_ABSENT = "attribute_not_exists(st)"
_MINE = "st = :sent AND own = :me AND fence = :f"
_WITH_A_PERSON = "st IN (:refused, :review) AND fence = :f"

CONDITIONS: Mapping[Transition, str] = {
    Transition.MAKE_READY: _ABSENT,
    Transition.CLAIM_NEW: _ABSENT,
    Transition.CLAIM: "st = :ready AND fence = :f AND due_at <= :now",
    Transition.TAKE_OVER: "st = :sent AND lease < :now AND fence = :f",
    Transition.REARM: "st = :sent AND own = :me AND fence = :f AND lease > :now",
    Transition.FINISH: _MINE,
    Transition.PUT_BACK: _MINE,
    Transition.REFUSE: _MINE,
    Transition.REOPEN: _WITH_A_PERSON,
    Transition.CONFIRM: _WITH_A_PERSON,
    Transition.CANCEL: "st = :ready",
}
"""The condition of each edge in the words of the database (reliability §3.2)."""


@dataclass(frozen=True, slots=True)
class Write:
    """One conditional write: it happens whole, or the record was not as the writer thought.

    `fence` is the fence the record must still have, `owner` who writes; `changes` maps fields of
    `Record` to their new values, None removes one. `new` is the whole record where there was none.
    """

    transition: Transition
    pk: str
    key: str
    now: datetime
    owner: str
    fence: int
    changes: Mapping[str, Any]
    note: str
    before: Record | None = None
    new: Record | None = None

    @property
    def target(self) -> State:
        """The state that the record has after this write."""
        return self.new.state if self.new else State(self.changes["state"])


def holds(write: Write, current: Record | None) -> bool:
    """Whether the write's condition is true of the record as it is: `CONDITIONS` in Python."""
    if current is None:
        return write.new is not None
    fenced = current.fence == write.fence
    mine = fenced and current.state is State.SENT and current.owner == write.owner
    lease = current.lease_until
    held = False
    match write.transition:
        case Transition.MAKE_READY | Transition.CLAIM_NEW:
            pass
        case Transition.CLAIM:
            is_due = current.due_at is not None and current.due_at <= write.now
            held = fenced and current.state is State.READY and is_due
        case Transition.TAKE_OVER:
            is_over = lease is not None and lease < write.now
            held = fenced and current.state is State.SENT and is_over
        case Transition.REARM:
            held = mine and lease is not None and lease > write.now
        case Transition.FINISH | Transition.PUT_BACK | Transition.REFUSE:
            held = mine
        case Transition.REOPEN | Transition.CONFIRM:
            held = fenced and current.state.waits_for_a_person
        case Transition.CANCEL:
            held = current.state is State.READY
    return held


def after(write: Write, current: Record | None) -> Record:
    """The record once the write has happened to `current`."""
    if write.new:
        return write.new
    assert current is not None, "only a first write may meet no record"  # noqa: S101
    changes = {name: _empty(name) if v is None else v for name, v in write.changes.items()}
    return replace(current, **changes, history=(*current.history, write.note))


def was_ours(write: Write, current: Record | None) -> bool:
    """Whether a refused write had in fact happened before, and only its answer was lost.

    The database client repeats a write whose answer was lost and then fails on its own work
    (reliability §3.2, own-write check).
    """
    if current is None or current.owner != write.owner or current.state is not write.target:
        return False
    expected = write.new.fence if write.new else write.changes.get("fence", write.fence)
    if current.fence != expected:
        return False
    if write.transition is Transition.REARM:
        return bool(
            current.lease_until == write.changes["lease_until"]
            and current.resends == write.changes["resends"]
        )
    return True


def make_ready(intent: Intent, *, owner: str, now: datetime) -> Write:
    """T0: the posting is to be made; nobody is at it yet."""
    record = _first(intent, State.READY, owner=owner, now=now)
    return _create(Transition.MAKE_READY, replace(record, due_at=now), now)


def claim(intent: Intent, known: Record | None, *, owner: str, now: datetime) -> Write:
    """T1: claim and intent in one write; the content may still change, nothing was sent with it.

    Where there is no record yet, T0 and T1 are one conditional put (absent to SENT). That refines
    the law without weakening it: the READY between them would be visible to nobody who could act
    differently, since the order's own record is the agenda that brings the work back.
    """
    if known is None:
        record = _first(intent, State.SENT, owner=owner, now=now)
        record = replace(record, fence=1, **_armed(now))
        return _create(Transition.CLAIM_NEW, record, now)
    changes = {
        "state": State.SENT,
        "fence": known.fence + 1,
        "owner": owner,
        "content_hash": intent.content_hash,
        "expected": intent.expected or None,
        "effect": intent.effect or None,
        "dated_on": intent.dated_on,
        **_armed(now),
    }
    return _change(Transition.CLAIM, known, changes, owner=owner, now=now)


def take_over(known: Record, *, owner: str, now: datetime) -> Write:
    """T2: the owner is gone; its request may not be. When it was sent stays as it was."""
    changes = {
        "state": State.SENT,
        "fence": known.fence + 1,
        "owner": owner,
        "lease_until": now + LEASE,
        "due_at": now + LEASE,
    }
    return _change(Transition.TAKE_OVER, known, changes, owner=owner, now=now)


def rearm(mine: Record, *, now: datetime) -> Write:
    """T3: about to send once more, after a look-up that proved absence."""
    changes = {"state": State.SENT, "resends": mine.resends + 1, **_armed(now)}
    return _change(Transition.REARM, mine, changes, owner=mine.owner, now=now)


def prolong(mine: Record, *, now: datetime) -> Write:
    """T3 for a claim under which nothing was sent yet: its turn came late."""
    changes = {"state": State.SENT, "resends": mine.resends, **_armed(now)}
    return _change(Transition.REARM, mine, changes, owner=mine.owner, now=now)


def turned_away(mine: Record, *, now: datetime) -> Write:
    """T3 undone: what was sent once more did not get in, what was sent before it is in doubt."""
    changes = {
        "state": State.SENT,
        "lease_until": mine.lease_until,
        "attempts": mine.attempts + 1,
        "resends": mine.resends - 1,
    }
    return _change(Transition.REARM, mine, changes, owner=mine.owner, now=now)


def finish(mine: Record, result: DocumentResult, *, now: datetime) -> Write:
    """T4: the document is in the books as `result`."""
    changes = {"state": State.DONE, "result": result, "reason": None, "hint": None, "due_at": None}
    return _change(Transition.FINISH, mine, changes, owner=mine.owner, now=now)


def put_back(
    mine: Record,
    *,
    now: datetime,
    due_at: datetime,
    reason: str,
    burned: bool = False,
    counts: bool = True,
) -> Write:
    """T5: refused for a reason that passes; try again from `due_at`.

    `burned` says that the refusal was a replay from Sage's memory, which alone proves that no call
    with the old key can take effect any more (reliability §3.6). `counts` is False where the try
    says nothing about the document (credentials).
    """
    changes = {
        "state": State.READY,
        "epoch": mine.epoch + 1 if burned else mine.epoch,
        "attempts": mine.attempts + 1 if counts else mine.attempts,
        "due_at": due_at,
        "reason": reason,
    }
    return _change(Transition.PUT_BACK, mine, changes, owner=mine.owner, now=now)


def refuse(mine: Record, *, now: datetime, state: State, reason: str, hint: str = "") -> Write:
    """T6: a person must decide: REFUSED by Sage, or REVIEW for what a look-up brought to light."""
    assert state.waits_for_a_person, "T6 leads to a person"  # noqa: S101
    changes = {"state": state, "reason": reason, "hint": hint, "due_at": None}
    return _change(Transition.REFUSE, mine, changes, owner=mine.owner, now=now)


def reopen(known: Record, *, owner: str, now: datetime, absent: bool, by: str) -> Write:
    """T7: a person says: try again. `absent`: a look-up after `settle_at` found nothing.

    Only then may the idempotency key change: Sage replays a stored refusal for 48 hours (REST
    reference §7.8), but an earlier lost call with the old key could still land.
    """
    changes = {
        "state": State.READY,
        "fence": known.fence + 1,
        "owner": owner,
        "epoch": known.epoch + 1 if absent else known.epoch,
        "attempts": 0,
        "resends": 0,
        "due_at": now,
    }
    write = _change(Transition.REOPEN, known, changes, owner=owner, now=now)
    return replace(write, note=f"{write.note} by {by}")


def reopen_in_doubt(known: Record, *, owner: str, now: datetime, by: str) -> Write:
    """T7 while an earlier request may still land: what is released is in doubt, and not ready.

    Stricter than reliability §3.2, which leads to READY: whoever wants it no more would cancel it
    there (T9), and the request would land after that.
    """
    changes = {
        "state": State.SENT,
        "fence": known.fence + 1,
        "owner": owner,
        "attempts": 0,
        "resends": 0,
        "lease_until": now + LEASE,
        "due_at": now + LEASE,
    }
    write = _change(Transition.REOPEN, known, changes, owner=owner, now=now)
    return replace(write, note=f"{write.note} by {by}")


def confirm(known: Record, result: DocumentResult, *, owner: str, now: datetime, by: str) -> Write:
    """T8: a person says that it is in the books as `result`, and a look-up agreed."""
    changes = {
        "state": State.DONE,
        "owner": owner,
        "result": result,
        "reason": None,
        "hint": None,
        "due_at": None,
    }
    write = _change(Transition.CONFIRM, known, changes, owner=owner, now=now)
    return replace(write, note=f"{write.note} by {by}")


def cancel(known: Record, *, owner: str, now: datetime) -> Write:
    """T9: the order was cancelled before anything was sent."""
    changes = {"state": State.CANCELLED, "owner": owner, "due_at": None}
    return _change(Transition.CANCEL, known, changes, owner=owner, now=now)


def _armed(now: datetime) -> dict[str, Any]:
    return {
        "lease_until": now + LEASE,
        "sent_at": now,
        "settle_at": now + SETTLE,
        "due_at": now + LEASE,
    }


def _empty(field: str) -> Any:
    return "" if field in ("reason", "hint", "expected", "effect") else None


def _note(transition: Transition, state: State, fence: int, now: datetime, reason: str) -> str:
    instant = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return " ".join(filter(None, (instant, transition.value, state.value, f"f{fence}", reason)))


def _first(intent: Intent, state: State, *, owner: str, now: datetime) -> Record:
    return Record(
        pk=intent.pk,
        key=intent.key,
        state=state,
        fence=0,
        document_number=intent.document_number,
        control_id=intent.control_id,
        content_hash=intent.content_hash,
        expected=intent.expected,
        effect=intent.effect,
        dated_on=intent.dated_on,
        owner=owner,
        due_at=now,
    )


def _create(transition: Transition, record: Record, now: datetime) -> Write:
    note = _note(transition, record.state, record.fence, now, "")
    return Write(
        transition=transition,
        pk=record.pk,
        key=record.key,
        now=now,
        owner=record.owner,
        fence=record.fence,
        changes={},
        note=note,
        new=replace(record, history=(note,)),
    )


def _change(
    transition: Transition, known: Record, changes: dict[str, Any], *, owner: str, now: datetime
) -> Write:
    fence = int(changes.get("fence", known.fence))
    reason = str(changes.get("reason") or "")
    return Write(
        transition=transition,
        pk=known.pk,
        key=known.key,
        now=now,
        owner=owner,
        fence=known.fence,
        changes=changes,
        note=_note(transition, State(changes["state"]), fence, now, reason),
        before=known,
    )
