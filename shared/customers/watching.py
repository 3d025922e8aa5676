"""Notices customers that people deactivated, deleted or merged in Sage, and those that are back.

Two looks: each run at the customers of orders that wait because of them, by id; once a day at all
linked customers, by key and 500 a transaction. That all of them look deleted may mean that the role
does not show them any more: what is gone is concluded by `shared.changes`, where that is followed.
Merging leaves a customer deleted or inactive: who took its place only a person can say (`ops
customer link`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from intacct.customer_search import CustomerBy, CustomerSearch, KnownCustomer
from intacct.reading import Kept, Standing
from shared.customers import findings
from shared.customers.following import Follower, condition_of
from shared.customers.keeping import TOP_LEVEL
from shared.customers.links import (
    Condition,
    CustomerLink,
    CustomerLinks,
    Progress,
    StaleLinkError,
)
from shared.ownership.table import Kind, Side
from shared.policy.customers import CustomerPolicy, WhenDeleted, WhenInactive
from shared.ports import Clock
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant

EVERY = timedelta(hours=24)
"""How often all linked customers are looked at."""

_A_TRANSACTION = 500
_IDS_A_TRANSACTION = 40  # fewer than one search tells of
_BAD = frozenset({Condition.INACTIVE, Condition.DELETED})
_WATCHED = frozenset({Condition.GOOD, *_BAD})


class SeesCustomers(Protocol):
    """The part of `intacct.read_router.IntacctReads` that tells how customers stand."""

    def standings(self, kind: Kept, keys: Sequence[str]) -> Sequence[Standing]:
        """The records with these keys; what is not there is left out."""
        ...

    def customers(self, search: CustomerSearch) -> Sequence[KnownCustomer]:
        """The customers whose field has one of the values."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at all customers found: how many, and the ids of those that changed."""

    looked_at: int
    gone_bad: tuple[str, ...] = ()
    good_again: tuple[str, ...] = ()
    is_whole: bool = True


class CustomerWatch:
    """Looks at linked customers, and keeps in their links how they stand."""

    def __init__(
        self,
        links: CustomerLinks,
        follower: Follower,
        reads_of: Callable[[Tenant, str], SeesCustomers],
        reviews: Reviews,
        *,
        clock: Clock,
    ) -> None:
        """`reads_of` gives what reads the books of a tenant and entity."""
        self._links = links
        self._follower = follower
        self._reads_of = reads_of
        self._reviews = reviews
        self._clock = clock

    def look_at_all(self, tenant: Tenant, deadline: datetime) -> Seen:
        """Look at all linked customers, if that is due; goes on where an earlier look broke off.

        Raises:
            IntacctError: Sage could not be asked; the next look goes on from there.
            botocore.exceptions.ClientError: the links could not be read or written.
        """
        progress, now = self._links.progress(tenant.id), self._clock()
        if progress is not None and not progress.after and now - progress.began_at < EVERY:
            return Seen(0)
        if progress is None or not progress.after:
            progress = Progress(now)
        links = self._links.all(tenant.id, after=progress.after)
        looked_at = 0
        changed: list[tuple[CustomerLink, CustomerLink]] = []
        while part := list(islice(links, _A_TRANSACTION)):
            changed += self._look_by_key(tenant, part)
            looked_at += len(part)
            progress = replace(progress, after=part[-1].buyer)
            self._links.note_progress(tenant.id, progress)
            if self._clock() >= deadline:
                return _seen(looked_at, changed, is_whole=False)
        self._links.note_progress(tenant.id, replace(progress, after=""))
        return _seen(looked_at, changed, is_whole=True)

    def standing_of(self, tenant: Tenant, ids: Sequence[str]) -> dict[str, Condition]:
        """How customers stand now, by id, some forty a transaction.

        Raises:
            IntacctError: Sage could not be asked.
        """
        reads = self._reads_of(tenant, TOP_LEVEL)
        wanted = sorted(set(ids))
        found: dict[str, KnownCustomer] = {}
        for start in range(0, len(wanted), _IDS_A_TRANSACTION):
            part = tuple(wanted[start : start + _IDS_A_TRANSACTION])
            told = reads.customers(CustomerSearch(CustomerBy.ID, part))
            found |= {known.customer.id: known for known in told}
        return {one: condition_of(found.get(one)) for one in wanted}

    def keep(self, tenant: Tenant, link: CustomerLink, condition: Condition) -> CustomerLink:
        """Keep how the link's customer stands, and tell people where the policy leaves it to them.

        An inactive one is made active again where policy and ownership table say so.

        Raises:
            IntacctError: it could not be made active.
            botocore.exceptions.ClientError: the link could not be written.
        """
        if condition is Condition.INACTIVE and self._reactivated(tenant, link):
            condition = Condition.GOOD
        if condition is link.condition:
            return link
        try:
            kept = self._links.save(replace(link, condition=condition))
        except StaleLinkError:
            return link
        self._tell(tenant, kept)
        return kept

    def _look_by_key(
        self, tenant: Tenant, links: Sequence[CustomerLink]
    ) -> Iterator[tuple[CustomerLink, CustomerLink]]:
        """The links whose customers stand otherwise than they did, before and after."""
        watched = [link for link in links if link.key and link.condition in _WATCHED]
        if not watched:
            return
        keys = [link.key for link in watched]
        told = self._reads_of(tenant, TOP_LEVEL).standings(Kept.CUSTOMER, keys)
        standing = {one.key: one for one in told}
        for link in watched:
            if link.key not in standing and tenant.changes.is_polled:
                continue
            kept = self.keep(tenant, link, _condition(link, standing.get(link.key)))
            if kept.condition is not link.condition:
                yield link, kept

    def _reactivated(self, tenant: Tenant, link: CustomerLink) -> bool:
        if _policy(tenant, link).when_inactive is not WhenInactive.REACTIVATE:
            return False
        decision = tenant.ownership.may_write(Kind.CUSTOMER, "is_active", Side.SAGE)
        known = self._follower.known(tenant, link.customer) if decision.is_allowed else None
        if known is None:
            return False
        self._follower.reactivate(tenant, known, once=self._clock().isoformat())
        return True

    def _tell(self, tenant: Tenant, link: CustomerLink) -> None:
        subject, now = findings.customer_subject(link.customer), self._clock()
        if link.condition is Condition.GOOD:
            self._reviews.close(tenant.id, subject, at=now)
            return
        policy = _policy(tenant, link)
        is_deleted = link.condition is Condition.DELETED
        finding = findings.gone if is_deleted else findings.inactive
        is_left_to_people = (
            policy.when_deleted is WhenDeleted.HOLD
            if is_deleted
            else policy.when_inactive is not WhenInactive.CREATE_NEW
        )
        if is_left_to_people:
            self._reviews.open(tenant.id, subject, [finding(link.customer)], at=now)


def _condition(link: CustomerLink, standing: Standing | None) -> Condition:
    """Deleted, too, where the key is another customer's by now: documents name the id."""
    if standing is None or standing.id != link.customer:
        return Condition.DELETED
    return Condition.INACTIVE if standing.state == "inactive" else Condition.GOOD


def _policy(tenant: Tenant, link: CustomerLink) -> CustomerPolicy:
    store = tenant.store(link.store)
    return store.customers if store else CustomerPolicy()


def _seen(
    looked_at: int, changed: Sequence[tuple[CustomerLink, CustomerLink]], *, is_whole: bool
) -> Seen:
    bad = tuple(after.customer for _, after in changed if after.condition in _BAD)
    good = tuple(after.customer for _, after in changed if after.condition is Condition.GOOD)
    return Seen(looked_at, bad, good, is_whole)
