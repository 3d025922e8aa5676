"""What is kept of closed periods, the same in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from shared.posting.closed_period_store import DynamoDbClosings, DynamoDbLateItems
from shared.posting.closings import Closing, Closings
from shared.posting.late_items import LateItem, LateItems
from tests.contract.ledger_rig import make_table
from tests.fakes import MemoryClosings, MemoryLateItems

MARCH = Closing(
    date(2026, 3, 31), (date(2026, 4, 1), date(2026, 5, 1)), datetime(2026, 4, 2, 12, tzinfo=UTC)
)
ITEM = LateItem(
    order_pk="ORD#acme#shop#1001",
    key="acme/100/PAYMENT/shop:receipt:9",
    true_on=date(2026, 3, 28),
    posted_on=date(2026, 4, 1),
    amount=Money.of("24.50", "USD"),
    reason="the books were closed through 2026-03-31",
)


@pytest.fixture(params=["memory", "dynamodb"])
def stores(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Closings, LateItems]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        make_table(client, "orders")
        if request.param == "memory":
            yield MemoryClosings(), MemoryLateItems()
        else:
            yield DynamoDbClosings(client, "orders"), DynamoDbLateItems(client, "orders")


@pytest.mark.parametrize("entity", ["100", ""], ids=["an entity", "the top level"])
def test_a_closing_comes_back_as_it_was_learned(
    stores: tuple[Closings, LateItems], entity: str
) -> None:
    closings, _ = stores
    closings.save("acme", entity, MARCH)

    assert closings.load("acme", entity) == MARCH
    assert closings.load("other", entity) is None
    assert closings.load("acme", "200") is None


def test_a_later_closing_takes_the_place_of_the_one_before(
    stores: tuple[Closings, LateItems],
) -> None:
    closings, _ = stores
    april = replace(MARCH, closed_through=date(2026, 4, 30), begins=())
    closings.save("acme", "100", MARCH)
    closings.save("acme", "100", april)

    assert closings.load("acme", "100") == april


def test_the_list_holds_each_posting_once_as_it_was_dated_last(
    stores: tuple[Closings, LateItems],
) -> None:
    _, late = stores
    other = replace(ITEM, key="acme/100/ADVANCE/shop:receipt:8", amount=None)
    moved = replace(ITEM, posted_on=date(2026, 5, 1))
    for item in (ITEM, other, moved):
        late.add("acme", item)
    late.add("globex", ITEM)

    assert list(late.all("acme")) == [other, moved]
