"""Where rows are made from: the orders table, the ledger, and the day books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.facts.record import FactsStatus, FactsStore, order_of, order_pk
from shared.gl.days import DayBook
from shared.ledger.port import Ledger
from shared.reconciliation.orders import OrderState
from shared.tables import read_many

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TableSources:
    """Reads both tables: whole, a page at a time, for what changed, and single orders."""

    def __init__(
        self,
        client: DynamoDBClient,
        *,
        orders: str,
        ledger_table: str,
        facts: FactsStore,
        ledger: Ledger,
        days: DayBook,
    ) -> None:
        """`orders` and `ledger_table` are the tables; the others read single orders of them."""
        self._client = client
        self._orders = orders
        self._ledger_table = ledger_table
        self._facts = facts
        self._ledger = ledger
        self._days = days

    def order_versions(self, tenant: str) -> Iterator[tuple[str, str, int]]:
        """Store, id and facts version of every order of a tenant.

        There is no list of a tenant's orders: the table is read in pages, of which only keys and
        versions travel. An index would cost two writes for each change of each order.
        """
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._orders,
            FilterExpression="sk = :facts AND begins_with(pk, :tenant)",
            ExpressionAttributeValues={
                ":facts": {"S": "FACTS"},
                ":tenant": {"S": f"ORD#{tenant}#"},
            },
            ProjectionExpression="pk, facts_version",
        )
        for page in pages:
            for item in page["Items"]:
                _, store, order_id = order_of(item["pk"]["S"])
                yield store, order_id, int(item["facts_version"]["N"])

    def known(self, tenant: str, store: str, order_ids: Iterable[str]) -> set[str]:
        """Those of the orders that somebody told of, by consistent reads.

        An order of which only followers or a payout are known is none of them.

        Raises:
            LeftUnreadError: DynamoDB kept leaving some unread.
        """
        keys = [_facts_key(tenant, store, one) for one in dict.fromkeys(order_ids)]
        names = {"#status": "status"}
        items = read_many(self._client, self._orders, keys, attributes="pk, #status", names=names)
        waiting = FactsStatus.WAITING.value
        return {order_of(one["pk"]["S"])[2] for one in items if one["status"]["S"] != waiting}

    def order(self, tenant: str, store: str, order_id: str) -> OrderState | None:
        """One order with its postings, by consistent reads."""
        pk = order_pk(tenant, store, order_id)
        record = self._facts.load(pk)
        if record is None:
            return None
        return OrderState(record, self._ledger.chain(pk), self._days.entered(pk))

    def sent_since(self, tenant: str, since: datetime) -> Iterator[str]:
        """The ledger partitions of a tenant in which something was sent since."""
        millis = str((since - _EPOCH) // timedelta(milliseconds=1))
        prefixes = [f"{kind}#{tenant}#" for kind in ("ORD", "PAY", "GL")]
        values = {f":p{number}": {"S": prefix} for number, prefix in enumerate(prefixes)}
        ours = " OR ".join(f"begins_with(pk, {name})" for name in values)
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._ledger_table,
            FilterExpression=f"sent_at >= :since AND ({ours})",
            ExpressionAttributeValues={":since": {"N": millis}, **values},
            ProjectionExpression="pk",
        )
        seen: set[str] = set()
        for page in pages:
            for item in page["Items"]:
                pk = item["pk"]["S"]
                if pk not in seen:
                    seen.add(pk)
                    yield pk


def _facts_key(tenant: str, store: str, order_id: str) -> dict[str, Any]:
    return {"pk": {"S": order_pk(tenant, store, order_id)}, "sk": {"S": "FACTS"}}
