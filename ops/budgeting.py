"""What a tenant used of its company's monthly API transactions, and where the month is heading."""

from __future__ import annotations

from ops.desk import Desk
from ops.errors import OpsError
from shared.budgets.months import MonthForecast, month_forecast
from shared.connections.calls import CallRecords, month_of


def budget(desk: Desk, tenant_id: str, month: str = "") -> MonthForecast:
    """What the tenant used in a month (`2026-11`), the present one where none is named.

    Raises:
        OpsError: there is no such tenant, or the month is none.
    """
    intacct, now = desk.tenant(tenant_id).intacct, desk.clock()
    wanted = month or month_of(now)
    records = CallRecords(desk.place.client("dynamodb"), desk.place.output("ConnectionsTableName"))
    counts = records.of_month(tenant_id, wanted)
    try:
        return month_forecast(intacct, counts, now=now, month=wanted)
    except ValueError:
        message = f"{month!r} is no month like 2026-11"
        raise OpsError(message) from None
