"""Checkpoints in the table or in memory, by one contract: one poller a store, forward only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.polling.checkpoints import (
    LEASE,
    Checkpoints,
    DynamoDbCheckpoints,
    PollingElsewhereError,
)
from tests.integration.carts_rig import CartRig, rig
from tests.paging.memory import MemoryCheckpoints

__all__ = ["rig"]

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)

Keeper = Callable[[str], Checkpoints]


@pytest.fixture(params=["table", "memory"])
def keeper(request: pytest.FixtureRequest) -> Keeper:
    """Gives the checkpoints as a process of that name sees them."""
    if request.param == "memory":
        first = MemoryCheckpoints()
        return lambda owner: MemoryCheckpoints(owner, first)
    aws: CartRig = request.getfixturevalue("rig")
    return lambda owner: DynamoDbCheckpoints(aws.dynamodb, "tenants", owner=owner)


def test_one_owner_at_a_time_until_the_lease_ends(keeper: Keeper) -> None:
    mine, other = keeper("mine"), keeper("other")

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


def test_a_checkpoint_moves_forward_only_and_survives_the_lease(keeper: Keeper) -> None:
    mine = keeper("mine")
    lease = mine.acquire("acme", "shop", now=NOW)

    lease = mine.advance(lease, NOW, now=NOW)
    with pytest.raises(PollingElsewhereError):
        mine.advance(lease, NOW - timedelta(seconds=1), now=NOW)
    mine.release(lease)

    assert keeper("next").acquire("acme", "shop", now=NOW).read_to == NOW
    assert keeper("x").acquire("acme", "outlet", now=NOW).read_to is None


def test_windows_are_narrowed_and_widened_again_with_the_checkpoint(keeper: Keeper) -> None:
    mine = keeper("mine")
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
