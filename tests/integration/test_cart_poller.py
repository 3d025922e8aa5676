"""The poller function and its checkpoints: hints are queued, one poller per store, never back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carts.adapter import ChangedOrder
from shared.customers.access import StoreClients
from shared.messages import CartEvent
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant

__all__ = ["rig"]

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


class _Client:
    """A cart's API with two orders that changed."""

    def changed_orders(self, **_: Any) -> Iterator[Sequence[ChangedOrder]]:
        yield [ChangedOrder("7", NOW), ChangedOrder("8", NOW)]


@pytest.mark.parametrize("name", ["schedule", "on_demand"])
def test_a_run_queues_hints_and_says_how_far_it_read(
    name: str, rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    rig.put_tenant(tenant(go_live_on=yesterday.isoformat()))
    monkeypatch.setattr(StoreClients, "client", lambda *_: _Client())
    event = json.loads((ROOT / "events" / f"cart_poller.{name}.json").read_bytes())

    answer = handler_of("cart_poller")(event, context())

    (done,) = answer["stores"]
    assert (done["store"], done["outcome"]) == ("shop", "complete")
    hints = [CartEvent.model_validate_json(m["Body"]) for m in rig.receive(rig.events_url)]
    assert {hint.resource_id for hint in hints} == {"7", "8"}
    assert done["hints"] == 2 * done["windows"]


def test_a_store_without_access_is_skipped_with_a_line_in_the_answer(rig: CartRig) -> None:
    assert rig.keys() == []

    answer = handler_of("cart_poller")({}, context())

    (done,) = answer["stores"]
    assert (done["outcome"], done["detail"]) == ("skipped", "no access to the store's API")


def test_a_range_of_the_past_is_read_once_and_its_progress_is_kept(
    rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.put_tenant(tenant(go_live_on="2026-01-01"))
    monkeypatch.setattr(StoreClients, "client", lambda *_: _Client())
    event = json.loads((ROOT / "events" / "cart_poller.backfill.json").read_bytes())
    poller = handler_of("cart_poller")

    (first,) = poller(event, context())["stores"]
    (again,) = poller(event, context())["stores"]

    assert (first["outcome"], first["windows"]) == ("complete", 3)
    assert first["read_to"] == again["read_to"] == "2026-01-04T05:00:00+00:00"
    assert (again["outcome"], again["windows"], again["hints"]) == ("complete", 0, 0)
    hints = [CartEvent.model_validate_json(m["Body"]) for m in rig.receive(rig.events_url)]
    assert {hint.resource_id for hint in hints} == {"7", "8"}
