"""Sync cart events: facts kept and checked, the customer known, the order on its lane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from shared.bootstrap.customers import customer_sync
from shared.bootstrap.reporting import sage_at_work
from shared.messages import CartEvent

logger = Logger()
metrics = Metrics()
processor = SqsFifoPartialProcessor(skip_group_on_error=True)


def sync_event(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Parse, act, report. An exception sends this event, and later ones of its order, back."""
    try:
        event = CartEvent.model_validate_json(record.body)
    except ValidationError:
        logger.exception("message is no cart event", message_id=record.message_id)
        raise
    remaining = timedelta(milliseconds=lambda_context.get_remaining_time_in_millis())
    with logger.append_context_keys(
        tenant=event.tenant, store=event.store, topic=event.topic, delivery=event.delivery
    ):
        try:
            report = customer_sync().sync(event, deadline=datetime.now(UTC) + remaining)
        except Exception:
            logger.exception("cart event goes back to its queue")
            raise
        logger.info(
            "cart event synced",
            outcome=report.outcome.value,
            order_id=report.order_id,
            facts_version=report.facts_version,
            reasons=list(report.reasons),
            is_new_customer=report.is_new_customer,
        )
    name = "CartEvent" + report.outcome.value.title().replace("_", "")
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point: hand each record to `sync_event` and report the ones that failed."""
    received = len(event["Records"])
    metrics.add_metric(name="CartEventsReceived", unit=MetricUnit.Count, value=received)
    with sage_at_work(context, logger, metrics):
        return process_partial_response(
            event=event, record_handler=sync_event, processor=processor, context=context
        )
