"""Which members of a store's secret give access to its API, and when a client is made anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from carts.adapter import CartApiError
from shared.customers.access import StoreClients
from shared.secrets import SecretMissingError
from shared.tenants.models import Store, Tenant

AMAZON = {
    "refresh_token": "r",
    "client_id": "c",
    "client_secret": "s",
    "marketplace_ids": ["ATVPDKIKX0DER"],
}


class Secrets:
    """One secret, or none."""

    def __init__(self, members: dict[str, Any] | None) -> None:
        self.members = members

    def get(self, name: str) -> Mapping[str, Any]:
        assert name == "stores/acme/shop"
        if self.members is None:
            raise SecretMissingError(name)
        return self.members


def _asked(secrets: Secrets, cart: str, clients: StoreClients | None = None) -> Any:
    tenant: dict[str, Any] = {"id": "acme"}
    store: dict[str, Any] = {"id": "shop", "cart": cart, "domain": "shop.example"}
    found = clients or StoreClients(secrets, "stores/")
    return found.client(Tenant.model_construct(**tenant), Store.model_construct(**store))


@pytest.mark.parametrize(
    ("cart", "members"),
    [
        ("shopify", None),
        ("shopify", {}),
        ("shopify", {"access_token": ""}),
        ("shopify", AMAZON),
        ("amazon", {"access_token": "t"}),
        ("amazon", AMAZON | {"refresh_token": ""}),
        ("ebay", {"client_id": "c", "client_secret": "s"}),
    ],
)
def test_without_what_its_cart_needs_there_is_no_access(
    cart: str, members: dict[str, Any] | None
) -> None:
    assert _asked(Secrets(members), cart) is None


@pytest.mark.parametrize(
    ("cart", "members"), [("shopify", {"access_token": "t"}), ("amazon", AMAZON), ("ebay", AMAZON)]
)
def test_with_it_there_is_a_client(cart: str, members: dict[str, Any]) -> None:
    assert _asked(Secrets(members), cart) is not None


def test_a_client_is_kept_until_its_secret_changes() -> None:
    secrets = Secrets(dict(AMAZON))
    clients = StoreClients(secrets, "stores/")

    first, again = (_asked(secrets, "amazon", clients) for _ in range(2))
    secrets.members = AMAZON | {"refresh_token": "renewed"}
    renewed = _asked(secrets, "amazon", clients)

    assert first is again
    assert renewed is not first


def test_a_secret_that_cannot_be_used_is_an_error_that_says_why() -> None:
    with pytest.raises(CartApiError, match="marketplace_ids"):
        _asked(Secrets(AMAZON | {"marketplace_ids": "ATVPDKIKX0DER"}), "amazon")
