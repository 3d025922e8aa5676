"""The cart's side of a delivery: its request, signed as the cart signs."""

from __future__ import annotations

from local.demo.payloads import delivery as signed
from shared.intake.requests import WebhookRequest
from tests.simulation import histories
from tests.simulation.histories import Delivery


def request_of(delivery: Delivery) -> WebhookRequest:
    """The webhook request that tells of this event, the same at every try."""
    body, headers = signed(
        dict(delivery.body),
        topic=delivery.topic,
        event_id=delivery.event_id,
        secret=histories.SECRET,
        domain=histories.domain_of(delivery.store),
    )
    return WebhookRequest("POST", "shopify", delivery.store, headers, body)
