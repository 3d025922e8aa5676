"""Calls to Sage: the gate before each, as `shared.bootstrap.gates` builds it, and what I6 allows.

The limits are checked where nothing excuses a breach: a message that becomes visible while it is
worked on, or a clock that is wrong, lets two workers into one lane or seat for a while.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from intacct.errors import IntacctError
from intacct.gate import CompanyGate, Gate
from shared.connections.gates import TenantGate
from shared.connections.health import RememberedHealth, SharedHealth
from shared.connections.profiles import limits_of, spare_seats
from shared.connections.rate_slots import Rate, RateSlots
from shared.connections.seats import Seats
from shared.connections.single_flight import Surroundings
from shared.tenants.models import Tenant
from tests.simulation.faults import Fault
from tests.simulation.tables import Item, Place
from tests.simulation.violations import ViolationError
from tests.simulation.wire import Wire

_SECONDS, _MOST_CALLS = 10.0, 150
_RATE = Rate()


class Traffic:
    """All calls of the fleet, as they begin and end."""

    def __init__(self, wire: Wire, on_violation: Callable[[ViolationError], None]) -> None:
        self._wire = wire
        self._on_violation = on_violation
        self._under_way: Counter[str] = Counter()
        self._begun: deque[float] = deque()
        self._calls = 0
        self._slots = 0.0

    @contextmanager
    def call(self, tenant: Tenant, gate: Gate) -> Iterator[None]:
        """One call: through the gate, counted while it lasts, and reported."""
        gate.enter()
        with self.under_way(tenant):
            try:
                yield
            except IntacctError as error:
                gate.leave(error)
                raise
        gate.leave(None)

    @contextmanager
    def under_way(self, tenant: Tenant) -> Iterator[None]:
        """One call that the gate let through, counted while it lasts."""
        self._begin(tenant)
        try:
            yield
        finally:
            self._under_way[tenant.id] -= 1

    def on_write(self, place: Place, before: Item | None, after: Item) -> None:
        """Count the slots of the rate that were taken."""
        if place[1] != "RATE#APP":
            return
        known = float(before["tat"]["N"]) if before else 0.0
        gained = (float(after["tat"]["N"]) - known) * _RATE.per_second
        is_restart = not 0 < gained <= _RATE.block + 0.5
        self._slots += _RATE.block if is_restart else gained

    def _begin(self, tenant: Tenant) -> None:
        now = self._wire.scheduler.now
        self._calls += 1
        self._under_way[tenant.id] += 1
        self._begun.append(now)
        while self._begun[0] <= now - _SECONDS:
            self._begun.popleft()
        if self._wire.largest_skew:
            return
        if len(self._begun) > _MOST_CALLS:
            self._report(f"{len(self._begun)} calls within {_SECONDS:.0f} seconds")
        if self._calls > self._slots + 0.5:
            self._report(f"call {self._calls} leaves, and {self._slots:.0f} slots were taken")
        most = limits_of(tenant.intacct).concurrent_per_application
        is_sound = not self._wire.faults.struck["queue.receive", Fault.EARLY]
        if self._under_way[tenant.id] > most and is_sound and not self._wire.was_delayed():
            self._report(f"{self._under_way[tenant.id]} calls at a time to {tenant.id}")

    def _report(self, what: str) -> None:
        self._on_violation(ViolationError(f"I6: {what}"))


def seats_of(tenant: Tenant, client: Any, table: str, around: Surroundings) -> Seats:
    """The seats of a company beside its lanes, as one process sees them."""
    company = tenant.intacct.company_id
    return Seats(client, table, company, count=spare_seats(tenant.intacct), around=around)


def slots_of(client: Any, table: str, around: Surroundings) -> RateSlots:
    """The slots that all calls of the fleet share."""
    return RateSlots(client, table, clock=around.clock, sleep=around.sleep, rate=_RATE)


def gate_of(
    tenant: Tenant,
    client: Any,
    table: str,
    around: Surroundings,
    *,
    seats: Seats,
    slots: RateSlots,
    holds_lane: bool,
) -> TenantGate:
    """What stands between one process and a company."""
    kept = SharedHealth(client, table)
    health = CompanyGate(
        tenant.intacct.company_id,
        RememberedHealth(kept, monotonic=around.monotonic),
        clock=around.clock,
        uniform=around.uniform,
    )
    return TenantGate(health, seats=seats, wait_for_slot=slots.wait, holds_lane=lambda: holds_lane)
