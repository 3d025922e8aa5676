"""Take in webhooks of carts: prove who sent them, archive, queue, answer."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.intake import intake
from shared.intake.answers import answer
from shared.intake.deliveries import Outcome, Receipt
from shared.intake.requests import BodyTooLargeError, BodyUnreadableError, webhook_request

logger = Logger()
metrics = Metrics()

_STATUS = {
    Outcome.ACCEPTED: 200,
    Outcome.DUPLICATE: 200,
    Outcome.TRIED: 200,
    Outcome.UNHANDLED: 200,
    Outcome.NOT_FOUND: 404,
    Outcome.NOT_GENUINE: 401,
    Outcome.INVALID: 400,
    Outcome.UNAVAILABLE: 503,
}


def report(receipt: Receipt) -> dict[str, Any]:
    """Count and log what became of the delivery, and answer."""
    metrics.add_metric(name=_metric(receipt.outcome.value), unit=MetricUnit.Count, value=1)
    logger.info(
        "delivery taken",
        outcome=receipt.outcome.value,
        tenant=receipt.tenant,
        topic=receipt.topic,
        delivery=receipt.delivery,
        missing=list(receipt.missing),
    )
    status = receipt.status or _STATUS[receipt.outcome]
    return answer(status, receipt.outcome.value, receipt.reply)


def _metric(outcome: str) -> str:
    return "Webhook" + outcome.title().replace("_", "")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Entry point: one delivery, one answer; whatever fails here makes the cart send again."""
    try:
        return report(intake().take(webhook_request(event)))
    except BodyTooLargeError:
        metrics.add_metric(name="WebhookTooLarge", unit=MetricUnit.Count, value=1)
        return answer(413, "too_large")
    except BodyUnreadableError:
        metrics.add_metric(name="WebhookInvalid", unit=MetricUnit.Count, value=1)
        return answer(400, Outcome.INVALID.value)
    except Exception:  # a process edge: the cart gets 503 and sends again
        logger.exception("intake failed")
        metrics.add_metric(name="WebhookUnavailable", unit=MetricUnit.Count, value=1)
        return answer(503, Outcome.UNAVAILABLE.value)
