"""Audit records: who did what, when and why, written before it is done and never changed.

An action that then fails has a record too: what was wanted is part of the story.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOBODY = "-"
"""The tenant of what belongs to none: a dead letter that cannot be read."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One action of a person, or of a function that acts for one.

    `subject` is what it was done to, `details` are further ids and codes.
    """

    tenant: str
    at: datetime
    who: str
    what: str
    subject: str
    why: str
    details: Mapping[str, str]


class Audit:
    """Audit records in the orders table: `AUDIT#<tenant>`, and the instant with an id behind it."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        who: Callable[[], str],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        """`who` names the person, or the function that acts for one; asked at the first action."""
        self._client = client
        self._table = table
        self._who = who
        self._clock = clock
        self._new_id = new_id
        self._name = ""

    @property
    def who(self) -> str:
        """Who acts; whatever `who` raises when nobody can say is raised here."""
        self._name = self._name or self._who()
        return self._name

    def note(self, tenant: str, what: str, subject: str, *, why: str, **details: str) -> None:
        """Write down what is about to be done.

        Raises:
            botocore.exceptions.ClientError: it could not be written; then it is not to be done.
        """
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        item: dict[str, Any] = {
            "pk": {"S": f"AUDIT#{tenant or NOBODY}"},
            "sk": {"S": f"{at}#{self._new_id()}"},
            "who": {"S": self.who},
            "what": {"S": what},
            "subject": {"S": subject},
            "why": {"S": why},
            "details": {"S": json.dumps(details, sort_keys=True)},
        }
        self._client.put_item(
            TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
        )

    def all(self, tenant: str) -> Iterator[AuditRecord]:
        """Every record of the tenant, the oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"AUDIT#{tenant or NOBODY}"}},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _record(tenant, item)


def _record(tenant: str, item: Mapping[str, Any]) -> AuditRecord:
    return AuditRecord(
        tenant=tenant,
        at=datetime.fromisoformat(item["sk"]["S"].partition("#")[0]),
        who=item["who"]["S"],
        what=item["what"]["S"],
        subject=item["subject"]["S"],
        why=item["why"]["S"],
        details=json.loads(item["details"]["S"]),
    )
