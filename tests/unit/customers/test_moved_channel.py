"""Customers of a channel that became thrifty on a day: earlier orders keep their buyers' own."""

from __future__ import annotations

from typing import Any

import pytest

from shared.customers.sync import SyncOutcome
from tests.unit.customers.sync_rig import Rig, sample, tenant


@pytest.mark.parametrize(("moved_on", "is_own"), [("2026-01-01", False), ("2027-01-01", True)])
def test_orders_placed_before_the_move_get_a_customer_of_their_own(
    moved_on: str, *, is_own: bool
) -> None:
    policy: dict[str, Any] = {
        "posting_depth": "thrifty",
        "customer_mode": "channel",
        "posting_depth_from": moved_on,
    }
    mapping = {"version": "1", "accounts": {}, "channel_customer": "WEB"}
    rig = Rig(tenant(policy, mapping=mapping))

    report = rig.take(sample("orders_paid"))

    assert report.outcome is SyncOutcome.READY
    assert bool(rig.record.customer) is is_own
