"""Orders of before the go-live day, of tests or of drafts leave a reason and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from shared.customers.sync import SyncOutcome
from shared.tenants.models import Tenant
from tests.unit.customers.sync_rig import Rig, changed, sample, tenant


@pytest.mark.parametrize(
    ("configured", "document", "reason"),
    [
        (tenant(), changed(sample("orders_paid"), test=True), "TEST_ORDER"),
        (tenant(go_live_on="2026-04-03"), sample("orders_paid"), "OUT_OF_SCOPE"),
    ],
)
def test_orders_that_are_never_posted_leave_a_reason_and_nothing_else(
    configured: Tenant, document: Any, reason: str
) -> None:
    rig = Rig(configured)

    report = rig.take(document)

    assert (report.outcome, report.reasons) == (SyncOutcome.SKIPPED, (reason,))
    assert rig.lanes.messages == []
    assert rig.books.marks() == []
    assert list(rig.reviews.all("acme")) == []


def test_an_order_of_the_go_live_day_in_the_entitys_zone_is_in() -> None:
    rig = Rig(tenant(go_live_on="2026-04-02"))

    assert rig.take(sample("orders_paid")).outcome is SyncOutcome.READY
