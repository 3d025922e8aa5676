"""What a tenant used of its company's monthly API transactions, and where the month is heading."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime

from ops.desk import Desk
from ops.errors import OpsError
from shared.connections.calls import TRANSACTIONS, CallRecords, month_of
from shared.connections.profiles import limits_of

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Budget:
    """One month of one tenant.

    `used` are transactions as Sage bills them, `calls` our requests by kind. `forecast` is what the
    month comes to if it goes on like this; of a month that is over it is what was used. Shares are
    percentages of the tier's allowance.
    """

    tenant: str
    month: str
    tier: str
    allowance: int
    used: int
    used_percent: float
    forecast: int
    forecast_percent: float
    calls: dict[str, int]


def budget(desk: Desk, tenant_id: str, month: str = "") -> Budget:
    """What the tenant used in a month (`2026-11`), the present one where none is named.

    Raises:
        OpsError: there is no such tenant, or the month is none.
    """
    intacct = desk.tenant(tenant_id).intacct
    now = desk.clock()
    wanted = month or month_of(now)
    begins_at, days = _month(wanted)
    records = CallRecords(desk.place.client("dynamodb"), desk.place.output("ConnectionsTableName"))
    counts = records.of_month(tenant_id, wanted)
    used = counts.pop(TRANSACTIONS, 0)
    allowance = limits_of(intacct).allowance(days)
    passed = (now - begins_at).total_seconds() / (days * _SECONDS_A_DAY)
    forecast = round(used / min(1.0, passed)) if passed > 0 else used
    return Budget(
        tenant=tenant_id,
        month=wanted,
        tier=intacct.tier,
        allowance=allowance,
        used=used,
        used_percent=_percent(used, allowance),
        forecast=forecast,
        forecast_percent=_percent(forecast, allowance),
        calls=counts,
    )


def _month(text: str) -> tuple[datetime, int]:
    try:
        begins_at = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        message = f"{text!r} is no month like 2026-11"
        raise OpsError(message) from None
    return begins_at, calendar.monthrange(begins_at.year, begins_at.month)[1]


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)
