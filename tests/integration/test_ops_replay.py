from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.archived import Window, instant
from ops.errors import OpsError
from shared.intake.archive import S3Archive, Shelf, archive_key
from shared.intake.cart_events import delivery_digest
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

WHY = ("--why", "the facts were restored from a backup", "--yes")


def archived(
    rig: OpsRig,
    order_id: int,
    topic: str,
    *,
    store: str = "shop",
    shelf: Shelf = Shelf.RAW,
    body: bytes = b"",
) -> str:
    """Archive a delivery as intake does; its digest."""
    digest = delivery_digest("shopify", "acme", store, f"{order_id}|{topic}")
    headers = {"x-shopify-topic": topic, "x-shopify-event-id": f"{order_id}-{topic}"}
    bucket = rig.desk.place.output("RawEventsBucketName")
    key = archive_key(shelf, "acme", store, digest)
    content = body or json.dumps({"id": order_id, "note": "jane@example.com"}).encode()
    assert S3Archive(rig.desk.place.client("s3"), bucket).put_new(key, content, headers)
    return digest


def queued(rig: OpsRig) -> list[dict[str, Any]]:
    return [json.loads(message["Body"]) for message in rig.take("CartEventsQueueUrl")]


def test_one_delivery_is_queued_again_as_intake_queued_it(rig: OpsRig) -> None:
    digest = archived(rig, 1001, "orders/paid")
    archived(rig, 1002, "orders/paid")

    report = rig.json("replay", "acme", digest, *WHY)

    (event,) = queued(rig)
    (note,) = rig.desk.audit.all("acme")
    assert report == {"found": [digest], "unclear": [], "sent": 1}
    assert (event["topic"], event["resource_id"], event["cart"]) == (
        "orders/paid",
        "1001",
        "shopify",
    )
    assert event["raw_key"] == f"raw/acme/shop/{digest}.json"
    assert event["delivery"] == digest
    assert (note.what, note.subject) == ("replay", f"replay:*:{digest}")


def test_an_order_is_replayed_with_all_its_deliveries_in_its_group(rig: OpsRig) -> None:
    for topic in ("orders/create", "orders/paid"):
        archived(rig, 1001, topic)
    archived(rig, 1002, "orders/paid")

    rig.run("replay", "acme", "1001", *WHY)

    messages = rig.take("CartEventsQueueUrl")
    topics = {json.loads(message["Body"])["topic"] for message in messages}
    assert topics == {"orders/create", "orders/paid"}
    groups = {message["Attributes"]["MessageGroupId"] for message in messages}
    assert groups == {"acme#shop#1001"}


def test_since_replays_what_came_from_then_on_of_every_store_or_of_one(rig: OpsRig) -> None:
    archived(rig, 1001, "orders/paid")
    archived(rig, 1002, "orders/paid", store="outlet")
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    everything = rig.json("replay", "acme", "--since", "2026-01-01", *WHY)
    assert {event["resource_id"] for event in queued(rig)} == {"1001", "1002"}
    nothing = rig.json("replay", "acme", "--since", soon, *WHY)
    outlet = rig.json("replay", "acme", "--since", "2026-01-01", "--store", "outlet", *WHY)

    assert (everything["sent"], nothing["sent"], outlet["sent"]) == (2, 0, 1)
    assert rig.slept == [0.1, 0.1, 0.1]


def test_a_replay_that_is_repeated_at_once_queues_nothing_twice(rig: OpsRig) -> None:
    digest = archived(rig, 1001, "orders/paid")
    at = rig.desk.clock().replace(second=0)
    desk = rig.desk
    object.__setattr__(desk, "clock", lambda: at)

    for _ in range(2):
        rig.json("replay", "acme", digest, *WHY)

    assert len(queued(rig)) == 1


def test_a_dry_run_says_what_would_go_and_shows_nothing_of_a_body(rig: OpsRig) -> None:
    digest = archived(rig, 1001, "orders/paid")

    result = rig.run("replay", "acme", "1001", "--dry-run", *WHY)

    assert result.exit_code == 0
    assert digest in result.output
    assert "jane" not in result.output
    assert queued(rig) == []
    assert list(rig.desk.audit.all("acme")) == []


def test_topics_that_mean_something_now_are_found_on_their_shelf(rig: OpsRig) -> None:
    archived(rig, 1001, "orders/paid", shelf=Shelf.UNHANDLED)
    archived(rig, 1002, "shop/update", shelf=Shelf.UNHANDLED)

    rig.run("replay", "acme", "--since", "2026-01-01", *WHY)

    assert [event["resource_id"] for event in queued(rig)] == ["1001"]


def test_a_body_that_tells_nothing_any_more_is_named_and_stops_nobody(rig: OpsRig) -> None:
    broken = archived(rig, 1001, "orders/paid", body=b"no json")
    archived(rig, 1002, "orders/paid")

    report = rig.json("replay", "acme", "--since", "2026-01-01", *WHY)

    assert report["unclear"] == [f"raw/acme/shop/{broken}.json"]
    assert [event["resource_id"] for event in queued(rig)] == ["1002"]


def test_what_cannot_be_replayed_is_said(rig: OpsRig) -> None:
    refusals: dict[tuple[str, ...], str] = {
        ("acme",): "say --since",
        ("acme", "9999"): "nothing is archived",
        ("acme", "1001", "--store", "nowhere"): "no store nowhere",
        ("acme", "--since", "yesterday"): "no date",
        ("nobody", "1001"): "no tenant",
    }

    for arguments, sentence in refusals.items():
        result = rig.run("replay", *arguments, *WHY)
        assert result.exit_code == 1
        assert sentence in result.output


def test_a_window_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    at = instant("2026-03-01T08:00+01:00")
    assert at == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert at is not None
    window = Window(at, at + timedelta(hours=1))

    assert window.holds(at)
    assert not window.holds(at + timedelta(hours=1))
    assert Window().holds(at)
    with pytest.raises(OpsError):
        instant("soon")
