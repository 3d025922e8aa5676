"""Proves days: rows are brought up to date, Sage is read back, and a statement is added.

Each document is read back once, when it is new, and again when it was touched in Sage, when trouble
was found of it, or when a person asks for the whole day once more. Nothing here writes to Sage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from intacct.errors import IntacctError
from shared.gl.calendar import day_end
from shared.gl.dates import ledger_date
from shared.reconciliation.book import ChainMovedError, Link
from shared.reconciliation.chain import sealed
from shared.reconciliation.day_proof import DayProof, ProverParts, Wanted
from shared.reconciliation.refreshing import OutOfTimeError, refresh
from shared.tenants.models import Entity, Tenant

LAG = timedelta(hours=2)
"""How long after its end a day is left to be worked off before it is proved."""


class ProofState(StrEnum):
    """How a day stands after this run; each is a metric of its own.

    EQUAL, OPEN, UNREAD: the statement's verdict. PARKED: the next run goes on. FAILED: the run
    broke off, the log says why.
    """

    EQUAL = "equal"
    OPEN = "open"
    UNREAD = "unread"
    PARKED = "parked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProofReport:
    """What became of one entity's day, in ids and figures that a log may hold."""

    tenant: str
    entity: str
    on: date
    state: ProofState
    link: Link | None = None
    differences: int = 0
    transactions: int = 0
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        """For the function's answer."""
        return {
            "tenant": self.tenant,
            "entity": self.entity,
            "date": self.on.isoformat(),
            "state": self.state.value,
            "sequence": self.link.sequence if self.link else 0,
            "hash": self.link.hash if self.link else "",
            "file": f"{self.link.name}.html" if self.link else "",
            "differences": self.differences,
            "transactions": self.transactions,
            "reason": self.reason,
        }


class Prover:
    """Proves days of entities, whoever asks, as often as they like."""

    def __init__(self, parts: ProverParts) -> None:
        """`parts` are shared by all days."""
        self._parts = parts
        self._clock = parts.refresh.clock

    def prove_due(self, tenants: Iterable[Tenant], deadline: datetime) -> list[ProofReport]:
        """Every day of every entity that is over and has no statement, the oldest first."""
        reports = []
        for tenant in tenants:
            if tenant.is_paused:
                continue
            for entity in tenant.entities:
                for on in self._due(tenant, entity):
                    report = self._guarded(Wanted(tenant, entity, on, deadline))
                    reports.append(report)
                    if report.state in (ProofState.PARKED, ProofState.FAILED):
                        break
        return reports

    def prove(
        self, tenant: Tenant, entity_id: str, on: date, deadline: datetime, *, again: bool = False
    ) -> ProofReport:
        """One day, asked for by hand.

        Args:
            tenant: whose day.
            entity_id: the entity.
            on: the ledger day; one that is not over is proved as far as it has come.
            deadline: when this process must have ended.
            again: read every document of the day back, those that were proved before too.

        Raises:
            LookupError: the tenant has no such entity.
        """
        entity = tenant.entity(entity_id)
        if entity is None:
            message = f"tenant {tenant.id} has no entity {entity_id}"
            raise LookupError(message)
        return self._guarded(Wanted(tenant, entity, on, deadline, again))

    def _due(self, tenant: Tenant, entity: Entity) -> Iterator[date]:
        """The days that are over and follow the last statement; of a new entity the last one."""
        last_over = ledger_date(self._clock() - LAG, entity.zone, entity.day_ends_at)
        last_over -= timedelta(days=1)
        if not any(store.entity == entity.id for store in tenant.stores):
            return
        links = self._parts.refresh.book.links(tenant.id, entity.id)
        proved = [link.on for link in links if is_over(entity, link.on, link.made_at)]
        on = max(proved) + timedelta(days=1) if proved else last_over
        while on <= last_over:
            yield on
            on += timedelta(days=1)

    def _guarded(self, asked: Wanted) -> ProofReport:
        tenant, entity, on = asked.tenant.id, asked.entity.id, asked.on
        try:
            return self._prove(asked)
        except (OutOfTimeError, ChainMovedError) as error:
            return ProofReport(tenant, entity, on, ProofState.PARKED, reason=type(error).__name__)
        except IntacctError as error:
            self._parts.on_failure(tenant, entity, on, error)
            return ProofReport(tenant, entity, on, ProofState.PARKED, reason=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # a process edge: the other days go on
            self._parts.on_failure(tenant, entity, on, error)
            return ProofReport(tenant, entity, on, ProofState.FAILED, reason=type(error).__name__)

    def _prove(self, asked: Wanted) -> ProofReport:
        parts = self._parts.refresh
        begun_at = self._clock()
        latest = parts.book.latest(asked.tenant.id, asked.entity.id)
        since = latest.made_at if latest else None
        refresh(parts, asked.tenant, since=since, deadline=asked.deadline)
        proof = DayProof(self._parts, asked, latest, begun_at)
        statement = proof.statement()
        link, files = sealed(statement, latest)
        parts.book.append(link, files)
        proof.accept_what_was_there(statement)
        reading = statement.reading
        return ProofReport(
            tenant=asked.tenant.id,
            entity=asked.entity.id,
            on=asked.on,
            state=ProofState(statement.verdict.value),
            link=link,
            differences=len(statement.differences),
            transactions=reading.transactions if reading else 0,
        )


def is_over(entity: Entity, on: date, now: datetime) -> bool:
    """Whether the entity's ledger day has ended."""
    return now >= day_end(on, entity.zone, entity.day_ends_at)
