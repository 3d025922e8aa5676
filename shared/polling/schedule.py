"""Which stores a run polls, one after the other; one store's failure does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.intake.archive import NotKeptError
from shared.polling.backfill import Backfill, Range
from shared.polling.poller import Poller
from shared.polling.reports import PollOutcome, PollReport
from shared.ports import Clock
from shared.tenants.directory import InvalidTenantsError
from shared.tenants.models import Store, Tenant

SHORTEST_TURN = timedelta(seconds=10)
"""What a store may take at least, as long as the run lasts."""

_TURN_SECONDS = 300


class PollRequest(BaseModel):
    """What to poll: everything, one tenant, or one store; other members are ignored.

    With `begin` and `until` (instants with a zone) that range of one store is read once more,
    under `label` once again. `seconds` bounds the run.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    tenant: str = ""
    store: str = ""
    begin: AwareDatetime | None = None
    until: AwareDatetime | None = None
    label: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]{0,40}$")
    seconds: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _ends_belong_together(self) -> Self:
        if (self.begin is None) != (self.until is None):
            message = "a range has a begin and an until"
            raise ValueError(message)
        if self.begin is not None and not (self.tenant and self.store):
            message = "a range is of one store of one tenant"
            raise ValueError(message)
        return self

    @property
    def range(self) -> Range | None:
        """The range of the past that is wanted; None for what changed lately."""
        if self.begin is None or self.until is None:
            return None
        ends = self.begin.astimezone(UTC), self.until.astimezone(UTC)
        return Range(*ends, self.label)


@dataclass(frozen=True, slots=True)
class Pollers:
    """The two ways of reading a store."""

    poller: Poller
    backfill: Backfill
    clock: Clock


class TenantsToPoll(Protocol):
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


Visit = Callable[[Tenant, Store, datetime], PollReport]
"""Reads one store until a deadline and says what became of it."""


def polls(
    pollers: Pollers, tenants: TenantsToPoll, request: PollRequest, deadline: datetime
) -> Iterator[PollReport]:
    """Poll each store that the request means and say what became of it.

    Raises:
        InvalidTenantsError: after all stores were polled, if a tenant's configuration is invalid.
    """
    wanted = request.range
    if wanted is None:
        return visits(pollers.poller.poll, tenants, request, deadline, pollers.clock)

    def read_again(tenant: Tenant, store: Store, until: datetime) -> PollReport:
        return pollers.backfill.run(tenant, store, wanted, until)

    return visits(read_again, tenants, request, deadline, pollers.clock)


def visits(
    visit: Visit, tenants: TenantsToPoll, request: PollRequest, deadline: datetime, clock: Clock
) -> Iterator[PollReport]:
    """Visit each store that the request means and say what became of it.

    A store that catches up takes its share of the time and no more; what others leave is shared
    by those behind them, and another store is first each time. Whatever goes wrong with one store
    is its own report and stops no other.

    Raises:
        InvalidTenantsError: after all stores were visited, if a tenant's configuration is invalid.
    """
    if request.seconds is not None:
        deadline = min(deadline, clock() + timedelta(seconds=request.seconds))
    stores, invalid = _known_stores(tenants, request)
    first = int(clock().timestamp()) // _TURN_SECONDS % len(stores) if stores else 0
    for position, (tenant, store) in enumerate([*stores[first:], *stores[:first]]):
        now = clock()
        share = now + max((deadline - now) / (len(stores) - position), SHORTEST_TURN)
        try:
            yield visit(tenant, store, min(share, deadline))
        except (NotKeptError, ClientError, BotoCoreError) as exc:
            detail = f"could not keep what was read: {type(exc).__name__}"
            yield PollReport(tenant.id, store.id, PollOutcome.FAILED, detail=detail)
        except Exception as exc:  # noqa: BLE001  # a process edge: the other stores go on
            detail = f"cannot be polled: {type(exc).__name__}"
            yield PollReport(tenant.id, store.id, PollOutcome.FAILED, detail=detail)
    if invalid is not None:
        raise invalid


def _known_stores(
    tenants: TenantsToPoll, request: PollRequest
) -> tuple[list[tuple[Tenant, Store]], InvalidTenantsError | None]:
    """The stores that are meant, and what is wrong with tenants that are not among them."""
    found: list[tuple[Tenant, Store]] = []
    try:
        for each in _stores(tenants, request):
            found.append(each)  # noqa: PERF402  # what came before the error counts
    except InvalidTenantsError as exc:
        return found, exc
    return found, None


def _stores(tenants: TenantsToPoll, request: PollRequest) -> Iterator[tuple[Tenant, Store]]:
    chosen = [tenants.tenant(request.tenant)] if request.tenant else tenants.all()
    for tenant in chosen:
        for store in tenant.stores:
            if not request.store or store.id == request.store:
                yield tenant, store
