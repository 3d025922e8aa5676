"""A Magento shop of dollars that sells in euros: polled, planned, and booked on either side."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from local.cart_simulators.orders import Sale, SoldLine
from shared.policy.choices import FxRate
from shared.policy.mapping import Tender
from tests.accounting.journals import Played
from tests.accounting.lives import OrderLife
from tests.accounting.shop import book, mapping
from tests.contract.conftest import simulator
from tests.scenarios.conftest import Sage
from tests.scenarios.test_currencies import sage
from tests.unit.carts.test_magento_polled_sides import known

__all__ = ["sage", "simulator"]

CHART = mapping(tenders=(Tender("checkmo", "1100", financial_entity="CLR-SHOPIFY"),))
SALE = Sale(
    lines=(
        SoldLine(sku="COAT", unit_price=Decimal("46.00")),
        SoldLine(sku="HAT", unit_price=Decimal("46.00")),
    ),
    currency="EUR",
    shop_currency="USD",
    shop_rate=Decimal("0.92"),
)
DOLLARS = {"1100": "50.00", "4000": "-100.00", "4095": "50.00"}
"""The shop's side: 100.00 sold, half of it given back, and no currency to convert."""

DAILY = {"1100": "50.14", "4000": "-100.28", "4095": "50.14"}
"""92.00 EUR at Sage's 1.0900, half of it given back on the same day."""

OWN = {"1100": "50.14", "4000": "-100.00", "4095": "50.00", "7100": "-0.14"}
"""Billed at the shop's own 0.92, received and given back at Sage's 1.0900."""


@pytest.mark.parametrize(
    ("is_presented", "policy", "balances"),
    [
        (False, {}, DOLLARS),
        (False, {"fx_rate": FxRate.CART}, DOLLARS),
        (True, {}, DAILY),
        (True, {"fx_rate": FxRate.CART}, OWN),
    ],
)
def test_a_sale_in_euros_is_booked_on_the_side_of_its_store(
    sage: Sage,
    show: Callable[[str, Played], None],
    *,
    is_presented: bool,
    policy: dict[str, Any],
    balances: dict[str, str],
) -> None:
    facts = known(SALE, is_presented=is_presented, backs=[{0: 1}])

    played = sage.live(OrderLife(book(chart=CHART, **policy), (facts,)))

    show("R-8.1 (Magento)", played)
    assert sage.simulator.balances() == {key: Decimal(value) for key, value in balances.items()}
