"""Stock (REST reference §16.4, §16.9): inventory documents, transfers, what is on hand.

Which fields Sage requires is not confirmed (U20): what it refuses comes back with its texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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

_LEVEL_FIELDS = (
    "item.id",
    "warehouse.id",
    "quantity.quantityLeft",
    "quantity.quantityAllocated",
    "quantity.quantityReserved",
)


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
    query = Query(LEVELS, _LEVEL_FIELDS, tuple(filters), include_private=True)
    found: dict[tuple[str, str], StockLevel] = {}
    for row in rows(client, query, entity=entity):
        place = text(row.get("item.id")), text(row.get("warehouse.id"))
        known = found.get(place) or StockLevel(*place, Decimal(0), Decimal(0), Decimal(0))
        found[place] = replace(
            known,
            on_hand=known.on_hand + (_quantity(row, "quantityLeft") or Decimal(0)),
            allocated=_sum(known.allocated, _quantity(row, "quantityAllocated")),
            reserved=_sum(known.reserved, _quantity(row, "quantityReserved")),
        )
    yield from found.values()


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Both together; what a row does not say is not known of the whole."""
    return None if one is None or other is None else one + other


def _quantity(row: Row, name: str) -> Decimal | None:
    """A quantity of a row; None where it has none."""
    told: Any = row.get(f"quantity.{name}")
    try:
        return Decimal(str(told)) if told not in (None, "") else None
    except InvalidOperation:
        message = "a quantity on hand is not a number"
        raise RejectedError(message) from None
