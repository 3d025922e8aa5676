"""Makes sure that a customer is in the books, exactly once, before anything is posted to it.

Known customers cost one read of the ledger, and none at all within a process. An unknown one goes
through the ledger like any other posting: of two first orders of one buyer only one creates it, and
a customer that Sage has already is found by its exact id (reliability F20).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intacct.documents import Customer, DocumentResult
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import Record, State
from shared.ledger.requests import Steps, rest
from shared.postings.keys import posting_key
from shared.postings.plan import Finding, Posted, Posting, PostingKind
from shared.tenants.models import Tenant

TOP_LEVEL = ""
"""Customers are created at the top level of the company, where every entity may use them."""

_MOST_REMEMBERED = 10_000

_SOMEBODY_IS_AT_IT = frozenset({"LEASED", "CONTENDED", "OVERTAKEN"})
_LOOKS = 8
_PAUSE_SECONDS = 0.5
"""Another order of the buyer creates the customer at this moment: a second or two is cheaper than a
redelivery after the queue's visibility time."""


class CustomerNotReadyError(Exception):
    """The customer could not be made sure of now; `due_at` is when to look again."""

    def __init__(self, reason: str, due_at: datetime | None = None) -> None:
        """`reason` is a code of the ledger; None means soon."""
        super().__init__(f"the customer is not in the books yet: {reason}")
        self.due_at = due_at


class Chains(Protocol):
    """The part of the ledger that is read here."""

    def chain(self, pk: str) -> dict[str, Record]:
        """All postings of a customer, by key."""
        ...


class Applies(Protocol):
    """What brings a posting into the books (`shared.ledger.apply.Applier`)."""

    def steps(
        self,
        pk: str,
        postings: Sequence[Posting],
        posted: Posted,
        deadline: datetime,
        *,
        records: Mapping[str, Record] | None = None,
        reopen_by: str = "",
    ) -> Steps[Outcome]:
        """Bring each posting into the books that is not in `posted`."""
        ...

    def settle(
        self, pk: str, posting: Posting, deadline: datetime, *, records: Mapping[str, Record]
    ) -> Steps[Outcome]:
        """End the doubt about a posting that nobody wants any more, without sending it."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The customer is there, or `findings` say why a person must see to it.

    `key` is its system key in Sage.
    """

    findings: tuple[Finding, ...] = ()
    is_new: bool = False
    key: str = ""


class CustomerKeeper:
    """Makes sure of customers, of any tenant."""

    def __init__(
        self,
        ledger: Chains,
        applier_of: Callable[[Tenant, str], Applies],
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`applier_of` gives the applier of a tenant and entity; `pause` waits so many seconds."""
        self._ledger = ledger
        self._applier_of = applier_of
        self._pause = pause
        self._known: dict[str, str] = {}

    def ensure(
        self,
        tenant: Tenant,
        store: str,
        customer: Customer,
        deadline: datetime,
        *,
        released_by: str = "",
    ) -> Steps[Kept]:
        """Make sure that the customer is in the books.

        `released_by` is the person who says that a refused customer shall be tried again.

        Raises:
            CustomerNotReadyError: that cannot be said now.
            botocore.exceptions.ClientError: the ledger could not be read or written.
        """
        pk = customer_pk(tenant.id, customer.id)
        if pk in self._known:
            return Kept(key=self._known[pk])
        posting = _posting(tenant.id, store, customer)
        applier = self._applier_of(tenant, TOP_LEVEL)
        for look in range(_LOOKS):
            if look:
                yield from rest(_PAUSE_SECONDS, self._pause)
            chain = self._ledger.chain(pk)
            record = chain.get(posting.key)
            if record is not None and record.state is State.DONE:
                return Kept(key=self._remember(pk, record.result))
            outcome = yield from applier.steps(
                pk, [posting], {}, deadline, records=chain, reopen_by=released_by
            )
            if outcome.kind is OutcomeKind.COMPLETE:
                made = outcome.results.get(posting.key)
                return Kept(is_new=True, key=self._remember(pk, made))
            if outcome.kind is OutcomeKind.HELD:
                return Kept(findings=outcome.findings)
            if outcome.reason not in _SOMEBODY_IS_AT_IT:
                raise CustomerNotReadyError(outcome.reason, outcome.due_at)
        message = "being created elsewhere"
        raise CustomerNotReadyError(message)

    def settle(
        self, tenant: Tenant, store: str, customer: Customer, deadline: datetime
    ) -> Steps[Kept]:
        """End the doubt about a customer whom nobody needs: it is not created for that.

        Raises:
            CustomerNotReadyError: the doubt cannot be ended now.
            botocore.exceptions.ClientError: the ledger could not be read or written.
        """
        pk = customer_pk(tenant.id, customer.id)
        if pk in self._known:
            return Kept()
        posting = _posting(tenant.id, store, customer)
        applier = self._applier_of(tenant, TOP_LEVEL)
        chain = self._ledger.chain(pk)
        outcome = yield from applier.settle(pk, posting, deadline, records=chain)
        if outcome.kind in (OutcomeKind.PARKED, OutcomeKind.STOPPED):
            raise CustomerNotReadyError(outcome.reason, outcome.due_at)
        return Kept(findings=outcome.findings)

    def is_made(self, tenant: Tenant, customer: str) -> bool:
        """Whether the ledger says that the customer is in the books; one read.

        Raises:
            botocore.exceptions.ClientError: the ledger could not be read.
        """
        chain = self._ledger.chain(customer_pk(tenant.id, customer))
        return any(record.state is State.DONE for record in chain.values())

    def _remember(self, pk: str, made: DocumentResult | None) -> str:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[pk] = made.key if made else ""
        return self._known[pk]


def customer_pk(tenant: str, customer: str) -> str:
    """The ledger partition of a customer: `CUS#<tenant>#<customer id>`."""
    return f"CUS#{tenant}#{customer}"


def _posting(tenant: str, store: str, customer: Customer) -> Posting:
    key = posting_key(
        tenant=tenant,
        entity=TOP_LEVEL,
        kind=PostingKind.CUSTOMER,
        store=store,
        purpose=f"customer:{customer.id}",
    )
    return Posting(key=key, kind=PostingKind.CUSTOMER, document=customer)
