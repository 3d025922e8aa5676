"""Orders that change while they are paged through: none is lost, none doubled, none told wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from carts.adapter import ChangedOrder
from carts.catalogue import ProductReading
from carts.woocommerce.client import WooCommerceClient
from carts.woocommerce.listings import Listing
from local.cart_simulators.registry import CARTS
from tests.paging.clients import CONNECT, connected
from tests.paging.history import LostError, PagingHistory
from tests.paging.products import ProductHistory


def test_every_simulated_cart_is_polled_here() -> None:
    assert set(CONNECT) == set(CARTS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cart", CONNECT)
def test_no_change_is_lost_or_doubled_whatever_happens_between_pages(cart: str, seed: int) -> None:
    PagingHistory(cart, seed).live()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cart", CONNECT)
def test_no_product_is_lost_whatever_happens_between_pages(cart: str, seed: int) -> None:
    ProductHistory(cart, seed).live()


class _ByNumber(WooCommerceClient):
    """A client as it must not be: pages by number over a list that moves (reference §2.4)."""

    def changed_products(
        self, *, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        listing, page = Listing(self._ask, "/products", page_size=self._page_size), 1
        window = {
            "modified_after": f"{since:%Y-%m-%dT%H:%M:%S}" if since else "2000-01-01T00:00:00",
            "modified_before": f"{until:%Y-%m-%dT%H:%M:%S}",
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
        }
        while rows := listing.rows({**window, "page": str(page)}):
            yield [self.product(row.id) for row in rows]
            page += 1

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        listing, page = self._orders(), 1
        window = {
            "modified_after": f"{since - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}",
            "modified_before": f"{until:%Y-%m-%dT%H:%M:%S}",
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
        }
        while rows := listing.rows({**window, "page": str(page)}):
            yield [ChangedOrder(row.id, row.updated_at) for row in rows]
            page += 1


def test_histories_show_what_a_client_that_pages_by_number_loses() -> None:
    with pytest.raises(LostError, match="never told"):
        PagingHistory("woocommerce", 19, connected(_ByNumber)).live()


def test_histories_show_which_products_a_client_that_pages_by_number_loses() -> None:
    with pytest.raises(LostError, match="never told"):
        ProductHistory("woocommerce", 37, connected(_ByNumber)).live()
