"""A person asks the posting function how an order stands in Sage; nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from functions.order_posting import app as order_posting
from shared.bootstrap import posting
from shared.ledger.records import State
from tests.integration.order_posting_rig import PostingRig, context, event, rig, sold

__all__ = ["rig"]

ASKED = {"tenant": "acme", "store": "shop", "order_id": "1001"}


def look(rig: PostingRig, monkeypatch: pytest.MonkeyPatch, **asked: str) -> dict[str, Any]:
    monkeypatch.setattr(posting, "books", lambda _tenant, _entity: rig.books)
    posting.order_looker.cache_clear()
    answer: dict[str, Any] = order_posting.handler({"look": {**ASKED, **asked}}, context())
    return answer


def test_an_order_that_is_posted_stands_as_sent(
    rig: PostingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.keep(sold("1001"))
    order_posting.handler(event("order_posting.two_orders"), context())
    sent = len(rig.books.sent)

    answer = look(rig, monkeypatch)

    assert answer["findings"] == []
    assert {one["standing"] for one in answer["documents"]} == {"as sent"}
    assert {one["state"] for one in answer["documents"]} == {State.DONE.value}
    assert len(rig.books.sent) == sent


def test_what_is_only_planned_is_not_there_as_expected(
    rig: PostingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.keep(sold("1001"))

    answer = look(rig, monkeypatch)

    assert {one["standing"] for one in answer["documents"]} == {"not there, as expected"}
    assert all(one["is_right"] for one in answer["documents"])
    assert rig.chain("1001") == {}


def test_a_store_that_is_not_configured_is_a_finding(
    rig: PostingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.keep(sold("1001", store="closed"))

    answer = look(rig, monkeypatch, store="closed")

    assert answer["documents"] == []
    assert answer["findings"] == [
        "store closed: the store, or the entity it posts to, is not in the tenant's configuration"
    ]


def test_an_order_that_nobody_told_of_cannot_be_looked_up(
    rig: PostingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = look(rig, monkeypatch)

    assert answer == {
        "documents": [],
        "findings": ["order 1001 of store shop: nothing is known"],
    }
