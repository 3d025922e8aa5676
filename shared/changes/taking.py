"""Taking in a webhook of Sage: who sent it, what it hints at, is that kept. The answer promises it.

The same rules as for carts (`shared.intake.deliveries`): nothing is looked up for a path that leads
nowhere, and nothing is kept of what is not genuine. Nothing of the record is kept at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from intacct.events import CONTEXT_HEADER, record_event
from intacct.signatures import SIGNATURE_HEADER, HeaderForm, Sender, is_genuine, unsigned_object
from shared.changes.hints import HintStore, keep_all
from shared.intake.requests import body_of, name_of, texts_of
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Reviews
from shared.secrets import SecretMissingError
from shared.tenants.directory import UnknownTenantError
from shared.tenants.models import Tenant

SUBJECT = "changes::events"
"""The subject of the review record of a tenant whose events cannot be taken in."""

SECRETS_MEMBER = "client_secrets"
"""The member of the secret that lists what Sage signs with: the current one, the one before."""


class Outcome(StrEnum):
    """What became of a delivery; each is an answer to Sage and a metric.

    ACCEPTED: what it hints at is kept. UNHANDLED: it is genuine and hints at nothing that is read.
    """

    ACCEPTED = "accepted"
    UNHANDLED = "unhandled"
    NOT_FOUND = "not_found"
    NOT_GENUINE = "not_genuine"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class EventRequest:
    """One delivery as it arrived; `tenant` is empty where the path names none."""

    tenant: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """What became of a delivery, in ids and counts that a log may hold."""

    outcome: Outcome
    tenant: str = ""
    kind: str = ""
    places: int = 0
    missing: tuple[str, ...] = ()


class KnowsTenants(Protocol):
    """Where tenants are known."""

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant's configuration."""
        ...


class ReadsSecrets(Protocol):
    """Where secrets are read."""

    def get(self, name: str) -> Mapping[str, Any]:
        """The secret's members, perhaps those of some minutes ago."""
        ...

    def reread(self, name: str) -> Mapping[str, Any]:
        """The secret's members as they are now."""
        ...


def event_request(event: Mapping[str, Any]) -> EventRequest:
    """The delivery in an API Gateway event.

    Raises:
        BodyTooLargeError: the body is larger than any honest delivery.
        BodyUnreadableError: it is said to be base64 and is not.
    """
    path = event.get("pathParameters") or {}
    headers = {name.lower(): value for name, value in texts_of(event, "headers").items()}
    return EventRequest(name_of(path.get("tenant")), headers, body_of(event))


class SageEvents:
    """Takes Sage's webhooks in; when warm, one call of AWS for each place hinted at."""

    def __init__(
        self,
        *,
        directory: KnowsTenants,
        secrets: ReadsSecrets,
        secret_prefix: str,
        hints: HintStore,
        reviews: Callable[[], Reviews],
        clock: Clock,
    ) -> None:
        """`secret_prefix` and the tenant's id name what its deliveries are signed with."""
        self._directory = directory
        self._secrets = secrets
        self._secret_prefix = secret_prefix
        self._hints = hints
        self._reviews = reviews
        self._clock = clock

    def take(self, request: EventRequest) -> EventReceipt:
        """Prove the delivery, keep what it hints at, and say what became of it.

        Every outcome but UNAVAILABLE is final; that one asks Sage to send again.
        """
        try:
            tenant = self._directory.tenant(request.tenant) if request.tenant else None
        except UnknownTenantError:
            tenant = None
        except ValidationError:
            return EventReceipt(Outcome.UNAVAILABLE, request.tenant, missing=("configuration",))
        if tenant is None or not tenant.changes.events.webhooks:
            return EventReceipt(Outcome.NOT_FOUND)
        name = self._secret_prefix + tenant.id
        try:
            known = _signing(self._secrets.get(name)) or _signing(self._secrets.reread(name))
        except SecretMissingError:
            known = ()
        if not known:
            return self._unconfigured(tenant, f"{SECRETS_MEMBER} in secret {name}")
        if not self._is_genuine(request, tenant, known):
            return EventReceipt(Outcome.NOT_GENUINE, tenant.id)
        return self._kept(request, tenant)

    def _is_genuine(self, request: EventRequest, tenant: Tenant, known: tuple[str, ...]) -> bool:
        form = HeaderForm(tenant.changes.events.signature.value)
        sender = Sender(tenant.intacct.company_id, known, form)
        header = request.headers.get(SIGNATURE_HEADER, "")
        return is_genuine(header, request.body, sender, now=self._clock())

    def _kept(self, request: EventRequest, tenant: Tenant) -> EventReceipt:
        context = unsigned_object(request.headers.get(CONTEXT_HEADER, ""))
        event = record_event(request.body, context)
        if event is None:
            return EventReceipt(Outcome.UNHANDLED, tenant.id)
        try:
            places = keep_all(self._hints, tenant, [event], self._clock())
        except (ClientError, BotoCoreError):
            return EventReceipt(Outcome.UNAVAILABLE, tenant.id, event.kind.value)
        outcome = Outcome.ACCEPTED if places else Outcome.UNHANDLED
        return EventReceipt(outcome, tenant.id, event.kind.value, len(places))

    def _unconfigured(self, tenant: Tenant, piece: str) -> EventReceipt:
        finding = Finding(
            Reason.CONFIGURATION_MISSING,
            place=piece,
            message="is missing: Sage's webhooks are turned away until it is there",
            hint="nothing is lost: what changes is read at the usual pace; ops changes events",
        )
        self._reviews().open(tenant.id, SUBJECT, [finding], at=self._clock())
        return EventReceipt(Outcome.UNAVAILABLE, tenant.id, missing=(piece,))


def _signing(secret: Mapping[str, Any]) -> tuple[str, ...]:
    listed = secret.get(SECRETS_MEMBER)
    values = listed if isinstance(listed, list) else []
    return tuple(one for one in values if isinstance(one, str) and one)
