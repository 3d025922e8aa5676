"""Orders that change while they are paged through: none is lost, none doubled, none told wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from carts.adapter import ChangedOrder
from carts.woocommerce.client import WooCommerceClient, changed_rows
from local.cart_simulators.registry import CARTS
from tests.paging.clients import CONNECT, connected
from tests.paging.history import LostError, PagingHistory


def test_every_simulated_cart_is_polled_here() -> None:
    assert set(CONNECT) == set(CARTS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cart", CONNECT)
def test_no_change_is_lost_or_doubled_whatever_happens_between_pages(cart: str, seed: int) -> None:
    PagingHistory(cart, seed).live()


class _ByNumber(WooCommerceClient):
    """A client as it must not be: pages by number over a list that moves (reference §2.4)."""

    def _by_time(self, since: datetime, until: datetime) -> Iterator[Sequence[ChangedOrder]]:
        page = 1
        while True:
            filters = self._window(since, until) | {"orderby": "modified", "order": "asc"}
            rows = changed_rows(self._ask("/orders", filters | {"page": str(page)}).document)
            yield rows
            if len(rows) < self._page_size:
                return
            page += 1


def test_histories_show_what_a_client_that_pages_by_number_loses() -> None:
    with pytest.raises(LostError, match="never told"):
        PagingHistory("woocommerce", 19, connected(_ByNumber)).live()
