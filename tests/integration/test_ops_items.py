"""`ops items`: which item each article is, who waits for one, and a person's word on it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.items.link_store import DynamoDbItemLinks
from shared.items.links import Condition, ItemLink, Origin
from shared.postings.articles import item_place
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Stage, order_subject
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.order_posting_rig import sold

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def links(rig: OpsRig) -> DynamoDbItemLinks:
    place = rig.desk.place
    return DynamoDbItemLinks(place.client("dynamodb"), place.output("OrdersTableName"))


def linked(rig: OpsRig, article: str, item: str) -> ItemLink:
    return links(rig).put_new(
        ItemLink(
            "acme", "shop", article, item, Origin.MATCHED, Condition.GOOD, AT, matched_by="sku"
        )
    )


def waits(rig: OpsRig, order_id: str) -> str:
    """An order that waits for its article's item; the article."""
    facts = sold(order_id)
    assert facts.order is not None
    (line, *_) = facts.order.lines
    pk = order_pk("acme", "shop", order_id)
    rig.desk.facts.save(FactsRecord(pk, facts, status=FactsStatus.READY, customer="C-1"))
    place = item_place("shop", line.sku)
    finding = Finding(Reason.ITEM_MISSING, place, "no Sage item is linked to it")
    subject = order_subject("shop", order_id, Stage.POSTING)
    rig.desk.reviews.open("acme", subject, [finding], at=AT)
    return line.sku


def posted_again(rig: OpsRig) -> set[str]:
    messages = rig.take("OrderPostingsQueueUrl")
    return {json.loads(message["Body"])["order_id"] for message in messages}


def test_items_are_listed_and_one_is_shown(rig: OpsRig) -> None:
    linked(rig, "MUG-1", "MUG")
    first = linked(rig, "TEE-1", "TEE")
    links(rig).save(replace(first, condition=Condition.INACTIVE))

    rows = rig.json("items", "list", "acme", "shop")
    inactive = rig.json("items", "list", "acme", "shop", "--condition", "inactive")

    assert [(row["article"], row["item"], row["by"]) for row in rows] == [
        ("MUG-1", "MUG", "sku"),
        ("TEE-1", "TEE", "sku"),
    ]
    assert [row["article"] for row in inactive] == ["TEE-1"]
    assert rig.json("items", "show", "acme", "shop", "MUG-1")["item"] == "MUG"


def test_orders_are_grouped_by_the_article_that_they_wait_for(rig: OpsRig) -> None:
    article = waits(rig, "1001")
    assert waits(rig, "1002") == article

    (row,) = rig.json("items", "list", "acme", "shop", "--waiting")

    assert (row["article"], row["orders"], row["oldest"]) == (article, 2, "1001")


def test_a_persons_link_lets_all_waiting_orders_go(rig: OpsRig) -> None:
    article = waits(rig, "1001")
    waits(rig, "1002")

    told = rig.json("items", "link", "acme", "shop", article, "MUGS", "--why", "the same mug")

    assert told == {"article": article, "item": "MUGS", "orders": 2}
    assert posted_again(rig) == {"1001", "1002"}
    stored = links(rig).load("acme", "shop", article)
    assert stored is not None
    assert (stored.item, stored.origin, stored.sells) == ("MUGS", Origin.PERSON, True)
    (note,) = rig.desk.audit.all("acme")
    assert (note.what, note.subject, note.why) == ("items link", f"shop/{article}", "the same mug")


def test_a_link_is_changed_and_taken_back(rig: OpsRig) -> None:
    linked(rig, "MUG-1", "MUG")

    rig.json("items", "link", "acme", "shop", "MUG-1", "CUP", "--why", "it is a cup")
    rig.run("items", "unlink", "acme", "shop", "MUG-1", "--why", "no more")

    stored = links(rig).load("acme", "shop", "MUG-1")
    assert stored is not None
    assert (stored.item, stored.sells) == ("CUP", False)


def test_an_unknown_article_or_store_is_a_sentence(rig: OpsRig) -> None:
    unknown = rig.run("items", "show", "acme", "shop", "NONE")
    elsewhere = rig.run("items", "list", "acme", "elsewhere")

    assert (unknown.exit_code, elsewhere.exit_code) == (1, 1)
    assert "linked to no item" in unknown.output
    assert "has no store" in elsewhere.output


def test_a_sync_by_hand_tells_what_came_of_it(rig: OpsRig) -> None:
    told = {"tenant": "acme", "store": "shop", "outcome": "complete", "items_created": 2}
    functions = rig.answer_functions({"ItemSync": {"stores": [told]}})

    assert rig.json("items", "sync", "acme", "shop") == [told]
    assert functions.asked == [("ItemSync", {"tenant": "acme", "store": "shop"})]
