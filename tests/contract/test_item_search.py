"""Items are found by id and by barcode, whole and alike in both protocols."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.capabilities import Protocol
from intacct.item_search import ItemBy, ItemSearch, KnownItem
from intacct.masters import Item, ItemType
from tests.contract.actions.teller import Teller

MUG = Item(
    "MUG-1",
    "Mug",
    ItemType.NON_INVENTORY,
    description="A mug",
    base_price=Money(Decimal("12.50"), "USD"),
    standard_cost=Money(Decimal("4.10"), "USD"),
    is_taxable=True,
    upc="4006381333931",
)


@pytest.fixture(params=list(Protocol))
def teller(request: pytest.FixtureRequest) -> Iterator[Teller]:
    with Teller(request.param) as teller:
        teller.create(MUG)
        teller.create(Item("CAP-1", "Cap", ItemType.SALES_ONLY, is_active=False))
        yield teller


@pytest.mark.parametrize(
    "search",
    [
        ItemSearch(ItemBy.ID, ("MUG-1",)),
        ItemSearch(ItemBy.BARCODE, ("0", "4006381333931")),
    ],
    ids=lambda search: search.by.value,
)
def test_an_item_is_found_by_each_field_and_told_whole(teller: Teller, search: ItemSearch) -> None:
    (known,) = teller.reads.items(search)
    stored = teller.company.books.by_id("item", "MUG-1")
    assert stored is not None
    assert known == KnownItem(
        key=str(stored["key"]),
        id="MUG-1",
        name="Mug",
        type="noninventory",
        description="A mug",
        barcode="4006381333931",
        unit=known.unit,
        base_price=Decimal("12.50"),
        standard_cost=Decimal("4.10"),
        is_taxable=True,
    )


def test_an_inactive_item_is_told_as_such(teller: Teller) -> None:
    (known,) = teller.reads.items(ItemSearch(ItemBy.ID, ("CAP-1",)))
    assert (known.type, known.is_active) == ("salesonlynoninventory", False)
    assert (known.base_price, known.barcode) == (None, "")


def test_nothing_is_found_where_nothing_has_the_value(teller: Teller) -> None:
    assert teller.reads.items(ItemSearch(ItemBy.BARCODE, ("1",))) == []


@pytest.mark.parametrize("values", [(), ("",), ("A", "")])
def test_a_search_without_value_is_refused(values: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="names one to"):
        ItemSearch(ItemBy.ID, values)
