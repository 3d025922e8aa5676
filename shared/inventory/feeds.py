"""Levels that a cart has taken in feeds and works on by and by: asked after by the next run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from carts.adapter import CartApiError
from carts.catalogue import FeedClient, WriteOutcome, Written
from commerce.codec import decode_as, encode_as
from shared.inventory.counts import Refused
from shared.tenants.models import Store, Tenant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WORKED_ON = timedelta(hours=6)
"""How long a feed is waited for; the levels are then compared and sent anew."""

LEFT_ALONE = timedelta(hours=6)
"""How long a level that a feed refused is not sent again."""

_NAME = "stock feeds"
_SORT_KEY = "#FEEDS"
"""No warehouse: their ids begin with no such sign."""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed that the cart works on, by the cart's id of it."""

    feed: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class FeedBook:
    """What became of a store's feeds: those that are open, and what was refused of older ones."""

    opened: tuple[OpenFeed, ...] = ()
    refused: tuple[Refused, ...] = field(default=())

    def heard(self, client: object, now: datetime) -> FeedBook:
        """With what the cart says of open feeds; one that it cannot tell of now stays open."""
        if not isinstance(client, FeedClient):
            return FeedBook()
        opened: list[OpenFeed] = []
        refused = {one.item: one for one in self.refused if one.until > now}
        for one in self.opened:
            told = _outcomes(client, one)
            if told is None and now - one.sent_at < WORKED_ON:
                opened.append(one)
            for name, written in (told or {}).items():
                if written.outcome is WriteOutcome.REFUSED:
                    refused[name] = Refused(name, written.message, now + LEFT_ALONE)
        return FeedBook(tuple(opened), tuple(refused.values()))

    def with_feed(self, feed: str, now: datetime) -> FeedBook:
        """With one more feed that is worked on."""
        known = {one.feed for one in self.opened}
        if not feed or feed in known:
            return self
        return replace(self, opened=(*self.opened, OpenFeed(feed, now)))


def _outcomes(client: FeedClient, one: OpenFeed) -> Mapping[str, Written] | None:
    """What became of the feed; nothing of one that the cart knows no more, None if not yet."""
    try:
        return client.feed_outcomes(one.feed)
    except CartApiError as error:
        return {} if error.is_lasting else None


class Feeds(Protocol):
    """Keeps what is known of feeds; whoever writes holds the store's lease."""

    def load(self, tenant: Tenant, store: Store) -> FeedBook:
        """What is known of the store's feeds."""
        ...

    def save(self, tenant: Tenant, store: Store, book: FeedBook) -> None:
        """Keep it."""
        ...


class DynamoDbFeeds:
    """Feeds in the orders table, beside the store's counts."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep them in `table`."""
        self._client = client
        self._table = table

    def load(self, tenant: Tenant, store: Store) -> FeedBook:
        """What is known of the store's feeds, by a consistent read.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        key = _key(tenant, store)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        told = answer.get("Item", {}).get("feeds")
        return decode_as(_NAME, FeedBook, bytes(told["B"])) if told else FeedBook()

    def save(self, tenant: Tenant, store: Store, book: FeedBook) -> None:
        """Keep it.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        item: dict[str, Any] = {**_key(tenant, store), "feeds": {"B": encode_as(_NAME, book)}}
        self._client.put_item(TableName=self._table, Item=item)


def _key(tenant: Tenant, store: Store) -> dict[str, Any]:
    return {"pk": {"S": f"STOCK#{tenant.id}#{store.id}"}, "sk": {"S": _SORT_KEY}}
