"""Take in webhooks of Sage Intacct: prove who sent them, keep what they hint at, answer."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.sage_events import sage_events
from shared.changes.taking import EventReceipt, Outcome, event_request
from shared.intake.answers import answer
from shared.intake.requests import BodyTooLargeError, BodyUnreadableError

logger = Logger()
metrics = Metrics()

_STATUS = {
    Outcome.ACCEPTED: 200,
    Outcome.UNHANDLED: 200,
    Outcome.NOT_FOUND: 404,
    Outcome.NOT_GENUINE: 401,
    Outcome.UNAVAILABLE: 503,
}


def counted(status: int, word: str) -> dict[str, Any]:
    """The answer, which is counted by its word."""
    metrics.add_metric(
        name="SageEvent" + word.title().replace("_", ""), unit=MetricUnit.Count, value=1
    )
    return answer(status, word)


def report(receipt: EventReceipt) -> dict[str, Any]:
    """Count and log what became of the delivery, and answer."""
    logger.info(
        "event taken",
        outcome=receipt.outcome.value,
        tenant=receipt.tenant,
        kind=receipt.kind,
        places=receipt.places,
        missing=list(receipt.missing),
    )
    return counted(_STATUS[receipt.outcome], receipt.outcome.value)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Entry point: one delivery, one answer; whatever fails here makes Sage send again."""
    try:
        return report(sage_events().take(event_request(event)))
    except BodyTooLargeError:
        return counted(413, "too_large")
    except BodyUnreadableError:
        return counted(400, "invalid")
    except Exception:  # a process edge: Sage gets 503 and sends again
        logger.exception("event not taken")
        return counted(503, Outcome.UNAVAILABLE.value)
