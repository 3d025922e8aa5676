"""Gift cards in the orders table: `CARDS#<tenant>#<store>`, and the card's id.

A use is added once, in the order in which orders are looked at; it is never changed or taken away,
so that the same use always draws the same shares of its card.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from commerce.money import Money
from commerce.orders import Facts
from shared.postings.gift_cards import Card, CardUse, redemptions_of
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOST_RACES = 8


class CardConflictError(Exception):
    """The card is registered with another face or price."""


class CardRaceError(Exception):
    """Others kept using the card meanwhile: try again."""


class Cards(Protocol):
    """Keeps cards; every write is conditional."""

    def load(self, tenant: str, store: str, card_id: str) -> Card | None:
        """The card by a consistent read; None where it is not registered."""
        ...

    def register(self, tenant: str, store: str, card: Card) -> bool:
        """Keep a new card; whether it was new.

        Raises:
            CardConflictError: it is there with another face or price.
        """
        ...

    def use(self, tenant: str, store: str, card: Card, use: CardUse) -> Card:
        """Add a use to a loaded card, once; the card as it stands then.

        Raises:
            CardRaceError: others kept using it.
        """
        ...

    def all(self, tenant: str, store: str) -> Iterator[Card]:
        """Every card of a store."""
        ...


class CardBook:
    """Asked for the cards that an order redeems, it answers them with these uses among theirs."""

    def __init__(self, cards: Cards, *, notes: bool = False) -> None:
        """Ask `cards`; with `notes`, a use that is new is kept, as whoever posts must."""
        self._cards = cards
        self._notes = notes

    def __call__(self, tenant: str, store: str, facts: Facts) -> Mapping[str, Card]:
        """The registered cards that the order uses, by id.

        Raises:
            CardRaceError: others kept using one of them.
            botocore.exceptions.ClientError: the table could not be used.
        """
        found: dict[str, Card] = {}
        for redemption in redemptions_of(facts):
            known = found.get(redemption.card_id)
            card = known or self._cards.load(tenant, store, redemption.card_id)
            if card is not None:
                found[card.id] = self._used(tenant, store, card, redemption.use)
        return found

    def _used(self, tenant: str, store: str, card: Card, use: CardUse) -> Card:
        if self._notes:
            return self._cards.use(tenant, store, card, use)
        return card.with_use(use)


class DynamoDbCards:
    """`Cards` in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk."""
        self._client = client
        self._table = table

    def load(self, tenant: str, store: str, card_id: str) -> Card | None:
        """The card by a consistent read; None where it is not registered."""
        key = _key(tenant, store, card_id)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _card(item) if item else None

    def register(self, tenant: str, store: str, card: Card) -> bool:
        """Keep a new card; whether it was new.

        Raises:
            CardConflictError: it is there with another face or price.
        """
        item = {**_key(tenant, store, card.id), **_terms(card), "uses": {"S": "[]"}}
        if self._put(item, "attribute_not_exists(pk)", {}):
            return True
        known = self.load(tenant, store, card.id)
        if known is None or (known.face, known.paid) != (card.face, card.paid):
            raise CardConflictError(card.id)
        return False

    def use(self, tenant: str, store: str, card: Card, use: CardUse) -> Card:
        """Add a use to a loaded card, once; the card as it stands then.

        Raises:
            CardRaceError: others kept using it.
        """
        for _ in range(_MOST_RACES):
            more = card.with_use(use)
            if more == card:
                return card
            item = {**_key(tenant, store, card.id), **_terms(card), "uses": {"S": _told(more)}}
            if self._put(item, "uses = :before", {":before": {"S": _told(card)}}):
                return more
            card = self.load(tenant, store, card.id) or card
        raise CardRaceError(card.id)

    def all(self, tenant: str, store: str) -> Iterator[Card]:
        """Every card of a store."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"CARDS#{tenant}#{store}"}},
        )
        for page in pages:
            yield from (_card(item) for item in page["Items"])

    def _put(self, item: dict[str, Any], condition: str, values: dict[str, Any]) -> bool:
        extra: Any = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression=condition, **extra
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _key(tenant: str, store: str, card_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"CARDS#{tenant}#{store}"}, "sk": {"S": card_id}}


def _terms(card: Card) -> dict[str, Any]:
    currency = card.face.currency
    return {
        "face": {"S": card.face.plain()},
        "paid": {"S": card.paid.plain()},
        "currency": {"S": currency},
    }


def _told(card: Card) -> str:
    return json.dumps([[use.id, use.amount.plain()] for use in card.uses], separators=(",", ":"))


def _card(item: dict[str, Any]) -> Card:
    currency = item["currency"]["S"]
    uses = tuple(
        CardUse(name, Money.of(amount, currency)) for name, amount in json.loads(item["uses"]["S"])
    )
    return Card(
        item["sk"]["S"],
        Money.of(item["face"]["S"], currency),
        Money.of(item["paid"]["S"], currency),
        uses,
    )
