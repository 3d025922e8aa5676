"""Post orders to Sage Intacct: a batch of an SQS FIFO queue, its orders in few requests."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from shared.against.looking import LookRequest
from shared.bootstrap.failures import note_failure
from shared.bootstrap.posting import order_looker, order_poster
from shared.bootstrap.reporting import sage_at_work
from shared.dead_letters.queues import ORDER_POSTINGS
from shared.fifo import Received, given_back
from shared.messages import OrderReady
from shared.posting.reports import PostingReport
from shared.postings.rounding_limit import is_rounding

logger = Logger()
metrics = Metrics()

PASSING = (ClientError, BotoCoreError)
"""What says nothing about the order: AWS could not be used now."""


def order_of(message_id: str, body: str) -> OrderReady | None:
    """The order that a message names; None where it is no message of ours, which is logged."""
    try:
        return OrderReady.model_validate_json(body)
    except ValidationError:
        logger.exception("message names no order", message_id=message_id)
        return None


def finish(order: OrderReady, outcome: PostingReport | Exception) -> bool:
    """Log and count what became of one order; False where its message must come again."""
    with logger.append_context_keys(
        tenant=order.tenant, store=order.store, order_id=order.order_id, cause=order.cause
    ):
        if isinstance(outcome, Exception):
            logger.error("order broke off", exc_info=outcome)
            put_aside = None if isinstance(outcome, PASSING) else set_aside(order, outcome)
            if put_aside is None:
                metrics.add_metric(name="OrderGivenBack", unit=MetricUnit.Count, value=1)
                return False
            outcome = put_aside
        report(outcome)
    return True


def set_aside(order: OrderReady, error: Exception) -> PostingReport | None:
    """Park an order that broke off for a reason of its own; None where that failed as well."""
    try:
        return order_poster().put_aside(order, error)
    except Exception:
        logger.exception("order could not be put aside")
        return None


def note(order: OrderReady, attributes: dict[str, str], outcome: PostingReport | Exception) -> None:
    """Remember what a message failed with that its queue may soon give up."""
    if isinstance(outcome, Exception):
        place = {"tenant": order.tenant, "store": order.store, "about": order.order_id}
        note_failure(ORDER_POSTINGS.name, attributes, outcome, **place)


def report(outcome: PostingReport) -> None:
    """Log and count one order."""
    logger.info(
        "order finished with",
        state=outcome.state.value,
        reason=outcome.reason,
        postings=list(outcome.done),
        entered=outcome.entered,
        due_at=outcome.due_at.isoformat() if outcome.due_at else "",
    )
    metrics.add_metric(name=f"Order{outcome.state.title()}", unit=MetricUnit.Count, value=1)
    if outcome.done:
        metrics.add_metric(name="PostingDone", unit=MetricUnit.Count, value=len(outcome.done))
    if rounded := sum(map(is_rounding, outcome.done)):
        metrics.add_metric(name="RoundingLinePosted", unit=MetricUnit.Count, value=rounded)


def look(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a person who asks how an order stands in Sage; nothing is written."""
    request = LookRequest.model_validate(event["look"])
    metrics.add_metric(name="OrderLookedUp", unit=MetricUnit.Count, value=1)
    with sage_at_work(context, logger, metrics):
        found = order_looker().look(request)
    logger.info("order looked up", tenant=request.tenant, documents=len(found.documents))
    return found.as_json()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: post what the batch names, and give back what could not be handled.

    Asked by hand, with `{"look": <LookRequest>}`, it answers how that order stands in Sage.
    """
    if "look" in event:
        return look(event, context)
    records = event["Records"]
    metrics.add_metric(name="OrdersReceived", unit=MetricUnit.Count, value=len(records))
    batch = [Received(one["messageId"], one["attributes"]["MessageGroupId"]) for one in records]
    attributes = {one["messageId"]: one["attributes"] for one in records}
    orders = {one["messageId"]: order_of(one["messageId"], one["body"]) for one in records}
    failed = {message_id for message_id, order in orders.items() if order is None}
    back = set(given_back(batch, failed))
    named = {key: order for key, order in orders.items() if order is not None and key not in back}
    with sage_at_work(context, logger, metrics, holds_lane=True) as deadline:
        outcomes = order_poster().post_all(list(named.values()), deadline)
    for (message_id, order), outcome in zip(named.items(), outcomes, strict=True):
        if not finish(order, outcome):
            failed.add(message_id)
            note(order, attributes[message_id], outcome)
    return {"batchItemFailures": [{"itemIdentifier": key} for key in given_back(batch, failed)]}
