"""The orders of a store as they are stored; there is no list of them but the table itself."""

from __future__ import annotations

from collections.abc import Iterator

from ops.desk import Desk
from shared.facts.record import FactsRecord, order_pk
from shared.facts.store import facts_record


def stored_orders(desk: Desk, tenant: str, store: str = "") -> Iterator[FactsRecord]:
    """Every order of the store, or of the tenant where none is named, in no stated order.

    Reads the whole orders table by pages.
    """
    pages = (
        desk.place.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=desk.place.output("OrdersTableName"),
            FilterExpression="sk = :facts AND begins_with(pk, :store)",
            ExpressionAttributeValues={
                ":facts": {"S": "FACTS"},
                ":store": {"S": order_pk(tenant, store, "") if store else f"ORD#{tenant}#"},
            },
            ConsistentRead=True,
        )
    )
    for page in pages:
        for item in page["Items"]:
            yield facts_record(item)
