"""What bundles are made of, in the orders table: `BUNDLES#<tenant>#<store>`, and the article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from commerce.money import Money
from shared.bundles.register import (
    BundlesMovedError,
    Composition,
    CompositionHistory,
    with_composition,
)
from shared.postings.bundle_parts import Part
from shared.tables import put_where, read_many

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOST_TRIES = 8


class DynamoDbBundles:
    """`shared.bundles.register.BundleRegister` in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk."""
        self._client = client
        self._table = table

    def load_many(
        self, tenant: str, store: str, articles: Iterable[str]
    ) -> Mapping[str, CompositionHistory]:
        """The compositions of those articles that have one, by consistent reads.

        Raises:
            LeftUnreadError: DynamoDB kept leaving some unread.
            botocore.exceptions.ClientError: they could not be read.
        """
        keys = [_key(tenant, store, each) for each in sorted(set(articles))]
        items = read_many(self._client, self._table, keys)
        return {item["sk"]["S"]: _history(item["bundle"]["S"]) for item in items}

    def note(self, tenant: str, store: str, article: str, told: Composition) -> bool:
        """Add a composition that differs from the newest one; whether it was added.

        Raises:
            ValueError: it would change what already holds.
            BundlesMovedError: others kept changing it.
            botocore.exceptions.ClientError: it could not be stored.
        """
        for _ in range(_MOST_TRIES):
            known = self.load_many(tenant, store, [article]).get(article, ())
            wanted = with_composition(known, told)
            if wanted == known:
                return False
            if self._put(_key(tenant, store, article), known, wanted):
                return True
        raise BundlesMovedError(article)

    def _put(
        self, key: dict[str, Any], known: CompositionHistory, wanted: CompositionHistory
    ) -> bool:
        """Store the history where the known one still stands; whether it did."""
        item = {**key, "bundle": {"S": _told(wanted)}}
        return put_where(self._client, self._table, item, "bundle", _told(known) if known else "")


def _key(tenant: str, store: str, article: str) -> dict[str, Any]:
    return {"pk": {"S": f"BUNDLES#{tenant}#{store}"}, "sk": {"S": article}}


def _told(history: CompositionHistory) -> str:
    rows = [
        {
            "since": told.since.isoformat(),
            "parts": [_row(part) for part in told.parts],
            "fixed": told.is_fixed,
        }
        for told in history
    ]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


def _row(part: Part) -> list[str]:
    price = f"{part.price.amount} {part.price.currency}" if part.price is not None else ""
    return [part.sku, str(part.quantity), part.product_id, part.ref_id, price]


def _history(text: str) -> CompositionHistory:
    return tuple(
        Composition(
            datetime.fromisoformat(told["since"]),
            tuple(_part(row) for row in told["parts"]),
            told["fixed"],
        )
        for told in json.loads(text)
    )


def _part(row: list[str]) -> Part:
    sku, quantity, product_id, ref_id, price = row
    stated = Money.of(*price.split(" ")) if price else None
    return Part(sku, Decimal(quantity), product_id, ref_id, stated)
