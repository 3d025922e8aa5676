"""Post orders to Sage Intacct: one SQS FIFO message, one order, whatever of it is missing."""

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

from shared.bootstrap.books import calls
from shared.bootstrap.posting import order_poster
from shared.messages import OrderReady

logger = Logger()
metrics = Metrics()
processor = SqsFifoPartialProcessor(skip_group_on_error=True)


def post_order(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Parse, act, report. An exception sends this message and its group's later ones back."""
    order = OrderReady.model_validate_json(record.body)
    left = timedelta(milliseconds=lambda_context.get_remaining_time_in_millis())
    with logger.append_context_keys(
        tenant=order.tenant, store=order.store, order_id=order.order_id, cause=order.cause
    ):
        report = order_poster().post(order, datetime.now(UTC) + left)
        logger.info(
            "order finished with",
            state=report.state.value,
            reason=report.reason,
            postings=list(report.done),
            entered=report.entered,
            due_at=report.due_at.isoformat() if report.due_at else "",
        )
    metrics.add_metric(name=f"Order{report.state.title()}", unit=MetricUnit.Count, value=1)
    if report.done:
        metrics.add_metric(name="PostingDone", unit=MetricUnit.Count, value=len(report.done))


def report_calls() -> None:
    """Log how many transactions of each company's allowance this invocation used."""
    for (tenant, kind), count in calls().taken().items():
        logger.info("sage intacct called", tenant=tenant, kind=kind, calls=count)
        metrics.add_metric(name="SageCalls", unit=MetricUnit.Count, value=count)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point: hand each record to `post_order` and report the ones that failed."""
    received = len(event["Records"])
    metrics.add_metric(name="OrdersReceived", unit=MetricUnit.Count, value=received)
    try:
        return process_partial_response(
            event=event, record_handler=post_order, processor=processor, context=context
        )
    finally:
        report_calls()
