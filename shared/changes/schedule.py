"""Which tenants' books a run follows, one after the other; one tenant's failure stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from intacct.reading import Kept
from shared.changes.names import NamesOutcome, NamesReport, NamesWatch
from shared.changes.pace import Place
from shared.changes.poller import ChangePoller, Wanted
from shared.changes.reports import Outcome, PlaceReport
from shared.ports import Clock
from shared.tenants.directory import InvalidTenantsError
from shared.tenants.models import Tenant

SHORTEST_TURN = timedelta(seconds=10)
"""What a tenant may take at least, as long as the run lasts."""

_TURN_SECONDS = 900


class ChangesRequest(BaseModel):
    """What to read: what is due, of all tenants or of one; by hand one entity or kind, due or not.

    `looks` compares keys as well.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    tenant: str = ""
    entity: str | None = None
    kind: Kept | None = None
    is_forced: bool = False
    looks: bool = False

    @property
    def wanted(self) -> Wanted:
        """The same for the poller."""
        return Wanted(self.entity, self.kind, is_forced=self.is_forced, looks=self.looks)


class TenantsToFollow(Protocol):
    """Where the tenants are known."""

    def tenant(self, tenant_id: str) -> Tenant:
        """One tenant's configuration."""
        ...

    def all(self) -> Iterable[Tenant]:
        """Every tenant.

        Raises:
            InvalidTenantsError: after all valid ones were given, if there are invalid ones.
        """
        ...


def polled(
    poller: ChangePoller,
    tenants: TenantsToFollow,
    wanted: Wanted,
    *,
    tenant: str,
    deadline: datetime,
    clock: Clock,
) -> Iterator[PlaceReport]:
    """Follow one tenant, or all of them in turns, and say what became of each place.

    Another tenant is first each time, and what one leaves of its share the others have.

    Raises:
        InvalidTenantsError: after all tenants were followed, if a configuration is invalid.
    """
    chosen, invalid = _chosen(tenants, tenant)
    first = int(clock().timestamp()) // _TURN_SECONDS % len(chosen) if chosen else 0
    for position, one in enumerate([*chosen[first:], *chosen[:first]]):
        now = clock()
        share = now + max((deadline - now) / (len(chosen) - position), SHORTEST_TURN)
        try:
            yield from poller.run(one, min(share, deadline), wanted)
        except Exception as exc:  # noqa: BLE001  # a process edge: the other tenants go on
            place = Place("", Kept.CUSTOMER)
            detail = f"cannot be followed: {type(exc).__name__}"
            yield replace(PlaceReport(one.id, place, Outcome.FAILED), detail=detail)
    if invalid is not None:
        raise invalid


def names_looked_up(
    watch: NamesWatch, tenants: TenantsToFollow, *, tenant: str, deadline: datetime, clock: Clock
) -> Iterator[NamesReport]:
    """Look up the names of one tenant's document, or of all that it is due for, while time is left.

    What is wrong with a configuration is told by `polled`.
    """
    for one in _chosen(tenants, tenant)[0]:
        if clock() >= deadline:
            return
        try:
            report = watch.run(one)
        except Exception as exc:  # noqa: BLE001  # a process edge: the other tenants go on
            report = NamesReport(one.id, NamesOutcome.FAILED, detail=type(exc).__name__)
        if report.outcome is not NamesOutcome.NOT_DUE:
            yield report


def _chosen(
    tenants: TenantsToFollow, tenant: str
) -> tuple[list[Tenant], InvalidTenantsError | None]:
    """The tenants that are meant, and what is wrong with those that cannot be read."""
    found: list[Tenant] = []
    try:
        for one in [tenants.tenant(tenant)] if tenant else tenants.all():
            found.append(one)  # noqa: PERF402  # what came before the error counts
    except InvalidTenantsError as exc:
        return found, exc
    return found, None
