"""The demo shop's side of the wire: it signs deliveries and sends them as Shopify would."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from local.demo.payloads import Json, delivery

_SHOPIFY_LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook endpoint answered, and how long it took in seconds."""

    status: int
    text: str
    seconds: float

    @property
    def is_in_time(self) -> bool:
        """Whether Shopify would have taken it as delivered: 2xx within five seconds."""
        return httpx.codes.is_success(self.status) and self.seconds < _SHOPIFY_LIMIT_SECONDS


class DemoShop:
    """One store that delivers to `/webhooks/shopify/<store>` of the deployed API."""

    def __init__(self, api_url: str, *, store: str, domain: str, secret: str) -> None:
        """`secret` is the app's client secret, with which Shopify signs."""
        self._url = f"{api_url.rstrip('/')}/webhooks/shopify/{store}"
        self._domain = domain
        self._secret = secret
        self._client = httpx.Client(timeout=60.0)

    def deliver(self, body: Json, *, topic: str, event_id: str, secret: str = "") -> Answer:
        """Send one delivery; another `secret` makes a signature that must be refused."""
        raw, headers = delivery(
            body,
            topic=topic,
            event_id=event_id,
            secret=secret or self._secret,
            domain=self._domain,
        )
        return self.deliver_raw(raw, headers)

    def deliver_raw(self, raw: bytes, headers: dict[str, str]) -> Answer:
        """Send bytes as they are."""
        started = time.perf_counter()
        response = self._client.post(self._url, content=raw, headers=headers)
        return Answer(response.status_code, response.text, time.perf_counter() - started)

    def close(self) -> None:
        """Close the connections to the endpoint."""
        self._client.close()
