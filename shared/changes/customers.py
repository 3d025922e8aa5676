"""What happens to customers and contacts in Sage, carried into our links.

An inactive, deleted or returned customer is kept in its link, and told where the policy leaves it
to people; orders that waited go on by `customer_watch`. A contact that was deleted is forgotten, so
that the next order makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from intacct.reading import Kept
from shared.changes.ports import Change, Gone, Known
from shared.customers.findings import customer_subject
from shared.customers.keeping import TOP_LEVEL
from shared.customers.links import Condition, CustomerLink, CustomerLinks, StaleLinkError
from shared.customers.watching import CustomerWatch
from shared.reviews.records import Reviews, ReviewStatus
from shared.tenants.models import Tenant

_INACTIVE = "inactive"


class CustomerChanges:
    """Names linked customers and their contacts, and keeps how they stand."""

    kinds = frozenset({Kept.CUSTOMER, Kept.CONTACT})

    def __init__(self, watch: CustomerWatch, links: CustomerLinks, reviews: Reviews) -> None:
        """`watch` keeps conditions, reactivates, and tells people, by each store's policy."""
        self._watch = watch
        self._links = links
        self._reviews = reviews

    def known(self, tenant: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        """Customers by their keys, contacts by their ids: no key of them is kept.

        Raises:
            botocore.exceptions.ClientError: the links could not be read.
        """
        if entity != TOP_LEVEL:
            return
        for link in self._links.all(tenant.id):
            if kind is Kept.CONTACT:
                yield from (Known("", contact) for contact in link.contacts)
            elif link.key and link.condition is not Condition.UNMADE:
                yield Known(link.key, link.customer)

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Keep what was deactivated, and what is back of those that people were told of.

        Whatever else changed matters to no link: then not one of them is read.

        Raises:
            IntacctError: a customer could not be made active again, as the policy wants.
            botocore.exceptions.ClientError: links or reviews could not be read or written.
        """
        customers = {one.key: one for one in changes if one.kind is Kept.CUSTOMER}
        if entity != TOP_LEVEL or not customers:
            return
        told = self._told(tenant)
        matters = {
            key: one
            for key, one in customers.items()
            if one.state == _INACTIVE or customer_subject(one.id) in told
        }
        for link in self._linked(tenant, matters):
            is_bad = matters[link.key].state == _INACTIVE
            is_it = matters[link.key].id == link.customer
            condition = Condition.INACTIVE if is_bad else Condition.GOOD
            self._watch.keep(tenant, link, condition if is_it else Condition.DELETED)

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Keep that customers are gone, and forget contacts that are.

        Raises:
            botocore.exceptions.ClientError: links could not be read or written.
            StaleLinkError: a link was changed at this moment; all of it is told again.
        """
        if entity != TOP_LEVEL:
            return
        customers = {one.key: one for one in gone if one.kind is Kept.CUSTOMER}
        for link in self._linked(tenant, customers):
            if self._watch.keep(tenant, link, Condition.DELETED).condition is not Condition.DELETED:
                raise StaleLinkError(link.buyer)
        contacts = {one.id for one in gone if one.kind is Kept.CONTACT}
        for link in list(self._links.all(tenant.id)) if contacts else ():
            left = {name: said for name, said in link.contacts.items() if name not in contacts}
            if len(left) < len(link.contacts):
                self._links.save(replace(link, contacts=left))

    def _linked(self, tenant: Tenant, keys: Iterable[str]) -> Iterator[CustomerLink]:
        """The links of customers with these keys that are in use."""
        wanted = frozenset(keys)
        for link in self._links.all(tenant.id) if wanted else ():
            if link.key in wanted and link.condition is not Condition.UNMADE:
                yield link

    def _told(self, tenant: Tenant) -> frozenset[str]:
        return frozenset(
            review.subject
            for review in self._reviews.all(tenant.id)
            if review.status is ReviewStatus.OPEN
        )
