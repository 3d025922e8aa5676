from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.errors import OpsError
from ops.letters import Kind, letter
from ops.options import age
from ops.output import cell, plain
from ops.place import LocalPlace, open_place
from ops.queues import WATCHED, watched
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


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("6h", 21600), ("2d", 172800)]
)
def test_ages_are_read(text: str, seconds: int) -> None:
    assert age(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "5", "-1h", "1w"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(OpsError, match="no age"):
        age(text)


@pytest.mark.parametrize("profile", ["", "aws:", "gcp:x"])
def test_a_profile_that_names_nothing_is_refused(profile: str) -> None:
    with pytest.raises(OpsError, match="is no profile"):
        open_place(profile)


def test_a_local_stack_that_is_not_up_is_said_so() -> None:
    with pytest.raises(OpsError, match="make up"):
        open_place("local:never-started")


class _Stack:
    outputs = {"OrdersTableName": "orders"}  # noqa: RUF012  # read only

    def client(self, service: str) -> str:
        return f"client of {service}"


def test_a_local_place_is_its_stack_and_names_what_is_missing() -> None:
    place = LocalPlace(_Stack(), "demo")

    assert place.output("OrdersTableName") == "orders"
    assert place.client("sqs") == "client of sqs"
    assert place.operator().startswith("local/")
    with pytest.raises(OpsError, match="no output LedgerTableName"):
        place.output("LedgerTableName")


def test_queues_are_found_by_name_or_all_names_are_said() -> None:
    assert watched("order-postings").queue_output == "OrderPostingsQueueUrl"
    with pytest.raises(OpsError, match="cart-events, order-postings"):
        watched("orders")
    assert len({queue.dlq_output for queue in WATCHED}) == len(WATCHED)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), ("", "-"), ((), "-"), (True, "yes"), (AT, "2026-03-02 12:00:00Z"), (0, "0")],
)
def test_cells_are_for_people(value: object, text: str) -> None:
    assert cell(value) == text
