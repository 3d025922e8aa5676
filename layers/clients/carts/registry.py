"""The carts there are: a new cart is a new folder and one line here.

Adapters are imported on first use, so that a function pays for the carts it meets only.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import cast

from carts.adapter import CartAdapter

_ADAPTERS = {
    "shopify": "carts.shopify.adapter",
    "magento": "carts.magento.adapter",
    "woocommerce": "carts.woocommerce.adapter",
    "amazon": "carts.amazon.adapter",
    "bigcommerce": "carts.bigcommerce.adapter",
    "ebay": "carts.ebay.adapter",
    "api2cart": "carts.api2cart.adapter",
    "walmart": "carts.walmart.adapter",
}


class UnknownCartError(LookupError):
    """There is no adapter of that name."""


def is_known(cart: str) -> bool:
    """Whether there is an adapter for the cart."""
    return cart in _ADAPTERS


@cache
def adapter(cart: str) -> CartAdapter:
    """The adapter of the cart: its module's `ADAPTER`.

    Raises:
        UnknownCartError: there is none.
    """
    if cart not in _ADAPTERS:
        message = "there is no adapter for this cart"
        raise UnknownCartError(message)
    return cast("CartAdapter", importlib.import_module(_ADAPTERS[cart]).ADAPTER)
