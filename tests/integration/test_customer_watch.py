"""The function that looks after customers, on its tables and with Sage in place of a fake."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from intacct.errors import NotSentError
from shared.bootstrap import background
from shared.bootstrap import customer_watch as bootstrap
from shared.bootstrap.ledger import ledger
from shared.budgets.months import BACKGROUND
from shared.customers.identity import buyer_digests
from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import Condition, CustomerLink, Origin
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.facts.store import DynamoDbFactsStore
from shared.messages import CartEvent, OrderReady
from shared.postings.findings import Finding, Reason
from shared.reviews.records import DynamoDbReviews, Stage, order_subject
from tests.fakes import FakeBooks
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant
from tests.integration.order_posting_rig import sold
from tests.unit.customers.choosing_rig import person_made
from tests.unit.customers.sage import FakeSage
from tests.unit.customers.test_watching import Standings

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


class MonthOfReads:
    """What the month's counts say of reads in the background."""

    used = 0

    def of_month(self, _tenant: str, _month: str) -> dict[str, int]:
        """The counts by kind."""
        return {BACKGROUND: self.used}


@pytest.fixture
def sage(rig: CartRig, monkeypatch: pytest.MonkeyPatch) -> FakeSage:
    """A company with one customer, P-1, whose link is kept as inactive, and two orders of it."""
    sage = FakeSage(FakeBooks())
    sage.add(person_made("P-1"))
    monkeypatch.setattr(bootstrap, "reads", lambda *_: Standings(sage))
    monkeypatch.setattr(bootstrap, "records", lambda *_: sage)
    monkeypatch.setattr(background, "call_records", MonthOfReads)
    bootstrap.customer_resumer.cache_clear()
    ledger.cache_clear()
    rig.put_tenant(tenant())
    _keep(rig, "1001", Stage.FACTS, Finding(Reason.CUSTOMER_INACTIVE, "customer", "is inactive"))
    refused = Finding(Reason.REFUSED_BY_SAGE, "SO_CREATE", "refused", "Customer 'P-1' ...")
    _keep(rig, "1002", Stage.POSTING, refused)
    return sage


def _keep(rig: CartRig, order_id: str, stage: Stage, finding: Finding) -> None:
    """An order that waits, before or after it was ready to post."""
    is_ready = stage is Stage.POSTING
    status = FactsStatus.READY if is_ready else FactsStatus.HELD
    facts, store = sold(order_id), tenant().store("shop")
    assert facts.order is not None
    assert store is not None
    record = FactsRecord(
        order_pk("acme", "shop", order_id), facts, status=status, customer="P-1" * is_ready
    )
    DynamoDbFactsStore(rig.dynamodb, "orders", new_id=lambda: "x").save(record)
    subject = order_subject("shop", order_id, stage)
    DynamoDbReviews(rig.dynamodb, "orders").open("acme", subject, [finding], at=AT)
    DynamoDbLinks(rig.dynamodb, "orders").put_new(
        CustomerLink(
            tenant="acme",
            buyer=buyer_digests("shop", facts.order, store.customers)[0],
            store="shop",
            customer="P-1",
            origin=Origin.MATCHED,
            condition=Condition.INACTIVE,
            linked_at=AT,
            key="1",
        )
    )


def links(rig: CartRig) -> list[CustomerLink]:
    return list(DynamoDbLinks(rig.dynamodb, "orders").all("acme"))


def sample(name: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads(
        (ROOT / "events" / f"customer_watch.{name}.json").read_text()
    )
    return loaded


def test_who_is_gone_is_told_and_orders_go_on_when_they_are_back(
    rig: CartRig, sage: FakeSage
) -> None:
    watch = handler_of("customer_watch")
    sage.gone.add("P-1")

    (gone,) = watch(sample("schedule"), context())["tenants"]

    reviews = {one.subject: one for one in DynamoDbReviews(rig.dynamodb, "orders").all("acme")}
    assert gone["orders"] == []
    assert {link.condition for link in links(rig)} == {Condition.DELETED}
    assert reviews["customer:P-1"].reasons == (Reason.CUSTOMER_MISSING,)
    assert sage.asked == ["search id", "standings of 2"]

    sage.gone.clear()
    (back,) = watch(sample("one_tenant"), context())["tenants"]

    (judged,) = rig.receive(rig.events_url)
    (posted,) = rig.receive(rig.lanes_url)
    assert sorted(back["orders"]) == ["1001", "1002"]
    assert CartEvent.model_validate_json(judged["Body"]).resource_id == "1001"
    assert OrderReady.model_validate_json(posted["Body"]).cause == "release:customer-watch"
    assert {link.condition for link in links(rig)} == {Condition.GOOD}


def test_a_tenant_that_cannot_be_asked_or_is_paused_does_not_stop_the_others(
    rig: CartRig, sage: FakeSage
) -> None:
    for name, is_paused in (("bolt", False), ("coda", True)):
        rig.put_tenant(tenant().model_copy(update={"id": name, "is_paused": is_paused}))
    sage.errors = [NotSentError("down")]

    told = handler_of("customer_watch")({}, context())["tenants"]

    errors = {one["tenant"]: one.get("error", "") for one in told}
    assert errors == {"acme": "NotSentError", "bolt": ""}


@pytest.mark.usefixtures("rig")
def test_without_background_reads_left_nobody_is_asked(
    sage: FakeSage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MonthOfReads, "used", 5_000)

    (told,) = handler_of("customer_watch")({}, context())["tenants"]

    assert told == {"tenant": "acme", "error": "BACKGROUND_READS_USED_UP"}
    assert sage.asked == []
