"""Intake of deliveries, built on first use."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import secrets, tenants
from shared.intake.archive import S3Archive
from shared.intake.cart_events import SqsCartEvents
from shared.intake.deliveries import Intake
from shared.intake.levels import DynamoDbHeardLevels
from shared.intake.queued import SellerMessages
from shared.settings import IntakeSettings


@cache
def intake() -> Intake:
    """The process's one intake."""
    settings = IntakeSettings.from_environment()
    return Intake(
        directory=tenants(),
        secrets=secrets(),
        secret_prefix=settings.STORE_SECRET_PREFIX,
        archive=S3Archive(aws.s3(), settings.RAW_EVENTS_BUCKET),
        events=SqsCartEvents(aws.sqs(), settings.CART_EVENTS_QUEUE_URL),
        reviews=reviews,
        clock=lambda: datetime.now(UTC),
        levels=DynamoDbHeardLevels(aws.dynamodb(), settings.ORDERS_TABLE),
    )


@cache
def amazon_messages() -> SellerMessages:
    """The process's one reader of what Amazon tells."""
    return SellerMessages(
        "amazon",
        directory=tenants(),
        secrets=secrets(),
        secret_prefix=IntakeSettings.from_environment().STORE_SECRET_PREFIX,
        intake=intake(),
    )
