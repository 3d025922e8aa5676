"""Take in what Amazon tells a queue of ours: order changes and refunds, for whichever store."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.intake import amazon_messages
from shared.intake.deliveries import Outcome

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class NotTakenError(Exception):
    """The message must be handed out again: it could not be kept, or its store is not set up."""


def take(record: SQSRecord) -> None:
    """Take one message; an exception gives it back to its queue.

    Raises:
        NotTakenError: it could not be kept, or its store is not set up.
    """
    try:
        receipt = amazon_messages().take(record.body.encode("utf-8", "surrogatepass"))
    except Exception:  # logged here, since the batch answers with ids only
        logger.exception("message goes back to its queue", message_id=record.message_id)
        metrics.add_metric(name="AmazonMessageGivenBack", unit=MetricUnit.Count, value=1)
        raise
    logger.info(
        "message taken",
        outcome=receipt.outcome.value,
        tenant=receipt.tenant,
        topic=receipt.topic,
        delivery=receipt.delivery,
        missing=list(receipt.missing),
    )
    name = "AmazonMessage" + receipt.outcome.value.title().replace("_", "")
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    if receipt.outcome is Outcome.UNAVAILABLE:
        message = "the message could not be kept, or its store is not set up"
        raise NotTakenError(message)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: take each message of the batch, and report those to be handed out again."""
    answer = process_partial_response(
        event=event, record_handler=take, processor=processor, context=context
    )
    return dict(answer)
