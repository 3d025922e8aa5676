"""Stock (REST reference §16.4, §16.9): inventory documents, transfers, what is on hand.

Which fields Sage requires is not confirmed (U20): what it refuses comes back with its texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from intacct.documents import DocumentResult
from intacct.errors import RejectedError
from intacct.rest.client import RestClient
from intacct.rest.query import Filter, Query, Row, equal, first_rows, one_of, rows
from intacct.rest.wire import Json, by_id, decimal, dimensions, object_path, present, text
from intacct.results import Found
from intacct.stock import (
    StockDocument,
    StockLevel,
    StockLine,
    StockMovement,
    TransferLine,
    WarehouseTransfer,
)

TRANSFER = "inventory-control/warehouse-transfer"
LEVELS = "inventory-control/item-warehouse-available-inventory"


def object_of(movement: StockMovement) -> str:
    """The object that a movement is posted to."""
    if isinstance(movement, StockDocument):
        return f"inventory-control/document::{movement.definition}"
    return TRANSFER


def payload(movement: StockMovement) -> Json:
    """The movement as it is created."""
    if isinstance(movement, WarehouseTransfer):
        return _transfer(movement)
    return present(
        {
            "transactionDate": movement.dated_on.isoformat(),
            "referenceNumber": movement.reference,
            "memo": movement.memo,
            "state": "draft" if movement.is_draft else None,
            "lines": [_line(line) for line in movement.lines],
        }
    )


def _line(line: StockLine) -> Json:
    return present(
        {
            "unitOfMeasure": by_id(line.unit),  # a reference here, text in order entry (§16.9)
            "unitQuantity": decimal(line.quantity),
            "unitCost": decimal(line.unit_cost.amount) if line.unit_cost else None,
            "memo": line.memo,
            "dimensions": {
                **dimensions(line.dimensions),
                "item": {"id": line.item},
                "warehouse": {"id": line.warehouse},
            },
        }
    )


def _transfer(transfer: WarehouseTransfer) -> Json:
    lines: list[Json] = []
    for line in transfer.lines:
        lines.append(_moved(line, "out", line.from_warehouse))
        lines.append(_moved(line, "in", line.to_warehouse))
    return present(
        {
            "transactionDate": transfer.dated_on.isoformat(),
            "transferType": "immediate",
            "referenceNumber": transfer.reference,
            "description": transfer.memo,
            "lines": lines,
        }
    )


def _moved(line: TransferLine, direction: str, warehouse: str) -> Json:
    return present(
        {
            "transferDirection": direction,
            "item": by_id(line.item),
            "warehouse": by_id(warehouse),
            "quantity": decimal(line.quantity),
            "unit": by_id(line.unit),
            "memo": line.memo,
            "dimensions": dimensions(line.dimensions),
        }
    )


def create(
    client: RestClient, movement: StockMovement, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Post the movement.

    Raises:
        RejectedError: Sage refused.
    """
    answer = client.post(
        object_path(object_of(movement)),
        payload(movement),
        entity=entity,
        idempotency_key=idempotency_key,
    )
    record = answer.reference()
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")))


def find(client: RestClient, movement: StockMovement, *, entity: str) -> list[Found]:
    """Movements of the same kind that carry our reference."""
    query = Query(
        object_of(movement),
        ("id", "state", "referenceNumber"),
        (equal("referenceNumber", movement.reference),),
    )
    return [
        Found(
            DocumentResult(
                key=text(row["key"]), id=text(row.get("id")), state=text(row.get("state"))
            ),
            reference=text(row.get("referenceNumber")),
        )
        for row in first_rows(client, query, entity=entity)
    ]


def levels(
    client: RestClient, *, entity: str, items: tuple[str, ...] = (), warehouse: str = ""
) -> Iterator[StockLevel]:
    """What is on hand of the items (of all when none is named), per item and warehouse.

    Bins and lots of one warehouse are summed.
    """
    filters: list[Filter] = []
    if items:
        filters.append(one_of("item.id", items))
    if warehouse:
        filters.append(equal("warehouse.id", warehouse))
    fields = ("item.id", "warehouse.id", "quantity.quantityLeft")
    query = Query(LEVELS, fields, tuple(filters), include_private=True)
    on_hand: dict[tuple[str, str], Decimal] = {}
    for row in rows(client, query, entity=entity):
        place = text(row.get("item.id")), text(row.get("warehouse.id"))
        on_hand[place] = on_hand.get(place, Decimal(0)) + _quantity(row)
    for (item, held_in), quantity in on_hand.items():
        yield StockLevel(item, held_in, quantity)


def _quantity(row: Row) -> Decimal:
    left: Any = row.get("quantity.quantityLeft")
    try:
        return Decimal(str(left)) if left not in (None, "") else Decimal(0)
    except InvalidOperation:
        message = "a quantity on hand is not a number"
        raise RejectedError(message) from None
