"""The function that looks after customers, on its tables and with Sage in place of a fake."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carts.accounts import Account, AccountAddress
from commerce.money import Money
from intacct.documents import DocumentResult
from intacct.errors import NotSentError
from intacct.reading import Kept, Standing
from shared.bootstrap import background, errand_runs
from shared.bootstrap import customer_watch as bootstrap
from shared.bootstrap.errands import customer_news, errands
from shared.bootstrap.ledger import ledger
from shared.budgets.months import BACKGROUND
from shared.changes.ports import Change
from shared.customers.access import StoreClients
from shared.customers.identity import buyer_digests
from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import Condition, CustomerLink, Origin
from shared.errands.records import Errand, ErrandKind
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.facts.store import DynamoDbFactsStore
from shared.ledger.records import Intent
from shared.ledger.states import claim, finish
from shared.messages import CartEvent, OrderReady
from shared.postings.findings import Finding, Reason
from shared.reviews.records import DynamoDbReviews, Stage, order_subject
from shared.tenants.models import Tenant
from tests.fakes import FakeBooks
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant
from tests.integration.order_posting_rig import sold
from tests.unit.customers.choosing_rig import person_made
from tests.unit.customers.sage import FakeSage
from tests.unit.customers.test_watching import Standings
from tests.unit.errands.accounts_rig import OWNED
from tests.unit.errands.memory import FakeAccounts
from tests.unit.errands.orders_rig import OWNED as OF_ORDERS
from tests.unit.errands.orders_rig import TOLD, Cart

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME_IN_SAGE = ("1 Main St", "", "San Jose", "CA", "95110", "US")


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
    monkeypatch.setattr(errand_runs, "reads", lambda *_: sage)
    monkeypatch.setattr(background, "call_records", MonthOfReads)
    bootstrap.customer_resumer.cache_clear()
    errand_runs.account_carrier.cache_clear()
    errand_runs.order_teller.cache_clear()
    errand_runs.store_clients.cache_clear()
    errands.cache_clear()
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


def test_what_sage_owns_of_a_customer_reaches_its_account_in_the_cart(
    rig: CartRig, sage: FakeSage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tenant(customers={"writes_back": True}).model_dump(mode="json") | {"ownership": OWNED}
    rig.put_tenant(Tenant.model_validate(told))
    store = DynamoDbLinks(rig.dynamodb, "orders")
    link = replace(links(rig)[0], condition=Condition.GOOD, accounts={"shop": "4711"})
    store.save(link)
    shop = FakeAccounts()
    shop.accounts["4711"] = Account(phone="1")
    monkeypatch.setattr(StoreClients, "client", lambda *_: shop)
    contact = sage.known()["P-1"].customer.contact
    assert contact is not None
    sage.change_by_hand("P-1", contact=replace(contact, phone="+1 555 0100"))
    customer_news().changed(
        Tenant.model_validate(told), "", [Change(Kept.CUSTOMER, "1", "P-1", "", "active", AT)]
    )

    (first,) = handler_of("customer_watch")({}, context())["tenants"]
    (second,) = handler_of("customer_watch")({}, context())["tenants"]

    assert (first["accounts"], second["accounts"]) == ({"alike": 1}, {})
    assert shop.written == [
        ("4711", {"phone": "+1 555 0100", "address": AccountAddress(*HOME_IN_SAGE)})
    ]


def test_orders_are_told_their_invoice_and_that_sage_has_it_paid(
    rig: CartRig, sage: FakeSage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tenant(orders_back=TOLD).model_dump(mode="json") | {"ownership": OF_ORDERS}
    rig.put_tenant(Tenant.model_validate(told))
    bought = sold("1003")
    assert bought.order is not None
    pk, key = order_pk("acme", "shop", "1003"), "acme/100/INVOICE/shop:invoice:F1003"
    on_account = replace(bought, order=replace(bought.order, gateways=("manual",)), payments=())
    DynamoDbFactsStore(rig.dynamodb, "orders", new_id=lambda: "x").save(
        FactsRecord(pk, on_account, status=FactsStatus.READY, customer="P-1")
    )
    intent = Intent(pk, key, "INV-1003", "C", "h")
    (mine,) = ledger().commit(claim(intent, None, owner="w", now=AT))
    ledger().commit(finish(mine, DocumentResult("501", invoice_key="77"), now=AT))
    paid = Standing(
        Kept.AR_INVOICE, "77", "INV-1003", "paid", "INV-1003",
        total=bought.order.total, due=Money.zero("USD"),
    )  # fmt: skip
    monkeypatch.setattr(Standings, "standings", lambda *_: [paid])
    monkeypatch.setattr(errand_runs, "reads", lambda *_: Standings(sage))
    shop = Cart()
    monkeypatch.setattr(StoreClients, "client", lambda *_: shop)
    details = {"document": "Sales Invoice-1003"}
    errands().ask(Errand("acme", ErrandKind.NOTE, "shop/1003/INV-1003", AT, details))
    errands().ask(Errand("acme", ErrandKind.PAID, "shop/1003", AT, {"INV-1003": "77"}))

    (first,) = handler_of("customer_watch")({}, context())["tenants"]
    errands().ask(Errand("acme", ErrandKind.PAID, "shop/1003", AT, {"INV-1003": "77"}))
    (second,) = handler_of("customer_watch")({}, context())["tenants"]

    assert (first["orders_told"], second["orders_told"]) == ({"noted": 1, "paid": 1}, {})
    assert shop.notes == [("1003", "Sage Intacct: Sales Invoice-1003")]
    assert shop.paid == [("1003", bought.order.total)]
