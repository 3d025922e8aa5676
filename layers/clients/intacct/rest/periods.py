"""Reporting periods (REST reference §16.11): dates only; REST shows no open or closed state.

Whether a period is open is told by XML, or by the refusal of a posting (`PeriodClosedError`).
"""

from __future__ import annotations

from datetime import date

from intacct.errors import RejectedError
from intacct.reading import ReportingPeriod
from intacct.rest.client import RestClient
from intacct.rest.query import Query, rows
from intacct.rest.wire import text

OBJECT = "general-ledger/reporting-period"


def periods(client: RestClient, *, entity: str = "") -> list[ReportingPeriod]:
    """All periods that have dates, the shorter ones first.

    Periods that move with today (such as "Current Month") have none and are left out.

    Raises:
        RejectedError: a date cannot be read.
    """
    query = Query(OBJECT, ("id", "startDate", "endDate", "status"))
    found = [
        ReportingPeriod(
            key=text(row["key"]),
            id=text(row.get("id")),
            starts_on=_day(row.get("startDate")),
            ends_on=_day(row.get("endDate")),
            is_active=text(row.get("status")) != "inactive",
        )
        for row in rows(client, query, entity=entity)
        if row.get("startDate") and row.get("endDate")
    ]
    return sorted(found, key=lambda one: (one.ends_on - one.starts_on, one.starts_on))


def _day(value: object) -> date:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        message = "the date of a reporting period cannot be read"
        raise RejectedError(message) from None
