"""Which stores a run polls, one after the other; one store's failure does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict

from shared.intake.archive import NotKeptError
from shared.polling.poller import Poller, PollOutcome, PollReport
from shared.tenants.models import Store, Tenant


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
    poller: Poller, tenants: TenantsToPoll, request: PollRequest, deadline: datetime
) -> Iterator[PollReport]:
    """Poll each store that the request means and say what became of it."""
    for tenant, store in _stores(tenants, request):
        try:
            yield poller.poll(tenant, store, deadline)
        except (NotKeptError, ClientError, BotoCoreError) as exc:
            detail = f"could not keep what was read: {type(exc).__name__}"
            yield PollReport(tenant.id, store.id, PollOutcome.FAILED, detail=detail)


def _stores(tenants: TenantsToPoll, request: PollRequest) -> Iterator[tuple[Tenant, Store]]:
    chosen = [tenants.tenant(request.tenant)] if request.tenant else tenants.all()
    for tenant in chosen:
        for store in tenant.stores:
            if not request.store or store.id == request.store:
                yield tenant, store
