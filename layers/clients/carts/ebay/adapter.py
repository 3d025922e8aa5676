"""eBay as the registry sees it: deliveries in, facts of the commerce model out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carts.adapter import (
    CartAdapter,
    CartClient,
    Delivery,
    Headers,
    PayoutReading,
    PollingRules,
    Reading,
    StoreAccess,
)
from carts.documents import Node
from carts.ebay import readings, webhooks
from carts.ebay.keys import EbayKeys
from carts.ebay.models import CART
from carts.sums import believed, believed_payout

if TYPE_CHECKING:
    from carts.adapter import Trial


class EbayAdapter:
    """eBay's notifications and documents; see `CartAdapter` for the promises."""

    name = CART
    kept_headers = webhooks.KEPT_HEADERS
    access_members = ("refresh_token", "client_id", "client_secret")
    polling = PollingRules(overlap=timedelta(minutes=15))
    refusal_status = 412

    def __init__(self, keys: webhooks.KeySource | None = None) -> None:
        """`keys` tells eBay's public keys; by default those that eBay publishes."""
        self._keys = keys or EbayKeys()

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        return webhooks.missing_members(secret)

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether eBay signed the body.

        Raises:
            CartApiError: the key is not known yet, and eBay could not be asked.
        """
        return webhooks.is_genuine(headers, body, secret, self._keys)

    def answer(self, trial: Trial, secret: Mapping[str, Any]) -> str | None:
        """EBay's check of our address, by GET with a challenge; None where it is none of it."""
        code = trial.query.get("challenge_code")
        if trial.method != "GET" or not code or not webhooks.can_answer(secret):
            return None
        return json.dumps({"challengeResponse": webhooks.challenge_response(code, secret)})

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:  # noqa: ARG002
        """What the delivery says of itself; eBay says it in the body alone."""
        return webhooks.describe(body, document)

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        del tax_included
        return believed(lambda: readings.read(Node(document, "", []), store, topic))

    def read_payout(self, store: str, document: Any) -> PayoutReading:
        """Transactions as `GET /transaction` answers, in the commerce model."""
        from carts.ebay.payouts import loose_transactions  # noqa: PLC0415  # intake reads none

        return believed_payout(lambda: loose_transactions(Node(document, "", []), store))

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one seller's APIs.

        Raises:
            CartApiError: the store's secret or address is not as it must be.
        """
        from carts.ebay.client import EbayClient  # noqa: PLC0415  # intake never calls out

        return EbayClient.connect(access)


ADAPTER: CartAdapter = EbayAdapter()
