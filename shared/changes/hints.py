"""What Sage itself told of changes: hints where to look soon, kept until somebody looked.

A hint is a place and an instant of ours, and nothing of the record: a repeated, late or forged one
costs at most one reading. So they need no order and no memory of deliveries.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from intacct.events import RecordEvent
from intacct.reading import Kept
from shared.budgets.depths import BACKGROUND_READS_MOST
from shared.changes.checkpoints import SETTLING, Progress
from shared.changes.pace import DOCUMENTS, Place, places_of
from shared.tenants.models import Tenant

SOONEST = timedelta(minutes=10)
"""How long a place is left alone between two readings, however often it is hinted at."""

LOOK_SOONEST = timedelta(hours=1)
"""The same between two comparisons of keys, which deletions ask for."""


@dataclass(frozen=True, slots=True)
class Heard:
    """When a place was last hinted at: at a change of its records, and at a deletion."""

    changed_at: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """All that was heard of a tenant's books, and how pulling them goes.

    `pulled_at` is when the event queue was last pulled empty, `pull_failed_at` when it last could
    not be; None where it never was.
    """

    places: Mapping[Place, Heard] = field(default_factory=dict)
    pulled_at: datetime | None = None
    pull_failed_at: datetime | None = None


class HintStore(Protocol):
    """Keeps what was heard; a later instant stands, whatever the order of writing."""

    def of_tenant(self, tenant: str) -> Hints:
        """All that was heard of a tenant's books."""
        ...

    def hint(self, tenant: str, place: Place, at: datetime, *, is_deletion: bool) -> None:
        """Keep that records of a place changed, or that one was deleted."""
        ...

    def pulled(self, tenant: str, at: datetime, *, failed: bool) -> None:
        """Keep when the event queue was pulled empty, or could not be."""
        ...


def is_told(tenant: Tenant) -> bool:
    """Whether Sage tells of this tenant's changes itself."""
    return tenant.changes.events.webhooks or tenant.changes.events.pull


def places_meant(tenant: Tenant, event: RecordEvent) -> tuple[Place, ...]:
    """The places that an event asks to look at; none where we read nothing of it.

    What our own user did is known already. Masters are read at the top level, wherever they were
    made; a document of the top level may be of any entity.
    """
    if event.user and event.user == tenant.intacct.user_id:
        return ()
    found = [place for place in places_of(tenant, Kept) if place.kind is event.kind]
    if event.kind in DOCUMENTS and event.entity:
        return tuple(place for place in found if place.entity == event.entity)
    return tuple(found)


def asks_to_read(heard: Heard, progress: Progress, now: datetime) -> bool:
    """Whether a change was heard that no reading was made of, and it is time for one.

    A reading that began within two minutes of the hint may have missed it (REST reference §8.5).
    """
    heard_at = max(filter(None, (heard.changed_at, heard.gone_at)), default=None)
    return _is_open(heard_at, progress.read_at, SOONEST, now)


def asks_to_look(heard: Heard, progress: Progress, now: datetime) -> bool:
    """Whether a deletion was heard of after keys were last compared, and it is time to do so."""
    return _is_open(heard.gone_at, progress.looked_at, LOOK_SOONEST, now)


def _is_open(
    heard_at: datetime | None, done_at: datetime | None, gap: timedelta, now: datetime
) -> bool:
    if heard_at is None:
        return False
    return done_at is None or (done_at < heard_at + SETTLING and now - done_at >= gap)


def is_ahead(left: int, now: datetime) -> bool:
    """Whether fewer background reads were used this month than its days so far come to.

    Hints are followed only then: what others do in Sage must not use up what the usual pace needs.
    """
    days = calendar.monthrange(now.year, now.month)[1]
    return left * days > BACKGROUND_READS_MOST * (days - now.day)


def keep_all(
    store: HintStore, tenant: Tenant, events: Iterable[RecordEvent], at: datetime
) -> frozenset[Place]:
    """Keep what events hint at, each place once; the places.

    Raises:
        botocore.exceptions.ClientError: one could not be kept; all of it is to be told again.
    """
    meant = {
        (place, event.is_deletion) for event in events for place in places_meant(tenant, event)
    }
    for place, is_deletion in sorted(meant):
        store.hint(tenant.id, place, at, is_deletion=is_deletion)
    return frozenset(place for place, _ in meant)
