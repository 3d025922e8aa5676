"""What a policy on currencies wants, its store's cart must tell."""

from __future__ import annotations

from shared.tenants.currency_checks import currency_problems
from tests.unit.tenants.test_fee_checks import store


def test_a_cart_without_a_rate_of_its_own_is_refused() -> None:
    ((place, message),) = currency_problems(store("shopify", fx_rate="cart"))

    assert place == ("policy", "fx_rate")
    assert "orders of shopify tell no rate" in message
    assert list(currency_problems(store("magento", fx_rate="cart"))) == []
    assert list(currency_problems(store("shopify", fx_rate="table"))) == []
