"""A tenant's books are built from environment, configuration and secret, once for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from moto import mock_aws

from intacct.capabilities import CapabilityError
from intacct.changes import UpdateMaster
from intacct.documents import Customer, JournalEntry
from intacct.errors import CredentialsError
from intacct.reading import Kept
from shared.bootstrap import aws, connections
from shared.bootstrap import books as bootstrap
from shared.bootstrap import tenants as tenant_bootstrap
from shared.connections.calls import CallCounter
from shared.connections.errors import ForeignCompanyError
from shared.ownership.table import NotOursError, Ownership, Right, Rule, Side
from shared.ports import Books
from shared.tenants.models import Tenant
from tests.unit.connections.test_keeping import tenant

JOURNAL = JournalEntry("GL-1", "GJ", date(2026, 3, 2), "a day", (), is_batch=True)
CACHED: tuple[Any, ...] = (
    aws.dynamodb,
    aws.kms,
    aws.secretsmanager,
    tenant_bootstrap.secrets,
    connections.calls,
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name, value in {
        "STAGE": "test",
        "CONNECTIONS_TABLE": "connections",
        "CONNECTIONS_KEY_ID": "alias/connections",
        "INTACCT_REST_URL": "http://127.0.0.1:9/ia/api/v1",
        "INTACCT_OAUTH_URL": "http://127.0.0.1:9/ia/api/v1/oauth2/token",
        "INTACCT_XML_URL": "http://127.0.0.1:9/ia/xml/xmlgw.phtml",
        "INTACCT_SECRET_PREFIX": "cartledger/test/intacct/",
    }.items():
        monkeypatch.setenv(name, value)
    _forget()
    with mock_aws():
        yield
    _forget()


def _forget() -> None:
    bootstrap.close()
    for cached in CACHED:
        cached.cache_clear()


def at(company: str, **members: Any) -> Tenant:
    """The tenant of that company."""
    return tenant("acme", intacct={"company_id": company, "user_id": "ws", **members})


def create_connections_table() -> None:
    boto3.client("dynamodb", region_name="us-east-1").create_table(
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


def test_books_are_built_once_and_anew_when_the_configuration_changes() -> None:
    before, after = tenant("acme"), tenant("acme", "100", "200")
    first: Books = bootstrap.books(before, "100")
    assert bootstrap.books(before, "100") is first
    assert bootstrap.books(before, "") is not first
    assert bootstrap.books(after, "100") is not first


@pytest.mark.parametrize("build", [bootstrap.records, bootstrap.reads])
def test_records_and_reads_are_built_once_per_entity(build: Callable[[Tenant, str], Any]) -> None:
    acme = tenant("acme", "100", "200")
    first = build(acme, "100")
    assert build(acme, "100") is first
    assert build(acme, "200") is not first


@pytest.mark.parametrize("protocol", ["rest", "xml"])
def test_a_read_needs_the_credentials_of_its_protocol(protocol: str) -> None:
    create_connections_table()
    where = at("ACME-imp", protocols={"keys": protocol})
    with pytest.raises(CredentialsError, match="cartledger/test/intacct/acme"):
        next(iter(bootstrap.reads(where, "100").keys(Kept.CUSTOMER)))


def test_books_are_built_anew_after_some_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    first = bootstrap.books(tenant("acme"), "100")
    now += 301
    assert bootstrap.books(tenant("acme"), "100") is not first


def test_a_wrong_choice_of_protocol_is_named_at_once() -> None:
    wrong = {"company_id": "A-imp", "user_id": "ws", "protocols": {"customer_refund": "xml"}}
    with pytest.raises(CapabilityError, match="customer_refund"):
        bootstrap.books(tenant("acme", intacct=wrong), "100")


def test_a_secret_without_members_is_one_error_that_names_them_all() -> None:
    client = boto3.client("secretsmanager", region_name="us-east-1")
    client.create_secret(
        Name="cartledger/test/intacct/acme",
        SecretString=json.dumps({"client_id": "app", "username": "ws@ACME-imp"}),
    )
    create_connections_table()
    with pytest.raises(CredentialsError) as caught:
        bootstrap.books(at("ACME-imp"), "100").find(Customer("C", "Ada"))
    message = str(caught.value)
    for member in ("client_secret", "sender_id", "sender_password", "user_password"):
        assert member in message
    assert "client_id" not in message
    assert "cartledger/test/intacct/acme" in message


def test_calls_are_counted_per_tenant_and_kind_until_they_are_taken() -> None:
    counter = CallCounter()
    for kind in ("rest_read", "rest_write", "rest_read"):
        counter.for_tenant("acme")(kind)
    counter.for_tenant("other")("xml")
    assert counter.taken() == {
        ("acme", "rest_read"): 2,
        ("acme", "rest_write"): 1,
        ("other", "xml"): 1,
    }
    assert counter.taken() == {}


@pytest.mark.parametrize("company", ["ACME", "ACME-dev1"])
def test_a_company_of_the_other_kind_is_sent_nothing(company: str) -> None:
    for document in (Customer("C", "Ada"), JOURNAL):
        with pytest.raises(ForeignCompanyError, match=company):
            bootstrap.books(at(company), "100").find(document)
    for connection in (bootstrap.tokens, bootstrap.sessions):
        with pytest.raises(ForeignCompanyError):
            connection(at(company))


def test_a_reason_in_the_tenants_document_lets_a_company_of_the_other_kind_in() -> None:
    reason = "the demonstration company of our partner has no sandbox"
    assert "ws@ACME" in repr(bootstrap.tokens(at("ACME", company_reason=reason)))


def test_what_only_reads_is_a_second_user_where_the_tenant_names_one() -> None:
    alone, both = at("ACME-imp"), at("ACME-imp", reading_user_id="reader")
    assert bootstrap.reading_client(alone) is bootstrap.rest_client(alone)
    assert bootstrap.reading_client(both) is not bootstrap.rest_client(both)
    assert "reader@ACME-imp" in repr(bootstrap.tokens(both, is_reading=True))
    assert "ws@ACME-imp" in repr(bootstrap.tokens(both))


def test_what_the_ownership_table_does_not_allow_never_reaches_a_connection() -> None:
    rule = Rule(Side.CART, (Right.READ,), (Right.READ,))
    owned = tenant("acme").model_copy(update={"ownership": Ownership(customer=rule, gl=rule)})
    customer = Customer(id="C-1", name="Ada")
    update = UpdateMaster("7", customer, frozenset({"name"}))

    with pytest.raises(NotOursError, match=r"ownership\.customer\.in_sage"):
        bootstrap.books(owned, "100").create(customer, control_id="c", idempotency_key="i")
    with pytest.raises(NotOursError, match=r"ownership\.gl\.in_sage"):
        bootstrap.books(owned, "100").create(JOURNAL, control_id="c", idempotency_key="i")
    with pytest.raises(NotOursError, match=r"customer\.name"):
        bootstrap.records(owned, "100").change(update, control_id="c", idempotency_key="i")
