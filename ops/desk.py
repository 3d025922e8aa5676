"""What the commands work with: the deployment's stores and queues, opened once per command."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from ops.errors import OpsError
from ops.place import Place, open_place
from ops.tenant_store import TenantStore
from shared.audit import NOBODY, Audit
from shared.customers.lanes import SqsOrderLanes
from shared.customers.link_store import DynamoDbLinks
from shared.dead_letters.causes import Causes
from shared.dead_letters.collector import Collector
from shared.dead_letters.failures import Failures
from shared.dead_letters.kept import KeptLetters
from shared.dead_letters.redrive import RedriveParts, Redriver
from shared.facts.store import DynamoDbFactsStore
from shared.intake.cart_events import SqsCartEvents
from shared.ledger.dynamodb import DynamoDbLedger
from shared.payouts.store import DynamoDbPayouts
from shared.ports import Clock
from shared.releasing.fixes import DynamoDbFixes
from shared.releasing.resend import Resender
from shared.reviews.records import DynamoDbReviews, Review
from shared.tenants.models import Store, Tenant


@dataclass(frozen=True, slots=True)
class Desk:
    """A deployment as an operator sees it.

    `sleep` keeps the rate of a redrive; `wait_seconds` is how long SQS waits before it says empty.
    """

    place: Place
    clock: Clock
    sleep: Callable[[float], None]
    wait_seconds: int
    facts: DynamoDbFactsStore
    links: DynamoDbLinks
    ledger: DynamoDbLedger
    reviews: DynamoDbReviews
    tenants: TenantStore
    events: SqsCartEvents
    resender: Resender
    fixes: DynamoDbFixes
    audit: Audit
    kept: KeptLetters
    causes: Causes
    collector: Collector
    redriver: Redriver
    payouts: DynamoDbPayouts

    def tenant_ids(self, wanted: str) -> list[str]:
        """The tenant that is wanted, or all, and what belongs to none, where none is named."""
        return [wanted] if wanted else [*self.tenants.ids(), NOBODY]

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant's configuration as it is stored now.

        Raises:
            OpsError: there is none, or it is not valid.
        """
        return self.tenants.stored(tenant_id).tenant

    def store(self, tenant_id: str, store_id: str) -> tuple[Tenant, Store]:
        """The tenant as it is stored now, and its store of that id.

        Raises:
            OpsError: there is none, or the tenant is not valid.
        """
        tenant = self.tenant(tenant_id)
        store = tenant.store(store_id)
        if store is None:
            message = f"tenant {tenant_id} has no store {store_id!r}"
            raise OpsError(message)
        return tenant, store

    def review(self, tenant: str, subject: str) -> Review:
        """The review record of that subject.

        Raises:
            OpsError: there is none.
        """
        for review in self.reviews.all(tenant):
            if review.subject == subject:
                return review
        message = f"tenant {tenant} has no review record {subject!r}"
        raise OpsError(message)


Opener = Callable[[str], Desk]
"""Opens the desk of a profile; tests put their own in."""


def open_desk(profile: str) -> Desk:
    """The desk of the deployment that the profile names.

    Raises:
        OpsError: there is no such deployment.
    """
    return desk_at(
        open_place(profile), clock=lambda: datetime.now(UTC), sleep=time.sleep, wait_seconds=1
    )


def desk_at(
    place: Place, *, clock: Clock, sleep: Callable[[float], None], wait_seconds: int
) -> Desk:
    """The desk of a deployment.

    Raises:
        OpsError: the deployment lacks an output.
    """
    dynamodb, sqs = place.client("dynamodb"), place.client("sqs")
    orders = place.output("OrdersTableName")
    reviews = DynamoDbReviews(dynamodb, orders)
    ledger = DynamoDbLedger(dynamodb, place.output("LedgerTableName"))
    tenants = TenantStore(dynamodb, place.output("TenantsTableName"))
    audit = Audit(dynamodb, orders, who=place.operator, clock=clock, new_id=_new_id)
    kept = KeptLetters(dynamodb, orders)
    causes = Causes(reviews, ledger, Failures(dynamodb, orders), _finder(tenants))
    facts = DynamoDbFactsStore(dynamodb, orders, new_id=_new_id)
    lanes = SqsOrderLanes(sqs, place.output("OrderPostingsQueueUrl"))
    events = SqsCartEvents(sqs, place.output("CartEventsQueueUrl"))
    return Desk(
        place=place,
        clock=clock,
        sleep=sleep,
        wait_seconds=wait_seconds,
        facts=facts,
        links=DynamoDbLinks(dynamodb, orders),
        ledger=ledger,
        reviews=reviews,
        tenants=tenants,
        resender=Resender(
            facts=facts,
            tenant_of=lambda tenant: tenants.stored(tenant).tenant,
            lanes=lanes,
            events=events,
            clock=clock,
        ),
        events=events,
        fixes=DynamoDbFixes(dynamodb, orders),
        audit=audit,
        kept=kept,
        causes=causes,
        payouts=DynamoDbPayouts(dynamodb, orders),
        collector=Collector(sqs, kept, reviews, causes, clock=clock, wait_seconds=wait_seconds),
        redriver=Redriver(
            RedriveParts(
                sqs=sqs,
                kept=kept,
                reviews=reviews,
                causes=causes,
                audit=audit,
                clock=clock,
                sleep=sleep,
            )
        ),
    )


def _finder(tenants: TenantStore) -> Callable[[str], Tenant | None]:
    """Finds tenants as stored; None for one that is missing or not valid."""

    @cache
    def find(tenant_id: str) -> Tenant | None:
        try:
            known = tenants.find(tenant_id)
        except OpsError:
            return None
        return known.tenant if known else None

    return find


def _new_id() -> str:
    return secrets.token_hex(8)
