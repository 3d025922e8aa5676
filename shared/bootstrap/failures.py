"""Noting why a message fails, for the record of its dead letter; light enough for every handler."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.dead_letters.failures import WORTH_NOTING, Failures
from shared.settings import OrdersSettings


def note_failure(
    queue: str,
    attributes: Mapping[str, str],
    error: Exception,
    *,
    tenant: str,
    store: str,
    about: str,
) -> None:
    """Remember the error's class if the message is near its end; whatever fails here is let be.

    `attributes` are those that SQS gives with the message; `about` is the order, or the delivery.
    """
    if int(attributes.get("ApproximateReceiveCount", "1")) < WORTH_NOTING:
        return
    failures = Failures(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
    with suppress(ClientError, BotoCoreError):
        failures.note(queue, tenant, store, about, error=type(error).__name__, at=now())
