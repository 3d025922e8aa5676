"""What is known of closed periods, learned from Sage's refusals and shared by the fleet.

Sage tells when periods begin and end, and not whether they are open (REST reference §16.11). A
posting that is refused for its date proves that its period is closed, and every day before
(R-0.9): that is kept for the entity and believed for some hours, so that the other postings are
dated right before they are sent (R-10.5). Then the true date is tried again: somebody may have
opened the period.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from intacct.errors import IntacctError
from intacct.reading import ReportingPeriod
from shared.ports import Clock
from shared.postings.book import StoreBook
from shared.postings.calendars import Calendar
from shared.tenants.models import Tenant

_BELIEVED = timedelta(hours=6)
_KNOWN_HERE = timedelta(minutes=1)
_MOST_PERIODS = 60


@dataclass(frozen=True, slots=True)
class Closing:
    """How far an entity's books are closed, as the refusal at `learned_at` showed.

    `begins` are the first days of the periods after that day, in their order.
    """

    closed_through: date
    begins: tuple[date, ...]
    learned_at: datetime


class Closings(Protocol):
    """Keeps one closing for each entity of a tenant."""

    def load(self, tenant: str, entity: str) -> Closing | None:
        """The closing of that entity, or None where none was ever learned."""
        ...

    def save(self, tenant: str, entity: str, closing: Closing) -> None:
        """Keep the closing; a later one takes its place."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    closing: Closing | None
    read_at: datetime


class Calendars:
    """Tells the planner which dates an entity's books take, and learns from refusals."""

    def __init__(
        self,
        closings: Closings,
        periods_of: Callable[[Tenant, str], Sequence[ReportingPeriod]],
        *,
        clock: Clock,
    ) -> None:
        """`periods_of` reads the periods of a tenant's entity from Sage, the shorter ones first."""
        self._closings = closings
        self._periods_of = periods_of
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}

    def dated(self, tenant: Tenant, book: StoreBook) -> StoreBook:
        """The book with what is known of its entity's closed periods now.

        Raises:
            botocore.exceptions.ClientError: what is known could not be read.
        """
        closing, now = self._closing(tenant.id, book.entity), self._clock()
        if closing is None or closing.learned_at + _BELIEVED <= now:
            return book
        calendar = Calendar(
            closed_through=closing.closed_through,
            begins=closing.begins,
            today=book.ledger_on(now),
            believed_until=closing.learned_at + _BELIEVED,
        )
        return replace(book, calendar=calendar)

    def learn(self, tenant: Tenant, entity: str, day: date) -> bool:
        """Note that Sage refused that day: its period is closed. False where that led nowhere.

        The periods are read again each time. Nothing is learned where they cannot be read, or none
        holds the day: then the refusal is for a person.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        try:
            periods = self._periods_of(tenant, entity)
        except IntacctError:
            return False
        holding = _holding(day, periods)
        if holding is None:
            return False
        begins = _begins_after(holding.ends_on, periods)
        closing = Closing(holding.ends_on, begins, self._clock())
        known = self._closing(tenant.id, entity)
        if known is None or known.closed_through <= closing.closed_through or self._is_old(known):
            self._closings.save(tenant.id, entity, closing)
            self._known[tenant.id, entity] = _Known(closing, self._clock())
        return True

    def _is_old(self, closing: Closing) -> bool:
        return closing.learned_at + _BELIEVED <= self._clock()

    def _closing(self, tenant: str, entity: str) -> Closing | None:
        now = self._clock()
        known = self._known.get((tenant, entity))
        if known is None or known.read_at + _KNOWN_HERE <= now:
            known = _Known(self._closings.load(tenant, entity), now)
            self._known[tenant, entity] = known
        return known.closing


def _begins_after(day: date, periods: Sequence[ReportingPeriod]) -> tuple[date, ...]:
    """The first days of the periods that follow that day without a gap."""
    begins: list[date] = []
    while len(begins) < _MOST_PERIODS:
        day += timedelta(days=1)
        following = _holding(day, periods)
        if following is None:
            break
        begins.append(day)
        day = following.ends_on
    return tuple(begins)


def _holding(day: date, periods: Sequence[ReportingPeriod]) -> ReportingPeriod | None:
    """The shortest period that holds the day; periods overlap: months, quarters, years."""
    return next((period for period in periods if period.holds(day)), None)
