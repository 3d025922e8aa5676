"""Sends webhooks: signed with the client's secret, tried again by Sage's timetable (§15.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.intacct_simulator.company import Company
from local.intacct_simulator.events import Delivery, encoded

Post = Callable[[str, bytes, Mapping[str, str]], int]

ISSUER = "Sage Intacct"
LIFE = timedelta(hours=1)
TRIED_AGAIN = frozenset({0, 408, 429, 500, 502, 503, 504})
WAITS = (timedelta(seconds=10), timedelta(seconds=30), timedelta(seconds=90))
TIMEOUT_SECONDS = 5.0
SUCCESS = range(200, 300)


class Webhooks:
    """Delivers what the triggers of a company caused."""

    def __init__(self, company: Company, post: Post | None = None) -> None:
        self._company = company
        self._post = post or post_to_loopback

    def deliver_due(self) -> int:
        """Try every delivery whose time has come by the company's clock; say how many."""
        with self._company.lock:
            now = self._company.clock.now()
            waiting = [one for one in self._company.events.deliveries if one.state == "waiting"]
            due = [one for one in waiting if one.due_at <= now]
        for delivery in due:
            self._try(delivery, now)
        return len(due)

    def _try(self, delivery: Delivery, now: datetime) -> None:
        body = json.dumps(dict(delivery.event.payload)).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.event.id,
            "X-ClientContext": encoded(delivery.event.context),
            "X-IA-Sage-Signature": signature(self._company, body, now),
        }
        status = self._post(delivery.url, body, headers)
        delivery.attempts += 1
        delivery.last_status = status
        if status in SUCCESS:
            delivery.state = "delivered"
        elif status not in TRIED_AGAIN or delivery.attempts > len(WAITS):
            delivery.state = "dead"
        else:
            delivery.due_at = now + WAITS[delivery.attempts - 1]


def signature(company: Company, body: bytes, now: datetime) -> str:
    """Sign a body as Sage does; form and unit of time are switches (U15)."""
    known, switches = company.credentials, company.switches
    unit = 1000 if switches.webhook_time_unit == "ms" else 1
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "iat": int(now.timestamp() * unit),
        "exp": int((now + LIFE).timestamp() * unit),
        "tenant_id": known.company_id,
        "app_id": known.client_id,
        "payload_signature": hashlib.sha256(body).hexdigest(),
        "payload_signature_alg": "SHA-256",
    }
    token = _hs256(claims, known.client_secret)
    if switches.webhook_signature == "jwt":
        return token
    return encoded({"clientId": known.client_id, "signature": token})


def _hs256(claims: Mapping[str, Any], secret: str) -> str:
    """Write a JSON Web Token; client secrets are shorter than JWT libraries like keys to be."""
    header = {"typ": "JWT", "alg": "HS256"}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64url(mac)}"


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def post_to_loopback(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send one webhook and give the status; 0 when there was no answer."""
    # The address was checked to be on loopback when its trigger was set up.
    request = urllib.request.Request(url, body, dict(headers), method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            status: int = answer.status
            return status
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code
    except OSError:
        return 0
