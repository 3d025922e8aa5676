"""Access to the stores' APIs: a client per store, where the store's secret gives access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carts.adapter import CartClient, RenewingCart, StoreAccess
from carts.registry import adapter
from shared.intake.deliveries import SecretReader
from shared.policy.choices import CurrencySide
from shared.secrets import SecretMissingError
from shared.tenants.models import Store, Tenant


class StoreClients:
    """Gives the client of a store's API, kept until its secret or address changes."""

    def __init__(self, secrets: SecretReader, secret_prefix: str) -> None:
        """`secret_prefix` and `<tenant>/<store>` name a store's secret."""
        self._secrets = secrets
        self._secret_prefix = secret_prefix
        self._clients: dict[tuple[str, str], tuple[StoreAccess, CartClient]] = {}

    def client(self, tenant: Tenant, store: Store) -> CartClient | None:
        """The client of the store's API; None where no access was given.

        Raises:
            CartApiError: the store's address is not one that may be called.
        """
        access = self._access(tenant, store)
        if access is None:
            return None
        known = self._clients.get((tenant.id, store.id))
        if known and known[0] == access:
            return known[1]
        client = adapter(store.cart).client(access)
        self._clients[(tenant.id, store.id)] = (access, client)
        return client

    def _access(self, tenant: Tenant, store: Store) -> StoreAccess | None:
        try:
            secret = self._secrets.get(f"{self._secret_prefix}{tenant.id}/{store.id}")
        except SecretMissingError:
            return None
        if not (store.api_base_url or store.domain):
            return None
        cart = adapter(store.cart)
        if isinstance(cart, RenewingCart):
            if not all(_text(secret, member) for member in cart.access_members):
                return None
            return StoreAccess(store.id, store.domain, store.api_base_url, "", dict(secret))
        token = _text(secret, "access_token")
        if not token:
            return None
        side = store.policy.currency_side is CurrencySide.PRESENTMENT
        return StoreAccess(store.id, store.domain, store.api_base_url, token, is_presented=side)


def _text(secret: Mapping[str, Any], member: str) -> str:
    value = secret.get(member)
    return value if isinstance(value, str) else ""
