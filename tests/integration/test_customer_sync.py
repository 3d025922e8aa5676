"""The sync function as SQS calls it: events become ready orders, failures go back alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.bootstrap import customers as customers_bootstrap
from shared.bootstrap.ledger import ledger
from shared.facts.record import FactsStatus, order_pk
from shared.facts.store import DynamoDbFactsStore
from shared.ledger.apply import Applier
from shared.messages import OrderReady
from shared.reviews.records import DynamoDbReviews
from shared.tenants.models import Tenant
from tests.fakes import FakeBooks, counting_ids
from tests.integration.carts_rig import (
    ROOT,
    CartRig,
    context,
    handler_of,
    rig,
    sample,
    signed_event,
    tenant,
)

__all__ = ["rig"]

ORDER_ID = "5900000002001"
CHANNEL = {"customer_mode": "channel"}


def deliver(rig: CartRig, body: bytes, topic: str, event_id: str = "e-1") -> None:
    """Let a delivery pass intake."""
    answer = handler_of("webhook_intake")(
        signed_event(body, topic=topic, event_id=event_id), context()
    )
    assert answer["statusCode"] == 200
    assert rig.keys()


def batch(rig: CartRig) -> dict[str, Any]:
    """What SQS hands to the function: every event that is queued now."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": "handle",
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:e.fifo",
                "awsRegion": "us-east-1",
            }
            for message in rig.receive(rig.events_url)
        ]
    }


def stored(rig: CartRig, order_id: str = ORDER_ID) -> Any:
    store = DynamoDbFactsStore(rig.dynamodb, "orders", new_id=lambda: "reader")
    return store.load(order_pk("acme", "shop", order_id))


def test_a_delivery_becomes_facts_and_a_message_on_a_lane(rig: CartRig) -> None:
    rig.put_tenant(tenant(policy=CHANNEL))
    deliver(rig, sample("orders_paid.json"), "orders/paid")

    answer = handler_of("customer_sync")(batch(rig), context())

    assert answer == {"batchItemFailures": []}
    record = stored(rig)
    assert (record.status, record.customer) == (FactsStatus.READY, "")
    (message,) = rig.receive(rig.lanes_url)
    ready = OrderReady.model_validate_json(message["Body"])
    assert (ready.order_id, ready.facts_version) == (ORDER_ID, 1)
    assert message["Attributes"]["MessageGroupId"].startswith("acme#")


def test_an_event_file_of_the_function_is_read_from_the_archive(rig: CartRig) -> None:
    rig.put_tenant(tenant(policy=CHANNEL))
    rig.s3.put_object(
        Bucket="raw-events", Key="raw/acme/shop/d1.json", Body=sample("orders_paid.json")
    )
    handler = handler_of("customer_sync")

    for name in ("order_paid", "hint"):
        event = json.loads((ROOT / "events" / f"customer_sync.{name}.json").read_bytes())
        assert handler(event, context()) == {"batchItemFailures": []}

    assert stored(rig).version == 1


def test_order_refund_and_duplicates_in_one_batch_end_in_one_record(rig: CartRig) -> None:
    rig.put_tenant(tenant(policy=CHANNEL))
    deliver(rig, sample("refunds_create.json"), "refunds/create", "e-2")
    deliver(rig, sample("orders_paid.json"), "orders/paid", "e-1")
    records = batch(rig)
    records["Records"] += records["Records"]

    handler_of("customer_sync")(records, context())

    record = stored(rig)
    assert record.status is FactsStatus.READY
    assert len(record.facts.refunds) == 1
    assert {r.status.value for r in DynamoDbReviews(rig.dynamodb, "orders").all("acme")} == {
        "closed"
    }


def test_a_real_customer_goes_through_the_ledger_once(
    rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = FakeBooks(is_unique=True)
    ids = counting_ids()

    def applier(of: Tenant, entity: str) -> Applier:
        assert (of.id, entity) == ("acme", "")
        return Applier(ledger(), books, clock=lambda: datetime.now(UTC), ids=ids)

    ledger.cache_clear()
    monkeypatch.setattr(customers_bootstrap, "applier", applier)
    deliver(rig, sample("orders_paid.json"), "orders/paid")
    other = json.loads(sample("orders_paid.json")) | {"id": 78, "name": "#2078"}
    deliver(rig, json.dumps(other).encode(), "orders/paid", "e-78")

    answer = handler_of("customer_sync")(batch(rig), context())
    customers_bootstrap.customer_sync.cache_clear()
    deliver(rig, json.dumps(other | {"id": 79}).encode(), "orders/paid", "e-79")
    again = handler_of("customer_sync")(batch(rig), context())
    ledger.cache_clear()

    assert answer == again == {"batchItemFailures": []}
    assert len(books.marks()) == 1
    assert {stored(rig, order_id).customer for order_id in (ORDER_ID, "78", "79")} == set(
        books.marks()
    )


def test_a_poisonous_event_goes_back_with_its_followers_and_the_rest_passes(
    rig: CartRig,
) -> None:
    rig.put_tenant(tenant(policy=CHANNEL))
    deliver(rig, sample("orders_paid.json"), "orders/paid")
    good = batch(rig)["Records"]
    poison = [
        {**good[0], "messageId": name, "body": body, "attributes": {"MessageGroupId": "g"}}
        for name, body in (("bad", "{}"), ("behind", good[0]["body"]))
    ]

    answer = handler_of("customer_sync")({"Records": [*poison, *good]}, context())

    failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failed == ["bad", "behind"]
    assert stored(rig).status is FactsStatus.READY


def test_an_order_that_does_not_add_up_is_held_and_reviewed(rig: CartRig) -> None:
    rig.put_tenant(tenant(policy=CHANNEL))
    broken = json.loads(sample("orders_paid.json"))
    broken["total_price"] = "100.00"
    del broken["total_price_set"]
    deliver(rig, json.dumps(broken).encode(), "orders/paid")

    handler_of("customer_sync")(batch(rig), context())

    (review,) = DynamoDbReviews(rig.dynamodb, "orders").all("acme")
    assert [str(finding.difference) for finding in review.findings[:1]] == ["-17.97 USD"]
    assert rig.receive(rig.lanes_url) == []
