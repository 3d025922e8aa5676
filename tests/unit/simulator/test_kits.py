"""Kits in the simulated company: items that own the components they are sold as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.intacct_simulator.books.errors import BusinessError
from local.intacct_simulator.company import Company


@pytest.fixture(autouse=True)
def sold(company: Company) -> None:
    for sku in ("TEE", "MUG"):
        if company.books.by_id("item", sku) is None:
            company.books.create("item", {"id": sku, "name": sku, "item_type": "inventory"})


def parts(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"component": item, "quantity": Decimal(units)} for item, units in rows]


def made(company: Company, kind: str, *rows: tuple[str, str], item: str = "SET") -> Any:
    fields = {"id": item, "name": "Set", "item_type": kind, "lines": parts(*rows)}
    return company.books.create("item", fields)


def test_a_kit_owns_its_components_and_goes_with_them(company: Company) -> None:
    kit = made(company, "kit", ("TEE", "2"), ("MUG", "1"))

    lines = company.books.lines("item", kit["key"])
    known = company.books.by_id("item", "TEE")
    assert known
    assert [(one["component"] == known["key"], one["quantity"]) for one in lines] == [
        (True, Decimal(2)),
        (False, Decimal(1)),
    ]
    with pytest.raises(BusinessError):
        company.books.delete("item", known["key"])
    company.books.delete("item", kit["key"])
    assert company.books.lines("item", kit["key"]) == []


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("nonInventory", ("TEE", "1")),
        ("kit", ("NOWHERE", "1")),
        ("kit", ("TEE", "0")),
    ],
    ids=["no kit", "unknown component", "no quantity"],
)
def test_a_kit_is_made_of_known_items_only(
    company: Company, kind: str, row: tuple[str, str]
) -> None:
    with pytest.raises(BusinessError):
        made(company, kind, row)
    assert company.books.by_id("item", "SET") is None


def test_a_kit_is_no_component_of_itself(company: Company) -> None:
    kit = made(company, "stockableKit", ("TEE", "1"))
    change = {"lines": [{"component": "SET", "quantity": Decimal(1)}]}

    with pytest.raises(BusinessError):
        company.books.update("item", kit["key"], change)
    assert len(company.books.lines("item", kit["key"])) == 1


def test_components_of_a_kit_are_added_by_an_update(company: Company) -> None:
    kit = made(company, "kit", ("TEE", "1"))

    company.books.update("item", kit["key"], {"lines": parts(("MUG", "3"))})

    lines = company.books.lines("item", kit["key"])
    assert [one["quantity"] for one in lines] == [Decimal(1), Decimal(3)]
