"""The register of gift cards in DynamoDB: each use once, in one order for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.cards.store import CardBook, CardConflictError, DynamoDbCards
from shared.postings.gift_cards import Card, CardUse
from tests.accounting.shop import captured, day, facts, line, order, usd
from tests.contract.ledger_rig import make_table

CARD = Card("card-1", usd("50.00"), usd("40.00"))


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDbCards]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        make_table(client, "orders")
        yield DynamoDbCards(client, "orders")


def _facts(*uses: tuple[str, str]) -> Any:
    paid = [
        replace(captured(name, amount, day(3), "gift_card"), card_id="card-1")
        for name, amount in uses
    ]
    return facts(order(line("vase", "50.00")), *paid)


def test_a_card_comes_back_as_it_was_registered(cards: DynamoDbCards) -> None:
    assert cards.register("acme", "shop", CARD)
    assert not cards.register("acme", "shop", CARD)
    assert cards.load("acme", "shop", "card-1") == CARD
    assert cards.load("acme", "other", "card-1") is None
    assert list(cards.all("acme", "shop")) == [CARD]


def test_a_card_is_never_registered_at_another_price(cards: DynamoDbCards) -> None:
    cards.register("acme", "shop", CARD)
    with pytest.raises(CardConflictError):
        cards.register("acme", "shop", replace(CARD, paid=usd("0.00")))


def test_a_use_is_noted_once_and_after_those_before_it(cards: DynamoDbCards) -> None:
    cards.register("acme", "shop", CARD)
    stale = cards.load("acme", "shop", "card-1")
    assert stale is not None
    first, second = CardUse("a", usd("20.00")), CardUse("b", usd("30.00"))
    cards.use("acme", "shop", stale, first)
    assert cards.use("acme", "shop", stale, second).uses == (first, second)
    assert cards.use("acme", "shop", stale, first).uses == (first, second)


def test_an_order_notes_its_uses_when_it_is_posted_and_only_then(cards: DynamoDbCards) -> None:
    cards.register("acme", "shop", CARD)
    known = _facts(("use-1", "20.00"), ("use-2", "10.00"))
    looked = CardBook(cards)("acme", "shop", known)
    assert cards.load("acme", "shop", "card-1") == CARD
    posted = CardBook(cards, notes=True)("acme", "shop", known)
    assert looked == posted
    assert [use.id for use in posted["card-1"].uses] == ["use-1", "use-2"]
    assert CardBook(cards)("acme", "shop", known) == posted


def test_an_order_without_registered_cards_gets_none(cards: DynamoDbCards) -> None:
    assert CardBook(cards, notes=True)("acme", "shop", _facts(("use-1", "20.00"))) == {}
    assert CardBook(cards, notes=True)("acme", "shop", facts(None)) == {}
