"""The whole way to the books, as a function goes it: environment, secret, table, both wires."""

from __future__ import annotations

import importlib.util
import json
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    Customer,
    CustomerRefund,
    Dimensions,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
)
from intacct.router import IntacctBooks
from shared.bootstrap import aws, connections
from shared.bootstrap import books as bootstrap
from shared.bootstrap import reviews as review_bootstrap
from shared.bootstrap import tenants as tenant_bootstrap
from shared.connections.calls import month_of
from shared.connections.keeping import AHEAD
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant
from tests.contract.conftest import Simulator

DAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")
REGION = "us-east-1"


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


CUSTOMER = Customer("C-1001", "Ada & Sons")
ORDER = SalesDocument(
    "Sales Order",
    "1001-SO-ABCDEFGH",
    "C-1001",
    DAY,
    "USD",
    (SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT),),
    due_on=DAY,
)
MEMO = Adjustment(
    "1001-CM-ABC",
    AdjustmentKind.CREDIT,
    "C-1001",
    DAY,
    "USD",
    (AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),),
)
BATCH = JournalEntry(
    "ACME-GL-20261120",
    "GJ",
    DAY,
    "Web sales of the day",
    (
        JournalLine("1100", Side.DEBIT, usd("69.95"), AT),
        JournalLine("4000", Side.CREDIT, usd("69.95"), AT),
    ),
    is_batch=True,
)


class World:
    """One tenant's deployment: moto for AWS, the simulator for Sage Intacct."""

    def __init__(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.simulator = simulator
        self.dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
        self.secrets: Any = boto3.client("secretsmanager", region_name=REGION)
        for table in ("connections", "tenants", "orders"):
            self.dynamodb.create_table(
                TableName=table,
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
        self.secrets.create_secret(
            Name="cartledger/test/intacct/acme", SecretString=json.dumps(simulator.secret())
        )
        key = boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["KeyId"]
        for name, value in {
            "AWS_DEFAULT_REGION": REGION,
            "STAGE": "test",
            "CONNECTIONS_TABLE": "connections",
            "TENANTS_TABLE": "tenants",
            "ORDERS_TABLE": "orders",
            "CONNECTIONS_KEY_ID": key,
            "INTACCT_REST_URL": simulator.rest_url,
            "INTACCT_OAUTH_URL": simulator.oauth_url,
            "INTACCT_XML_URL": simulator.xml_url,
            "INTACCT_SECRET_PREFIX": "cartledger/test/intacct/",
        }.items():
            monkeypatch.setenv(name, value)
        known = simulator.credentials
        self.tenant = Tenant.model_validate(
            {
                "id": "acme",
                "intacct": {"company_id": known.company_id, "user_id": known.user_id},
                "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
                "stores": [
                    {
                        "id": "acme-shop",
                        "cart": "shopify",
                        "entity": "100",
                        "mapping": {"version": "1", "accounts": {}},
                    }
                ],
            }
        )

    def books(self) -> IntacctBooks:
        return bootstrap.books(self.tenant, "100")

    def cold_start(self) -> None:
        """A new process: nothing is in memory, the table is as it was."""
        bootstrap.close()
        for cached in (
            aws.dynamodb,
            aws.kms,
            aws.secretsmanager,
            tenant_bootstrap.secrets,
            tenant_bootstrap.tenants,
            review_bootstrap.reviews,
            connections.calls,
        ):
            cached.cache_clear()

    def sign_in_as(self, user: str) -> None:
        """Have the tenant's document and secret name another user."""
        company = self.simulator.credentials.company_id
        changed = {**self.simulator.secret(), "username": f"{user}@{company}"}
        self.secrets.put_secret_value(
            SecretId="cartledger/test/intacct/acme", SecretString=json.dumps(changed)
        )
        intacct = self.tenant.intacct.model_copy(update={"user_id": user})
        self.tenant = self.tenant.model_copy(update={"intacct": intacct})

    def end_pause(self) -> None:
        """Let so much time pass that the company is well again."""
        pk = f"HEALTH#{self.tenant.intacct.company_id}"
        key = {"pk": {"S": pk}, "sk": {"S": "STATE"}}
        self.dynamodb.delete_item(TableName="connections", Key=key)
        self.cold_start()

    def create(self, document: Any, key: str = "k") -> Any:
        return self.books().create(
            document, control_id=f"{key}-{document.__class__.__name__}", idempotency_key=key
        )

    def log(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.simulator.get("log")["requests"]
        return rows

    def calls_to(self, path: str) -> int:
        return sum(path in row["path"] for row in self.log())


@pytest.fixture
def world(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with mock_aws():
        made = World(simulator, monkeypatch)
        made.cold_start()
        yield made
        made.cold_start()


def test_documents_of_both_protocols_reach_one_set_of_books(world: World) -> None:
    world.create(CUSTOMER, "c")
    order, memo, batch = (world.create(document, "k") for document in (ORDER, MEMO, BATCH))

    assert order.key
    assert memo.key
    assert batch.key
    assert {account: str(amount) for account, amount in world.simulator.balances().items()} == {
        "1200": "-25.00",
        "4095": "25.00",
        "1100": "69.95",
        "4000": "-69.95",
    }
    for document in (CUSTOMER, ORDER, MEMO, BATCH):
        assert len(world.books().find(document)) == 1


def test_a_warm_fleet_signs_in_once_per_protocol(world: World) -> None:
    world.create(CUSTOMER, "c")
    for _ in range(3):
        world.cold_start()
        world.books().find(BATCH)
        world.books().find(CUSTOMER)
    assert world.calls_to("/oauth2/token") == 1
    opened = [row for row in world.log() if "getAPISession" in row["functions"]]
    assert len(opened) == 1


def test_everything_that_expires_in_mid_run_is_renewed_and_nothing_is_booked_twice(
    world: World,
) -> None:
    world.create(CUSTOMER, "c")
    world.books().find(BATCH)
    for key in ("a", "b"):
        world.simulator.post("expire", {})
        world.create(ORDER if key == "a" else BATCH, key)
    assert len(world.books().find(ORDER)) == 1
    assert len(world.books().find(BATCH)) == 1


def test_schedules_keep_token_and_session_fresh_before_anybody_needs_them(world: World) -> None:
    tokens, sessions = bootstrap.tokens(world.tenant), bootstrap.sessions(world.tenant)
    assert tokens.keep_fresh(ahead=AHEAD) is Outcome.RENEWED
    assert sessions.keep_fresh("100", ahead=AHEAD) is Outcome.RENEWED
    world.cold_start()
    world.books().find(CUSTOMER)
    world.books().find(BATCH)
    assert world.calls_to("/oauth2/token") == 1
    opened = [row for row in world.log() if "getAPISession" in row["functions"]]
    assert len(opened) == 1


@pytest.mark.parametrize("mishap", ["500-after", "drop-after", "truncated"])
@pytest.mark.parametrize("document", [ORDER, BATCH], ids=["rest", "xml"])
def test_a_write_whose_answer_is_lost_is_in_doubt_and_found_by_its_mark(
    world: World, mishap: str, document: Any
) -> None:
    world.create(CUSTOMER, "c")
    world.books().find(BATCH)  # signed in: the mishap is for the write
    path = "document::|xmlgw"
    world.simulator.post("faults", {"mishap": mishap, "path": path, "method": "POST", "times": 1})

    with pytest.raises(OutcomeUnknownError):
        world.create(document, "k")

    world.simulator.delete("faults")
    (found,) = world.books().find(document)
    assert found.reference == document.reference


@pytest.mark.parametrize(("document", "pause"), [(ORDER, 7.0), (BATCH, 1.0)], ids=["rest", "xml"])
def test_a_write_that_was_turned_away_may_be_sent_again_after_the_pause(
    world: World, document: Any, pause: float
) -> None:
    world.create(CUSTOMER, "c")
    world.books().find(BATCH)
    world.simulator.post("faults", {"mishap": "429", "method": "POST", "times": 1, "seconds": 7})

    with pytest.raises(RateLimitedError) as caught:
        world.create(document, "k")

    assert caught.value.retry_after_seconds >= pause
    sent = len(world.log())
    with pytest.raises(RateLimitedError, match="pause"):
        world.create(document, "k")
    assert len(world.log()) == sent
    world.end_pause()
    world.create(document, "k")
    assert len(world.books().find(document)) == 1


def test_a_read_that_fails_may_be_repeated(world: World) -> None:
    world.books().find(CUSTOMER)
    world.simulator.post("faults", {"mishap": "html", "times": 1})
    with pytest.raises(NotSentError):
        world.books().find(CUSTOMER)
    assert world.books().find(CUSTOMER) == []


def test_wrong_credentials_are_refused_by_both_wires_and_tried_once(world: World) -> None:
    wrong = {**world.simulator.secret(), "client_secret": "wrong", "user_password": "wrong"}
    world.secrets.put_secret_value(
        SecretId="cartledger/test/intacct/acme", SecretString=json.dumps(wrong)
    )
    for _ in range(3):
        for document in (CUSTOMER, BATCH):
            with pytest.raises(CredentialsError) as caught:
                world.books().find(document)
            assert "wrong" not in f"{caught.value} {caught.value.findings}"
    assert world.calls_to("/oauth2/token") == 1
    assert len([row for row in world.log() if "getAPISession" in row["functions"]]) == 1


def test_calls_are_counted_by_protocol(world: World) -> None:
    world.books().find(BATCH)
    world.create(CUSTOMER, "c")
    connections.calls().taken()

    world.books().find(BATCH)
    world.create(ORDER, "k")

    counted = connections.calls().taken()
    assert counted[("acme", "xml")] == 1
    assert counted[("acme", "rest_write")] == 1


def test_a_refund_always_goes_by_rest_and_a_memo_by_xml(world: World) -> None:
    world.create(CUSTOMER, "c")
    books = world.books()
    refund = CustomerRefund("R", "C-1001", DAY, MoneyPlace(financial_entity="BANK"), ())
    assert [books.protocol_of(document).value for document in (refund, MEMO, BATCH)] == [
        "rest",
        "xml",
        "xml",
    ]


def function(name: str) -> ModuleType:
    path = Path(__file__).parents[2] / "functions" / name / "app.py"
    spec = importlib.util.spec_from_file_location(f"{name}_app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Context:
    """What the Logger reads of a Lambda context."""

    function_name = "keeper"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:keeper"
    aws_request_id = "request-1"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


@pytest.mark.parametrize(
    ("name", "kept"), [("token_refresh", "tokens"), ("session_manager", "sessions")]
)
def test_the_scheduled_functions_renew_what_is_due_and_nothing_else(
    world: World, name: str, kept: str
) -> None:
    tenant_bootstrap.tenants().put(world.tenant)
    app = function(name)

    runs = []
    for _ in range(2):
        answer = app.handler({}, Context())
        runs.append([(row["tenant"], row["outcome"]) for row in answer[kept]])
        world.cold_start()

    assert runs == [[("acme", "renewed")], [("acme", "fresh")]]


def test_a_probe_by_the_function_names_what_the_role_lacks(world: World) -> None:
    role = {"customer": ["list", "view"], "ar_invoice": ["list", "view"]}
    world.simulator.company.add_user("ws_small", "password", permissions=role)
    world.sign_in_as("ws_small")
    tenant_bootstrap.tenants().put(world.tenant)

    answer = function("token_refresh").handler({"tenant": "acme", "probe": True}, Context())

    (user,) = answer["users"]
    assert (user["user"], user["is_sufficient"]) == ("ws_small", False)
    assert "Accounts Receivable: Customers (Add)" in user["missing"]
    assert "Order Entry: Order entry transactions (Add)" in user["missing"]
    assert "Accounts Receivable: Customers (View)" not in user["missing"]


def test_the_function_tells_which_names_of_a_document_the_books_cannot_use(world: World) -> None:
    tenant_bootstrap.tenants().put(world.tenant)
    names = {"": {"entity": ["100"]}, "100": {"account": ["4000", "9999"], "item": ["TEE"]}}

    answer = function("token_refresh").handler({"tenant": "acme", "names": names}, Context())

    absent = {"entity": "100", "kind": "account", "name": "9999", "state": "absent"}
    assert answer == {"unusable": [absent], "calls": 3}
    month = month_of(datetime.now(UTC))
    assert connections.call_records().of_month("acme", month)["rest_read"] == 3


def test_what_an_invocation_used_is_added_to_the_tenants_month(world: World) -> None:
    tenant_bootstrap.tenants().put(world.tenant)
    function("session_manager").handler({}, Context())
    month = month_of(datetime.now(UTC))
    counted = connections.call_records().of_month("acme", month)
    assert counted == {"xml": 1, "transactions": 1}


@pytest.mark.parametrize("mishap", ["500-before", "500-after", "drop-after", "html", "truncated"])
def test_no_failure_shows_a_token_a_session_or_a_password(
    world: World, mishap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = world.simulator.secret()
    hidden = [secret[name] for name in secret if "secret" in name or "password" in name]
    hidden.append(bootstrap.tokens(world.tenant).current())
    hidden.append(bootstrap.sessions(world.tenant).current("100").id)
    world.simulator.post("faults", {"mishap": mishap, "times": 0})
    shown = []
    for document in (ORDER, BATCH):
        for act in (world.create, world.books().find):
            with pytest.raises(IntacctError) as caught:
                act(document)
            shown.append("".join(traceback.format_exception(caught.value)))
            shown.append(f"{caught.value!r} {caught.value.findings}")
    with pytest.raises(IntacctError) as caught:
        bootstrap.tokens(world.tenant).renewed(rejected=hidden[-2])
    shown.append("".join(traceback.format_exception(caught.value)))

    printed = capsys.readouterr()
    everything = "".join([*shown, printed.out, printed.err])
    assert [one for one in hidden if one in everything] == []
    assert len(hidden) == 5
