"""What carts say of the parts of a bundle: fixed, or the buyer's choice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from carts.magento.products import PART_IDS, part_skus
from carts.magento.products import product_reading as magento_product
from carts.woocommerce.products import product_reading as woo_product
from commerce.catalogue import Component


def magento(*options: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": 9,
        "sku": "SET",
        "name": "Set",
        "type_id": "bundle",
        "status": 1,
        "price": 45,
        "updated_at": "2026-03-01 10:00:00",
        "extension_attributes": {"bundle_product_options": list(options)},
    }


def option(*skus: str, **members: Any) -> dict[str, Any]:
    return {"product_links": [{"sku": sku, "qty": 2} for sku in skus], **members}


def parts(product: dict[str, Any]) -> tuple[Component, ...]:
    (row,) = magento_product(product, "shop", "USD").products
    return row.components


def test_magento_names_parts_by_sku_and_is_asked_for_their_ids() -> None:
    told = magento(option("TEE"), option("MUG", required=True))

    assert part_skus(told) == ["MUG", "TEE"]
    assert parts({**told, PART_IDS: {"TEE": "11"}}) == (
        Component("TEE", Decimal(2), "11", "11"),
        Component("MUG", Decimal(2)),
    )


def test_options_of_several_products_and_those_that_may_be_left_out_are_chosen_in_magento() -> None:
    told = parts(magento(option("TEE", "MUG", required=True), option("PEN", required=False)))

    assert [(part.sku, part.is_chosen) for part in told] == [
        ("TEE", True),
        ("MUG", True),
        ("PEN", True),
    ]


def test_a_part_that_buyers_may_leave_out_is_chosen_in_woocommerce() -> None:
    product = {
        "id": 9,
        "name": "Set",
        "sku": "SET",
        "type": "bundle",
        "status": "publish",
        "price": "45.00",
        "date_modified_gmt": "2026-03-01T10:00:00",
        "bundled_items": [
            {"product_id": 11, "quantity_default": 2, "optional": False},
            {"product_id": 12, "quantity_default": 1, "optional": True},
        ],
    }

    (row,) = woo_product(product, [], "shop", "USD").products

    assert [(part.product_id, part.is_chosen) for part in row.components] == [
        ("11", False),
        ("12", True),
    ]
