"""DynamoDB in memory: conditional writes, transactions, consistent queries and a lagging index.

Only semantics, no faults: `tests.simulation.clients` puts those between it and the product. The
errors are botocore's own, with the codes and members that the product reads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.expressions import Condition, change, condition

Item = dict[str, Any]
Place = tuple[str, str, str]
"""Table, partition key, sort key."""

TOKEN_SECONDS = 600.0
"""How long a transaction's token is remembered (API reference, TransactWriteItems)."""

_MOST_IN_A_TRANSACTION = 100
_ALWAYS: Condition = lambda _item, _values: True  # noqa: E731  # reads better as a constant


class Tables:
    """All tables; `now` gives seconds, `on_write` is told of every change, old and new."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        on_write: Callable[[Place, Item | None, Item], None] = lambda _p, _o, _n: None,
    ) -> None:
        self.index_lag = 0.0
        self._now = now
        self._on_write = on_write
        self._rows: dict[str, dict[str, dict[str, Item]]] = {}
        self._index: dict[str, dict[str, dict[tuple[str, str], Decimal]]] = {}
        self._indexed: dict[Place, str] = {}
        self._pending: deque[tuple[float, Place, Item]] = deque()
        self._tokens: dict[str, tuple[float, Any]] = {}

    def rows(self, table: str) -> list[Item]:
        """Every item of a table, for invariants."""
        return [item for items in self._rows.get(table, {}).values() for item in items.values()]

    def get(self, place: Place) -> Item | None:
        """The item there, or None."""
        table, pk, sk = place
        return self._rows.get(table, {}).get(pk, {}).get(sk)

    def get_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """`GetItem`; always answered from the newest state."""
        item = self.get(_place(request["TableName"], request["Key"]))
        return {"Item": dict(item)} if item is not None else {}

    def put_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """`PutItem` with an optional condition."""
        place = _place(request["TableName"], request["Item"])
        self._insist(place, request, "PutItem")
        self._store(place, dict(request["Item"]))
        return {}

    def update_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """`UpdateItem` with an optional condition; makes the item where there is none."""
        place = _place(request["TableName"], request["Key"])
        self._insist(place, request, "UpdateItem")
        before, item = self.get(place) or {}, self._updated(place, request)
        self._store(place, item)
        match request.get("ReturnValues"):
            case "ALL_NEW":
                return {"Attributes": dict(item)}
            case "UPDATED_OLD":
                changed = {n: v for n, v in before.items() if item.get(n) != v}
                return {"Attributes": changed} if changed else {}
            case _:
                return {}

    def transact_write_items(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All of it or nothing; a repeated token within ten minutes answers as the first did."""
        writes = [next(iter(each.items())) for each in request["TransactItems"]]
        assert len(writes) <= _MOST_IN_A_TRANSACTION
        token = request.get("ClientRequestToken")
        known = self._tokens.get(token) if token else None
        if known and self._now() - known[0] < TOKEN_SECONDS:
            if known[1] != request["TransactItems"]:
                code = "IdempotentParameterMismatchException"
                raise client_error(code, "TransactWriteItems")
            return {}
        places = [_place(w["TableName"], w.get("Item") or w["Key"]) for _, w in writes]
        reasons = [self._reason(p, w) for p, (_, w) in zip(places, writes, strict=True)]
        if any(reason["Code"] != "None" for reason in reasons):
            raise cancelled(reasons)
        for place, (kind, write) in zip(places, writes, strict=True):
            item = dict(write["Item"]) if kind == "Put" else self._updated(place, write)
            self._store(place, item)
        if token:
            self._tokens[token] = (self._now(), request["TransactItems"])
        return {}

    def query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One page by `pk` (and a prefix of `sk`), or of one of the indexes."""
        values = request["ExpressionAttributeValues"]
        if request.get("IndexName") == "document-index":
            found = self._numbered(request["TableName"], values[":number"])
        elif "IndexName" in request:
            found = self._listed(request["TableName"], values)
        else:
            wanted = condition(request["KeyConditionExpression"])
            partition = self._rows.get(request["TableName"], {}).get(values[":pk"]["S"], {})
            found = [dict(i) for _, i in sorted(partition.items()) if wanted(i, values)]
        start = int(request.get("ExclusiveStartKey", {}).get("at", {}).get("N", "0"))
        end = start + int(request.get("Limit", len(found) + 1))
        page: dict[str, Any] = {"Items": found[start:end]}
        if end < len(found):
            page["LastEvaluatedKey"] = {"at": {"N": str(end)}}
        return page

    def earliest_due(self, table: str, wanted: Callable[[str], bool]) -> float | None:
        """When the next listed item is due, in milliseconds since 1970; None where none is."""
        times = [
            float(item["due_at"]["N"])
            for item in self.rows(table)
            if "due_at" in item and wanted(item["due_shard"]["S"])
        ]
        return min(times) if times else None

    def _listed(self, table: str, values: Mapping[str, Any]) -> list[Item]:
        self._settle()
        until = Decimal(values[":now"]["N"])
        entries = self._index.get(table, {}).get(values[":shard"]["S"], {})
        due = sorted((at, place) for place, at in entries.items() if at <= until)
        shard = values[":shard"]
        return [
            {"pk": {"S": pk}, "sk": {"S": sk}, "due_at": {"N": str(at)}, "due_shard": shard}
            for at, (pk, sk) in due
        ]

    def _numbered(self, table: str, number: Any) -> list[Item]:
        """The keys of items with a document number; this index lags no step behind."""
        return [
            {"pk": item["pk"], "sk": item["sk"], "doc_no": number}
            for item in self.rows(table)
            if item.get("doc_no") == number
        ]

    def _settle(self) -> None:
        """Let the index catch up with the writes that are older than its lag."""
        while self._pending and self._pending[0][0] <= self._now():
            _, place, item = self._pending.popleft()
            table, pk, sk = place
            index = self._index.setdefault(table, {})
            shard = self._indexed.pop(place, None)
            if shard is not None:
                del index[shard][pk, sk]
            if "due_shard" in item and "due_at" in item:
                shard = item["due_shard"]["S"]
                index.setdefault(shard, {})[pk, sk] = Decimal(item["due_at"]["N"])
                self._indexed[place] = shard

    def _updated(self, place: Place, request: Mapping[str, Any]) -> Item:
        table, pk, sk = place
        known = self._rows.get(table, {}).get(pk, {}).get(sk)
        item: Item = dict(known) if known is not None else {"pk": {"S": pk}, "sk": {"S": sk}}
        names = request.get("ExpressionAttributeNames")
        values = request.get("ExpressionAttributeValues", {})
        change(request["UpdateExpression"], names)(item, values)
        return item

    def _store(self, place: Place, item: Item) -> None:
        table, pk, sk = place
        partition = self._rows.setdefault(table, {}).setdefault(pk, {})
        before = partition.get(sk)
        partition[sk] = item
        if "due_shard" in item or (before is not None and "due_shard" in before):
            self._pending.append((self._now() + self.index_lag, place, item))
        self._on_write(place, before, item)

    def _holds(self, place: Place, request: Mapping[str, Any]) -> bool:
        text = request.get("ConditionExpression")
        wanted = condition(text, request.get("ExpressionAttributeNames")) if text else _ALWAYS
        return wanted(self.get(place) or {}, request.get("ExpressionAttributeValues", {}))

    def _insist(self, place: Place, request: Mapping[str, Any], operation: str) -> None:
        if self._holds(place, request):
            return
        more = {}
        if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            item = self.get(place)
            more = {"Item": dict(item)} if item is not None else {}
        code = "ConditionalCheckFailedException"
        raise client_error(code, operation, **more)

    def _reason(self, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._holds(place, request):
            return {"Code": "None"}
        reason: dict[str, Any] = {"Code": "ConditionalCheckFailed"}
        item = self.get(place)
        wants_item = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {**reason, "Item": dict(item)} if wants_item and item is not None else reason


def client_error(code: str, operation: str, **more: Any) -> ClientError:
    """An AWS error as botocore raises it."""
    answer: Any = {"Error": {"Code": code, "Message": code}, **more}
    return ClientError(answer, operation)


def cancelled(reasons: list[dict[str, Any]]) -> ClientError:
    """A transaction that did not happen, with a reason for each of its writes."""
    return client_error(
        "TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons
    )


def _place(table: str, key: Mapping[str, Any]) -> Place:
    return table, key["pk"]["S"], key["sk"]["S"]
