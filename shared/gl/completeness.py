"""Whether a day may lack events: orders of its store that are held or not worked off (R-11.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from shared.facts.record import DUE_SHARDS, FactsStore, order_pk
from shared.reviews.records import Reviews, ReviewStatus


class Backlog(Protocol):
    """Knows the orders that may still add events to a day that is over."""

    def unfinished(self, tenant: str, store: str, *, before: datetime) -> tuple[str, ...]:
        """What the store's days up to `before` wait for, in words; empty when nothing."""
        ...


class OrdersBacklog:
    """Counts orders that wait for a person, and orders that were due and are still not done.

    Only what was first seen, or came due, before the day was over: what comes later belongs to a
    later day, or becomes the day's next batch.
    """

    def __init__(self, reviews: Reviews, facts: FactsStore) -> None:
        """Look into these two."""
        self._reviews = reviews
        self._facts = facts

    def unfinished(self, tenant: str, store: str, *, before: datetime) -> tuple[str, ...]:
        """What the store's days up to `before` wait for, in words; empty when nothing."""
        return (*self._held(tenant, store, before), *self._due(tenant, store, before))

    def _held(self, tenant: str, store: str, before: datetime) -> Iterator[str]:
        prefix = f"order:{store}:"  # as `order_subject` names the orders of a store
        for review in self._reviews.all(tenant):
            is_of_store = review.subject.startswith(prefix)
            is_open = review.status is ReviewStatus.OPEN
            if is_of_store and is_open and review.first_seen_at <= before:
                yield f"{review.subject} is held"

    def _due(self, tenant: str, store: str, before: datetime) -> Iterator[str]:
        prefix = order_pk(tenant, store, "")
        for shard in range(DUE_SHARDS):
            for order in self._facts.due(shard, now=before):
                if order.pk.startswith(prefix):
                    yield f"order {order.pk.removeprefix(prefix)} is not worked off"
