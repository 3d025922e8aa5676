"""`ops customer`: who each buyer is, and a person's word on it, with its audit record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from commerce.orders import Buyer
from shared.customers.identity import buyer_digests
from shared.customers.links import Condition, CustomerLink, Origin
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.records import Intent
from shared.ledger.states import claim
from shared.postings.findings import Reason
from shared.reviews.records import Stage
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.order_posting_rig import sold, tenant

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA, BOB = Buyer(id="1", name="Ada Secret"), Buyer(id="2", name="Bob Secret")


def kept(
    rig: OpsRig,
    order_id: str,
    buyer: Buyer = ADA,
    *,
    status: FactsStatus = FactsStatus.HELD,
    customer: str = "",
) -> FactsRecord:
    facts = sold(order_id)
    assert facts.order is not None
    facts = replace(facts, order=replace(facts.order, buyer=buyer))
    pk = order_pk("acme", "shop", order_id)
    return rig.desk.facts.save(FactsRecord(pk, facts, status=status, customer=customer))


def buyer_of(record: FactsRecord) -> str:
    order, store = record.known.order, tenant().store("shop")
    assert order is not None
    assert store is not None
    return buyer_digests("shop", order, store.customers)[0]


def linked(rig: OpsRig, record: FactsRecord, customer: str) -> CustomerLink:
    return rig.desk.links.put_new(
        CustomerLink(
            tenant="acme",
            buyer=buyer_of(record),
            store="shop",
            customer=customer,
            origin=Origin.MATCHED,
            condition=Condition.GOOD,
            linked_at=AT,
            key="7",
            matched_by="email",
        )
    )


def judged(rig: OpsRig) -> set[str]:
    """The orders that go through customer_sync again."""
    messages = rig.take("CartEventsQueueUrl")
    return {json.loads(message["Body"])["resource_id"] for message in messages}


def posted(rig: OpsRig, order_id: str) -> None:
    intent = Intent(order_pk("acme", "shop", order_id), "acme/100/INVOICE/x", "1", "C", "h")
    rig.desk.ledger.commit(claim(intent, None, owner="worker", now=AT))


def test_customers_are_listed_and_shown_without_anybodys_name(rig: OpsRig) -> None:
    link = linked(rig, kept(rig, "1001", customer="P-1"), "P-1")
    linked(rig, kept(rig, "1002", BOB), "P-2")

    everybody = rig.json("customer", "list", "acme")
    nobody = rig.json("customer", "list", "acme", "--origin", "created")
    table = rig.run("customer", "list", "acme", "--store", "shop", "--condition", "good")
    shown = [rig.json("customer", "show", "acme", who) for who in ("shop/1001", link.buyer, "P-1")]
    printed = rig.run("customer", "show", "acme", "P-1")

    assert {one["customer"] for one in everybody} == {"P-1", "P-2"}
    assert everybody[0]["by"] == "email"
    assert nobody == []
    assert shown[0] == shown[1] == shown[2]
    assert (shown[0]["key"], shown[0]["generation"]) == ("7", 1)
    assert "P-2" in table.output
    assert "P-1" in printed.output
    assert "Secret" not in table.output + printed.output + json.dumps(everybody)


def test_a_person_decides_who_the_buyer_of_an_order_is(rig: OpsRig) -> None:
    record = kept(rig, "1001")
    kept(rig, "1002")
    kept(rig, "1003", BOB)
    for order_id in ("1001", "1002", "1003"):
        rig.hold(order_id, Reason.CUSTOMER_AMBIGUOUS, Stage.FACTS)

    told = rig.json("customer", "link", "acme", "shop/1001", "P-1", "--why", "asked sales")

    link = rig.desk.links.load("acme", buyer_of(record))
    (note,) = rig.desk.audit.all("acme")
    assert link is not None
    assert (link.customer, link.origin, link.condition, link.by) == (
        "P-1",
        Origin.PERSON,
        Condition.UNCHECKED,
        note.who,
    )
    assert (note.what, note.subject, note.why, note.details["customer"]) == (
        "customer link",
        "shop/1001",
        "asked sales",
        "P-1",
    )
    assert sorted(told["orders"]) == ["shop/1001", "shop/1002"]
    assert judged(rig) == {"1001", "1002"}


def test_an_order_changes_its_customer_only_while_nothing_is_posted(rig: OpsRig) -> None:
    free = kept(rig, "1001", status=FactsStatus.READY, customer="P-1")
    bound = kept(rig, "1002", BOB, status=FactsStatus.READY, customer="P-1")
    linked(rig, free, "P-1")
    link = linked(rig, bound, "P-1")
    posted(rig, "1002")

    rig.json("customer", "link", "acme", "shop/1001", "P-2", "--why", "merged")
    refused = rig.run("customer", "link", "acme", "shop/1002", "P-2", "--why", "merged")

    after = rig.desk.facts.load(free.pk)
    assert after is not None
    assert (after.customer, after.status) == ("", FactsStatus.AWAITING_CUSTOMER)
    assert refused.exit_code == 1
    assert "undo the order first" in refused.output
    assert rig.desk.links.load("acme", link.buyer) == link
    assert judged(rig) == {"1001"}


def test_a_buyer_is_renamed_unlinked_and_named_again_by_the_customers_id(rig: OpsRig) -> None:
    link = linked(rig, kept(rig, "1001"), "P-1")
    rig.hold("1001", Reason.CUSTOMER_INACTIVE, Stage.FACTS)

    def now_is() -> tuple[str, str, tuple[str, ...]]:
        after = rig.desk.links.load("acme", link.buyer)
        assert after is not None
        return after.customer, after.key, after.excluded

    told = rig.json("customer", "link", "acme", "P-1", "P-2", "--why", "merged in Sage")
    assert (told["previous"], now_is()) == ("P-1", ("P-2", "", ()))
    said = rig.run("customer", "unlink", "acme", "P-2", "--why", "somebody else")
    assert "nobody yet, was P-2" in said.output
    assert now_is() == ("", "", ("P-2",))
    assert rig.run("customer", "unlink", "acme", link.buyer, "--why", "x").exit_code == 1
    rig.json("customer", "link", "acme", link.buyer, "P-2", "--why", "it was right")
    assert now_is() == ("P-2", "", ())
    assert judged(rig) == {"1001"}


def test_what_names_nobody_or_several_is_told_and_the_watch_is_asked(rig: OpsRig) -> None:
    first = linked(rig, kept(rig, "1001"), "P-1")
    linked(rig, kept(rig, "1002", BOB), "P-1")
    told = {"tenant": "acme", "looked_at": 3, "gone_bad": ["C-1"], "orders": []}
    functions = rig.answer_functions({"CustomerWatch": {"tenants": [told]}})

    said = {who: rig.run("customer", "show", "acme", who) for who in ("P-9", "P-1", "shop/1001")}
    shown = rig.json("customer", "check", "acme")
    printed = rig.run("customer", "check", "acme")
    rig.answer_functions({"CustomerWatch": {"tenants": []}})
    paused = rig.run("customer", "check", "acme")

    assert [result.exit_code for result in said.values()] == [1, 1, 1]
    assert "nobody is P-9" in said["P-9"].output
    assert first.buyer in said["P-1"].output
    assert "no customer of its own" in said["shop/1001"].output
    assert shown == [told]
    assert "C-1" in printed.output
    assert functions.asked[0] == ("CustomerWatch", {"tenant": "acme"})
    assert "paused" in paused.output
