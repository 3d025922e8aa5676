"""Which carts can be written, as the tenant's checks believe it."""

from __future__ import annotations

import pytest

from carts.accounts import AccountCalls
from carts.amazon.client import AmazonClient
from carts.api2cart.client import Api2CartClient
from carts.bigcommerce.client import BigCommerceClient
from carts.ebay.client import EbayClient
from carts.magento.client import MagentoClient
from carts.order_notes import NoteCalls
from carts.payment_marks import PaymentCalls
from carts.shopify.client import ShopifyClient
from carts.walmart.client import WalmartClient
from carts.woocommerce.client import WooCommerceClient
from shared.tenants.errand_checks import MARKING_PAID, WITH_ACCOUNTS

CLIENTS: dict[str, type] = {
    "amazon": AmazonClient,
    "api2cart": Api2CartClient,
    "bigcommerce": BigCommerceClient,
    "ebay": EbayClient,
    "magento": MagentoClient,
    "shopify": ShopifyClient,
    "walmart": WalmartClient,
    "woocommerce": WooCommerceClient,
}


@pytest.mark.parametrize("cart", sorted(CLIENTS))
def test_the_checks_allow_what_the_client_can_do(cart: str) -> None:
    client = CLIENTS[cart]

    assert issubclass(client, AccountCalls) is (cart in WITH_ACCOUNTS)
    assert issubclass(client, NoteCalls) is (cart in WITH_ACCOUNTS)
    assert issubclass(client, PaymentCalls) is (cart in MARKING_PAID)
