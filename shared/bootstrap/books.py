"""A tenant's books at Sage Intacct, built on first use; XML is imported only where it is spoken."""

from __future__ import annotations

import random
import secrets as chance
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from intacct.capabilities import protocols
from intacct.errors import NotSentError
from intacct.rest.actions import RestActions
from intacct.rest.auth import TokenEndpoint
from intacct.rest.client import RestClient
from intacct.router import IntacctBooks
from intacct.transport import allowed_transport, http_client
from shared.bootstrap import aws, tenants
from shared.connections.calls import CallCounter
from shared.connections.credentials import IntacctCredentials, TenantCredentials, username_of
from shared.connections.single_flight import Surroundings
from shared.connections.table import ConnectionTable
from shared.connections.tokens import SharedTokens
from shared.connections.vault import Vault
from shared.settings import IntacctSettings
from shared.tenants.models import Tenant

if TYPE_CHECKING:
    from intacct.xml.actions import XmlActions
    from intacct.xml.sessions import Session
    from shared.connections.sessions import SharedSessions

T = TypeVar("T")

# Built anew after this long, so that a rotated sender password or configuration takes effect.
_MAX_AGE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Built:
    at: float
    configuration: str
    thing: Any


_kept: dict[tuple[str, ...], _Built] = {}


def books(tenant: Tenant, entity: str) -> IntacctBooks:
    """The books of one entity (empty: top level), in whatever protocol serves each action.

    Nothing is read or sent here: a missing secret shows at the first call, as one
    `CredentialsMissingError` that names every missing member.

    Raises:
        CapabilityError: the tenant's `protocols` name what is not offered.
        pydantic.ValidationError: the environment is incomplete.
    """
    return _once(("books", tenant.id, entity), tenant, lambda: _books(tenant, entity))


def tokens(tenant: Tenant) -> SharedTokens:
    """The tenant's REST token, shared by the fleet."""
    return _once(("tokens", tenant.id), tenant, lambda: _tokens(tenant))


def sessions(tenant: Tenant) -> SharedSessions:
    """The tenant's XML sessions, shared by the fleet."""
    return _once(("sessions", tenant.id), tenant, lambda: _sessions(tenant))


def rest_client(tenant: Tenant) -> RestClient:
    """The tenant's REST client, for reads that are no business action (query, dimensions)."""
    return _once(("rest", tenant.id), tenant, lambda: _rest_client(tenant))


@cache
def calls() -> CallCounter:
    """The process's count of API transactions, reported once per invocation."""
    return CallCounter()


def close() -> None:
    """Close the pooled connections and forget everything built, for tests and command lines."""
    _kept.clear()
    if _transport.cache_info().currsize:
        _transport().close()
    for cached in (_settings, _transport, _table, _vault, _surroundings):
        cached.cache_clear()


def _once(name: tuple[str, ...], tenant: Tenant, build: Callable[[], T]) -> T:
    configuration = tenant.model_dump_json(include={"intacct", "entities"})
    known = _kept.get(name)
    now = time.monotonic()
    if known and known.configuration == configuration and now - known.at < _MAX_AGE_SECONDS:
        thing: T = known.thing
        return thing
    thing = build()
    _kept[name] = _Built(now, configuration, thing)
    return thing


def _books(tenant: Tenant, entity: str) -> IntacctBooks:
    known = tenant.entity(entity)
    base_currency = known.base_currency if known else ""
    return IntacctBooks(
        rest=lambda: RestActions(rest_client(tenant), entity=entity, base_currency=base_currency),
        xml=lambda: _xml_actions(tenant, entity, base_currency),
        protocols=protocols(tenant.intacct.protocols),
    )


def _rest_client(tenant: Tenant) -> RestClient:
    return RestClient(
        http_client(_transport()),
        _settings().INTACCT_REST_URL,
        tokens(tenant),
        monotonic=time.monotonic,
        count=calls().for_tenant(tenant.id),
    )


def _tokens(tenant: Tenant) -> SharedTokens:
    return SharedTokens(
        tenant.id,
        _credentials(tenant),
        _endpoint,
        username=_username(tenant),
        table=_table(),
        vault=_vault(),
        around=_surroundings(),
    )


def _sessions(tenant: Tenant) -> SharedSessions:
    from shared.connections.sessions import SharedSessions  # noqa: PLC0415  # loads lxml

    return SharedSessions(
        tenant.id,
        _credentials(tenant),
        lambda credentials, entity: _open_session(tenant, credentials, entity),
        username=_username(tenant),
        table=_table(),
        vault=_vault(),
        around=_surroundings(),
    )


def _xml_actions(tenant: Tenant, entity: str, base_currency: str) -> XmlActions:
    from intacct.xml.actions import XmlActions  # noqa: PLC0415  # loads lxml
    from intacct.xml.envelope import SenderCredentials  # noqa: PLC0415
    from intacct.xml.gateway import XmlGateway  # noqa: PLC0415

    credentials = _credentials(tenant).current()
    gateway = XmlGateway(
        _xml_http(tenant),
        _settings().INTACCT_XML_URL,
        SenderCredentials(credentials.sender_id, credentials.sender_password),
        sessions(tenant),
        new_id=_new_id,
    )
    return XmlActions(gateway, entity=entity, base_currency=base_currency)


def _open_session(tenant: Tenant, credentials: IntacctCredentials, entity: str) -> Session:
    from intacct.xml.envelope import SenderCredentials, UserCredentials  # noqa: PLC0415  # lxml
    from intacct.xml.sessions import adopt_session, open_session  # noqa: PLC0415
    from intacct.xml.transport import XmlTransport  # noqa: PLC0415

    transport = XmlTransport(
        _xml_http(tenant),
        _settings().INTACCT_XML_URL,
        SenderCredentials(credentials.sender_id, credentials.sender_password),
        new_id=_new_id,
    )
    if tenant.intacct.xml_sign_in == "rest":
        return adopt_session(transport, _session_of_token(tenant), entity, clock=_now)
    user = UserCredentials(
        tenant.intacct.company_id, tenant.intacct.user_id, credentials.user_password
    )
    return open_session(transport, user, entity, clock=_now)


def _session_of_token(tenant: Tenant) -> str:
    """An XML session for the user of the REST token (REST reference §9.3).

    Raises:
        NotSentError: the service gave none.
    """
    told = rest_client(tenant).get("/services/core/session/id").result
    session_id = told.get("sessionId") if isinstance(told, dict) else None
    if not isinstance(session_id, str) or not session_id:
        message = "the REST session service gave no session"
        raise NotSentError(message)
    return session_id


def _xml_http(tenant: Tenant) -> httpx.Client:
    count = calls().for_tenant(tenant.id)

    def on_request(request: httpx.Request) -> None:
        del request
        count("xml")

    return http_client(_transport(), on_request=on_request)


def _endpoint(credentials: IntacctCredentials) -> TokenEndpoint:
    return TokenEndpoint(
        http_client(_transport()),
        _settings().INTACCT_OAUTH_URL,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        clock=_now,
    )


def _credentials(tenant: Tenant) -> TenantCredentials:
    return TenantCredentials(
        tenants.secrets(),
        _settings().INTACCT_SECRET_PREFIX + tenant.id,
        company_id=tenant.intacct.company_id,
        user_id=tenant.intacct.user_id,
        needs_password=tenant.intacct.xml_sign_in == "password",
    )


def _username(tenant: Tenant) -> str:
    return username_of(tenant.intacct.company_id, tenant.intacct.user_id)


@cache
def _settings() -> IntacctSettings:
    return IntacctSettings.from_environment()


@cache
def _transport() -> httpx.BaseTransport:
    settings = _settings()
    return allowed_transport(
        settings.INTACCT_REST_URL, settings.INTACCT_OAUTH_URL, settings.INTACCT_XML_URL
    )


@cache
def _table() -> ConnectionTable:
    return ConnectionTable(aws.dynamodb(), _settings().CONNECTIONS_TABLE)


@cache
def _vault() -> Vault:
    return Vault(aws.kms(), _settings().CONNECTIONS_KEY_ID, monotonic=time.monotonic)


@cache
def _surroundings() -> Surroundings:
    return Surroundings(
        clock=_now,
        monotonic=time.monotonic,
        sleep=time.sleep,
        uniform=random.SystemRandom().uniform,
        owner=lambda: chance.token_hex(12),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())
