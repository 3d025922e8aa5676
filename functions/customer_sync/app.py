"""Sync cart events: facts kept and checked, the customer known, the order on its lane."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from shared.bootstrap.customers import customer_sync
from shared.bootstrap.failures import note_failure
from shared.bootstrap.reporting import sage_at_work
from shared.customers.sync import SyncReport
from shared.dead_letters.queues import CART_EVENTS
from shared.fifo import Received, given_back
from shared.messages import CartEvent

logger = Logger()
metrics = Metrics()


def event_of(message_id: str, body: str) -> CartEvent | None:
    """The event that a message tells of; None where it is none of ours, which is logged."""
    try:
        return CartEvent.model_validate_json(body)
    except ValidationError:
        logger.exception("message is no cart event", message_id=message_id)
        return None


def finish(event: CartEvent, outcome: SyncReport | Exception) -> bool:
    """Log and count what became of one event; False where its message must come again."""
    with logger.append_context_keys(
        tenant=event.tenant, store=event.store, topic=event.topic, delivery=event.delivery
    ):
        if isinstance(outcome, Exception):
            logger.error("cart event goes back to its queue", exc_info=outcome)
            metrics.add_metric(name="CartEventGivenBack", unit=MetricUnit.Count, value=1)
            return False
        logger.info(
            "cart event synced",
            outcome=outcome.outcome.value,
            order_id=outcome.order_id,
            facts_version=outcome.facts_version,
            reasons=list(outcome.reasons),
            is_new_customer=outcome.is_new_customer,
        )
    name = "CartEvent" + outcome.outcome.value.title().replace("_", "")
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    return True


def note(event: CartEvent, attributes: dict[str, str], outcome: SyncReport | Exception) -> None:
    """Remember what a message failed with that its queue may soon give up."""
    if isinstance(outcome, Exception):
        about = event.resource_id or event.delivery
        place = {"tenant": event.tenant, "store": event.store, "about": about}
        note_failure(CART_EVENTS.name, attributes, outcome, **place)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Entry point: sync what the batch tells of, and give back what could not be handled."""
    records = event["Records"]
    metrics.add_metric(name="CartEventsReceived", unit=MetricUnit.Count, value=len(records))
    batch = [Received(one["messageId"], one["attributes"]["MessageGroupId"]) for one in records]
    attributes = {one["messageId"]: one["attributes"] for one in records}
    told = [(one["messageId"], event_of(one["messageId"], one["body"])) for one in records]
    failed = {message_id for message_id, cart_event in told if cart_event is None}
    back = set(given_back(batch, failed))
    named = [(key, found) for key, found in told if found is not None and key not in back]
    with sage_at_work(context, logger, metrics) as deadline:
        outcomes = customer_sync().sync_all([found for _, found in named], deadline)
    for (message_id, cart_event), outcome in zip(named, outcomes, strict=True):
        if not finish(cart_event, outcome):
            failed.add(message_id)
            note(cart_event, attributes[message_id], outcome)
    return {"batchItemFailures": [{"itemIdentifier": key} for key in given_back(batch, failed)]}
