"""Stock: inventory documents, transfers between warehouses, what is on hand (§12.4, §13.5)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from intacct.errors import RejectedError
from intacct.stock import (
    StockCost,
    StockDocument,
    StockLevel,
    StockLine,
    StockMovement,
    TransferLine,
    WarehouseTransfer,
)
from intacct.xml.custom_fields import add_legacy_custom_fields
from intacct.xml.dimensions import generic
from intacct.xml.elements import (
    Element,
    add,
    add_given,
    add_legacy_date,
    date_text,
    decimal_text,
    element,
    text_at,
)
from intacct.xml.queries import Filter, Query, all_of, equal, has_one_of

TRANSFER = "ICTRANSFER"
_OUT, _IN = "O", "I"


def create_movement(movement: StockMovement) -> Element:
    """The function that posts a movement of stock."""
    if isinstance(movement, WarehouseTransfer):
        return _transfer(movement)
    return _document(movement)


def _document(document: StockDocument) -> Element:
    function = element("create_ictransaction")
    add(function, "transactiontype", document.definition)
    add_legacy_date(function, "datecreated", document.dated_on)
    add_given(function, [("referenceno", document.reference), ("message", document.memo)])
    if document.is_draft:
        add(function, "state", "Draft")
    items = add(function, "ictransitems")
    for line in document.lines:
        _add_line(items, line)
    return function


def _add_line(items: Element, line: StockLine) -> None:
    item = add(items, "ictransitem")
    cost, dimensions = line.unit_cost, line.dimensions
    add_given(
        item,
        [
            ("itemid", line.item),
            # The schema has no memo of a line; its description is the next best place (§13.5).
            ("itemdesc", line.memo),
            ("warehouseid", line.warehouse),
            ("quantity", decimal_text(line.quantity)),
            ("unit", line.unit),
            ("cost", decimal_text(cost.amount) if cost else ""),
            ("locationid", dimensions.location),
            ("departmentid", dimensions.department),
        ],
    )
    add_legacy_custom_fields(item, dimensions=dimensions)
    add_given(
        item,
        [
            ("projectid", dimensions.project),
            ("customerid", dimensions.customer),
            ("classid", dimensions.class_id),
        ],
    )


def _transfer(transfer: WarehouseTransfer) -> Element:
    """A generic create as the official .NET SDK writes it; the wrong action is `BL03002129`."""
    function = element("create")
    record = add(function, TRANSFER)
    add(record, "TRANSACTIONDATE", date_text(transfer.dated_on))
    add_given(record, [("REFERENCENO", transfer.reference), ("DESCRIPTION", transfer.memo)])
    add(record, "TRANSFERTYPE", "Immediate")
    add(record, "ACTION", "Post")
    items = add(record, "ICTRANSFERITEMS")
    for line in transfer.lines:
        _add_moved(items, line, _OUT, line.from_warehouse)
        _add_moved(items, line, _IN, line.to_warehouse)
    return function


def _add_moved(items: Element, line: TransferLine, direction: str, warehouse: str) -> None:
    item = add(items, "ICTRANSFERITEM")
    taken = {"ITEMID", "WAREHOUSEID"}
    dimensions = generic(line.dimensions, location="LOCATIONID", department="DEPARTMENTID")
    add_given(
        item,
        [
            ("IN_OUT", direction),
            ("ITEMID", line.item),
            ("WAREHOUSEID", warehouse),
            ("MEMO", line.memo),
            ("QUANTITY", decimal_text(line.quantity)),
            ("UNIT", line.unit),
            *(field for field in dimensions if field[0] not in taken),
        ],
    )


def movement_query(movement: StockMovement) -> Query:
    """The query for movements of the same kind that carry our reference."""
    if isinstance(movement, WarehouseTransfer):
        return Query(TRANSFER, ("REFERENCENO",), equal("REFERENCENO", movement.reference))
    # PONUMBER is where sales documents keep their reference; stock documents are alike (§13.1).
    mark = equal("PONUMBER", movement.reference)
    fields = ("DOCID", "STATE", "PONUMBER")
    return Query("INVDOCUMENT", fields, all_of(mark, equal("DOCPARID", movement.definition)))


def levels_query(items: tuple[str, ...] = (), warehouse: str = "") -> Query:
    """The query for what is on hand, by bin and lot."""
    filters: list[Filter] = []
    if items:
        filters.append(has_one_of("ITEMID", items))
    if warehouse:
        filters.append(equal("WAREHOUSEID", warehouse))
    fields = ("ITEMID", "WAREHOUSEID", "QUANTITYLEFT")
    return Query("AVAILABLEINVENTORY", fields, all_of(*filters) if filters else None)


def levels_from(rows: Iterable[Element]) -> list[StockLevel]:
    """What each warehouse holds of each item, bins and lots summed.

    Raises:
        RejectedError: a quantity is no number.
    """
    on_hand: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        place = text_at(row, "ITEMID"), text_at(row, "WAREHOUSEID")
        on_hand[place] = on_hand.get(place, Decimal(0)) + _quantity(text_at(row, "QUANTITYLEFT"))
    return [StockLevel(item, where, held) for (item, where), held in on_hand.items()]


def costs_query() -> Query:
    """The query for what items cost, per item and warehouse (XML reference §12.4)."""
    return Query("ITEMWAREHOUSEINFO", ("ITEMID", "WAREHOUSEID", "AVERAGE_COST", "STANDARD_COST"))


def cost_from(row: Element) -> StockCost:
    """What a unit costs where the row says.

    Raises:
        RejectedError: a cost is no number.
    """
    return StockCost(
        text_at(row, "ITEMID"),
        text_at(row, "WAREHOUSEID"),
        average=_cost(text_at(row, "AVERAGE_COST")),
        standard=_cost(text_at(row, "STANDARD_COST")),
    )


def _cost(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        message = "a cost of stock is not a number"
        raise RejectedError(message) from None


def _quantity(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        message = "a quantity on hand is not a number"
        raise RejectedError(message) from None
