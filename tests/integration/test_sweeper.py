from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.sweeper import app
from tests.integration.order_posting_rig import PostingRig, context, event, rig, sold

__all__ = ["rig"]


def received(rig: PostingRig) -> list[dict[str, Any]]:
    answer = rig.sqs.receive_message(
        QueueUrl=rig.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def test_an_order_whose_time_has_come_is_put_on_its_lane_once(rig: PostingRig) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"), due_at=datetime.now(UTC) + timedelta(hours=1))

    first = app.handler(event("sweeper.schedule"), context())
    second = app.handler(event("sweeper.schedule"), context())

    (message,) = received(rig)
    assert first == {"sent": 1, "passed_over": {}}
    assert second == {"sent": 0, "passed_over": {}}
    assert json.loads(message["Body"])["order_id"] == "1001"
    assert json.loads(message["Body"])["cause"] == "due"
    assert message["Attributes"]["MessageGroupId"].startswith("acme#")
    due_at = rig.kept("1001").due_at
    assert due_at is not None
    assert due_at > datetime.now(UTC)
