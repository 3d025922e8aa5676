"""Unit costs from a file: one row an article, what one unit costs and since when."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from commerce.money import Money, MoneyError
from shared.costs.register import UnitCost
from shared.postings.findings import Finding, Reason

COLUMNS = ("sku", "cost", "currency", "since")
"""`since` is a date of the entity's calendar; an empty one is before everything that was sold."""

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def costs_of(
    lines: Iterable[str], *, currency: str, zone: str
) -> tuple[dict[str, list[UnitCost]], list[Finding]]:
    """The costs of a CSV file with the headings of `COLUMNS`, and all that is wrong in it.

    Args:
        lines: the file's.
        currency: the one of the entity's books, which costs must be in.
        zone: the entity's, in which `since` is a day.
    """
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        return {}, [_finding("heading", f"there is no column {', '.join(missing)}")]
    found: dict[str, list[UnitCost]] = {}
    findings: list[Finding] = []
    for number, row in enumerate(reader, start=2):
        try:
            sku, cost = _row(row, currency, zone)
        except (MoneyError, ValueError) as error:
            findings.append(_finding(f"line {number}", str(error)))
            continue
        others = found.setdefault(sku, [])
        if any(other.since == cost.since and other != cost for other in others):
            findings.append(_finding(f"line {number}", f"{sku} has two costs of one day"))
        others.append(cost)
    return found, findings


def _row(row: dict[str, str], currency: str, zone: str) -> tuple[str, UnitCost]:
    """The article and the cost of a row.

    Raises:
        ValueError: with what is wrong.
        MoneyError: the cost is no amount.
    """
    sku, stated, since = ((row[name] or "").strip() for name in ("sku", "currency", "since"))
    amount = Money.of((row["cost"] or "").strip(), stated)
    if not sku:
        message = "an article needs its SKU"
        raise ValueError(message)
    if stated != currency:
        message = f"costs are in {currency}, as the entity's books are"
        raise ValueError(message)
    if amount.is_negative:
        message = "a cost is not negative"
        raise ValueError(message)
    if not since:
        return sku, UnitCost(ALWAYS, amount)
    day = datetime.combine(datetime.fromisoformat(since).date(), time.min, ZoneInfo(zone))
    return sku, UnitCost(day.astimezone(UTC), amount)


def _finding(place: str, message: str) -> Finding:
    return Finding(Reason.PAYLOAD_INVALID, place, message)
