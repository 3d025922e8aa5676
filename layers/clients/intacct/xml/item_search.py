"""Items by id or barcode, over XML (XML reference §12.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from intacct.item_search import ItemBy, ItemSearch, KnownItem, number_of
from intacct.xml.elements import Element, text_at
from intacct.xml.master_fields import ITEM_TYPES
from intacct.xml.queries import Query, has_one_of

_PLACES: Mapping[ItemBy, str] = {ItemBy.ID: "ITEMID", ItemBy.BARCODE: "UPC"}
_FIELDS = (
    "RECORDNO",
    "ITEMID",
    "NAME",
    "ITEMTYPE",
    "STATUS",
    "EXTENDED_DESCRIPTION",
    "UPC",
    "PRODUCTLINEID",
    "GLGROUP",
    "UOMGRP",
    "BASEPRICE",
    "STANDARD_COST",
    "TAXABLE",
)


_TYPES = {label.lower(): kind.value.lower() for kind, label in ITEM_TYPES.items()}


def query_of(search: ItemSearch) -> Query:
    """The query for the items that meet the search."""
    return Query("ITEM", _FIELDS, has_one_of(_PLACES[search.by], search.values), shows_private=True)


def known_from(row: Element) -> KnownItem:
    """The item of a row of `query_of`."""
    return KnownItem(
        key=text_at(row, "RECORDNO"),
        id=text_at(row, "ITEMID"),
        name=text_at(row, "NAME"),
        type=_type(text_at(row, "ITEMTYPE")),
        is_active=text_at(row, "STATUS").lower() != "inactive",
        description=text_at(row, "EXTENDED_DESCRIPTION"),
        barcode=text_at(row, "UPC"),
        product_line=text_at(row, "PRODUCTLINEID"),
        gl_group=text_at(row, "GLGROUP"),
        unit=text_at(row, "UOMGRP"),
        base_price=number_of(text_at(row, "BASEPRICE")),
        standard_cost=number_of(text_at(row, "STANDARD_COST")),
        is_taxable={"true": True, "false": False}.get(text_at(row, "TAXABLE").lower()),
    )


def _type(label: str) -> str:
    """The type by REST's word, in small letters; one that is not known is told by its letters."""
    return _TYPES.get(label.lower()) or re.sub(r"[^a-z]", "", label.lower())
