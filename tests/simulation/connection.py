"""One process's way to one company: the gate before it, tokens, sessions and books."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from shared.connections.credentials import IntacctCredentials, TenantCredentials
from shared.connections.gates import TenantGate
from shared.connections.rate_slots import RateSlots
from shared.connections.sessions import SharedSessions
from shared.connections.single_flight import Surroundings
from shared.connections.table import ConnectionTable
from shared.connections.tokens import SharedTokens
from shared.connections.vault import Vault
from shared.ports import BatchBooks
from shared.tenants.models import Tenant
from tests.simulation.clients import ClientBooks, Clients
from tests.simulation.desk import LoginDesk
from tests.simulation.line import Line
from tests.simulation.outside import CONNECTIONS, Outside
from tests.simulation.sage import SageBooks
from tests.simulation.secrets_kept import IntacctSecret, OpenVault
from tests.simulation.traffic import gate_of, seats_of
from tests.simulation.wire import DynamoDbFace


class Connection:
    """What `shared.bootstrap` builds of a tenant, in one process."""

    def __init__(
        self,
        outside: Outside,
        tenant: Tenant,
        dynamodb: DynamoDbFace,
        around: Surroundings,
        slots: RateSlots,
        *,
        holds_lane: bool,
    ) -> None:
        """`slots` are those of the whole fleet; `holds_lane`: the process posts orders."""
        self._outside = outside
        self._wire = outside.wire
        self._tenant = tenant
        self._company = outside.companies[tenant.id]
        self._dynamodb: Any = dynamodb
        self._around = around
        self._username = f"ws@{tenant.id}"
        self.seats = seats_of(tenant, dynamodb, CONNECTIONS, around)
        self._gate: TenantGate = gate_of(
            tenant,
            dynamodb,
            CONNECTIONS,
            around,
            seats=self.seats,
            slots=slots,
            holds_lane=holds_lane,
        )

    def books(self) -> BatchBooks:
        """The company's books, past the clients or through them."""
        if self._company.site is not None:
            books = self._clients.books(self._tokens, self._sessions)
            return ClientBooks(books, self._line)
        return SageBooks(
            self._wire,
            self._company,
            self._tokens,
            lambda: self._outside.traffic.call(self._tenant, self._gate),
        )

    @cached_property
    def _clients(self) -> Clients:
        return Clients(self._tenant, self._line, self._gate, self._around)

    @cached_property
    def _line(self) -> Line:
        return Line(
            self._wire,
            self._company,
            self._outside.traffic,
            self._tenant,
            has_intent=self._has_intent,
        )

    @cached_property
    def _tokens(self) -> SharedTokens:
        return SharedTokens(
            self._tenant.id,
            self._credentials,
            self._endpoint,
            username=self._username,
            table=self._table,
            vault=self._vault,
            around=self._around,
        )

    @cached_property
    def _sessions(self) -> SharedSessions:
        return SharedSessions(
            self._tenant.id,
            self._credentials,
            self._clients.open_session,
            username=self._username,
            table=self._table,
            vault=self._vault,
            around=self._around,
        )

    def _endpoint(self, credentials: IntacctCredentials) -> Any:
        """The token endpoint, through the clients or past them."""
        if self._company.site is not None:
            return self._clients.token_endpoint(credentials)
        return LoginDesk(
            self._wire,
            self._company,
            credentials.client_secret,
            has_intent=self._has_intent,
        )

    @cached_property
    def _credentials(self) -> TenantCredentials:
        secrets: Any = IntacctSecret(self._company)
        name = self._tenant.id
        return TenantCredentials(secrets, f"intacct/{name}", company_id=name, user_id="ws")

    @cached_property
    def _table(self) -> ConnectionTable:
        return ConnectionTable(self._dynamodb, CONNECTIONS)

    @cached_property
    def _vault(self) -> Vault:
        vault_key: Any = OpenVault()
        return Vault(vault_key, "key", monotonic=self._around.monotonic)

    def _has_intent(self) -> bool:
        """Whether the connections table tells of a refresh under way."""
        place = (CONNECTIONS, f"TOKEN#{self._tenant.id}", self._username)
        return "intent_at" in (self._outside.tables.get(place) or {})
