"""What keepers of item links promise, held against memory and against DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from shared.items.link_store import DynamoDbItemLinks
from shared.items.linked import LinkedItems
from shared.items.links import Condition, ItemLink, ItemLinks, Origin, StaleLinkError
from shared.items.news import MOST_NEWS, DynamoDbItemNews, ItemNews, News
from tests.unit.items.memory import MemoryItemLinks, MemoryItemNews

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)


def link(article: str = "MUG-1", **members: object) -> ItemLink:
    first = ItemLink(
        tenant="acme",
        store="shop",
        article=article,
        item=article,
        origin=Origin.CREATED,
        condition=Condition.GOOD,
        linked_at=AT,
        key="17",
        product_id="8001",
        ref_id="8001",
        unit="piece",
        sent={"name": "d1"},
        written={"base_price": "d2"},
        tugs={"sage": 1},
    )
    return replace(first, **members)  # type: ignore[arg-type]  # by name


@pytest.fixture
def table() -> Iterator[DynamoDBClient]:
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
        yield client


@pytest.fixture(params=["memory", "dynamodb"])
def links(request: pytest.FixtureRequest) -> ItemLinks:
    if request.param == "memory":
        return MemoryItemLinks()
    return DynamoDbItemLinks(request.getfixturevalue("table"), "orders")


@pytest.fixture(params=["memory", "dynamodb"])
def news(request: pytest.FixtureRequest) -> ItemNews:
    if request.param == "memory":
        return MemoryItemNews()
    return DynamoDbItemNews(request.getfixturevalue("table"), "orders")


def test_a_link_comes_back_as_it_was_stored(links: ItemLinks) -> None:
    stored = links.put_new(link())

    assert stored == link(version=1)
    assert links.load("acme", "shop", "MUG-1") == stored
    assert links.load("acme", "other", "MUG-1") is None


def test_the_first_link_of_an_article_stands(links: ItemLinks) -> None:
    first = links.put_new(link())

    assert links.put_new(link(item="OTHER")) == first


def test_a_change_counts_up_and_a_change_of_an_older_reading_is_refused(links: ItemLinks) -> None:
    first = links.put_new(link())
    second = links.save(replace(first, condition=Condition.INACTIVE))

    assert second.version == 2
    assert links.load("acme", "shop", "MUG-1") == second
    with pytest.raises(StaleLinkError):
        links.save(replace(first, condition=Condition.DELETED))


def test_many_are_found_at_once_and_others_are_left_out(links: ItemLinks) -> None:
    names = [f"SKU-{number}" for number in range(130)]
    for name in names:
        links.put_new(link(name))

    found = links.load_many("acme", "shop", [*names, "NONE", names[0]])

    assert sorted(found) == sorted(names)
    assert [each.article for each in links.all("acme", "shop")] == sorted(names)
    assert list(links.all("acme", "other")) == []


def test_only_items_that_can_be_sold_are_told_to_posting(links: ItemLinks) -> None:
    links.put_new(link("GOOD"))
    links.put_new(link("NEW", condition=Condition.UNMADE))
    links.put_new(link("OLD", condition=Condition.DELETED))

    assert LinkedItems(links)("acme", "shop", ["GOOD", "NEW", "OLD", "NONE"]) == {"GOOD": "GOOD"}


def test_what_changed_waits_until_it_was_looked_at(news: ItemNews) -> None:
    assert news.of_store("acme", "shop") == News()
    news.note("acme", "shop", ["MUG-1", "TEE"])
    news.note("acme", "shop", ["TEE", "CAP"])
    news.note("acme", "outlet", ["MUG-1"])
    assert news.note("acme", "shop", [])

    found = news.of_store("acme", "shop")
    assert found.articles == {"MUG-1", "TEE", "CAP"}
    news.looked_at("acme", "shop", found)

    assert news.of_store("acme", "shop").articles == frozenset()
    assert news.of_store("acme", "outlet").articles == {"MUG-1"}
    news.note("acme", "shop", ["CAP"])
    assert news.of_store("acme", "shop").articles == {"CAP"}


def test_what_changed_once_more_during_a_look_waits_on(news: ItemNews) -> None:
    news.note("acme", "shop", ["MUG-1", "TEE"])
    found = news.of_store("acme", "shop")
    news.note("acme", "shop", ["MUG-1"])

    news.looked_at("acme", "shop", found)
    news.looked_at("acme", "shop", News())

    assert news.of_store("acme", "shop").articles == {"MUG-1", "TEE"}


def test_more_than_one_transaction_looks_at_is_left_to_the_usual_look(news: ItemNews) -> None:
    assert not news.note("acme", "shop", [str(number) for number in range(MOST_NEWS + 1)])
    assert news.of_store("acme", "shop") == News()
    assert news.note("acme", "shop", [str(number) for number in range(MOST_NEWS)])

    assert not news.note("acme", "shop", ["MUG-1"])

    assert len(news.of_store("acme", "shop").articles) == MOST_NEWS
