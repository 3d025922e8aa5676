"""A tenant's books at Sage Intacct, built on first use; XML is imported only where it is spoken."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from intacct.capabilities import protocols, read_protocols
from intacct.companies import WrongCompanyError, check_company
from intacct.errors import NotSentError
from intacct.read_router import IntacctReads
from intacct.record_router import IntacctRecords
from intacct.rest.actions import RestActions
from intacct.rest.auth import TokenEndpoint
from intacct.rest.book_reads import RestBookReads
from intacct.rest.client import RestClient
from intacct.rest.records import RestRecords
from intacct.router import IntacctBooks
from intacct.transport import CONNECT_SECONDS, http_client
from shared.bootstrap import connections, gates, tenants
from shared.bootstrap.clock import now
from shared.bootstrap.connections import (
    calls,
    settings,
    surroundings,
    table,
    transport,
    vault,
)
from shared.connections.calls import TRANSACTIONS, transactions_of
from shared.connections.credentials import IntacctCredentials, TenantCredentials, username_of
from shared.connections.errors import ConnectionStoreError, ForeignCompanyError
from shared.connections.single_flight import SIGN_IN
from shared.connections.tokens import SharedTokens
from shared.ownership.guard import GuardedBooks, GuardedRecords, HandBooks
from shared.tenants.models import Tenant

if TYPE_CHECKING:
    from intacct.xml.actions import XmlActions
    from intacct.xml.book_reads import XmlBookReads
    from intacct.xml.gateway import XmlGateway
    from intacct.xml.records import XmlRecords
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


def books_by_hand(tenant: Tenant, entity: str) -> IntacctBooks:
    """The same books where stock that Sage owns may be moved, for a person or by policy.

    Raises:
        CapabilityError, pydantic.ValidationError: as `books`.
    """
    return _once(("by hand", tenant.id, entity), tenant, lambda: _books(tenant, entity, HandBooks))


def records(tenant: Tenant, entity: str) -> IntacctRecords:
    """The records of one entity beside an order's documents: masters, stock, changes.

    Raises:
        CapabilityError, pydantic.ValidationError: as `books`.
    """
    return _once(("records", tenant.id, entity), tenant, lambda: _records(tenant, entity))


def reads(tenant: Tenant, entity: str) -> IntacctReads:
    """What is read of one entity's books; over REST as the tenant's reading user, if it has one.

    Raises:
        CapabilityError, pydantic.ValidationError: as `books`.
    """
    return _once(("reads", tenant.id, entity), tenant, lambda: _reads(tenant, entity))


def tokens(tenant: Tenant, *, is_reading: bool = False) -> SharedTokens:
    """The REST token of the tenant's user, or of its second one; shared by the fleet."""
    return _once(
        ("tokens", tenant.id, str(is_reading)),
        tenant,
        lambda: _tokens(tenant, is_reading=is_reading),
    )


def sessions(tenant: Tenant) -> SharedSessions:
    """The tenant's XML sessions, shared by the fleet."""
    return _once(("sessions", tenant.id), tenant, lambda: _sessions(tenant))


def rest_client(tenant: Tenant) -> RestClient:
    """The tenant's REST client as the user that may write."""
    return _once(("rest", tenant.id), tenant, lambda: _rest_client(tenant, is_reading=False))


def reading_client(tenant: Tenant) -> RestClient:
    """The tenant's REST client for what only reads: as its second user, where it has one."""
    if not tenant.intacct.reading_user_id:
        return rest_client(tenant)
    return _once(("reading", tenant.id), tenant, lambda: _rest_client(tenant, is_reading=True))


def close() -> None:
    """End as a process should: seats given back, connections closed, everything built forgotten."""
    _kept.clear()
    with suppress(ConnectionStoreError):
        gates.give_back_seats()
    gates.forget()
    connections.forget()


def _once(name: tuple[str, ...], tenant: Tenant, build: Callable[[], T]) -> T:
    configuration = tenant.model_dump_json(include={"intacct", "entities", "ownership"})
    known = _kept.get(name)
    now = time.monotonic()
    if known and known.configuration == configuration and now - known.at < _MAX_AGE_SECONDS:
        thing: T = known.thing
        return thing
    thing = build()
    _kept[name] = _Built(now, configuration, thing)
    return thing


def _books(tenant: Tenant, entity: str, guarded: type[GuardedBooks] = GuardedBooks) -> IntacctBooks:
    base_currency = _base_currency(tenant, entity)
    return guarded(
        tenant.ownership,
        rest=lambda: RestActions(rest_client(tenant), entity=entity, base_currency=base_currency),
        xml=lambda: _xml_actions(tenant, entity, base_currency),
        protocols=protocols(tenant.intacct.protocols),
    )


def _records(tenant: Tenant, entity: str) -> IntacctRecords:
    base_currency = _base_currency(tenant, entity)
    return GuardedRecords(
        tenant.ownership,
        rest=lambda: RestRecords(rest_client(tenant), entity=entity, base_currency=base_currency),
        xml=lambda: _xml_records(tenant, entity, base_currency),
        protocols=protocols(tenant.intacct.protocols),
    )


def _reads(tenant: Tenant, entity: str) -> IntacctReads:
    return IntacctReads(
        rest=lambda: RestBookReads(reading_client(tenant), entity=entity),
        xml=lambda: _xml_reads(tenant, entity),
        protocols=read_protocols(tenant.intacct.protocols),
    )


def _base_currency(tenant: Tenant, entity: str) -> str:
    known = tenant.entity(entity)
    return known.base_currency if known else ""


def _rest_client(tenant: Tenant, *, is_reading: bool) -> RestClient:
    return RestClient(
        http_client(transport(), on_request=_counting(tenant)),
        settings().INTACCT_REST_URL,
        tokens(tenant, is_reading=is_reading),
        monotonic=time.monotonic,
        count=calls().for_tenant(tenant.id),
        gate=gates.gate_of(tenant),
    )


def _tokens(tenant: Tenant, *, is_reading: bool) -> SharedTokens:
    return SharedTokens(
        tenant.id,
        _credentials(tenant, is_reading=is_reading),
        _endpoint,
        username=username_of(tenant.intacct.company_id, _user_id(tenant, is_reading=is_reading)),
        table=table(),
        vault=vault(),
        around=surroundings(),
    )


def _sessions(tenant: Tenant) -> SharedSessions:
    from shared.connections.sessions import SharedSessions  # noqa: PLC0415  # loads lxml

    return SharedSessions(
        tenant.id,
        _credentials(tenant),
        lambda credentials, entity: _open_session(tenant, credentials, entity),
        username=username_of(tenant.intacct.company_id, tenant.intacct.user_id),
        table=table(),
        vault=vault(),
        around=surroundings(),
    )


def _xml_actions(tenant: Tenant, entity: str, base_currency: str) -> XmlActions:
    from intacct.xml.actions import XmlActions  # noqa: PLC0415  # loads lxml

    return XmlActions(_gateway(tenant), entity=entity, base_currency=base_currency)


def _xml_records(tenant: Tenant, entity: str, base_currency: str) -> XmlRecords:
    from intacct.xml.records import XmlRecords  # noqa: PLC0415  # loads lxml

    return XmlRecords(_gateway(tenant), entity=entity, base_currency=base_currency)


def _xml_reads(tenant: Tenant, entity: str) -> XmlBookReads:
    from intacct.xml.book_reads import XmlBookReads  # noqa: PLC0415  # loads lxml
    from intacct.xml.reads import XmlReads  # noqa: PLC0415

    gateway = _gateway(tenant)
    return XmlBookReads(
        gateway,
        entity=entity,
        user_format=lambda: XmlReads(gateway, entity=entity).user_format(tenant.intacct.user_id),
    )


def _gateway(tenant: Tenant) -> XmlGateway:
    from intacct.xml.envelope import SenderCredentials  # noqa: PLC0415  # loads lxml
    from intacct.xml.gateway import XmlGateway  # noqa: PLC0415

    credentials = _credentials(tenant).current()
    return XmlGateway(
        _xml_http(tenant),
        settings().INTACCT_XML_URL,
        SenderCredentials(credentials.sender_id, credentials.sender_password),
        sessions(tenant),
        new_id=_new_id,
        gate=gates.gate_of(tenant),
    )


def _open_session(tenant: Tenant, credentials: IntacctCredentials, entity: str) -> Session:
    from intacct.xml.envelope import SenderCredentials, UserCredentials  # noqa: PLC0415  # lxml
    from intacct.xml.sessions import adopt_session, open_session  # noqa: PLC0415
    from intacct.xml.transport import XmlTransport  # noqa: PLC0415

    http = _xml_http(tenant)
    # The lease that this happens under must outlast it.
    http.timeout = httpx.Timeout(SIGN_IN.total_seconds() - CONNECT_SECONDS, connect=CONNECT_SECONDS)
    gateway = XmlTransport(
        http,
        settings().INTACCT_XML_URL,
        SenderCredentials(credentials.sender_id, credentials.sender_password),
        new_id=_new_id,
    )
    if tenant.intacct.xml_sign_in == "rest":
        return adopt_session(gateway, _session_of_token(tenant), entity, clock=now)
    user = UserCredentials(
        tenant.intacct.company_id, tenant.intacct.user_id, credentials.user_password
    )
    return open_session(gateway, user, entity, clock=now)


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
    count, count_transactions = calls().for_tenant(tenant.id), _counting(tenant)

    def on_request(request: httpx.Request) -> None:
        count("xml")
        count_transactions(request)

    return http_client(transport(), on_request=on_request)


def _counting(tenant: Tenant) -> Callable[[httpx.Request], None]:
    def on_request(request: httpx.Request) -> None:
        calls().add(tenant.id, TRANSACTIONS, transactions_of(request.content))

    return on_request


def _endpoint(credentials: IntacctCredentials) -> TokenEndpoint:
    return TokenEndpoint(
        http_client(transport()),
        settings().INTACCT_OAUTH_URL,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        clock=now,
    )


def _credentials(tenant: Tenant, *, is_reading: bool = False) -> TenantCredentials:
    """The tenant's credentials, for a company that this stage may work with.

    Raises:
        ForeignCompanyError: it may not.
    """
    company = tenant.intacct.company_id
    try:
        check_company(
            company, stage=settings().STAGE, override_reason=tenant.intacct.company_reason
        )
    except WrongCompanyError as error:
        raise ForeignCompanyError(str(error)) from None
    return TenantCredentials(
        tenants.secrets(),
        settings().INTACCT_SECRET_PREFIX + tenant.id,
        company_id=company,
        user_id=_user_id(tenant, is_reading=is_reading),
        # The second user speaks REST only, and needs no password either.
        needs_password=tenant.intacct.xml_sign_in == "password" and not is_reading,
        is_reading=is_reading,
    )


def _user_id(tenant: Tenant, *, is_reading: bool) -> str:
    return tenant.intacct.reading_user_id if is_reading else tenant.intacct.user_id


def _new_id() -> str:
    return str(uuid.uuid4())
