"""The register of gift cards, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.cards.store import CardBook, DynamoDbCards
from shared.settings import OrdersSettings


@cache
def card_book(*, notes: bool = False) -> CardBook:
    """What answers the gift cards that orders redeem; `notes` keeps new uses, as posting must."""
    table = OrdersSettings.from_environment().ORDERS_TABLE
    return CardBook(DynamoDbCards(aws.dynamodb(), table), notes=notes)
