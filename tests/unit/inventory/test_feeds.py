"""A cart that takes levels in feeds is asked what became of them before it is told more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from carts.adapter import CartApiError
from carts.catalogue import NewLevel, WriteOutcome, Written
from shared.inventory.counts import Refused
from shared.inventory.feeds import LEFT_ALONE, WORKED_ON, DynamoDbFeeds, FeedBook, Feeds, OpenFeed
from tests.unit.inventory.memory import MemoryFeeds
from tests.unit.inventory.rig import Rig, policy

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)


class Fed:
    """A cart that works on feeds by and by; `outcomes` are those of feeds that are done."""

    def __init__(self) -> None:
        self.rig = Rig(policy(("W1", "71001")))
        for sku in ("MUG", "TEE"):
            self.rig.shop.offer(sku, L71001=1)
            self.rig.sage.has(sku, "W1", 5)
        self.taken: list[Sequence[NewLevel]] = []
        self.outcomes: dict[str, Mapping[str, Written] | CartApiError] = {}
        self.client = self.rig.shop.client
        self.set_stock = self.client.set_stock
        self.client.set_stock = self.take
        self.client.feed_outcomes = self.told

    def take(self, levels: Sequence[NewLevel]) -> list[Written]:
        self.taken.append(levels)
        feed = f"feed-{len(self.taken)}"
        return [Written(WriteOutcome.ACCEPTED, feed=feed) for _ in levels]

    def told(self, feed: str) -> Mapping[str, Written] | None:
        told = self.outcomes.get(feed)
        if isinstance(told, CartApiError):
            raise told
        return told

    def works(self, number: int, *refused: str) -> None:
        """The cart is done with a feed."""
        good = [level for level in self.taken[number - 1] if level.sku not in refused]
        self.set_stock(good)
        answer = Written(WriteOutcome.REFUSED, "no such offer")
        self.outcomes[f"feed-{number}"] = dict.fromkeys(refused, answer)


def test_nothing_is_sent_while_the_cart_works_on_a_feed() -> None:
    fed = Fed()
    assert fed.rig.run().written == 2
    fed.rig.later()
    report = fed.rig.run()
    assert (report.written, report.waiting, len(fed.taken)) == (0, 1, 1)
    fed.works(1)
    fed.rig.later()
    assert (fed.rig.run().written, fed.rig.run().waiting) == (0, 0)
    assert fed.rig.shop.level("MUG", "71001") == 5


def test_a_row_that_a_feed_refused_is_told_and_left_alone_for_hours() -> None:
    fed = Fed()
    fed.rig.run()
    fed.works(1, "TEE")
    for _ in range(2):
        fed.rig.later()
        assert fed.rig.run().written == 0
        assert fed.rig.findings() == ["the cart refused the level: no such offer"]
    fed.rig.later(LEFT_ALONE.total_seconds() / 60)
    fed.rig.run()
    assert [level.sku for level in fed.taken[1]] == ["TEE"]
    fed.works(2)
    fed.rig.later()
    fed.rig.run()
    assert fed.rig.findings() == []


def test_a_feed_that_is_never_done_is_given_up_and_its_levels_are_sent_anew() -> None:
    fed = Fed()
    fed.rig.run()
    fed.rig.later(WORKED_ON.total_seconds() / 60)
    assert fed.rig.run().written == 2
    assert len(fed.taken) == 2


@pytest.mark.parametrize(("is_lasting", "waiting"), [(True, 1), (False, 1)])
def test_a_cart_that_cannot_tell_of_a_feed_is_asked_again_unless_it_knows_it_no_more(
    *, is_lasting: bool, waiting: int
) -> None:
    fed = Fed()
    fed.rig.run()
    fed.outcomes["feed-1"] = CartApiError("no answer", is_lasting=is_lasting)
    fed.rig.later()
    fed.rig.run()
    assert len(fed.taken) == (2 if is_lasting else 1)
    (book,) = fed.rig.feeds.stored.values()
    assert len(book.opened) == waiting


@pytest.fixture(params=["memory", "dynamodb"])
def feeds(request: pytest.FixtureRequest) -> Iterator[Feeds]:
    if request.param == "memory":
        yield MemoryFeeds()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        client.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name, _ in keys
            ],
        )
        yield DynamoDbFeeds(client, "orders")


def test_what_is_known_of_feeds_is_kept_for_each_store(feeds: Feeds) -> None:
    rig = Rig(policy(("W1", "71001")), policy(("W1", "71001")))
    first, second = rig.tenant.stores
    book = FeedBook((OpenFeed("feed-1", AT),), (Refused("TEE", "no", AT),))
    assert feeds.load(rig.tenant, first) == FeedBook()
    feeds.save(rig.tenant, first, book)
    assert feeds.load(rig.tenant, first) == book
    assert feeds.load(rig.tenant, second) == FeedBook()
