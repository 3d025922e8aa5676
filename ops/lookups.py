"""Finds what no key leads to: by reading whole tables, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from ops.desk import Desk
from shared.gl.days import DayKey
from shared.ledger.items import from_item
from shared.ledger.records import Record


def postings_named(desk: Desk, name: str) -> Iterator[Record]:
    """Postings of that posting key, number of ours in Sage, or key or id of Sage's.

    Reads the whole ledger.
    """
    found = _scan(
        desk,
        "LedgerTableName",
        "sk = :name OR doc_no = :name OR contains(erp_doc, :key) OR contains(erp_doc, :id)",
        {":name": name, ":key": f'"key":"{name}"', ":id": f'"id":"{name}"'},
    )
    return (from_item(item) for item in found)


def days_of_order(desk: Desk, order_pk: str) -> list[DayKey]:
    """The days that hold events of an order, the earliest first."""
    pages = (
        desk.place.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=desk.place.output("OrdersTableName"),
            KeyConditionExpression="pk = :pk AND begins_with(sk, :entry)",
            ExpressionAttributeValues={":pk": {"S": order_pk}, ":entry": {"S": "ENTRY#"}},
            ConsistentRead=True,
        )
    )
    keys = {item["day"]["S"] for page in pages for item in page["Items"]}
    return sorted(DayKey.parse(pk) for pk in keys)


def days_on(desk: Desk, tenant: str, on: date, *, with_payouts: bool = False) -> list[DayKey]:
    """The days of summary channels that have journals on that ledger date.

    Those of the day itself, and those of earlier ones whose correction was posted on it. Reads the
    whole orders table.
    """
    found = _scan(
        desk,
        "OrdersTableName",
        "begins_with(pk, :days) AND begins_with(sk, :batch)",
        {":days": f"DAY#{tenant}#", ":batch": "BATCH#"},
    )
    keys = {
        item["pk"]["S"]
        for item in found
        if f"#{on.isoformat()}" in item["pk"]["S"]
        or item.get("posted_on", {}).get("S") == on.isoformat()
    }
    # A payout's journals are found by the payout, where not asked for by their date.
    return sorted(key for key in map(DayKey.parse, keys) if with_payouts or not key.payout)


def _scan(desk: Desk, table: str, expression: str, values: dict[str, str]) -> Iterator[Any]:
    pages = (
        desk.place.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=desk.place.output(table),
            FilterExpression=expression,
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
            ConsistentRead=True,
        )
    )
    for page in pages:
        yield from page["Items"]
