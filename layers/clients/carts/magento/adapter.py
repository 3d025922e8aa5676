"""Magento as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from carts.adapter import CartAdapter, CartClient, Delivery, Headers, Reading, StoreAccess, Trial
from carts.magento import webhooks
from carts.magento.keys import AdobeKeys


class MagentoAdapter:
    """Deliveries and documents of Magento and Adobe Commerce; see `CartAdapter`."""

    name = "magento"
    kept_headers = webhooks.KEPT_HEADERS

    def __init__(self, keys: AdobeKeys) -> None:
        """`keys` gives Adobe's public keys."""
        self._keys = keys

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def answer(self, trial: Trial, secret: Mapping[str, Any]) -> str | None:  # noqa: ARG002  # protocol
        """The challenge that Adobe sends by GET when an address is registered, given back."""
        if trial.method != "GET":
            return None
        found = webhooks.challenge_answer(trial.query)
        return None if found is None else json.dumps(found)

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether Adobe or the store sent the body for this store.

        Raises:
            CartApiError: Adobe's key could not be fetched; the delivery must come again.
        """
        return webhooks.is_genuine(headers, body, secret, self._keys.key)

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:
        """What the delivery says of itself."""
        return webhooks.describe(headers, body, document)

    def read(
        self,
        store: str,  # noqa: ARG002  # part of the protocol: a hint belongs to no document
        topic: str,
        document: Any,  # noqa: ARG002
        *,
        tax_included: bool | None = None,  # noqa: ARG002
    ) -> Reading:
        """That the order is to be fetched: no delivery states all of its amounts.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        from carts.magento import readings  # noqa: PLC0415  # intake proves deliveries, reads none

        return readings.hint(topic)

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one store's REST API; imports the HTTP library on first use."""
        from carts.magento.client import MagentoClient  # noqa: PLC0415  # intake never calls out

        return MagentoClient.connect(access)


ADAPTER: CartAdapter = MagentoAdapter(AdobeKeys())
