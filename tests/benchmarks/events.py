"""What API Gateway and the queues hand to the functions."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from local.demo import payloads
from local.demo.payloads import DemoOrder, Json
from local.demo.tenant import OUTLET, SHOP, WEBHOOK_SECRET
from tests.benchmarks.deployment import REPOSITORY

_DOMAINS = {SHOP: payloads.SHOP_DOMAIN, OUTLET: payloads.OUTLET_DOMAIN}
_ACCOUNT = "123456789012"
# The payloads' own moment; every order of a run belongs to this day of the entity's calendar.
LEDGER_DAY = "2026-03-02"


def numbered_order(number: int, *, customer: int) -> DemoOrder:
    """The accounting reference's order A once more: two lines, three taxes each, shipping."""
    return replace(
        payloads.ORDER_A,
        id=payloads.ORDER_A.id + number * 1_000,
        name=f"#{number + 10_000}",
        customer_id=payloads.ORDER_A.customer_id + customer,
    )


def paid(order: DemoOrder) -> Json:
    """The body of its `orders/paid`; every customer has an address of their own."""
    body = payloads.order_body(order)
    body["email"] = body["customer"]["email"] = f"customer-{order.customer_id}@example.com"
    return body


def webhook(store: str, topic: str, body: Json, *, event_id: str) -> dict[str, Any]:
    """A signed delivery as API Gateway's proxy integration passes it on, bytes in base64."""
    raw, headers = payloads.delivery(
        body, topic=topic, event_id=event_id, secret=WEBHOOK_SECRET, domain=_DOMAINS[store]
    )
    return {
        "resource": "/webhooks/{cart}/{store}",
        "path": f"/webhooks/shopify/{store}",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "pathParameters": {"cart": "shopify", "store": store},
        "requestContext": {"requestId": event_id, "stage": "local", "httpMethod": "POST"},
        "body": base64.b64encode(raw).decode(),
        "isBase64Encoded": True,
    }


def unknown_store() -> dict[str, Any]:
    """A delivery to a store that nobody has: routed, not found, and answered."""
    event = webhook(SHOP, "orders/paid", {}, event_id="unknown")
    return event | {"pathParameters": {"cart": "shopify", "store": "nobody"}}


def batch(queue: str, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Received messages as the event source mapping passes them on."""
    arn = f"arn:aws:sqs:us-east-1:{_ACCOUNT}:{queue}"
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message["Attributes"]),
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": "us-east-1",
            }
            for message in messages
        ]
    }


def of_amazon() -> dict[str, Any]:
    """A message of Amazon's queue about a seller whom nobody knows: it goes back to the queue."""
    sample = REPOSITORY / "events" / "amazon" / "sqs_event_order_change.json"
    found: dict[str, Any] = json.loads(sample.read_bytes())
    return found


def plan_of_redrive() -> dict[str, Any]:
    """What would be sent again, of letters that are not there."""
    found: dict[str, Any] = json.loads(
        (REPOSITORY / "events" / "dlq_redrive.plan.json").read_bytes()
    )
    return found
