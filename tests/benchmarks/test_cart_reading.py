"""The benchmark of reading measures what it says: whole orders, of every cart."""

from __future__ import annotations

import io

from rich.console import Console

from tests.benchmarks.cart_reading import measure, print_table


def test_every_carts_order_is_proved_parsed_and_mapped() -> None:
    readings = measure(rounds=1)
    drawn = io.StringIO()
    print_table(Console(file=drawn, width=120), readings)

    by_cart = {each.cart: each for each in readings}
    assert {cart for cart, each in by_cart.items() if each.prove is not None} >= {
        "shopify",
        "woocommerce",
        "walmart",
    }
    assert all(each.total > each.plain > 0 for each in readings)
    assert all(cart in drawn.getvalue() for cart in by_cart)
