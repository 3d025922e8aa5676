"""Dead letters: taking them, sending them again, and noting why they failed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from pydantic import ValidationError

from shared.audit import Audit
from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.customers.lanes import SqsOrderLanes
from shared.dead_letters.causes import Causes
from shared.dead_letters.collector import Collector
from shared.dead_letters.failures import Failures
from shared.dead_letters.kept import KeptLetters
from shared.dead_letters.queues import (
    CART_EVENTS,
    ORDER_POSTINGS,
    DeadQueue,
    UnknownQueueError,
    dead_queues,
)
from shared.dead_letters.redrive import RedriveParts, Redriver
from shared.intake.cart_events import SqsCartEvents
from shared.ledger.dynamodb import DynamoDbLedger
from shared.releasing.fixes import DynamoDbFixes
from shared.releasing.release import Releaser, ReleaserParts
from shared.releasing.resend import Resender
from shared.settings import DeadLetterSettings, LedgerSettings, OrdersSettings
from shared.tenants.directory import UnknownTenantError
from shared.tenants.models import Tenant

_BY_CAUSE = "release by cause"


def queues() -> tuple[DeadQueue, ...]:
    """The dead-letter queues of this deployment."""
    return dead_queues(DeadLetterSettings.from_environment().DEAD_LETTER_QUEUES)


def queue(name: str) -> DeadQueue:
    """The dead-letter queue of that name.

    Raises:
        UnknownQueueError: this deployment has none.
    """
    for one in queues():
        if one.name == name:
            return one
    message = f"there is no queue {name!r}; there are {', '.join(one.name for one in queues())}"
    raise UnknownQueueError(message)


def collector() -> Collector:
    """What takes dead letters; made for each run, since it remembers the causes that it read."""
    return Collector(aws.sqs(), _kept(), reviews(), _causes(), clock=now)


def redriver(who: str) -> Redriver:
    """What sends letters again in the name of `who`; made for each run."""
    parts = RedriveParts(
        sqs=aws.sqs(),
        kept=_kept(),
        reviews=reviews(),
        causes=_causes(),
        audit=_audit(who),
        clock=now,
        sleep=time.sleep,
    )
    return Redriver(parts)


def releaser(on_failure: Callable[[str, str, Exception], None]) -> Releaser:
    """What sends again whatever waited for a cause that was fixed."""
    resender = Resender(
        facts=facts_store(),
        tenant_of=tenants().tenant,
        lanes=SqsOrderLanes(aws.sqs(), queue(ORDER_POSTINGS.name).target_url),
        events=SqsCartEvents(aws.sqs(), queue(CART_EVENTS.name).target_url),
        clock=now,
    )
    return Releaser(
        ReleaserParts(
            fixes=DynamoDbFixes(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE),
            reviews=reviews(),
            resender=resender,
            redriver=redriver(_BY_CAUSE),
            queues=queues(),
            audit=_audit(_BY_CAUSE),
            clock=now,
            on_failure=on_failure,
        )
    )


def failures() -> Failures:
    """Where handlers note the class of an error that a message keeps failing with."""
    return Failures(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


def _audit(who: str) -> Audit:
    return Audit(
        aws.dynamodb(),
        OrdersSettings.from_environment().ORDERS_TABLE,
        who=lambda: who,
        clock=now,
        new_id=lambda: secrets.token_hex(8),
    )


def _kept() -> KeptLetters:
    return KeptLetters(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


def _causes() -> Causes:
    ledger = DynamoDbLedger(aws.dynamodb(), LedgerSettings.from_environment().LEDGER_TABLE)
    return Causes(reviews(), ledger, failures(), _tenant)


def _tenant(tenant_id: str) -> Tenant | None:
    try:
        return tenants().tenant(tenant_id)
    except (UnknownTenantError, ValidationError):
        return None
