"""The Sage Intacct simulator on a loopback port, and rigs of our clients against it."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
import uvicorn

from intacct.documents import Document, DocumentResult
from intacct.rest.actions import RestActions
from intacct.rest.auth import Token, TokenEndpoint
from intacct.rest.client import RestClient
from intacct.rest.receivables import CreditSign
from intacct.transport import allowed_transport, http_client
from local.intacct_simulator.company import Company, Credentials
from local.intacct_simulator.server import build


@dataclass(frozen=True)
class Simulator:
    """A running simulator: where it listens, who may sign in, and its company itself."""

    port: int
    company: Company

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ia/api/v1"

    @property
    def oauth_url(self) -> str:
        return f"{self.rest_url}/oauth2/token"

    @property
    def xml_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ia/xml/xmlgw.phtml"

    @property
    def credentials(self) -> Credentials:
        return self.company.credentials

    def secret(self) -> dict[str, str]:
        """The tenant's secret as docs/architecture.md describes it."""
        known = self.credentials
        return {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "username": known.username,
            "sender_id": known.sender_id,
            "sender_password": known.sender_password,
            "user_password": known.user_password,
        }

    def get(self, path: str, **params: str) -> Any:
        return self._admin("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._admin("POST", path, json=dict(body))

    def delete(self, path: str) -> Any:
        return self._admin("DELETE", path)

    def _admin(self, method: str, path: str, **members: Any) -> Any:
        url = f"http://127.0.0.1:{self.port}/_sim/{path}"
        with httpx.Client(trust_env=False, timeout=10) as client:
            answer = client.request(method, url, **members)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def balances(self) -> dict[str, Decimal]:
        """Debits less credits of each account, those of zero left out."""
        found: dict[str, Decimal] = {}
        for row in self.company.books.trial_balance():
            found[row.account] = found.get(row.account, Decimal(0)) + row.debit - row.credit
        return {account: amount for account, amount in found.items() if amount}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh company that listens until the test ends."""
    company = Company()
    config = uvicorn.Config(build(company), log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="simulator", daemon=True
        )
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield Simulator(listening.getsockname()[1], company)
        finally:
            server.should_exit = True
            thread.join(timeout=10)


class HeldTokens:
    """A token source in memory that counts how often it mints."""

    def __init__(self, endpoint: TokenEndpoint, username: str) -> None:
        self.mints = 0
        self._endpoint = endpoint
        self._username = username
        self._token: Token | None = None

    def current(self) -> str:
        if self._token is None:
            self.mints += 1
            self._token = self._endpoint.client_credentials(self._username)
        return self._token.access_token

    def renewed(self, *, rejected: str) -> str:
        if self._token and self._token.access_token == rejected:
            self._token = None
        return self.current()


class RestRig:
    """Our REST client as one entity's worker of the simulated company."""

    def __init__(self, simulator: Simulator, *, entity: str = "100") -> None:
        self.simulator = simulator
        self.http = http_client(allowed_transport(simulator.rest_url))
        http = self.http
        known = simulator.credentials
        self.endpoint = TokenEndpoint(
            http,
            simulator.oauth_url,
            client_id=known.client_id,
            client_secret=known.client_secret,
            clock=lambda: datetime.now(UTC),
        )
        self.tokens = HeldTokens(self.endpoint, known.username)
        self.client = RestClient(http, simulator.rest_url, self.tokens, monotonic=time.monotonic)
        self.actions = RestActions(
            self.client, entity=entity, base_currency="USD", credit_sign=CreditSign.NEGATIVE
        )
        self._keys = itertools.count(1)

    def close(self) -> None:
        self.http.close()

    @property
    def mints(self) -> int:
        return self.tokens.mints

    def post(self, document: Document) -> DocumentResult:
        """Create the document under a key of its own."""
        return self.actions.create(document, idempotency_key=f"key-{next(self._keys)}")

    def balances(self) -> dict[str, str]:
        """Debits less credits of each account, as the ledger has them."""
        return {account: f"{amount:.2f}" for account, amount in self.simulator.balances().items()}

    def debits(self) -> Decimal:
        return sum((row.debit for row in self._rows()), start=Decimal(0))

    def credits(self) -> Decimal:
        return sum((row.credit for row in self._rows()), start=Decimal(0))

    def _rows(self) -> list[Any]:
        return list(self.simulator.company.books.trial_balance())
