"""Review records: one per subject, opened with every finding, closed when they are gone.

A subject is what a person would name: an order at one stage of its way, or a store's intake. Two
stages of one order have a record each, so that neither closes what the other opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from shared.postings.findings import Finding, Reason
from shared.reviews.findings import from_json, to_json
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef


class ReviewStatus(StrEnum):
    """Whether somebody has to look at it."""

    OPEN = "open"
    CLOSED = "closed"


class Stage(StrEnum):
    """Where on its way an order was stopped."""

    FACTS = "facts"
    POSTING = "posting"


@dataclass(frozen=True, slots=True)
class Review:
    """What waits (or waited) for a person; `times` counts how often it was seen.

    `details` are further ids and codes, of a dead letter: its queue, message, error class.
    """

    tenant: str
    subject: str
    status: ReviewStatus
    findings: tuple[Finding, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    times: int
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons without repetition, in the order of the findings."""
        return tuple(dict.fromkeys(finding.reason for finding in self.findings))


class Reviews(Protocol):
    """Keeps review records; both writes are safe to repeat.

    `version` counts the changes of what the subject names: what was found of an older version takes
    nothing back of what was found of a newer one, however late it is told, or whoever is held for
    that would be forgotten. None, as a person writes, is good of any version.
    """

    def open(
        self,
        tenant: str,
        subject: str,
        findings: Sequence[Finding],
        *,
        at: datetime,
        details: Mapping[str, str] | None = None,
        version: int | None = None,
    ) -> None:
        """Record all that is wrong with the subject now; a closed record opens again."""
        ...

    def close(self, tenant: str, subject: str, *, at: datetime, version: int | None = None) -> None:
        """Record that nothing is wrong any more; nothing happens where no record is open."""
        ...

    def all(self, tenant: str) -> Iterator[Review]:
        """Every record of the tenant, open or closed."""
        ...


def order_subject(store: str, order_id: str, stage: Stage) -> str:
    """The subject of an order at one stage: `order:<store>:<order id>:<stage>`."""
    return f"order:{store}:{order_id}:{stage.value}"


def delivery_subject(store: str, delivery: str) -> str:
    """The subject of a delivery that names no order: `delivery:<store>:<digest>`."""
    return f"delivery:{store}:{delivery}"


DEAD = "dead:"
"""What the subjects of dead letters begin with."""


def dead_letter_subject(queue: str, store: str, order_id: str) -> str:
    """The subject of an order that a queue gave up on: `dead:<queue>:<store>:<order id>`."""
    return f"{DEAD}{queue}:{store}:{order_id}"


CONNECTION = "connection"
"""The subject of a tenant whose connection to Sage Intacct is refused: one record, not one each."""


def intake_subject(store: str) -> str:
    """The subject of a store whose deliveries cannot be taken in: `intake:<store>`."""
    return f"intake:{store}"


_NOT_NEWER = "(attribute_not_exists(#version) OR #version <= :version)"
_RESERVED = ("#status", "#details", "#version")


class DynamoDbReviews:
    """Review records in the orders table: `REVIEW#<tenant>` and the subject."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep records in `table`."""
        self._client = client
        self._table = table

    def open(
        self,
        tenant: str,
        subject: str,
        findings: Sequence[Finding],
        *,
        at: datetime,
        details: Mapping[str, str] | None = None,
        version: int | None = None,
    ) -> None:
        """Record all that is wrong with the subject now; a closed record opens again."""
        update = (
            "SET #status = :open, findings = :findings, reasons = :reasons, #details = :details,"
            " last_seen_at = :at, first_seen_at = if_not_exists(first_seen_at, :at)"
        )
        if version is not None:
            update = f"{update}, #version = :version"
        self._write(
            tenant,
            subject,
            f"{update} ADD times :one",
            {
                ":open": {"S": ReviewStatus.OPEN},
                ":findings": {"S": to_json(findings)},
                ":reasons": {"S": " ".join(dict.fromkeys(f.reason.value for f in findings))},
                ":details": {"S": json.dumps(dict(details or {}), sort_keys=True)},
                ":at": {"S": _text(at)},
                ":one": {"N": "1"},
            },
            version=version,
        )

    def close(self, tenant: str, subject: str, *, at: datetime, version: int | None = None) -> None:
        """Record that nothing is wrong any more; nothing happens where no record is open.

        Looks first: nearly every order has no record, and a condition that fails costs a write.
        """
        if not self._is_open(tenant, subject):
            return
        self._write(
            tenant,
            subject,
            "SET #status = :closed, closed_at = :at",
            {
                ":closed": {"S": ReviewStatus.CLOSED},
                ":open": {"S": ReviewStatus.OPEN},
                ":at": {"S": _text(at)},
            },
            condition="#status = :open",
            version=version,
        )

    def _write(
        self,
        tenant: str,
        subject: str,
        update: str,
        values: Mapping[str, Any],
        *,
        condition: str = "",
        version: int | None,
    ) -> None:
        """Carry out the update, unless the condition fails or the record is of newer facts."""
        if version is not None:
            condition = " AND ".join(filter(None, (condition, _NOT_NEWER)))
            values = {**values, ":version": {"N": str(version)}}
        request: UpdateItemInputTypeDef = {
            "TableName": self._table,
            "Key": _key(tenant, subject),
            "UpdateExpression": update,
            "ExpressionAttributeNames": {
                name: name[1:] for name in _RESERVED if name in f"{update} {condition}"
            },
            "ExpressionAttributeValues": values,
        }
        if condition:
            request["ConditionExpression"] = condition
        try:
            self._client.update_item(**request)
        except ClientError as exc:
            if not condition_failed(exc):
                raise

    def _is_open(self, tenant: str, subject: str) -> bool:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, subject), ConsistentRead=True
        )
        return answer.get("Item", {}).get("status") == {"S": ReviewStatus.OPEN.value}

    def all(self, tenant: str) -> Iterator[Review]:
        """Every record of the tenant, open or closed."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"REVIEW#{tenant}"}},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _review(tenant, item)


def _key(tenant: str, subject: str) -> dict[str, Any]:
    return {"pk": {"S": f"REVIEW#{tenant}"}, "sk": {"S": subject}}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _review(tenant: str, item: dict[str, Any]) -> Review:
    return Review(
        tenant=tenant,
        subject=item["sk"]["S"],
        status=ReviewStatus(item["status"]["S"]),
        findings=from_json(item["findings"]["S"]),
        first_seen_at=datetime.fromisoformat(item["first_seen_at"]["S"]),
        last_seen_at=datetime.fromisoformat(item["last_seen_at"]["S"]),
        times=int(item["times"]["N"]),
        details=json.loads(item.get("details", {}).get("S", "{}")),
    )
