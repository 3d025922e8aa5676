"""Which events payouts took, in the orders table: beside orders, payouts and days.

The note of an event stands beside the facts of its order, as for a day (`shared.gl.store`), and
names the partition that holds it. The parts of a payout stand under
`PAYOUT#<tenant>#<store>#<payout>` and `SUMMARY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.gl.days import DayKey, EntryConflictError
from shared.gl.payout_days import EventTakenError, PayoutParts
from shared.gl.store_items import ENTRY, EVENT, key_of, packed_entry
from shared.ledger.content import digest
from shared.postings.plan import DayEntry
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SUMMARY = "SUMMARY"


class DynamoDbPayoutDays:
    """Keeps `PayoutDays`' promises in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk."""
        self._client = client
        self._table = table

    def holders(self, order_pk: str) -> dict[str, DayKey]:
        """The events of an order that are in a journal, each with the part or day that holds it."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": order_pk}, ":prefix": {"S": ENTRY}},
        )
        return {
            item["sk"]["S"].removeprefix(ENTRY): DayKey.parse(item["day"]["S"])
            for page in pages
            for item in page["Items"]
        }

    def parts(self, tenant: str, store: str, payout: str) -> PayoutParts | None:
        """The parts of a payout; None where nothing was gathered for it yet."""
        key = key_of(f"PAYOUT#{tenant}#{store}#{payout}", _SUMMARY)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _parts(item) if item is not None else None

    def plan(self, keys: Iterable[DayKey], deposit: DayKey) -> PayoutParts:
        """Note in which parts a payout's events are about to be gathered, beside those known."""
        return self._noted(
            deposit,
            "ADD parts :parts SET deposit = if_not_exists(deposit, :deposit)",
            {":parts": {"SS": sorted(key.pk for key in keys)}, ":deposit": {"S": deposit.pk}},
        )

    def claim(self, order_pk: str, key: DayKey, entry: DayEntry) -> None:
        """Take an event of an order into a payout's part; the note of its order first.

        A crash in between leaves a note without event: claiming it again puts the event, with the
        lines that it has by then.

        Raises:
            EventTakenError: it is in another journal.
            EntryConflictError: it is in this one with other lines.
        """
        lines = {"S": digest(entry.lines)}
        note = key_of(order_pk, f"{ENTRY}{entry.event}")
        known = self._put_absent({**note, "day": {"S": key.pk}, "digest": lines})
        if known is not None and known["day"]["S"] != key.pk:
            raise EventTakenError(entry.event, DayKey.parse(known["day"]["S"]))
        self.put(key, entry)
        if known is not None and known["digest"] != lines:
            self._client.update_item(
                TableName=self._table,
                Key=note,
                UpdateExpression="SET digest = :digest",
                ExpressionAttributeValues={":digest": lines},
            )

    def put(self, key: DayKey, entry: DayEntry) -> None:
        """Take an event into one of a payout's parts.

        Raises:
            EntryConflictError: it is in it with other lines.
        """
        lines = {"S": digest(entry.lines)}
        event = key_of(key.pk, f"{EVENT}{entry.event}")
        known = self._put_absent({**event, "entry": packed_entry(entry), "digest": lines})
        if known is not None and known["digest"] != lines:
            raise EntryConflictError(entry.event)

    def close(self, parts: PayoutParts) -> PayoutParts:
        """Note that every event of the payout is in its part."""
        return self._noted(parts.deposit, "SET is_whole = :yes", {":yes": {"BOOL": True}})

    def _noted(self, key: DayKey, change: str, values: dict[str, Any]) -> PayoutParts:
        answer = self._client.update_item(
            TableName=self._table,
            Key=key_of(f"PAYOUT#{key.tenant}#{key.store}#{key.payout}", _SUMMARY),
            UpdateExpression=change,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
        return _parts(answer["Attributes"])

    def _put_absent(self, item: dict[str, Any]) -> Mapping[str, Any] | None:
        """Put the item where there is none; else the item that is there."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            response: Mapping[str, Any] = error.response
            known: Mapping[str, Any] = response["Item"]
            return known
        return None


def _parts(item: Mapping[str, Any]) -> PayoutParts:
    keys = sorted((DayKey.parse(pk) for pk in item["parts"]["SS"]), key=lambda key: key.on)
    whole = item.get("is_whole", {}).get("BOOL", False)
    return PayoutParts(tuple(keys), DayKey.parse(item["deposit"]["S"]), whole)
