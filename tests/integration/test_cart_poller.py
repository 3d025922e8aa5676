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
from shared.polling.checkpoints import LEASE, DynamoDbCheckpoints, PollingElsewhereError
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant

__all__ = ["rig"]

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


def checkpoints(rig: CartRig, owner: str) -> DynamoDbCheckpoints:
    return DynamoDbCheckpoints(rig.dynamodb, "tenants", owner=owner)


def test_one_owner_at_a_time_until_the_lease_ends(rig: CartRig) -> None:
    mine, other = checkpoints(rig, "mine"), checkpoints(rig, "other")

    later = NOW + LEASE + timedelta(seconds=1)

    lease = mine.acquire("acme", "shop", now=NOW)
    with pytest.raises(PollingElsewhereError):
        other.acquire("acme", "shop", now=NOW + LEASE - timedelta(seconds=1))
    taken = other.acquire("acme", "shop", now=later)

    assert (lease.read_to, taken.owner) == (None, "other")
    with pytest.raises(PollingElsewhereError):
        mine.advance(lease, NOW, now=later)
    mine.release(lease)
    assert other.advance(taken, NOW, now=later).read_to == NOW


def test_a_checkpoint_moves_forward_only_and_survives_the_lease(rig: CartRig) -> None:
    mine = checkpoints(rig, "mine")
    lease = mine.acquire("acme", "shop", now=NOW)

    lease = mine.advance(lease, NOW, now=NOW)
    with pytest.raises(PollingElsewhereError):
        mine.advance(lease, NOW - timedelta(seconds=1), now=NOW)
    mine.release(lease)

    assert checkpoints(rig, "next").acquire("acme", "shop", now=NOW).read_to == NOW
    assert checkpoints(rig, "x").acquire("acme", "outlet", now=NOW).read_to is None


def test_windows_are_narrowed_and_widened_again_with_the_checkpoint(rig: CartRig) -> None:
    mine = checkpoints(rig, "mine")
    lease = mine.acquire("acme", "shop", now=NOW)

    mine.narrow(lease, timedelta(hours=3))
    narrowed = mine.acquire("acme", "shop", now=NOW)
    mine.advance(narrowed, NOW, now=NOW, span=timedelta(hours=6))
    wider = mine.acquire("acme", "shop", now=NOW)
    mine.advance(wider, NOW, now=NOW)
    usual = mine.acquire("acme", "shop", now=NOW)

    assert (lease.span, narrowed.span, wider.span) == (
        None,
        timedelta(hours=3),
        timedelta(hours=6),
    )
    assert usual.span is None
    mine.release(usual)
    with pytest.raises(PollingElsewhereError):
        mine.narrow(usual, timedelta(hours=1))


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
