"""Warehouses (REST reference §16.4)."""

from __future__ import annotations

from intacct.masters import Warehouse
from intacct.rest.wire import Json, by_id, custom

OBJECT = "inventory-control/warehouse"


def parts(warehouse: Warehouse) -> dict[str, Json]:
    """What each field of a warehouse is on the wire, by the field's name."""
    return {
        "name": {"name": warehouse.name},
        "location": {"location": by_id(warehouse.location)},
        "parent": {"parent": by_id(warehouse.parent)},
        "is_active": {"status": "active" if warehouse.is_active else "inactive"},
        "allows_negative_stock": {"enableNegativeInv": warehouse.allows_negative_stock},
        "custom": custom(warehouse.custom),
    }
