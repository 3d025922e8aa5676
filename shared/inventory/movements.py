"""Movements of stock that a person asks for: transfers, write-offs, receipts of returned goods.

A movement is frozen under its reference before anything is sent: whoever asks again under the same
reference gets the same document, and it is in the books once (R-15.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from commerce.codec import decode_as, encode_as
from commerce.money import Money
from intacct.dimensions import Dimensions
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import Posting, PostingKind
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NAME = "stock movement"
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,40}")


class MovementKind(StrEnum):
    """TRANSFER: from one warehouse to another. WRITE_OFF: out of one. RECEIVE: into one."""

    TRANSFER = "transfer"
    WRITE_OFF = "write_off"
    RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for; what is empty is for the tenant's document to say.

    `item` is Sage's id, with the quantity in Sage's units; `sku` the store's, with the quantity in
    the cart's units (`stock.rules`: `contains`). A transfer names no store. `sold_on` (a day as
    YYYY-MM-DD) is when received goods were sold: they go back at what they cost then (J-3.6).
    """

    kind: MovementKind
    reference: str
    quantity: Decimal
    store: str = ""
    entity: str = ""
    item: str = ""
    sku: str = ""
    unit: str = ""
    from_warehouse: str = ""
    to_warehouse: str = ""
    definition: str = ""
    sold_on: str = ""

    @property
    def has_good_reference(self) -> bool:
        """Whether its reference can be part of a posting key."""
        return _REFERENCE.fullmatch(self.reference) is not None


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement as it is sent, again and again until Sage has it: nothing of it changes.

    `dated_on` is a day as YYYY-MM-DD, `quantity` in Sage's units, `unit_cost` of one of them.
    `wanted` is what was asked for: another wish under the same reference is a mistake.
    """

    tenant: str
    wanted: Wanted
    entity: str
    item: str
    quantity: Decimal
    unit: str
    dated_on: str
    memo: str
    from_warehouse: str = ""
    to_warehouse: str = ""
    definition: str = ""
    unit_cost: Money | None = None
    location: str = ""
    department: str = ""
    class_id: str = ""

    @property
    def ledger_pk(self) -> str:
        """The ledger's partition of the movement."""
        return f"MOVE#{self.tenant}#{self.wanted.reference}"

    def posting(self) -> Posting:
        """The movement as it goes through the ledger."""
        key = posting_key(
            tenant=self.tenant,
            entity=self.entity,
            kind=PostingKind.STOCK,
            store=self.wanted.store,
            purpose=f"movement:{self.wanted.reference}",
        )
        mark = document_number(key, PostingKind.STOCK, self.wanted.reference)
        return Posting(key, PostingKind.STOCK, self._document(mark), true_on=self._day)

    @property
    def _day(self) -> date:
        return date.fromisoformat(self.dated_on)

    def _document(self, mark: str) -> StockDocument | WarehouseTransfer:
        dimensions = Dimensions(
            location=self.location, department=self.department, class_id=self.class_id
        )
        if self.wanted.kind is MovementKind.TRANSFER:
            moved = TransferLine(
                self.item,
                self.quantity,
                self.unit,
                self.from_warehouse,
                self.to_warehouse,
                dimensions,
            )
            return WarehouseTransfer(mark, self._day, (moved,), memo=self.memo)
        line = StockLine(
            self.item,
            self.from_warehouse or self.to_warehouse,
            self.quantity,
            self.unit,
            unit_cost=self.unit_cost,
            dimensions=dimensions,
        )
        return StockDocument(self.definition, mark, self._day, (line,), memo=self.memo)


class Movements(Protocol):
    """Keeps movements; what is kept never changes."""

    def load(self, tenant: str, reference: str) -> Movement | None:
        """The movement of that reference, by a consistent read."""
        ...

    def keep(self, movement: Movement) -> Movement:
        """Freeze the movement; the one that stands under its reference, of whoever was first."""
        ...


class DynamoDbMovements:
    """Movements in the orders table: `MOVES#<tenant>` and the reference."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep movements in `table`."""
        self._client = client
        self._table = table

    def load(self, tenant: str, reference: str) -> Movement | None:
        """The movement of that reference, by a consistent read.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
            CodecError: it is of a newer schema.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, reference), ConsistentRead=True
        )
        item = answer.get("Item")
        return decode_as(_NAME, Movement, bytes(item["movement"]["B"])) if item else None

    def keep(self, movement: Movement) -> Movement:
        """Freeze the movement; the one that stands under its reference, of whoever was first.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        key = _key(movement.tenant, movement.wanted.reference)
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**key, "movement": {"B": encode_as(_NAME, movement)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return self.load(movement.tenant, movement.wanted.reference) or movement
        return movement


def _key(tenant: str, reference: str) -> dict[str, Any]:
    return {"pk": {"S": f"MOVES#{tenant}"}, "sk": {"S": reference}}
