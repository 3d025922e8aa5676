"""What registers of bundles promise, held against memory and against DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from shared.bundles.register import ALWAYS, BundleRegister, Composition
from shared.bundles.store import DynamoDbBundles
from shared.postings.bundle_parts import Part
from tests.unit.bundles.memory import MemoryBundles

TEE = Part("TEE", Decimal("2.50"), "p1", "v1", Money.of("20.125", "USD"))
MUG = Part("", Decimal(1), "p2")
LATER = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(params=["memory", "dynamodb"])
def register(request: pytest.FixtureRequest) -> Iterator[BundleRegister]:
    if request.param == "memory":
        yield MemoryBundles()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="orders",
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
        yield DynamoDbBundles(client, "orders")


def test_a_composition_is_kept_once_however_often_it_is_told(register: BundleRegister) -> None:
    told = Composition(ALWAYS, (TEE, MUG))

    assert register.note("acme", "shop", "SET", told)
    assert not register.note("acme", "shop", "SET", told)
    assert not register.note("acme", "shop", "SET", Composition(LATER, told.parts))
    assert register.load_many("acme", "shop", ["SET", "TEE"]) == {"SET": (told,)}
    assert register.load_many("acme", "other", ["SET"]) == {}


def test_compositions_follow_each_other_and_none_changes_the_past(register: BundleRegister) -> None:
    register.note("acme", "shop", "SET", Composition(LATER, (TEE, MUG)))

    with pytest.raises(ValueError, match="already"):
        register.note("acme", "shop", "SET", Composition(ALWAYS, (TEE,)))
    assert register.note("acme", "shop", "SET", Composition(datetime(2026, 4, 1, tzinfo=UTC), ()))
    (history,) = register.load_many("acme", "shop", ["SET"]).values()
    assert [told.parts for told in history] == [(TEE, MUG), ()]


def test_what_never_was_a_bundle_is_not_kept(register: BundleRegister) -> None:
    assert not register.note("acme", "shop", "PEN", Composition(LATER, ()))
    assert register.load_many("acme", "shop", ["PEN"]) == {}
