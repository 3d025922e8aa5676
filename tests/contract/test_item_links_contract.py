"""What keepers of item links promise, held against memory and against DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from shared.items.link_store import DynamoDbItemLinks
from shared.items.linked import LinkedItems
from shared.items.links import Condition, ItemLink, ItemLinks, Origin, StaleLinkError
from tests.unit.items.memory import MemoryItemLinks

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


@pytest.fixture(params=["memory", "dynamodb"])
def links(request: pytest.FixtureRequest) -> Iterator[ItemLinks]:
    if request.param == "memory":
        yield MemoryItemLinks()
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
        yield DynamoDbItemLinks(client, "orders")


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
