"""What a policy on currencies wants, its store's cart must tell."""

from __future__ import annotations

from shared.tenants.currency_checks import currency_problems, side_moves
from tests.unit.tenants.test_fee_checks import store, tenant


def test_a_cart_without_a_rate_of_its_own_is_refused() -> None:
    ((place, message),) = currency_problems(store("shopify", fx_rate="cart"))

    assert place == ("policy", "fx_rate")
    assert "orders of shopify tell no rate" in message
    assert list(currency_problems(store("magento", fx_rate="cart"))) == []
    assert list(currency_problems(store("shopify", fx_rate="table"))) == []


def test_a_cart_with_one_side_cannot_be_booked_on_the_other() -> None:
    ((place, message),) = currency_problems(store("woocommerce", currency_side="presentment"))

    assert place == ("policy", "currency_side")
    assert "orders of woocommerce are told in one currency" in message
    for cart in ("shopify", "magento"):
        assert list(currency_problems(store(cart, currency_side="presentment"))) == []


def test_the_side_of_a_store_is_chosen_once() -> None:
    shop, buyer = tenant(), tenant(currency_side="presentment")

    ((place, message),) = side_moves(shop, buyer)

    assert place == ("stores", 0, "policy", "currency_side")
    assert "booked as shop" in message
    assert list(side_moves(buyer, buyer)) == []
