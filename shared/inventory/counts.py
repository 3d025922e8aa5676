"""Counts: what a cart's stock changes at a warehouse of Sage, frozen before anything is sent.

A warehouse has one open count of a store at most. While it is in doubt nothing new is counted
there: a difference taken meanwhile would be booked twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from commerce.codec import decode_as, encode_as
from intacct.documents import Dimensions
from intacct.stock import StockDocument, StockLine
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import Posting, PostingKind
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NAME = "stock count"
_REFUSALS = "refused stock"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more (or less, by the definition) of an item there is; always above zero."""

    item: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Count:
    """One adjustment as it is sent, again and again until Sage has it: nothing of it changes.

    `dated_on` is a day as YYYY-MM-DD; location, department and class are what its lines carry.
    """

    number: int
    definition: str
    dated_on: str
    unit: str
    memo: str
    lines: tuple[Difference, ...]
    location: str = ""
    department: str = ""
    class_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that Sage takes no count of: why, and until when it is left alone."""

    item: str
    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class CountBook:
    """The counts of one store at one warehouse: how many there were, and the one that is open.

    `ended_at` is when the last one was in the books. `version` counts the writes; 0 is none yet.
    """

    tenant: str
    store: str
    warehouse: str
    number: int = 0
    opened: Count | None = None
    ended_at: datetime | None = None
    refused: tuple[Refused, ...] = ()
    version: int = 0

    @property
    def ledger_pk(self) -> str:
        """The ledger's partition of the open count."""
        return f"STK#{self.tenant}#{self.store}#{self.warehouse}#{self.number}"

    def posting(self, entity: str) -> Posting:
        """The open count as it goes through the ledger."""
        count = self.opened
        assert count is not None, "there is a count to post"  # noqa: S101
        key = posting_key(
            tenant=self.tenant,
            entity=entity,
            kind=PostingKind.STOCK,
            store=self.store,
            purpose=f"stock:{self.warehouse}:{count.number}",
        )
        mark = document_number(key, PostingKind.STOCK, f"{self.warehouse}{count.number}")
        day = date.fromisoformat(count.dated_on)
        return Posting(
            key, PostingKind.STOCK, _document(count, self.warehouse, mark, day), true_on=day
        )

    def begun(self, count: Count) -> CountBook:
        """With this count open."""
        return replace(self, number=count.number, opened=count)

    def ended(self, at: datetime) -> CountBook:
        """With no count open any more."""
        return replace(self, opened=None, ended_at=at)

    def without(self, item: str, why: str, until: datetime) -> CountBook:
        """With an item that is left alone for a while."""
        others = tuple(one for one in self.refused if one.item != item)
        return replace(self, refused=(*others, Refused(item, why, until)))

    def standing(self, now: datetime) -> CountBook:
        """With those refusals only that are not over."""
        return replace(self, refused=tuple(one for one in self.refused if one.until > now))


class CountMovedError(Exception):
    """Somebody else wrote the counts of this warehouse since they were read."""


class Counts(Protocol):
    """Keeps counts; every write is conditional on what was read."""

    def load(self, tenant: str, store: str, warehouse: str) -> CountBook:
        """The counts at a warehouse, by a consistent read; empty ones where there were none."""
        ...

    def save(self, book: CountBook) -> CountBook:
        """Store what was changed in a loaded book; the book with its new version.

        Raises:
            CountMovedError: it was stored by somebody else since.
        """
        ...


class DynamoDbCounts:
    """Counts in the orders table: `STOCK#<tenant>#<store>` and the warehouse."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep counts in `table`."""
        self._client = client
        self._table = table

    def load(self, tenant: str, store: str, warehouse: str) -> CountBook:
        """The counts at a warehouse, by a consistent read; empty ones where there were none.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
            CodecError: the stored count is of a newer schema.
        """
        key = _key(tenant, store, warehouse)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        if not item:
            return CountBook(tenant, store, warehouse)
        opened, ended_at = item.get("opened"), item.get("ended_at")
        return CountBook(
            tenant,
            store,
            warehouse,
            number=int(item["number"]["N"]),
            opened=decode_as(_NAME, Count, bytes(opened["B"])) if opened else None,
            ended_at=datetime.fromisoformat(ended_at["S"]) if ended_at else None,
            refused=_refused(item),
            version=int(item["version"]["N"]),
        )

    def save(self, book: CountBook) -> CountBook:
        """Store what was changed in a loaded book; the book with its new version.

        A write that the client repeats because its answer was lost fails on its own work: then what
        is stored is what was to be stored.

        Raises:
            CountMovedError: it was stored by somebody else since.
            botocore.exceptions.ClientError: it could not be stored.
        """
        saved = replace(book, version=book.version + 1)
        condition = "version = :read" if book.version else "attribute_not_exists(pk)"
        values: dict[str, Any] = {":read": {"N": str(book.version)}} if book.version else {}
        arguments: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_item(saved),
                ConditionExpression=condition,
                **arguments,
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            if self.load(book.tenant, book.store, book.warehouse) == saved:
                return saved
            message = f"the counts at {book.warehouse} were changed by somebody else"
            raise CountMovedError(message) from None
        return saved


def _document(count: Count, warehouse: str, mark: str, day: date) -> StockDocument:
    dimensions = Dimensions(
        location=count.location, department=count.department, class_id=count.class_id
    )
    lines = tuple(
        StockLine(line.item, warehouse, line.quantity, count.unit, dimensions=dimensions)
        for line in count.lines
    )
    return StockDocument(count.definition, mark, day, lines, memo=count.memo)


def _key(tenant: str, store: str, warehouse: str) -> dict[str, Any]:
    return {"pk": {"S": f"STOCK#{tenant}#{store}"}, "sk": {"S": warehouse}}


def _item(book: CountBook) -> dict[str, Any]:
    item: dict[str, Any] = {
        **_key(book.tenant, book.store, book.warehouse),
        "number": {"N": str(book.number)},
        "version": {"N": str(book.version)},
    }
    if book.opened is not None:
        item["opened"] = {"B": encode_as(_NAME, book.opened)}
    if book.refused:
        item["refused"] = {"B": encode_as(_REFUSALS, _Refusals(book.refused))}
    if book.ended_at is not None:
        item["ended_at"] = {"S": book.ended_at.isoformat()}
    return item


@dataclass(frozen=True, slots=True)
class _Refusals:
    """As they are stored."""

    items: tuple[Refused, ...]


def _refused(item: dict[str, Any]) -> tuple[Refused, ...]:
    told = item.get("refused")
    return decode_as(_REFUSALS, _Refusals, bytes(told["B"])).items if told else ()
