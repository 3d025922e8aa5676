"""Messages that a cart puts into a queue of ours: whose they are, and into intake with them.

One queue serves all sellers. The message names its seller, the seller's route leads to the tenant,
and of the seller's stores the one that sells on the message's site takes it (carts reference §7.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carts.adapter import CartAdapter, Delivery, Headers, QueuedCart
from carts.documents import parse
from carts.registry import adapter
from shared.intake.deliveries import Directory, Intake, Outcome, Receipt, SecretReader
from shared.secrets import SecretMissingError
from shared.tenants.directory import seller_cart
from shared.tenants.models import Store


class UnknownSellerError(LookupError):
    """No store is connected for the seller that a message names."""


class SellerMessages:
    """Takes the messages of one cart's queue."""

    def __init__(
        self,
        cart: str,
        *,
        directory: Directory,
        secrets: SecretReader,
        secret_prefix: str,
        intake: Intake,
    ) -> None:
        """`secret_prefix` and `<tenant>/<store>` name a store's secret.

        Raises:
            TypeError: the cart does not tell into queues.
        """
        found = adapter(cart)
        if not isinstance(found, QueuedCart):
            message = f"{cart} does not tell into queues"
            raise TypeError(message)
        self._cart: CartAdapter = found
        self._is_for = found.is_for
        self._directory = directory
        self._secrets = secrets
        self._secret_prefix = secret_prefix
        self._intake = intake

    def take(self, body: bytes) -> Receipt:
        """Archive and queue the message for its store, and say what became of it.

        UNHANDLED is what has no meaning to us, or is about a site where no store sells.

        Raises:
            DocumentError: the message is no document.
            UnknownSellerError: no store is connected for its seller.
            UnknownTenantError: the seller's tenant has no configuration any more.
        """
        document = parse(body)
        delivery = self._cart.describe(Headers({}), body, document)
        if not delivery.is_handled:
            return Receipt(Outcome.UNHANDLED, topic=delivery.topic)
        tenant = self._tenant_of(delivery)
        stores = list(self._stores(tenant, delivery))
        if not stores:
            raise _unknown_seller()
        secrets = [(store, self._secret(tenant, store)) for store in stores]
        for store, secret in secrets:
            if secret is not None and self._is_for(document, secret):
                return self._intake.take_proved(self._cart, tenant, store.id, body)
        for store, secret in secrets:
            if secret is None:  # perhaps its own: the message waits, and a person is told
                return self._intake.take_proved(self._cart, tenant, store.id, body)
        return Receipt(Outcome.UNHANDLED, tenant, delivery.topic)

    def _tenant_of(self, delivery: Delivery) -> str:
        cart = seller_cart(self._cart.name)
        tenant = self._directory.route(cart, delivery.account) if delivery.account else ""
        if not tenant:
            raise _unknown_seller()
        return tenant

    def _stores(self, tenant: str, delivery: Delivery) -> Iterator[Store]:
        for store in self._directory.tenant(tenant).stores:
            if store.cart == self._cart.name and store.domain.lower() == delivery.account:
                yield store

    def _secret(self, tenant: str, store: Store) -> Mapping[str, Any] | None:
        try:
            return self._secrets.get(f"{self._secret_prefix}{tenant}/{store.id}")
        except SecretMissingError:
            return None


def _unknown_seller() -> UnknownSellerError:
    message = "no store is connected for the seller that the message names"
    return UnknownSellerError(message)
