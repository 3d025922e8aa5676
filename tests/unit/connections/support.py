"""A fleet of workers over one table, one key and one scripted token server (moto, one thread)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import boto3
import httpx

from intacct.rest.auth import TokenEndpoint
from intacct.transport import allowed_transport, http_client
from shared.connections.credentials import IntacctCredentials, TenantCredentials
from shared.connections.single_flight import Surroundings
from shared.connections.table import ConnectionTable
from shared.connections.tokens import SharedTokens
from shared.connections.vault import Vault
from shared.secrets import SecretStore
from tests.fakes import FakeClock, counting_ids

REGION = "us-east-1"
SECRET = "cartledger/test/intacct/acme"
MEMBERS = {
    "client_id": "app-1",
    "client_secret": "s-client",
    "username": "ws@ACME",
    "sender_id": "us",
    "sender_password": "s-sender",
    "user_password": "s-user",
}
URL = "https://api.intacct.com/ia/api/v1/oauth2/token"


@cache
def aws_client(service: str) -> Any:
    """A client for all tests: making one takes longer than most tests, moto stands behind it."""
    client: Any = boto3.Session(
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name=REGION,
    ).client(service)  # type: ignore[call-overload]  # any service
    return client


class TokenServer:
    """Issues at-1, at-2 ...; with `rotates` each refresh token is good for one use."""

    def __init__(self, clock: FakeClock, *, seconds: int = 3600, rotates: bool = True) -> None:
        self.clock = clock
        self.seconds = seconds
        self.rotates = rotates
        self.requests: list[dict[str, str]] = []
        self.issued = 0
        self.alive = {"rt-seed"}
        self.refused_secrets: set[str] = set()
        self.meanwhile: list[Callable[[], None]] = []
        self.losses: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        self.requests.append(form)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        loss = self.losses.pop(0) if self.losses else ""
        if loss == "request":
            message = "never arrived"
            raise httpx.ConnectError(message)
        answer = self._answer(form)
        if loss == "answer":
            message = "answer lost"
            raise httpx.ReadTimeout(message)
        return answer

    def _answer(self, form: dict[str, str]) -> httpx.Response:
        if form["client_secret"] in self.refused_secrets:
            return httpx.Response(401, json={"error": "invalid_client"})
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.alive:
                return httpx.Response(400, json={"error": "invalid_grant"})
            if self.rotates:
                self.alive.discard(form["refresh_token"])
        self.issued += 1
        refresh_token = f"rt-{self.issued}"
        self.alive.add(refresh_token)
        answer = {
            "access_token": f"at-{self.issued}",
            "refresh_token": refresh_token,
            "expires_in": self.seconds,
        }
        return httpx.Response(200, json=answer)


class Fleet:
    """Everything that the workers of one tenant share; build it inside `mock_aws`."""

    def __init__(self, *, rotates: bool = True, **members: str) -> None:
        self.clock = FakeClock()
        self.server = TokenServer(self.clock, rotates=rotates)
        self.dynamodb = aws_client("dynamodb")
        self.kms = aws_client("kms")
        self.secrets = aws_client("secretsmanager")
        self.dynamodb.create_table(
            TableName="connections",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
        self.key_id: str = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.secrets.create_secret(Name=SECRET, SecretString=json.dumps({**MEMBERS, **members}))
        self.owners = counting_ids()
        self.slept = 0

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.clock.pass_time(seconds)

    def monotonic(self) -> float:
        return self.clock.now.timestamp()

    def around(self) -> Surroundings:
        return Surroundings(
            clock=self.clock,
            monotonic=self.monotonic,
            sleep=self.sleep,
            uniform=lambda low, high: (low + high) / 2,
            owner=self.owners,
        )

    def table(self, client: Any = None) -> ConnectionTable:
        return ConnectionTable(client or self.dynamodb, "connections")

    def vault(self) -> Vault:
        return Vault(self.kms, self.key_id, monotonic=self.monotonic)

    def credentials(self) -> TenantCredentials:
        store = SecretStore(self.secrets, monotonic=self.monotonic)
        return TenantCredentials(store, SECRET, company_id="ACME", user_id="ws")

    def endpoint(self, credentials: IntacctCredentials) -> TokenEndpoint:
        transport = allowed_transport(URL, inner=httpx.MockTransport(self.server))
        return TokenEndpoint(
            http_client(transport),
            URL,
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            clock=self.clock,
        )

    def worker(self, *, tenant: str = "acme", client: Any = None) -> SharedTokens:
        return SharedTokens(
            tenant,
            self.credentials(),
            self.endpoint,
            username="ws@ACME",
            table=self.table(client),
            vault=self.vault(),
            around=self.around(),
        )

    def change_secret(self, **members: str) -> None:
        text = json.dumps({**MEMBERS, **members})
        self.secrets.put_secret_value(SecretId=SECRET, SecretString=text)

    def item(self, pk: str = "TOKEN#acme", sk: str = "ws@ACME") -> dict[str, Any]:
        answer = self.dynamodb.get_item(
            TableName="connections", Key={"pk": {"S": pk}, "sk": {"S": sk}}
        )
        found: dict[str, Any] = answer.get("Item", {})
        return found

    def hour(self, share: float = 1.0) -> None:
        """Let that share of a token's life pass."""
        self.clock.now += timedelta(seconds=self.server.seconds * share)
