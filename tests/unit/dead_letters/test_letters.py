from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.output import plain
from shared.dead_letters.letters import Kind, letter
from shared.messages import CartEvent, OrderReady

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENT = CartEvent(
    tenant="acme",
    store="shop",
    cart="shopify",
    topic="orders/paid",
    delivery="d1",
    resource_id="1001",
    received_at=AT,
)


def message(body: str, **attributes: Any) -> dict[str, Any]:
    return {
        "MessageId": "m1",
        "ReceiptHandle": "secret-handle",
        "Body": body,
        "Attributes": {"SentTimestamp": str(int(AT.timestamp() * 1000)), "MessageGroupId": "g"},
        "MessageAttributes": attributes,
    }


def test_a_cart_event_names_its_order_its_group_and_its_age() -> None:
    one = letter("cart-events", message(EVENT.model_dump_json()))

    assert (one.kind, one.tenant, one.store, one.order_id) == (
        Kind.CART_EVENT,
        "acme",
        "shop",
        "1001",
    )
    assert (one.group, one.dead_since, one.redrives) == ("g", AT, 0)


@pytest.mark.parametrize(
    ("queue", "body"),
    [
        ("order-postings", EVENT.model_dump_json()),
        ("cart-events", "no json"),
        ("cart-events", '{"email": "jane@example.com"}'),
        ("sweeper", "no json"),
    ],
)
def test_a_message_of_another_shape_is_unreadable_and_not_ours(queue: str, body: str) -> None:
    one = letter(queue, message(body))

    assert one.kind is Kind.UNREADABLE
    assert not one.is_ours


@pytest.mark.parametrize("body", ["[]", '{"requestContext": 1}', '{"responsePayload": "text"}'])
def test_a_scheduled_run_of_any_shape_is_read(body: str) -> None:
    assert letter("gl-export", message(body)).kind is Kind.SCHEDULED_RUN


def test_bodies_and_receipts_are_neither_in_a_repr_nor_in_a_document() -> None:
    order = OrderReady(tenant="acme", store="shop", order_id="1001", facts_version=1)
    one = letter("order-postings", message(order.model_dump_json()))

    shown = repr(one) + json.dumps(plain(one))

    assert "secret-handle" not in shown
    assert "facts_version" not in shown


def test_a_count_that_is_no_number_counts_as_none() -> None:
    count = {"StringValue": "many", "DataType": "String"}

    assert letter("cart-events", message("{}", redrive_count=count)).redrives == 0


def test_a_run_that_the_scheduler_could_not_start_names_the_schedulers_error() -> None:
    code = {"StringValue": "AWS.Scheduler.InternalServerError", "DataType": "String"}

    one = letter("sweeper", message("{}", ERROR_CODE=code))

    assert one.error == "AWS.Scheduler.InternalServerError"


def test_letters_of_one_order_share_a_subject_and_so_do_failed_runs() -> None:
    event = letter("cart-events", message(EVENT.model_dump_json()))
    run = letter("sweeper", message("{}"))
    unreadable = letter("cart-events", message("no json"))

    assert event.subject == "dead:cart-events:shop:1001"
    assert run.subject == "dead:sweeper"
    assert unreadable.subject == "dead:cart-events:m1"
