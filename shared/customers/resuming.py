"""Orders that wait because of their customer go on by themselves when it can be used again.

An order waits before it is posted (a finding of ours names the customer), or because Sage refused
a document with the customer's id in its words. Both are looked at with the customer as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from shared.customers.identity import buyer_digests
from shared.customers.keeping import Chains
from shared.customers.links import Condition, CustomerLink, CustomerLinks
from shared.customers.watching import CustomerWatch, Seen
from shared.facts.record import FactsRecord, FactsStatus, FactsStore, StaleFactsError
from shared.ledger.records import State
from shared.policy.customers import WhenDeleted, WhenInactive
from shared.ports import Clock
from shared.postings.plan import Reason
from shared.reviews.records import Review, Stage
from shared.tenants.models import Store, Tenant

RESUMED_BY = "customer-watch"
"""Who lets a refused posting go again, in the ledger's words."""

MOST_TIMES = 5
"""How often an order is let go for its customer's sake: what refuses it then is something else."""

_OURS = frozenset({Reason.CUSTOMER_INACTIVE, Reason.CUSTOMER_MISSING})
_IN_THE_BOOKS = frozenset({State.SENT, State.DONE})


class SendsAgain(Protocol):
    """What has an order looked at again (`shared.releasing.resend.Resender`)."""

    def judge(self, record: FactsRecord, *, once: str, released_by: str = "") -> None:
        """Have facts and customer judged anew."""
        ...

    def post(self, record: FactsRecord, *, cause: str, once: str) -> None:
        """Put the order on its lane once more."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """An open review record of an order, the stage it names, and the order."""

    review: Review
    stage: Stage
    record: FactsRecord


@dataclass(frozen=True, slots=True)
class _Waiting:
    held: Held
    store: Store
    link: CustomerLink | None

    @property
    def customer(self) -> str:
        """The customer that the order waits for: its own, or the one its buyer would get."""
        return self.held.record.customer or (self.link.customer if self.link else "")


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What one run did; `orders` go on."""

    seen: Seen
    asked: int
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResumerParts:
    """What resuming needs; `held` gives the open review records of a tenant's orders."""

    watch: CustomerWatch
    links: CustomerLinks
    facts: FactsStore
    ledger: Chains
    held: Callable[[str], Iterable[Held]]
    again: SendsAgain
    release: str
    clock: Clock


class Resumer:
    """Looks after customers and the orders that wait for them, of any tenant."""

    def __init__(self, parts: ResumerParts) -> None:
        """`parts.release` is what the cause of a released order's message begins with."""
        self._parts = parts

    def run(self, tenant: Tenant, deadline: datetime) -> WatchReport:
        """Notice what became of customers, and let go what waited for those that can be used.

        Raises:
            IntacctError: Sage could not be asked.
            NotKeptError: an order could not be queued.
            botocore.exceptions.ClientError: our tables could not be read or written.
        """
        waiting = list(self._waiting(tenant))
        ids = [one.customer for one in waiting if one.customer]
        standing = self._parts.watch.standing_of(tenant, ids) if ids else {}
        gone_on = [one for one in waiting if self._goes_on(tenant, one, standing)]
        seen = self._parts.watch.look_at_all(tenant, deadline)
        orders = tuple(one.held.record.known.ref.id for one in gone_on)
        return WatchReport(seen, len(standing), orders)

    def _waiting(self, tenant: Tenant) -> Iterator[_Waiting]:
        for held in self._parts.held(tenant.id):
            store, order = tenant.store(held.record.known.ref.store), held.record.known.order
            if store is None or order is None or held.review.times > MOST_TIMES:
                continue
            buyers = buyer_digests(store.id, order, store.customers)
            one = _Waiting(held, store, self._parts.links.load(tenant.id, *buyers))
            if _waits_for_customer(one):
                yield one

    def _goes_on(self, tenant: Tenant, waiting: _Waiting, standing: dict[str, Condition]) -> bool:
        condition = standing.get(waiting.customer)
        if condition is None:
            return False
        link = waiting.link
        if link is not None and link.customer == waiting.customer:
            condition = self._parts.watch.keep(tenant, link, condition).condition
        record, once = waiting.held.record, f"{RESUMED_BY} {self._parts.clock().isoformat()}"
        if condition is Condition.GOOD:
            if waiting.held.stage is Stage.FACTS:
                self._parts.again.judge(record, once=once)
            else:
                cause = f"{self._parts.release}{RESUMED_BY}"
                self._parts.again.post(record, cause=cause, once=once)
            return True
        return self._is_renewed(waiting, condition, once)

    def _is_renewed(self, waiting: _Waiting, condition: Condition, once: str) -> bool:
        """Whether a new customer is chosen, by the policy, for an order with nothing posted."""
        policy, record = waiting.store.customers, waiting.held.record
        renews = (
            policy.when_deleted is WhenDeleted.CREATE_NEW
            if condition is Condition.DELETED
            else policy.when_inactive is WhenInactive.CREATE_NEW
        )
        chain = self._parts.ledger.chain(record.pk) if renews else {}
        if not renews or any(one.state in _IN_THE_BOOKS for one in chain.values()):
            return False
        try:
            blank = replace(record, customer="", status=FactsStatus.AWAITING_CUSTOMER)
            changed = self._parts.facts.save(replace(blank, due_at=self._parts.clock()))
        except StaleFactsError:
            return False
        self._parts.again.judge(changed, once=once)
        return True


def _waits_for_customer(waiting: _Waiting) -> bool:
    """Whether a finding is about the customer that the order has, or that it had before."""
    findings = waiting.held.review.findings
    if waiting.held.stage is Stage.FACTS:
        return any(finding.reason in _OURS for finding in findings)
    link = waiting.link
    named = {waiting.held.record.customer, *(link.excluded if link else ())} - {""}
    hints = [one.hint for one in findings if one.reason is Reason.REFUSED_BY_SAGE]
    return any(_names(hint, customer) for hint in hints for customer in named)


def _names(text: str, customer: str) -> bool:
    """Whether Sage's words name that customer, and not one whose id only begins alike."""
    return re.search(rf"(?<![\w-]){re.escape(customer)}(?![\w-])", text) is not None
