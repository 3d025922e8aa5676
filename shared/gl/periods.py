"""The next period after a date, for what may not be posted on its own day (R-10.4, R-11.7).

Sage's REST tells the dates of periods and not whether they are open (REST reference §16.11): that a
period is closed is learnt by the refusal of a posting (R-10.5), and then the next one is tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from intacct.reading import ReportingPeriod


def next_period(periods: Iterable[ReportingPeriod], on: date) -> date | None:
    """The first day of the period after the shortest one that holds `on`.

    None where the company has no period for it, or none after it.
    """
    known = [period for period in periods if period.is_active]
    holding = [period for period in known if period.holds(on)]
    if not holding:
        return None
    shortest = min(holding, key=lambda period: period.ends_on - period.starts_on)
    following = shortest.ends_on + timedelta(days=1)
    return following if any(period.holds(following) for period in known) else None
