"""The bench of stock counts what runs ask for; its figures are `docs/benchmarks.md`'s."""

from __future__ import annotations

import pytest

from shared.ownership.table import Side
from tests.benchmarks.stock_costs import stock_cost


@pytest.mark.parametrize(("owner", "adjustments"), [(Side.SAGE, 0), (Side.CART, 1)])
def test_levels_cost_pages_and_documents(owner: Side, adjustments: int) -> None:
    cost = stock_cost("shopify", owner, 60)
    assert (cost.sage_reads, cost.sage_writes) == (1, adjustments)
    assert (cost.cart_reads, cost.cart_writes > 0) == (2, owner is Side.SAGE)


def test_a_page_of_levels_that_is_full_is_followed_by_another() -> None:
    assert stock_cost("magento", Side.SAGE, 2000).sage_reads == 2
