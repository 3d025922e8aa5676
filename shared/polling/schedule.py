"""Which stores a run polls, one after the other; one store's failure does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict

from shared.intake.archive import NotKeptError
from shared.polling.poller import Poller, PollOutcome, PollReport
from shared.ports import Clock
from shared.tenants.models import Store, Tenant

SHORTEST_TURN = timedelta(seconds=10)
"""What a store may take at least, as long as the run lasts."""

_TURN_SECONDS = 300


class PollRequest(BaseModel):
    """What to poll: everything, one tenant, or one store; other members are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    tenant: str = ""
    store: str = ""


class TenantsToPoll(Protocol):
    """Where the tenants are known."""

    def tenant(self, tenant_id: str) -> Tenant:
        """One tenant's configuration."""
        ...

    def all(self) -> Iterable[Tenant]:
        """Every tenant."""
        ...


def polls(
    poller: Poller,
    tenants: TenantsToPoll,
    request: PollRequest,
    deadline: datetime,
    clock: Clock,
) -> Iterator[PollReport]:
    """Poll each store that the request means and say what became of it.

    A store that catches up takes its share of the time and no more; what others leave is shared
    by those behind them, and another store is first each time.
    """
    stores = list(_stores(tenants, request))
    first = int(clock().timestamp()) // _TURN_SECONDS % len(stores) if stores else 0
    for position, (tenant, store) in enumerate([*stores[first:], *stores[:first]]):
        now = clock()
        share = now + max((deadline - now) / (len(stores) - position), SHORTEST_TURN)
        try:
            yield poller.poll(tenant, store, min(share, deadline))
        except (NotKeptError, ClientError, BotoCoreError) as exc:
            detail = f"could not keep what was read: {type(exc).__name__}"
            yield PollReport(tenant.id, store.id, PollOutcome.FAILED, detail=detail)


def _stores(tenants: TenantsToPoll, request: PollRequest) -> Iterator[tuple[Tenant, Store]]:
    chosen = [tenants.tenant(request.tenant)] if request.tenant else tenants.all()
    for tenant in chosen:
        for store in tenant.stores:
            if not request.store or store.id == request.store:
                yield tenant, store
