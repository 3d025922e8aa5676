"""The simulated carts there are: a new one is a new folder and one line here."""

from __future__ import annotations

import importlib
from typing import Any, cast

from local.cart_simulators.cart import CartSimulator

CARTS = {
    "shopify": "local.cart_simulators.shopify.simulator",
    "woocommerce": "local.cart_simulators.woocommerce.simulator",
    "magento": "local.cart_simulators.magento.simulator",
    "amazon": "local.cart_simulators.amazon.simulator",
    "ebay": "local.cart_simulators.ebay.simulator",
    "walmart": "local.cart_simulators.walmart.simulator",
    "api2cart": "local.cart_simulators.api2cart.simulator",
    "bigcommerce": "local.cart_simulators.bigcommerce.simulator",
}
"""The module of each; its `SIMULATOR` is the class."""


def simulator(cart: str, **options: Any) -> CartSimulator:
    """A fresh shop of that cart; `options` as `CartSimulator` takes them.

    Raises:
        KeyError: there is no such simulator.
    """
    kind = importlib.import_module(CARTS[cart]).SIMULATOR
    return cast("CartSimulator", kind(**options))
