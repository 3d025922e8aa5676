"""Which entities a run proves the stock of; one entity's failure does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from shared.inventory.proving import StockProver, WorthReport, WorthState, accounts_of
from shared.inventory.requests import InventoryRequest, WorthRequest
from shared.polling.schedule import TenantsToPoll
from shared.ports import Clock
from shared.tenants.directory import InvalidTenantsError
from shared.tenants.models import Entity, Tenant

MOST_TIME = timedelta(seconds=100)
"""What proving may take of a run that compares levels too."""


def worths(
    prover: StockProver,
    tenants: TenantsToPoll,
    request: InventoryRequest,
    deadline: datetime,
    clock: Clock,
) -> Iterator[WorthReport]:
    """Prove what is due, or the entity that the request names, and say what became of each.

    Tenants that cannot be read are passed over: who compares levels says so.

    Raises:
        UnknownTenantError: the request names a tenant that is not there.
    """
    wanted = request.worth
    until = deadline if wanted else min(deadline, clock() + MOST_TIME)
    for tenant, entity in _meant(tenants, request):
        if clock() >= until:
            return
        try:
            yield _proved(prover, tenant, entity, until, wanted)
        except Exception as error:  # noqa: BLE001  # a process edge: the other entities go on
            detail = type(error).__name__
            yield WorthReport(tenant.id, entity.id, WorthState.FAILED, detail)


def _proved(
    prover: StockProver,
    tenant: Tenant,
    entity: Entity,
    until: datetime,
    wanted: WorthRequest | None,
) -> WorthReport:
    accept_by = wanted.accept_by if wanted else ""
    return prover.prove(tenant, entity, until, is_now=wanted is not None, accept_by=accept_by)


def _meant(tenants: TenantsToPoll, request: InventoryRequest) -> Iterator[tuple[Tenant, Entity]]:
    """The entities that are meant; on schedule those alone whose stores ask for it."""
    named = request.worth.entity if request.worth else ""
    with suppress(InvalidTenantsError):
        for tenant in [tenants.tenant(request.tenant)] if request.tenant else tenants.all():
            for entity in tenant.entities:
                if (named or entity.id) == entity.id and (named or accounts_of(tenant, entity.id)):
                    yield tenant, entity
