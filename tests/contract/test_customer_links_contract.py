"""What keeps the links of buyers promises the same in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import (
    Condition,
    CustomerLink,
    CustomerLinks,
    Origin,
    Progress,
    StaleLinkError,
)
from tests.contract.ledger_rig import make_table
from tests.fakes import MemoryLinks

AT = datetime(2026, 4, 2, 15, tzinfo=UTC)
LINK = CustomerLink(
    tenant="acme",
    buyer="B1",
    store="shop",
    customer="C-1",
    origin=Origin.MATCHED,
    condition=Condition.GOOD,
    linked_at=AT,
    key="17",
    matched_by="email",
    by="aws/ann",
    excluded=("C-9",),
    generation=2,
    as_of=AT,
    sent={"name": "abc"},
    contacts={"C-1-XY": "def"},
)


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        yield boto3.client("dynamodb", region_name="us-east-1")


@pytest.fixture
def table(dynamodb: Any, request: pytest.FixtureRequest) -> str:
    """A table of the test's own."""
    name = f"orders-{abs(hash(request.node.nodeid))}"
    make_table(dynamodb, name)
    return name


@pytest.fixture(params=["memory", "dynamodb"])
def links(request: pytest.FixtureRequest) -> CustomerLinks:
    if request.param == "memory":
        return MemoryLinks()
    client = request.getfixturevalue("dynamodb")
    return DynamoDbLinks(client, request.getfixturevalue("table"))


def test_a_link_comes_back_as_it_was_kept(links: CustomerLinks) -> None:
    kept = links.put_new(LINK)

    assert kept == replace(LINK, version=1)
    assert links.load("acme", "B1") == kept
    assert links.load("acme", "B2") is None
    assert links.load("other", "B1") is None


def test_a_link_without_anything_beside_comes_back_too(links: CustomerLinks) -> None:
    bare = CustomerLink("acme", "B1", "shop", "C-1", Origin.CREATED, Condition.UNMADE, AT)

    assert links.put_new(bare) == links.load("acme", "B1") == replace(bare, version=1)


def test_whoever_is_first_decides(links: CustomerLinks) -> None:
    first = links.put_new(LINK)

    assert links.put_new(replace(LINK, customer="C-2")) == first
    assert links.load("acme", "B1") == first


def test_two_buyers_may_share_a_link(links: CustomerLinks) -> None:
    kept = links.put_new(LINK)

    links.point("acme", "B2", "B1")
    links.point("acme", "B1", "B1")

    assert links.load("acme", "B2") == kept
    assert links.put_new(replace(LINK, buyer="B2", customer="C-2")) == kept
    assert list(links.all("acme")) == [kept]


def test_a_buyer_with_a_link_keeps_it(links: CustomerLinks) -> None:
    links.put_new(LINK)
    own = links.put_new(replace(LINK, buyer="B2", customer="C-2"))

    links.point("acme", "B2", "B1")

    assert links.load("acme", "B2") == own


def test_the_first_buyer_that_has_a_link_is_taken(links: CustomerLinks) -> None:
    kept = links.put_new(LINK)

    assert links.load("acme", "B0", "B1") == kept
    assert links.load("acme", "B0", "B2") is None


def test_a_change_is_stored_once_and_never_over_a_newer_one(links: CustomerLinks) -> None:
    kept = links.put_new(LINK)

    newer = links.save(replace(kept, customer="C-2"))
    with pytest.raises(StaleLinkError):
        links.save(replace(kept, customer="C-3"))

    assert newer.version == 2
    assert links.load("acme", "B1") == newer


def test_every_link_of_a_tenant_is_listed(links: CustomerLinks) -> None:
    for buyer in ("B2", "B1"):
        links.put_new(replace(LINK, buyer=buyer))
    links.put_new(replace(LINK, tenant="other"))

    assert [link.buyer for link in links.all("acme")] == ["B1", "B2"]
    assert [link.buyer for link in links.all("acme", after="B1")] == ["B2"]


def test_how_far_they_were_looked_at_is_kept_beside_the_links(links: CustomerLinks) -> None:
    links.put_new(LINK)
    assert links.progress("acme") is None

    links.note_progress("acme", Progress(AT, "B1"))
    links.note_progress("acme", Progress(AT))

    assert links.progress("acme") == Progress(AT)
    assert links.progress("other") is None
    assert [link.buyer for link in links.all("acme")] == ["B1"]


def test_a_write_that_the_client_repeats_succeeds_on_its_own_work(
    dynamodb: Any, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = DynamoDbLinks(dynamodb, table)
    put = dynamodb.put_item

    def twice(**request: Any) -> Any:
        put(**request)
        return put(**request)

    monkeypatch.setattr(dynamodb, "put_item", twice)

    kept = links.put_new(LINK)
    newer = links.save(replace(kept, customer="C-2"))

    assert links.load("acme", "B1") == newer


def test_what_the_table_refuses_otherwise_is_raised(dynamodb: Any) -> None:
    with pytest.raises(ClientError):
        DynamoDbLinks(dynamodb, "absent").put_new(LINK)
