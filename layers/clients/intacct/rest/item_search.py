"""Items by id or barcode, over REST (REST reference §16.3)."""

from __future__ import annotations

from collections.abc import Mapping

from intacct.item_search import MOST_ITEMS, ItemBy, ItemSearch, KnownItem, number_of
from intacct.rest.client import RestClient
from intacct.rest.items import OBJECT
from intacct.rest.query import Query, Row, equal, first_rows, one_of
from intacct.rest.wire import text

_PLACES: Mapping[ItemBy, str] = {
    ItemBy.ID: "id",
    ItemBy.BARCODE: "itemDetails.universalProductCode",
}
_FIELDS = (
    "id",
    "name",
    "itemType",
    "status",
    "description",
    "itemDetails.universalProductCode",
    "productLine.id",
    "inventory.glGroup.id",
    "unitOfMeasureGroup.id",
    "sales.basePrice",
    "sales.isTaxable",
    "purchasing.standardCost",
)


def found(client: RestClient, search: ItemSearch, *, entity: str) -> list[KnownItem]:
    """At most `MOST_ITEMS` items that meet the search."""
    place, values = _PLACES[search.by], search.values
    condition = equal(place, values[0]) if len(values) == 1 else one_of(place, values)
    query = Query(OBJECT, _FIELDS, (condition,), include_private=True)
    return [_known(row) for row in first_rows(client, query, entity=entity, limit=MOST_ITEMS)]


def _known(row: Row) -> KnownItem:
    taxable = row.get("sales.isTaxable")
    return KnownItem(
        key=text(row["key"]),
        id=text(row.get("id")),
        name=text(row.get("name")),
        type=text(row.get("itemType")).lower(),
        is_active=text(row.get("status")) == "active",
        description=text(row.get("description")),
        barcode=text(row.get("itemDetails.universalProductCode")),
        product_line=text(row.get("productLine.id")),
        gl_group=text(row.get("inventory.glGroup.id")),
        unit=text(row.get("unitOfMeasureGroup.id")),
        base_price=number_of(text(row.get("sales.basePrice"))),
        standard_cost=number_of(text(row.get("purchasing.standardCost"))),
        is_taxable=taxable if isinstance(taxable, bool) else None,
    )
