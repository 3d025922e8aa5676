"""What an order's facts were made of stays findable: the archived documents, in their order."""

from __future__ import annotations

import hashlib

import pytest

from carts.adapter import Reading
from carts.documents import parse
from carts.registry import adapter
from commerce.codec import decode
from shared.customers.sync import SyncOutcome
from shared.intake.archive import NotKeptError
from tests.unit.customers.sync_rig import SHOPIFY, Rig, ScriptedClient, sample


def whole() -> Reading:
    return adapter("shopify").read(
        "shop", "orders/updated", parse((SHOPIFY / "orders_paid.json").read_bytes())
    )


def test_each_delivery_that_changed_the_facts_is_named_in_its_order() -> None:
    rig = Rig()

    rig.take(sample("orders_paid"))
    rig.take(sample("orders_paid"))
    rig.take(sample("refunds_create"), "refunds/create")

    assert rig.record.sources == ("raw/acme/shop/1.json", "raw/acme/shop/3.json")


def test_a_fetched_order_is_archived_under_the_digest_of_what_it_says() -> None:
    rig = Rig(client=ScriptedClient(whole()))

    rig.hint("2026-04-02T14:14:07Z")

    (key,) = rig.record.sources
    body = rig.archive.bodies[key]
    assert key == f"fetched/acme/shop/{hashlib.sha256(body).hexdigest()}.json"
    assert decode(body) == whole().facts


def test_a_fetched_order_that_tells_nothing_new_is_not_archived_again() -> None:
    rig = Rig(client=ScriptedClient(whole()))
    rig.take(sample("orders_paid"))
    known = set(rig.archive.bodies)

    report = rig.hint("2026-04-02T14:14:08Z")

    assert report.outcome is SyncOutcome.UNCHANGED
    assert set(rig.archive.bodies) == known


def test_an_order_that_cannot_be_archived_changes_no_facts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig(client=ScriptedClient(whole()))

    def refuse(*_: object) -> bool:
        raise NotKeptError

    monkeypatch.setattr(rig.archive, "put_new", refuse)

    with pytest.raises(NotKeptError):
        rig.hint("2026-04-02T14:14:07Z")
    assert rig.facts.load("ORD#acme#shop#1") is None
    assert rig.lanes.messages == []
