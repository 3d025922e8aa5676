"""The export of the days of summary channels, apart from what only enters events into them."""

from __future__ import annotations

from collections.abc import Callable

from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book
from shared.bootstrap.ledger import applier, ledger
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.gl.completeness import OrdersBacklog
from shared.gl.days import DayKey
from shared.gl.export import DayExporter, DayExporterParts


def day_exporter(on_failure: Callable[[DayKey, Exception], None]) -> DayExporter:
    """What closes days; `on_failure` is told of a day whose export broke off."""
    return DayExporter(
        DayExporterParts(
            tenants=tenants().all,
            tenant_of=tenants().tenant,
            days=day_book(),
            ledger=ledger(),
            reviews=reviews(),
            backlog=OrdersBacklog(reviews(), facts_store()),
            applier_of=applier,
            clock=now,
            on_failure=on_failure,
        )
    )
