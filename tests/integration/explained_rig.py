"""A day of the outlet on moto: signed bodies archived, synced, entered and closed as deployed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from commerce.money import Money
from local.demo import payloads
from ops.order_books import days_of
from shared.customers.reading import EventReader
from shared.customers.sync import CustomerSync, SyncParts
from shared.facts.record import order_pk
from shared.gl.days import DayKey
from shared.gl.store_items import EVENT, key_of, packed_entry
from shared.intake.archive import S3Archive, Shelf, archive_key
from shared.intake.cart_events import delivery_digest
from shared.ledger.items import to_item
from shared.messages import CartEvent
from shared.posting.entering import enter
from shared.posting.store_books import store_book
from shared.postings.planner import plan
from tests.accounting.shop import mapping
from tests.integration.ops_rig import OpsRig
from tests.unit.customers.sync_rig import RecordedLanes
from tests.unit.explain.day_rig import DayRig

KEY = DayKey("acme", "outlet", "USD", date(2026, 3, 2))
A, B = payloads.OUTLET_A, payloads.OUTLET_B


def deliver(rig: OpsRig, topic: str, body: dict[str, Any]) -> str:
    """Archive a delivery, take it into the facts, and enter what is new in its day; its key."""
    order_id = str(body.get("order_id", body["id"]))
    digest = delivery_digest("shopify", "acme", "outlet", f"{topic}{body['id']}")
    key = archive_key(Shelf.RAW, "acme", "outlet", digest)
    archive = S3Archive(rig.desk.place.client("s3"), rig.desk.place.output("RawEventsBucketName"))
    archive.put_new(key, json.dumps(body).encode(), {"x-shopify-topic": topic})
    _sync(rig, archive).sync(
        CartEvent(
            tenant="acme",
            store="outlet",
            cart="shopify",
            topic=topic,
            delivery=digest,
            resource_id=order_id,
            raw_key=key,
            received_at=datetime(2026, 3, 2, 23, tzinfo=UTC),
        ),
        datetime.now(UTC) + timedelta(minutes=5),
    )
    _enter(rig, order_id)
    return key


def _sync(rig: OpsRig, archive: S3Archive) -> CustomerSync:
    return CustomerSync(
        SyncParts(
            tenant_of=rig.desk.tenant,
            reader=EventReader(archive, lambda *_: None),
            facts=rig.desk.facts,
            reviews=rig.desk.reviews,
            customers=cast("Any", None),  # a summary channel has none
            lanes=RecordedLanes(),
            clock=rig.desk.clock,
        )
    )


def _enter(rig: OpsRig, order_id: str) -> None:
    pk = order_pk("acme", "outlet", order_id)
    record, book = rig.desk.facts.load(pk), store_book(rig.desk.tenant("acme"), "outlet")
    assert record is not None
    assert book is not None
    made = plan(record.facts, {}, book)
    assert not made.findings, made.findings
    enter(days_of(rig.desk), pk, book, made)


def close(rig: OpsRig) -> None:
    """Close the day as an export does, and keep what the ledger would know."""
    book = store_book(rig.desk.tenant("acme"), "outlet")
    days = DayRig(book, days_of(rig.desk))
    days.close(KEY)
    client, table = rig.desk.place.client("dynamodb"), rig.desk.place.output("LedgerTableName")
    for record in days.ledger.records.values():
        client.put_item(TableName=table, Item=to_item(record))


def map_like_the_reference(rig: OpsRig, **changes: Any) -> None:
    """Give the outlet the accounts of the accounting reference."""
    known = rig.desk.tenants.stored("acme")
    chart = mapping(channel_customer="WEB", location="", **changes)
    stores = tuple(
        one.model_copy(update={"mapping": chart}) if one.id == "outlet" else one
        for one in known.tenant.stores
    )
    rig.desk.tenants.replace(known, known.tenant.model_copy(update={"stores": stores}))


def a_day(rig: OpsRig) -> list[str]:
    """Two sales and a return of J-11.1, closed; the archive keys in the order they came."""
    map_like_the_reference(rig)
    keys = []
    for order in (A, B):
        body = payloads.order_body(order)
        keys.append(deliver(rig, "orders/paid", body))
        keys.append(deliver(rig, "fulfillments/create", payloads.fulfillment_body(order)))
    refund = payloads.refund_body(A, subtotal="22.50", tax="2.00")
    keys.append(deliver(rig, "refunds/create", refund))
    close(rig)
    return keys


def shift_a_cent(rig: OpsRig, event: str) -> None:
    """Somebody changes an event of the closed day by one cent."""
    days = days_of(rig.desk)
    kept = next(one for one in days.entries(KEY) if one.entry.event == event)
    cent = Money.of("0.01", "USD")
    lines = tuple(replace(line, amount=line.amount + cent) for line in kept.entry.lines)
    rig.desk.place.client("dynamodb").update_item(
        TableName=rig.desk.place.output("OrdersTableName"),
        Key=key_of(KEY.pk, f"{EVENT}{event}"),
        UpdateExpression="SET entry = :entry",
        ExpressionAttributeValues={":entry": packed_entry(replace(kept.entry, lines=lines))},
    )
