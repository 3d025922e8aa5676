"""A DynamoDB table on disk: what it holds costs the process that uses it no memory.

It understands the calls and expressions of the day book, pages as DynamoDB does (1 MB of items),
and counts its calls and the time it takes, so that a measurement can leave it out.
"""

from __future__ import annotations

import pickle
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.expressions import change, condition

Item = dict[str, Any]


class DiskTable:
    """Keeps `pk` and `sk` items in a file; one table, whatever name a call gives."""

    def __init__(self, file: Path, *, page_bytes: int = 1024 * 1024) -> None:
        """`file` is made, or overwritten; a page of a query ends after `page_bytes`."""
        self._page_bytes = page_bytes
        file.unlink(missing_ok=True)
        self._rows = sqlite3.connect(file, isolation_level=None)
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute("PRAGMA cache_size = -2000")
        self._rows.execute(
            "CREATE TABLE item (pk TEXT, sk TEXT, content BLOB, PRIMARY KEY (pk, sk)) WITHOUT ROWID"
        )
        self.calls = 0
        self.seconds = 0.0

    def close(self) -> None:
        """Let the file go; the table is not used after that."""
        self._rows.close()

    def put_item(self, **call: Any) -> dict[str, Any]:
        """Put an item, if its condition holds."""
        with self._counted():
            known = self._get(call["Item"])
            wanted = call.get("ConditionExpression")
            if wanted and not condition(wanted)(known, {}):
                raise _failed(known, "PutItem")
            self._put(call["Item"])
        return {}

    def get_item(self, **call: Any) -> dict[str, Any]:
        """One item, if it is there."""
        with self._counted():
            known = self._get(call["Key"])
        return {"Item": known} if known else {}

    def update_item(self, **call: Any) -> dict[str, Any]:
        """Change an item, if its condition holds."""
        with self._counted():
            self._put(self._updated(call))
        return {}

    def transact_write_items(self, *, TransactItems: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803  # boto3's name
        """Change all items, or none."""
        with self._counted():
            changed, reasons = [], []
            for write in TransactItems:
                try:
                    changed.append(self._updated(write["Update"]))
                    reasons.append({"Code": "None"})
                except ClientError:
                    reasons.append({"Code": "ConditionalCheckFailed"})
            if len(changed) < len(TransactItems):
                error: Any = {
                    "Error": {"Code": "TransactionCanceledException"},
                    "CancellationReasons": reasons,
                }
                raise ClientError(error, "TransactWriteItems")
            self._rows.execute("BEGIN")
            for item in changed:
                self._put(item)
            self._rows.execute("COMMIT")
        return {}

    def get_paginator(self, name: str) -> DiskTable:
        """The only paginator there is."""
        assert name == "query", name
        return self

    def paginate(self, **call: Any) -> Iterator[dict[str, Any]]:
        """The pages of a query by partition, and by prefix or bound of the sort key."""
        if "IndexName" in call:
            yield {"Items": []}
            return
        values = call["ExpressionAttributeValues"]
        pk, after = values[":pk"]["S"], values.get(":after", {}).get("S", "")
        prefix = values.get(":prefix", {}).get("S", "")
        shown = call.get("ProjectionExpression", "")
        names = [name.strip() for name in shown.split(",") if name.strip()]
        while True:
            with self._counted():
                page, after = self._page(pk, prefix, after)
            yield {"Items": [_shown(item, names) for item in page]}
            if not after:
                return

    def _page(self, pk: str, prefix: str, after: str) -> tuple[list[Item], str]:
        found: list[Item] = []
        size = 0
        rows = self._rows.execute(
            "SELECT sk, content FROM item WHERE pk = ? AND sk > ? AND sk >= ? ORDER BY sk",
            (pk, after, prefix),
        )
        for sk, content in rows:
            if prefix and not sk.startswith(prefix):
                return found, ""
            found.append(pickle.loads(content))  # noqa: S301  # our own
            size += len(content)
            if size > self._page_bytes:
                rows.close()
                return found, sk
        return found, ""

    def _updated(self, call: Mapping[str, Any]) -> Item:
        values, names = (
            call.get("ExpressionAttributeValues", {}),
            call.get("ExpressionAttributeNames"),
        )
        known = self._get(call["Key"])
        wanted = call.get("ConditionExpression")
        if wanted and not condition(wanted, names)(known, values):
            raise _failed(known, "UpdateItem")
        item = {**call["Key"], **known}
        change(call["UpdateExpression"], names)(item, values)
        return item

    def _get(self, key: Mapping[str, Any]) -> Item:
        row = self._rows.execute(
            "SELECT content FROM item WHERE pk = ? AND sk = ?", (key["pk"]["S"], key["sk"]["S"])
        ).fetchone()
        return pickle.loads(row[0]) if row else {}  # noqa: S301  # our own

    def _put(self, item: Mapping[str, Any]) -> None:
        self._rows.execute(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?)",
            (item["pk"]["S"], item["sk"]["S"], pickle.dumps(dict(item))),
        )

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.calls += 1
        started = time.process_time()
        try:
            yield
        finally:
            self.seconds += time.process_time() - started


def _shown(item: Item, names: Sequence[str]) -> Item:
    return {name: item[name] for name in names if name in item} if names else item


def _failed(known: Item, operation: str) -> ClientError:
    error: Any = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": known}
    return ClientError(error, operation)
