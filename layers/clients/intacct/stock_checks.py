"""What Sage would refuse of a movement of stock for a reason that we can know."""

from __future__ import annotations

from intacct.findings import Findings
from intacct.stock import StockDocument, StockLine, StockMovement, TransferLine


def movement_findings(movement: StockMovement, found: Findings) -> None:
    """What is wrong with a movement of stock."""
    found.marks(reference=movement.reference)
    if isinstance(movement, StockDocument):
        found.needs(definition=movement.definition)
    lines: tuple[StockLine | TransferLine, ...] = movement.lines
    found.has_lines(lines)
    for index, line in enumerate(lines):
        place = f"/lines/{index}"
        found.needs_at(place, item=line.item, unit=line.unit)
        found.dimensions(line.dimensions, place)
        if not line.quantity > 0:
            found.add("QUANTITY", "a quantity of stock is positive", f"{place}/quantity")
        if isinstance(line, StockLine):
            found.needs_at(place, warehouse=line.warehouse)
            continue
        found.needs_at(place, from_warehouse=line.from_warehouse, to_warehouse=line.to_warehouse)
        if line.from_warehouse == line.to_warehouse:
            found.add("SAME_WAREHOUSE", "a transfer leaves its warehouse", place)
