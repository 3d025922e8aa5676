"""Moves stock that Sage owns, by a person's own order: planned, frozen, booked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from intacct.errors import IntacctError
from shared.inventory.findings import movement_subject, movement_waits, plain
from shared.inventory.movement_places import CannotMoveError
from shared.inventory.movement_plans import MovementPlans
from shared.inventory.movements import Movement, Movements, Wanted
from shared.ledger.apply import Applier
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ledger.records import State
from shared.ports import Clock
from shared.postings.findings import Finding
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant


class MoveState(StrEnum):
    """What became of a movement.

    PLANNED: nothing was kept or sent. IMPOSSIBLE: neither, and `problems` says why. BOOKED: it is
    in the books. WAITING: it goes on when it is asked for again, at `due_at` at the earliest.
    REFUSED: Sage has refused it, and it is not in the books. HELD: a person must look.
    """

    PLANNED = "planned"
    IMPOSSIBLE = "impossible"
    BOOKED = "booked"
    WAITING = "waiting"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What became of one movement, for the person who asked for it."""

    reference: str
    state: MoveState
    movement: Movement | None = None
    on_hand: Decimal | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    mark: str = ""
    document: str = ""
    due_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """As the function answers."""
        return {
            "reference": self.reference,
            "state": self.state.value,
            "movement": _shown(self.movement),
            "on_hand": "" if self.on_hand is None else plain(self.on_hand),
            "problems": list(self.problems),
            "notes": list(self.notes),
            "mark": self.mark,
            "document": self.document,
            "due_at": self.due_at.isoformat() if self.due_at else "",
        }


@dataclass(frozen=True, slots=True)
class MoverParts:
    """What moving needs; `applier_of` posts a person's movements to the books of an entity."""

    movements: Movements
    plans: MovementPlans
    ledger: Ledger
    applier_of: Callable[[Tenant, str], Applier]
    reviews: Reviews
    clock: Clock


class Mover:
    """Moves stock, of any tenant."""

    def __init__(self, parts: MoverParts) -> None:
        """`parts` are shared by all tenants."""
        self._parts = parts

    def plan(self, tenant: Tenant, wanted: Wanted, memo: str) -> MoveReport:
        """What would be booked; nothing is kept or sent.

        Raises:
            botocore.exceptions.ClientError: something could not be read.
        """
        return self._checked(tenant, wanted, memo)

    def move(
        self, tenant: Tenant, wanted: Wanted, memo: str, deadline: datetime, *, release_by: str = ""
    ) -> MoveReport:
        """Book the movement, once under its reference however often it is asked for.

        What stands under the reference is booked as it was frozen. `memo` is what its document
        says; `release_by` names the person who lets one that is held be tried again.

        Raises:
            botocore.exceptions.ClientError: something could not be read or kept.
        """
        report = self._checked(tenant, wanted, memo)
        if report.movement is None or report.state is not MoveState.PLANNED:
            return report
        kept = self._parts.movements.keep(report.movement)
        if kept.wanted != wanted:
            return _impossible(wanted, _TAKEN)
        return self._booked(tenant, kept, deadline, release_by)

    def _checked(self, tenant: Tenant, wanted: Wanted, memo: str) -> MoveReport:
        """The movement as it stands under its reference, or as it is planned now."""
        if tenant.is_paused:
            return _impossible(wanted, "the tenant is paused")
        try:
            known = self._parts.movements.load(tenant.id, wanted.reference)
            if known is not None:
                return _standing(wanted, known)
            planned = self._parts.plans.plan(tenant, wanted, memo)
        except CannotMoveError as error:
            return _impossible(wanted, *error.problems)
        except IntacctError as error:
            return _impossible(wanted, f"Sage Intacct could not be asked: {type(error).__name__}")
        return MoveReport(
            wanted.reference,
            MoveState.PLANNED,
            planned.movement,
            planned.on_hand,
            notes=planned.notes,
        )

    def _booked(
        self, tenant: Tenant, movement: Movement, deadline: datetime, release_by: str
    ) -> MoveReport:
        posting = movement.posting()
        pk = movement.ledger_pk
        applier = self._parts.applier_of(tenant, movement.entity)
        records = self._parts.ledger.chain(pk)
        outcome = applier.apply(pk, [posting], {}, deadline, records=records, reopen_by=release_by)
        state = self._state(movement, outcome)
        self._note(tenant, movement, state, outcome)
        result = outcome.result(posting.key)
        return MoveReport(
            movement.wanted.reference,
            state,
            movement,
            problems=_told(outcome),
            mark=getattr(posting.document, "reference", ""),
            document=(result.id or result.key) if result else "",
            due_at=outcome.due_at if state is MoveState.WAITING else None,
        )

    def _state(self, movement: Movement, outcome: Outcome) -> MoveState:
        match outcome.kind:
            case OutcomeKind.COMPLETE:
                return MoveState.BOOKED
            case OutcomeKind.PARKED | OutcomeKind.STOPPED:
                return MoveState.WAITING
            case OutcomeKind.HELD:
                record = self._parts.ledger.chain(movement.ledger_pk).get(movement.posting().key)
                is_refused = record is not None and record.state is State.REFUSED
                return MoveState.REFUSED if is_refused else MoveState.HELD

    def _note(self, tenant: Tenant, movement: Movement, state: MoveState, outcome: Outcome) -> None:
        """Keep in the reviews what is open; a refusal is told to who asked."""
        reference, at = movement.wanted.reference, self._parts.clock()
        if state in (MoveState.BOOKED, MoveState.REFUSED):
            self._parts.reviews.close(tenant.id, movement_subject(reference), at=at)
        else:
            found = list(outcome.findings) or [movement_waits(reference)]
            self._parts.reviews.open(tenant.id, movement_subject(reference), found, at=at)


_TAKEN = "something else was asked for under this reference: leave --reference out"


def _standing(wanted: Wanted, known: Movement) -> MoveReport:
    """What was frozen before, if that is what is wanted; what it may do, its books say anew."""
    if known.wanted != wanted:
        return _impossible(wanted, _TAKEN)
    note = "it was asked for before, and is booked once"
    return MoveReport(wanted.reference, MoveState.PLANNED, known, notes=(note,))


def _impossible(wanted: Wanted, *problems: str) -> MoveReport:
    return MoveReport(wanted.reference, MoveState.IMPOSSIBLE, problems=problems)


def _told(outcome: Outcome) -> tuple[str, ...]:
    """Why it is not in the books, for people."""
    if outcome.kind is OutcomeKind.COMPLETE:
        return ()
    return tuple(map(_sentence, outcome.findings)) or (outcome.reason,)


def _sentence(finding: Finding) -> str:
    return f"{finding.message}; {finding.hint}" if finding.hint else finding.message


def _shown(movement: Movement | None) -> dict[str, str]:
    """The movement as a command prints it."""
    if movement is None:
        return {}
    cost = movement.unit_cost
    return {
        "kind": movement.wanted.kind.value,
        "entity": movement.entity,
        "item": movement.item,
        "quantity": plain(movement.quantity),
        "unit": movement.unit,
        "from": movement.from_warehouse,
        "to": movement.to_warehouse,
        "definition": movement.definition,
        "date": movement.dated_on,
        "unit_cost": f"{plain(cost.amount)} {cost.currency}" if cost else "",
    }
