"""Items (REST reference §16.3): the words for type and cost method are the model's."""

from __future__ import annotations

from decimal import Decimal

from intacct.masters import Item
from intacct.rest.wire import Json, by_id, custom, decimal

OBJECT = "inventory-control/item"


def parts(item: Item) -> dict[str, Json]:
    """What each field of an item is on the wire, by the field's name."""
    price, cost = item.base_price, item.standard_cost
    return {
        "name": {"name": item.name},
        "type": {"itemType": item.type.value},
        "is_active": {"status": "active" if item.is_active else "inactive"},
        "description": {"description": item.description},
        "sales_description": {"soDescription": item.sales_description},
        "product_line": {"productLine": by_id(item.product_line)},
        "cost_method": {"costMethod": item.cost_method.value if item.cost_method else None},
        "gl_group": {"inventory": {"glGroup": by_id(item.gl_group)}},
        # Written under this name and read as `unitOfMeasureGroup` (§16.3).
        "unit_group": {"unitOfMeasure": by_id(item.unit_group)},
        "base_price": {"sales": {"basePrice": decimal(price.amount) if price else None}},
        "standard_cost": {"purchasing": {"standardCost": decimal(cost.amount) if cost else None}},
        "is_taxable": {"sales": {"isTaxable": item.is_taxable}},
        "upc": {"itemDetails": {"universalProductCode": item.upc}},
        # Read in a public model of the API: our reference names the object only (§16.3).
        "components": {
            "kitComponents": [
                {"component": by_id(part.item), "numberOfUnits": _number(part.quantity)}
                for part in item.components
            ]
            or None
        },
        "custom": custom(item.custom),
    }


def _number(quantity: Decimal) -> int | float:
    """A quantity as a JSON number, which this member is."""
    whole = int(quantity)
    return whole if whole == quantity else float(quantity)
