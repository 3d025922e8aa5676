"""Which articles' items changed in Sage since they were last looked at.

Who follows changes in Sage notes them, the next run of `item_sync` looks at them: so what Sage owns
reaches the cart, and what the cart owns is put right, without waiting for the look at all linked
items. In the orders table: `ITEMNEWS#<tenant>`, an item for each store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from intacct.item_search import MOST_ITEMS
from shared.tables import update_where

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_NEWS = MOST_ITEMS
"""As many articles of a store as wait: one transaction. What is more is found by the usual look."""


@dataclass(frozen=True, slots=True)
class News:
    """The articles to look at; `version` tells whether something was noted since."""

    articles: frozenset[str] = frozenset()
    version: int = 0


class ItemNews(Protocol):
    """Keeps what is to be looked at."""

    def of_store(self, tenant: str, store: str) -> News:
        """The articles of a store that wait."""
        ...

    def note(self, tenant: str, store: str, articles: Iterable[str]) -> bool:
        """Have articles looked at; False where so many wait that they are not noted."""
        ...

    def looked_at(self, tenant: str, store: str, news: News) -> None:
        """These were looked at; they wait on where something was noted since."""
        ...


class DynamoDbItemNews:
    """`ItemNews` in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep it in `table`."""
        self._client = client
        self._table = table

    def of_store(self, tenant: str, store: str) -> News:
        """The articles of a store that wait.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, store), ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None:
            return News()
        articles = item["articles"]["SS"] if "articles" in item else ()
        return News(frozenset(articles), int(item["version"]["N"]))

    def note(self, tenant: str, store: str, articles: Iterable[str]) -> bool:
        """Have articles looked at; False where so many wait that they are not noted.

        Raises:
            botocore.exceptions.ClientError: it could not be written; noting again is safe.
        """
        noted = sorted(set(articles))
        if not 0 < len(noted) <= MOST_NEWS:
            return not noted
        return self._update(
            tenant,
            store,
            "ADD articles :noted, version :one",
            "attribute_not_exists(articles) OR size(articles) < :most",
            {":noted": {"SS": noted}, ":one": {"N": "1"}, ":most": {"N": str(MOST_NEWS)}},
        )

    def looked_at(self, tenant: str, store: str, news: News) -> None:
        """These were looked at; they wait on where something was noted since.

        Raises:
            botocore.exceptions.ClientError: it could not be written; they are looked at once more.
        """
        if news.articles:
            self._update(
                tenant,
                store,
                "DELETE articles :done",
                "version = :version",
                {":done": {"SS": sorted(news.articles)}, ":version": {"N": str(news.version)}},
            )

    def _update(
        self, tenant: str, store: str, change: str, condition: str, values: Mapping[str, Any]
    ) -> bool:
        key = _key(tenant, store)
        return update_where(self._client, self._table, key, change, condition, values=values)


def _key(tenant: str, store: str) -> dict[str, Any]:
    return {"pk": {"S": f"ITEMNEWS#{tenant}"}, "sk": {"S": store}}
