"""The export of the days of summary channels, apart from what only enters events into them."""

from __future__ import annotations

from collections.abc import Callable

from shared.bootstrap.books import reads
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book
from shared.bootstrap.ledger import applier, ledger
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.gl.completeness import OrdersBacklog
from shared.gl.correcting import planned_by
from shared.gl.days import DayKey
from shared.gl.export import DayExporter, DayExporterParts
from shared.gl.inspecting import JournalsAtSage
from shared.postings.planner import plan
from shared.tenants.models import Tenant


def sage_side(tenant: Tenant, entity: str) -> JournalsAtSage:
    """What looks at journals and periods of one entity of a tenant."""
    base = tenant.entity(entity)
    return JournalsAtSage(
        lambda: reads(tenant, entity), base_currency=base.base_currency if base else ""
    )


def day_exporter(on_failure: Callable[[DayKey, Exception], None]) -> DayExporter:
    """What closes days; `on_failure` is told of a day whose export broke off."""
    return DayExporter(
        DayExporterParts(
            tenants=tenants().all,
            tenant_of=tenants().tenant,
            days=day_book(),
            facts=facts_store(),
            ledger=ledger(),
            reviews=reviews(),
            backlog=OrdersBacklog(reviews(), facts_store()),
            applier_of=applier,
            sage_side_of=sage_side,
            replan=planned_by(plan),
            clock=now,
            on_failure=on_failure,
        )
    )
