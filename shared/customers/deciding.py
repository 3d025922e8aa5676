"""What a person decides of a buyer: which customer it is, or is not. Sage is asked at the next use.

An order keeps its customer once documents of it may be in the books: such an order is undone first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from commerce.orders import Order
from shared.customers.identity import buyer_digests
from shared.customers.keeping import Chains
from shared.customers.links import Condition, CustomerLink, CustomerLinks, Origin
from shared.facts.record import FactsRecord, FactsStatus, FactsStore
from shared.ledger.records import State
from shared.ports import Clock
from shared.tenants.models import Store, Tenant

_IN_THE_BOOKS = frozenset({State.SENT, State.DONE})


class UndecidableError(ValueError):
    """The decision cannot be carried out; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The link as it is now, the customer before, and the orders that are to be looked at again."""

    link: CustomerLink
    previous: str
    waiting: tuple[FactsRecord, ...]


@dataclass(frozen=True, slots=True)
class LinkDesk:
    """Carries out decisions about links; whoever calls has the waiting orders looked at again.

    `held` gives a tenant's orders that wait for a person before they are ready to post.
    """

    links: CustomerLinks
    facts: FactsStore
    ledger: Chains
    held: Callable[[str], Iterable[FactsRecord]]
    clock: Clock

    def link_order(self, tenant: Tenant, record: FactsRecord, customer: str, *, by: str) -> Decided:
        """Let the order's buyer be that customer, for this order and all that come.

        Raises:
            UndecidableError: the order is not known, or has documents for another customer.
            StaleFactsError: the order changed meanwhile.
            StaleLinkError: the link changed meanwhile.
        """
        store, order = self._known(tenant, record)
        self._insist_on_nothing_posted(record, customer)
        buyers = buyer_digests(store.id, order, store.customers)
        link = self.links.load(tenant.id, *buyers)
        previous = link.customer if link else record.customer
        if link is None:
            link = self._first(tenant.id, store.id, buyers, customer, by)
        elif link.customer != customer:
            link = self.links.save(self._renamed(link, customer, by))
        self._forget(record, customer)
        waiting = {one.pk: one for one in self._waiting(tenant, link)}
        waiting[record.pk] = self.facts.load(record.pk) or record
        return Decided(link, previous, tuple(waiting.values()))

    def link_buyer(self, tenant: Tenant, link: CustomerLink, customer: str, *, by: str) -> Decided:
        """Let the buyer of a link be another customer for what comes; posted orders keep theirs.

        Raises:
            StaleLinkError: the link changed meanwhile.
        """
        renamed = self.links.save(self._renamed(link, customer, by))
        return Decided(renamed, link.customer, tuple(self._waiting(tenant, renamed)))

    def unlink(self, tenant: Tenant, link: CustomerLink, *, by: str) -> Decided:
        """Let the buyer not be that customer, now and for good: it is chosen anew without it.

        Raises:
            UndecidableError: the link names no customer.
            StaleLinkError: the link changed meanwhile.
        """
        if not link.customer:
            message = "the buyer has no customer"
            raise UndecidableError(message)
        excluded = tuple(dict.fromkeys((*link.excluded, link.customer)))
        blank = self._renamed(replace(link, excluded=excluded), "", by)
        saved = self.links.save(blank)
        return Decided(saved, link.customer, tuple(self._waiting(tenant, saved)))

    def found(self, tenant: str, who: str) -> list[CustomerLink]:
        """The links of that buyer, or to that customer."""
        return [link for link in self.links.all(tenant) if who in (link.buyer, link.customer)]

    def _renamed(self, link: CustomerLink, customer: str, by: str) -> CustomerLink:
        return replace(
            link,
            customer=customer,
            origin=Origin.PERSON,
            condition=Condition.UNCHECKED,
            linked_at=self.clock(),
            key="",
            matched_by="",
            by=by,
            excluded=tuple(one for one in link.excluded if one != customer),
            as_of=None,
            sent={},
            contacts={},
        )

    def _first(
        self, tenant: str, store: str, buyers: tuple[str, ...], customer: str, by: str
    ) -> CustomerLink:
        new = CustomerLink(
            tenant=tenant,
            buyer=buyers[-1],
            store=store,
            customer=customer,
            origin=Origin.PERSON,
            condition=Condition.UNCHECKED,
            linked_at=self.clock(),
            by=by,
        )
        stands = self.links.put_new(new)
        for buyer in buyers:
            self.links.point(tenant, buyer, stands.buyer)
        if stands.customer == customer:
            return stands
        return self.links.save(self._renamed(stands, customer, by))

    @staticmethod
    def _known(tenant: Tenant, record: FactsRecord) -> tuple[Store, Order]:
        store, order = tenant.store(record.known.ref.store), record.known.order
        if store is None or order is None:
            message = "the order itself, or its store, is not known"
            raise UndecidableError(message)
        return store, order

    def _insist_on_nothing_posted(self, record: FactsRecord, customer: str) -> None:
        if record.customer in ("", customer):
            return
        chain = self.ledger.chain(record.pk)
        if any(posting.state in _IN_THE_BOOKS for posting in chain.values()):
            message = (
                f"documents of the order are in the books for customer {record.customer}:"
                " undo the order first"
            )
            raise UndecidableError(message)

    def _forget(self, record: FactsRecord, customer: str) -> None:
        """Let the order's customer be chosen anew, which finds the link."""
        if record.customer not in ("", customer):
            status = FactsStatus.AWAITING_CUSTOMER
            self.facts.save(replace(record, customer="", status=status, due_at=self.clock()))

    def _waiting(self, tenant: Tenant, link: CustomerLink) -> Iterator[FactsRecord]:
        """The buyer's orders that a person was asked about before they were ready to post."""
        for record in self.held(tenant.id):
            store, order = tenant.store(record.known.ref.store), record.known.order
            if store is None or order is None or record.customer:
                continue
            buyers = buyer_digests(store.id, order, store.customers)
            found = self.links.load(tenant.id, *buyers)
            if found is not None and found.buyer == link.buyer:
                yield record
