"""The gate before each company, built on first use: one per company, shared by both protocols."""

from __future__ import annotations

import time
from functools import cache

from intacct.gate import CompanyGate
from shared.bootstrap import aws
from shared.bootstrap.connections import settings, surroundings
from shared.bootstrap.invocations import holds_lane
from shared.connections.gates import TenantGate
from shared.connections.health import RememberedHealth, SharedHealth
from shared.connections.profiles import limits_of, spare_seats
from shared.connections.rate_slots import Rate, RateSlots
from shared.connections.seats import Seats
from shared.tenants.models import Tenant

# Of the published rate a tenth stays free for calls that are repeated (reliability §5).
_SHARE = 0.9

_seats: dict[tuple[str, int], Seats] = {}


def gate_of(tenant: Tenant) -> TenantGate:
    """The gate before the tenant's company."""
    around = surroundings()
    health = CompanyGate(
        tenant.intacct.company_id, _health(), clock=around.clock, uniform=around.uniform
    )
    rate = limits_of(tenant.intacct).requests_per_second
    slots = _slots(rate) if rate is not None else None
    return TenantGate(
        health,
        seats=seats_of(tenant),
        wait_for_slot=slots.wait if slots is not None else None,
        holds_lane=holds_lane,
    )


def seats_of(tenant: Tenant) -> Seats:
    """This process's seat at the tenant's company."""
    company, count = tenant.intacct.company_id, spare_seats(tenant.intacct)
    known = _seats.get((company, count))
    if known is None:
        known = Seats(
            aws.dynamodb(),
            settings().CONNECTIONS_TABLE,
            company,
            count=count,
            around=surroundings(),
        )
        _seats[company, count] = known
    return known


def give_back_seats() -> None:
    """Leave all seats of this process to others.

    Raises:
        ConnectionStoreError: DynamoDB could not be used; the seats come free by themselves.
    """
    for seats in _seats.values():
        seats.give_back()


def forget() -> None:
    """Forget what was built here."""
    _seats.clear()
    _health.cache_clear()
    _slots.cache_clear()


@cache
def _health() -> RememberedHealth:
    kept = SharedHealth(aws.dynamodb(), settings().CONNECTIONS_TABLE)
    return RememberedHealth(kept, monotonic=time.monotonic)


@cache
def _slots(per_second: float) -> RateSlots:
    around = surroundings()
    return RateSlots(
        aws.dynamodb(),
        settings().CONNECTIONS_TABLE,
        clock=around.clock,
        sleep=around.sleep,
        rate=Rate(per_second=per_second * _SHARE),
    )
