"""What must hold of any bytes that come as a webhook of Sage: refused, or just what was signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from intacct.events import OBJECTS
from shared.changes.pace import Place
from shared.changes.taking import EventRequest, Outcome, SageEvents
from shared.policy.changes import ChangePolicy, EventPolicy
from shared.tenants.models import Tenant
from tests.fuzz.mutation import Mutator

SECRET = "what sage signs with"
_NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
_SIGNATURE, _CONTEXT = "x-ia-sage-signature", "x-clientcontext"


class ForgedError(AssertionError):
    """A delivery was believed that Sage did not sign."""


class EventsProbe:
    """Throws bent deliveries at what takes them; what is signed as it is must be taken.

    Of its counts, `refused` were not believed, `held` hinted at nothing, `read` were hints.
    """

    def __init__(self, name: str) -> None:
        """`name` tells its inputs from those of another probe."""
        self._name = name
        self._dice = random.Random()  # noqa: S311  # seeded before each input
        self._mutator = Mutator(self._dice)
        self._world = _World()
        self._events = SageEvents(
            directory=self._world,
            secrets=self._world,
            secret_prefix="",
            hints=self._world,
            reviews=_no_reviews,
            clock=lambda: _NOW,
        )
        self.refused = self.held = self.read = 0

    def once(self, number: int) -> None:
        """The input of that number.

        Raises:
            ForgedError: something was believed that was not signed, or the other way round.
            Exception: whatever escaped; nothing may.
        """
        self._dice.seed(f"events/{self._name}/{number}")
        body = self._mutator.bent(_body(self._dice))
        good = EventRequest("acme", _headers(self._dice, body), body)
        self._expect(good, is_believed=True)
        self._expect(self._bent(good), is_believed=False)

    def _expect(self, request: EventRequest, *, is_believed: bool) -> None:
        outcome = self._events.take(request).outcome
        if (outcome is not Outcome.NOT_GENUINE) is not is_believed:
            message = f"a delivery that is {'' if is_believed else 'not '}signed ended as {outcome}"
            raise ForgedError(message)
        self.refused += outcome is Outcome.NOT_GENUINE
        self.held += outcome is Outcome.UNHANDLED
        self.read += outcome is Outcome.ACCEPTED

    def _bent(self, good: EventRequest) -> EventRequest:
        """The delivery with a body or a signature that Sage did not send."""
        ways: list[Callable[[EventRequest], EventRequest]] = [
            self._other_body,
            self._other_signature,
            self._other_head,
            self._other_secret,
            self._old,
            self._no_header,
        ]
        return self._dice.choice(ways)(good)

    def _other_body(self, good: EventRequest) -> EventRequest:
        spoilt = bytearray(good.body or b"{}")
        spoilt[self._dice.randrange(len(spoilt))] ^= 1 << self._dice.randrange(8)
        return EventRequest(good.tenant, good.headers, bytes(spoilt))

    def _other_signature(self, good: EventRequest) -> EventRequest:
        """A letter of the token that means something is another one."""
        header = good.headers[_SIGNATURE]
        is_wrapped = "." not in header
        token = json.loads(base64.b64decode(header))["jwt"] if is_wrapped else header
        at = self._dice.randrange(len(token) - 1)  # the last letter holds bits that mean nothing
        letter = self._dice.choice([one for one in "AZaz09_." if one != token[at]])
        bent = token[:at] + letter + token[at + 1 :]
        sent = _wrapped(bent) if is_wrapped else bent
        return EventRequest(good.tenant, {**good.headers, _SIGNATURE: sent}, good.body)

    def _other_head(self, good: EventRequest) -> EventRequest:
        """The token says something odd of itself, which is read before its signature."""
        head = self._mutator.bent(b'{"alg": "HS256", "typ": "JWT", "kid": "1", "crit": ["b64"]}')
        token = f"{_base64url(head)}.{_base64url(good.body)}.{_base64url(good.body[:32])}"
        sent = _wrapped(token) if self._dice.random() < 0.5 else token
        return EventRequest(good.tenant, {**good.headers, _SIGNATURE: sent}, good.body)

    def _other_secret(self, good: EventRequest) -> EventRequest:
        headers = _headers(self._dice, good.body, secret="somebody else's")
        return EventRequest(good.tenant, headers, good.body)

    def _old(self, good: EventRequest) -> EventRequest:
        headers = _headers(self._dice, good.body, at=_NOW - timedelta(minutes=61))
        return EventRequest(good.tenant, headers, good.body)

    def _no_header(self, good: EventRequest) -> EventRequest:
        return EventRequest(good.tenant, {_CONTEXT: good.headers[_CONTEXT]}, good.body)


def _body(dice: random.Random) -> bytes:
    names = [name for pair in OBJECTS.values() for name in pair]
    told = {
        "object": dice.choice([*names, "x/y", "order-entry/document::Sales Invoice"]),
        "event": dice.choice(["after_create", "after_update", "after_delete", ""]),
        "entity": dice.choice(["", "100", "200"]),
        "user": dice.choice(["", "jane", "ws"]),
        "key": str(dice.randrange(10**6)),
    }
    return json.dumps(told).encode()


def _headers(
    dice: random.Random, body: bytes, *, secret: str = SECRET, at: datetime = _NOW
) -> dict[str, str]:
    """What Sage sends beside these bytes, in one of the forms that sources tell."""
    unit = dice.choice([1, 1000])
    claims = {
        "iss": "Sage Intacct",
        "iat": int(at.timestamp() * unit),
        "exp": int((at + timedelta(hours=1)).timestamp() * unit),
        "tenant_id": "acme",
        "payload_signature": hashlib.sha256(body).hexdigest(),
        "payload_signature_alg": "SHA-256",
    }
    parts = [_base64url(json.dumps(one).encode()) for one in ({"alg": "HS256"}, claims)]
    mac = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    token = ".".join([*parts, _base64url(mac)])
    is_wrapped = dice.random() < 0.5
    context = base64.b64encode(dice.choice([b"{}", b"[]", b"\xff", _body(dice)])).decode()
    return {_SIGNATURE: _wrapped(token) if is_wrapped else token, _CONTEXT: context}


def _wrapped(token: str) -> str:
    return base64.b64encode(json.dumps({"jwt": token}).encode()).decode()


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class _World:
    """Everything that taking an event needs, of nothing."""

    def __init__(self) -> None:
        plain = Tenant.model_validate(
            {
                "id": "acme",
                "intacct": {"company_id": "acme", "user_id": "ws"},
                "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
                "stores": [
                    {
                        "id": "shop",
                        "cart": "shopify",
                        "entity": "100",
                        "mapping": {"version": "1", "accounts": {}},
                    }
                ],
            }
        )
        changes = ChangePolicy(events=EventPolicy(webhooks=True))
        self._tenant = plain.model_copy(update={"changes": changes})

    def tenant(self, tenant_id: str) -> Tenant:
        del tenant_id
        return self._tenant

    def get(self, name: str) -> Mapping[str, Any]:
        del name
        return {"client_secrets": [SECRET]}

    reread = get

    def hint(self, tenant: str, place: Place, at: datetime, *, is_deletion: bool) -> None:
        json.dumps([tenant, str(place), at.isoformat(), is_deletion])

    def of_tenant(self, tenant: str) -> Any:
        raise AssertionError(tenant)

    def pulled(self, tenant: str, at: datetime, *, failed: bool) -> None:
        raise AssertionError(tenant, at, failed)


def _no_reviews() -> Any:
    message = "nothing that is configured needs a person"
    raise ForgedError(message)
