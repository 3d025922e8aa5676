"""The product's own clients of one process, over a line on which faults strike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import httpx

from intacct.capabilities import protocols
from intacct.documents import Contact, Customer, Document, DocumentResult
from intacct.errors import IntacctError
from intacct.gate import Gate
from intacct.rest.actions import RestActions
from intacct.rest.auth import TokenEndpoint
from intacct.rest.client import RestClient
from intacct.router import IntacctBooks
from intacct.transport import allowed_transport, http_client
from intacct.xml.actions import XmlActions
from intacct.xml.envelope import SenderCredentials, UserCredentials
from intacct.xml.gateway import XmlGateway
from intacct.xml.sessions import Session, SessionSource, open_session
from intacct.xml.transport import XmlTransport
from shared.connections.credentials import IntacctCredentials
from shared.connections.single_flight import Surroundings
from shared.ports import Found
from shared.tenants.models import Tenant
from tests.simulation.company import ENTITY
from tests.simulation.line import Line
from tests.simulation.site import REST_URL, TOKEN_URL, USER, XML_URL

_BASE_CURRENCY = "USD"


class Clients:
    """What `shared.bootstrap.books` builds of a tenant, over another transport and clock."""

    def __init__(self, tenant: Tenant, line: Line, gate: Gate, around: Surroundings) -> None:
        """`line` leads to the tenant's company, `gate` stands before it."""
        self._tenant = tenant
        self._transport = allowed_transport(REST_URL, XML_URL, inner=line)
        self._gate = gate
        self._around = around

    def token_endpoint(self, credentials: IntacctCredentials) -> TokenEndpoint:
        """Where tokens come from."""
        return TokenEndpoint(
            self._http,
            TOKEN_URL,
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            clock=self._around.clock,
        )

    def open_session(self, credentials: IntacctCredentials, entity: str) -> Session:
        """Open an XML session."""
        user = UserCredentials(self._tenant.id, USER, credentials.user_password)
        transport = XmlTransport(self._http, XML_URL, self._sender, new_id=self._around.owner)
        return open_session(transport, user, entity, clock=self._around.clock)

    def books(self, tokens: Any, sessions: SessionSource) -> IntacctBooks:
        """The company's books by the tenant's protocols."""
        rest = RestClient(
            self._http, REST_URL, tokens, monotonic=self._around.monotonic, gate=self._gate
        )
        xml = XmlGateway(
            self._http, XML_URL, self._sender, sessions, new_id=self._around.owner, gate=self._gate
        )
        return IntacctBooks(
            rest=lambda: RestActions(rest, entity=ENTITY, base_currency=_BASE_CURRENCY),
            xml=lambda: XmlActions(xml, entity=ENTITY, base_currency=_BASE_CURRENCY),
            protocols=protocols(self._tenant.intacct.protocols),
        )

    @cached_property
    def _http(self) -> httpx.Client:
        return http_client(self._transport)

    @property
    def _sender(self) -> SenderCredentials:
        return SenderCredentials("x", "x")


class ClientBooks:
    """`shared.ports.BatchBooks`: the books behind the clients, what is sent told to the line."""

    def __init__(self, books: IntacctBooks, line: Line) -> None:
        self._books = books
        self._line = line

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        """Post one document."""
        with self._line.carrying([(control_id, document)]):
            return self._books.create(
                document, control_id=control_id, idempotency_key=idempotency_key
            )

    def request_of(self, document: Document) -> str:
        """What may travel with it."""
        return self._books.request_of(document)

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> list[DocumentResult | IntacctError]:
        """Post several documents."""
        with self._line.carrying(list(zip(control_ids, documents, strict=True))):
            return self._books.create_many(
                documents, control_ids=control_ids, idempotency_keys=idempotency_keys
            )

    def find(self, document: Document) -> Sequence[Found]:
        """Look a document up by our mark."""
        self._line.looks_for(document)
        return self._books.find(document)

    def find_customers(self, *, email: str = "", customer_id: str = "") -> Sequence[Customer]:
        """Customers of exactly that address or id."""
        return self._books.find_customers(email=email, customer_id=customer_id)

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact, made where it is not there."""
        return self._books.ensure_contact(contact, control_id=control_id)
