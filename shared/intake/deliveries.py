"""Taking in a delivery: who sent it, is it new, is it kept. The answer promises that it is.

Order of checks as in carts reference §2.1; no secret is looked up for a path that leads nowhere,
and nothing is kept of what is not genuine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from carts.adapter import CartAdapter, Delivery, Headers, RefusingCart, Trial, TryingCart
from carts.documents import DocumentError, parse
from carts.registry import adapter, is_known
from shared.intake.archive import Archive, NotKeptError, Shelf, archive_key
from shared.intake.cart_events import CartEvents, delivery_digest
from shared.intake.levels import HearsLevels, is_worth_a_look
from shared.intake.requests import WebhookRequest
from shared.messages import CartEvent
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Reviews, delivery_subject, intake_subject
from shared.secrets import SecretMissingError
from shared.tenants.directory import UnknownTenantError
from shared.tenants.models import Store, Tenant

if TYPE_CHECKING:
    from shared.ports import Clock  # with it come Sage Intacct's documents


class Outcome(StrEnum):
    """What became of a delivery; each is an answer to the cart and a metric."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    TRIED = "tried"
    UNHANDLED = "unhandled"
    NOT_FOUND = "not_found"
    NOT_GENUINE = "not_genuine"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery, with the ids a log may hold; `missing` is what is not set up.

    `reply` is the JSON text that the cart insists on as an answer, `status` the status that it
    wants instead of the usual one.
    """

    outcome: Outcome
    tenant: str = ""
    topic: str = ""
    delivery: str = ""
    missing: tuple[str, ...] = ()
    reply: str = field(default="", repr=False)
    status: int = 0


class Directory(Protocol):
    """Where tenants and the routes of their stores are known."""

    def route(self, cart: str, store: str) -> str:
        """The tenant that a webhook path belongs to; empty when there is none."""
        ...

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant's configuration."""
        ...


class SecretReader(Protocol):
    """Where the secrets of stores are read."""

    def get(self, name: str) -> Mapping[str, Any]:
        """The secret's members."""
        ...


@dataclass(frozen=True, slots=True)
class _Genuine:
    """A delivery whose sender is proved."""

    cart: CartAdapter
    tenant: str
    store: str
    headers: Headers
    body: bytes


class Intake:
    """Takes deliveries in; when warm, two calls of AWS: the archive and the queue."""

    def __init__(
        self,
        *,
        directory: Directory,
        secrets: SecretReader,
        secret_prefix: str,
        archive: Archive,
        events: CartEvents,
        reviews: Callable[[], Reviews],
        clock: Clock,
        levels: HearsLevels | None = None,
    ) -> None:
        """`secret_prefix` and `<tenant>/<store>` name a store's secret.

        Without `levels`, what carts tell of stock has no meaning to us.
        """
        self._directory = directory
        self._secrets = secrets
        self._secret_prefix = secret_prefix
        self._archive = archive
        self._events = events
        self._reviews = reviews
        self._clock = clock
        self._levels = levels

    def take(self, request: WebhookRequest) -> Receipt:
        """Prove, archive and queue the delivery, and say what became of it.

        Every outcome but UNAVAILABLE is final; that one asks the cart to send again.
        """
        cart = _cart_of(request)
        tenant_id = self._directory.route(request.cart, request.store) if cart else ""
        if cart is None or not tenant_id:
            return Receipt(Outcome.NOT_FOUND)
        store, secret, missing = self._configuration(cart, tenant_id, request.store)
        if store is None or missing:
            return self._misconfigured(tenant_id, request.store, missing)
        headers = Headers(request.headers)
        reply = _reply_to_trial(cart, request, headers, secret)
        if reply is not None:
            return Receipt(Outcome.TRIED, tenant_id, reply=reply)
        if request.method != "POST":
            return Receipt(Outcome.NOT_FOUND, tenant_id)
        if not cart.is_genuine(headers, request.body, secret):
            status = cart.refusal_status if isinstance(cart, RefusingCart) else 0
            return Receipt(Outcome.NOT_GENUINE, tenant_id, status=status)
        return self._keep_or_refuse(
            _Genuine(cart, tenant_id, request.store, headers, request.body), store
        )

    def take_proved(self, cart: CartAdapter, tenant: str, store_id: str, body: bytes) -> Receipt:
        """Archive and queue what came by a channel that lets nobody but the cart send.

        Outcomes are those of `take`; UNAVAILABLE asks for the message to be handed out again.
        """
        store, _, missing = self._configuration(cart, tenant, store_id)
        if store is None or missing:
            return self._misconfigured(tenant, store_id, missing)
        return self._keep_or_refuse(_Genuine(cart, tenant, store_id, Headers({}), body), store)

    def _keep_or_refuse(self, genuine: _Genuine, store: Store) -> Receipt:
        try:
            return self._keep(genuine, store)
        except NotKeptError:
            return Receipt(Outcome.UNAVAILABLE, genuine.tenant)

    def _configuration(
        self, cart: CartAdapter, tenant_id: str, store_id: str
    ) -> tuple[Store | None, Mapping[str, Any], tuple[str, ...]]:
        """The store and its secret, or every piece that is missing for taking its deliveries in."""
        missing: list[str] = []
        store: Store | None = None
        try:
            store = self._directory.tenant(tenant_id).store(store_id)
        except (UnknownTenantError, ValidationError):
            missing.append(f"a valid configuration of tenant {tenant_id}")
        else:
            if store is None or store.cart != cart.name:
                missing.append(f"store {store_id} of cart {cart.name} in tenant {tenant_id}")
            elif not store.domain:
                missing.append(f"domain of store {store_id}")
        name = f"{self._secret_prefix}{tenant_id}/{store_id}"
        secret: Mapping[str, Any] = {}
        try:
            secret = self._secrets.get(name)
        except SecretMissingError:
            missing.append(f"secret {name}")
        else:
            missing += [f"{member} in secret {name}" for member in cart.missing_members(secret)]
        return store, secret, tuple(missing)

    def _misconfigured(self, tenant: str, store: str, missing: tuple[str, ...]) -> Receipt:
        findings = [
            Finding(
                Reason.CONFIGURATION_MISSING,
                place=piece,
                message="is missing: deliveries of the store are turned away until it is there",
                hint="the cart sends again for hours; the poller brings what it gave up on",
            )
            for piece in missing
        ]
        self._reviews().open(tenant, intake_subject(store), findings, at=self._clock())
        return Receipt(Outcome.UNAVAILABLE, tenant, missing=missing)

    def _keep(self, genuine: _Genuine, store: Store) -> Receipt:
        try:
            document = parse(genuine.body)
        except DocumentError as exc:
            return self._keep_invalid(genuine, store, str(exc))
        delivery = genuine.cart.describe(genuine.headers, genuine.body, document)
        if not _is_of(delivery, store):
            return Receipt(Outcome.NOT_GENUINE, genuine.tenant)
        digest = _digest(genuine, delivery)
        if delivery.level is not None:
            return self._hear(genuine, store, delivery, digest)
        shelf = Shelf.RAW if delivery.is_handled else Shelf.UNHANDLED
        key = archive_key(shelf, genuine.tenant, genuine.store, digest)
        is_new = self._put(genuine, key)
        if not delivery.is_handled:
            return Receipt(
                Outcome.UNHANDLED, genuine.tenant, delivery.topic, digest, reply=delivery.reply
            )
        self._events.send(
            CartEvent(
                tenant=genuine.tenant,
                store=genuine.store,
                cart=genuine.cart.name,
                topic=delivery.topic,
                delivery=digest,
                resource_id=delivery.resource_id,
                raw_key=key,
                received_at=self._clock(),
            )
        )
        outcome = Outcome.ACCEPTED if is_new else Outcome.DUPLICATE
        return Receipt(outcome, genuine.tenant, delivery.topic, digest, reply=delivery.reply)

    def _hear(self, genuine: _Genuine, store: Store, delivery: Delivery, digest: str) -> Receipt:
        """A level that was told is noted as a hint, or passed over; nothing of it is archived."""
        tenant, level = self._directory.tenant(genuine.tenant), delivery.level
        outcome = Outcome.UNHANDLED
        if self._levels and level and is_worth_a_look(tenant, store, level.location):
            self._levels.note(genuine.tenant, genuine.store, self._clock())
            outcome = Outcome.ACCEPTED
        return Receipt(outcome, genuine.tenant, delivery.topic, digest, reply=delivery.reply)

    def _keep_invalid(self, genuine: _Genuine, store: Store, why: str) -> Receipt:
        """Genuine bytes that are no document: archived, and shown to a person."""
        delivery = genuine.cart.describe(genuine.headers, genuine.body, None)
        if not _is_of(delivery, store):
            return Receipt(Outcome.NOT_GENUINE, genuine.tenant)
        digest = _digest(genuine, delivery)
        self._put(genuine, archive_key(Shelf.INVALID, genuine.tenant, genuine.store, digest))
        finding = Finding(Reason.PAYLOAD_INVALID, place="body", message=why)
        subject = delivery_subject(genuine.store, digest)
        self._reviews().open(genuine.tenant, subject, [finding], at=self._clock())
        return Receipt(Outcome.INVALID, genuine.tenant, delivery.topic, digest)

    def _put(self, genuine: _Genuine, key: str) -> bool:
        headers = genuine.headers.selected(genuine.cart.kept_headers)
        return self._archive.put_new(key, genuine.body, headers)


def _cart_of(request: WebhookRequest) -> CartAdapter | None:
    """The cart that the path leads to; None where it, or the method, leads nowhere."""
    if not request.store or not is_known(request.cart):
        return None
    cart = adapter(request.cart)
    may_try = request.method == "GET" and isinstance(cart, TryingCart)
    return cart if request.method == "POST" or may_try else None


def _reply_to_trial(
    cart: CartAdapter, request: WebhookRequest, headers: Headers, secret: Mapping[str, Any]
) -> str | None:
    """What a cart that tries our address wants back; None when the request is no trial."""
    if not isinstance(cart, TryingCart):
        return None
    return cart.answer(Trial(request.method, request.query, headers, request.body), secret)


def _is_of(delivery: Delivery, store: Store) -> bool:
    """Whether the account that the delivery names is the store's (carts reference §2.1)."""
    return delivery.account is None or delivery.account == store.domain.lower()


def _digest(genuine: _Genuine, delivery: Delivery) -> str:
    return delivery_digest(genuine.cart.name, genuine.tenant, genuine.store, delivery.key)
