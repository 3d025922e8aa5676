"""Carries what Sage owns of a customer to its accounts in carts: read, compared, written.

Values that were written once to an account are left alone until Sage says something else: a cart
may keep them in a form of its own, and people who change them there are not fought with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from carts.accounts import Account, AccountClient
from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome
from intacct.customer_search import CustomerBy, CustomerSearch, KnownCustomer
from shared.customers.accounts import SEVERAL
from shared.customers.keeping import TOP_LEVEL
from shared.customers.links import Condition, CustomerLink, CustomerLinks, StaleLinkError
from shared.errands import findings
from shared.errands.fields import carried, differing, digest, wanted
from shared.errands.records import Errand, ErrandKind, Errands, ErrandState
from shared.errands.stores import NOT_TAKEN, GivesClients, StoresOfRun
from shared.ports import Clock
from shared.postings.findings import Finding
from shared.reviews.records import Reviews
from shared.tenants.models import Store, Tenant

_IDS_A_TRANSACTION = 40  # fewer than one search tells of


class SearchesCustomers(Protocol):
    """The part of `intacct.read_router.IntacctReads` that tells customers."""

    def customers(self, search: CustomerSearch) -> Sequence[KnownCustomer]:
        """The customers whose field has one of the values."""
        ...


@dataclass(frozen=True, slots=True)
class AccountParts:
    """What carrying needs; `reads_of` gives what reads the books of a tenant and entity."""

    errands: Errands
    links: CustomerLinks
    reads_of: Callable[[Tenant, str], SearchesCustomers]
    client_of: GivesClients
    reviews: Reviews
    clock: Clock


class _LaterError(Exception):
    """The cart could not be asked, or nobody knows what became of a write: look again later."""


@dataclass(frozen=True, slots=True)
class _Target:
    """An account that is to say what Sage says of its customer."""

    link: CustomerLink
    store: Store
    account: str


@dataclass(slots=True)
class _Round:
    """One run for one tenant: the stores that it can use, and what it did."""

    tenant: Tenant
    stores: StoresOfRun
    counts: Counter[str] = field(default_factory=Counter)


class AccountCarrier:
    """Runs the errands about customers, of any tenant."""

    def __init__(self, parts: AccountParts) -> None:
        """`parts` are shared by all tenants."""
        self._parts = parts

    def run(self, tenant: Tenant, deadline: datetime) -> Counter[str]:
        """Run what is due: how many accounts are `alike`, `refused`, or left for `later`.

        Raises:
            IntacctError: Sage could not be asked; the errands stand.
            botocore.exceptions.ClientError: our tables could not be read or written.
        """
        this = _Round(tenant, self._stores(tenant))
        now = self._parts.clock()
        due = self._parts.errands.due(tenant.id, ErrandKind.CUSTOMER, now=now)
        targets = self._targets(tenant, {errand.name for errand in due}) if due else {}
        for start in range(0, len(due), _IDS_A_TRANSACTION):
            part = due[start : start + _IDS_A_TRANSACTION]
            if self._parts.clock() >= deadline:
                break
            known = self._known(tenant, [one.name for one in part if targets.get(one.name)])
            for errand in part:
                if self._parts.clock() >= deadline:
                    break
                self._run(this, errand, targets.get(errand.name, []), known.get(errand.name))
        return this.counts

    def _stores(self, tenant: Tenant) -> StoresOfRun:
        parts = self._parts
        return StoresOfRun(tenant, ErrandKind.CUSTOMER, parts.client_of, parts.reviews, parts.clock)

    def _known(self, tenant: Tenant, ids: Sequence[str]) -> dict[str, KnownCustomer]:
        if not ids:
            return {}
        reads = self._parts.reads_of(tenant, TOP_LEVEL)
        found = reads.customers(CustomerSearch(CustomerBy.ID, tuple(ids)))
        return {one.customer.id: one for one in found}

    def _targets(self, tenant: Tenant, customers: set[str]) -> Mapping[str, list[_Target]]:
        """The accounts of those customers in stores that are written to."""
        found: dict[str, list[_Target]] = defaultdict(list)
        stores = {one.id: one for one in tenant.stores if one.customers.writes_back}
        for link in self._parts.links.all(tenant.id):
            if link.customer not in customers or link.condition is not Condition.GOOD:
                continue
            found[link.customer] += [
                _Target(link, stores[store], account)
                for store, account in sorted(link.accounts.items())
                if store in stores
            ]
        return found

    def _run(
        self,
        this: _Round,
        errand: Errand,
        targets: Sequence[_Target],
        known: KnownCustomer | None,
    ) -> None:
        """Tell every account; the errand stands where one could not be told."""
        is_done = True
        shared = Counter(one.store.id for one in targets)
        if known is not None and known.customer.is_active:
            for target in targets:
                is_several = shared[target.store.id] > 1 or target.account == SEVERAL
                is_done &= self._told(this, target, known, is_several=is_several)
        if is_done:
            self._parts.errands.close(errand, ErrandState.LEFT)
        else:
            self._parts.errands.put_off(errand, errand.again_at(self._parts.clock()))

    def _told(
        self, this: _Round, target: _Target, known: KnownCustomer, *, is_several: bool
    ) -> bool:
        """Whether the account could be told, or a person was why not."""
        store, customer = target.store.id, target.link.customer
        told: list[Finding] = []
        try:
            if is_several:
                told = [findings.several_accounts(store, customer)]
            else:
                told = list(self._tell(this, target, known))
        except _LaterError:
            this.counts["later"] += 1
            return False
        this.counts["refused" if told else "alike"] += 1
        self._review(this.tenant, findings.account_subject(store, customer), told)
        return True

    def _tell(self, this: _Round, target: _Target, known: KnownCustomer) -> Iterator[Finding]:
        """Bring the account to what Sage says; what of it the cart does not take.

        Raises:
            _LaterError: it is to be looked at again.
        """
        customer, store = target.link.customer, target.store
        client = self._client(this, store)
        said = wanted(known.customer, carried(this.tenant.ownership) & client.account_members)
        digests = {f"{store.id}/{name}": digest(customer, value) for name, value in said.items()}
        news = {
            name: value
            for name, value in said.items()
            if target.link.written.get(f"{store.id}/{name}") != digests[f"{store.id}/{name}"]
        }
        if not news:
            return
        refused: dict[str, str] = {}
        try:
            shown = client.account(target.account)
            this.stores.answered(store)
            if shown is not None:
                refused = _written(client, target.account, differing(shown, news))
        except CartApiError as error:
            this.stores.shut(store, error)
            raise _LaterError from error
        for message, members in _by_message(refused).items():
            yield findings.refused(store.id, customer, members, message)
        said_now = (f"{store.id}/{name}" for name in news if name not in refused)
        self._remember(target.link, {name: digests[name] for name in said_now})

    def _client(self, this: _Round, store: Store) -> AccountClient:
        """What writes the store's accounts.

        Raises:
            _LaterError: nothing does now.
        """
        client = this.stores.client(store)
        if not isinstance(client, AccountClient):
            this.stores.shut(store, NOT_TAKEN)
            raise _LaterError
        return client

    def _remember(self, link: CustomerLink, written: Mapping[str, str]) -> None:
        """Keep digests of what the account says now.

        Raises:
            _LaterError: the link was changed at this moment; the next look finds both sides alike.
        """
        if not written:
            return
        latest = self._parts.links.load(link.tenant, link.buyer) or link
        try:
            self._parts.links.save(replace(latest, written={**latest.written, **written}))
        except StaleLinkError as error:
            raise _LaterError from error

    def _review(self, tenant: Tenant, subject: str, told: Sequence[Finding]) -> None:
        now = self._parts.clock()
        if told:
            self._parts.reviews.open(tenant.id, subject, told, at=now)
        else:
            self._parts.reviews.close(tenant.id, subject, at=now)


def _written(client: AccountClient, account: str, change: Mapping[str, Any]) -> dict[str, str]:
    """Write a change; of one that is refused, each member by itself. Why not, by member.

    Raises:
        _LaterError: the answer was lost, or the cart stayed busy.
    """
    if not change:
        return {}
    answer = client.change_account(account, Account(**change))
    if answer.outcome is WriteOutcome.REFUSED:
        if len(change) == 1:
            return dict.fromkeys(change, answer.message)
        refused: dict[str, str] = {}
        for name, value in change.items():
            refused |= _written(client, account, {name: value})
        return refused
    if answer.outcome is not WriteOutcome.DONE:
        raise _LaterError
    return {}


def _by_message(refused: Mapping[str, str]) -> dict[str, str]:
    """The members by what the cart said of them."""
    found: dict[str, str] = {}
    for name, message in refused.items():
        found[message] = f"{found[message]}, {name}" if message in found else name
    return found
