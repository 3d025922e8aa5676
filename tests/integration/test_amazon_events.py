"""What Amazon tells our queue, through the function: archived, queued, or handed out again."""

from __future__ import annotations

import json
from typing import Any

from shared.messages import CartEvent
from tests.integration.carts_rig import PREFIX, ROOT, CartRig, context, handler_of, rig, tenant

__all__ = ["rig"]


def _event(*changes: dict[str, Any]) -> dict[str, Any]:
    """The sample event with one message per change of its notification, `m-0`, `m-1` ..."""
    path = ROOT / "events" / "amazon" / "sqs_event_order_change.json"
    (sample,) = json.loads(path.read_bytes())["Records"]
    records = []
    for number, members in enumerate(changes):
        body = json.loads(sample["body"])
        body["Payload"]["OrderChangeNotification"].update(members)
        records.append({**sample, "messageId": f"m-{number}", "body": json.dumps(body)})
    return {"Records": records}


def test_a_batch_is_archived_and_queued_once_and_strangers_are_given_back(rig: CartRig) -> None:
    rig.put_tenant(tenant(cart="amazon", domain="A0TESTSELLER01"))
    members = {"refresh_token": "r", "marketplace_ids": ["ATVPDKIKX0DER"]}
    rig.secrets.put_secret_value(SecretId=f"{PREFIX}acme/shop", SecretString=json.dumps(members))

    answer = handler_of("amazon_events")(_event({}, {"SellerId": "A0STRANGER"}, {}), context())

    (message,) = rig.receive(rig.events_url)
    event = CartEvent.model_validate_json(message["Body"])
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert (event.tenant, event.store, event.cart) == ("acme", "shop", "amazon")
    assert (event.topic, event.resource_id) == ("ORDER_CHANGE", "111-0000001-0000001")
    assert rig.keys() == [event.raw_key]
