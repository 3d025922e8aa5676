"""Carries what changed of a buyer over to its customer: the fields that the cart owns, no others.

Nothing is asked of Sage while the cart says what it said before. What a person changed in a field
that Sage owns is never written; a field that says nothing now is never cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from commerce.orders import Order
from intacct.changes import Change, UpdateMaster
from intacct.customer_search import CustomerBy, CustomerSearch, KnownCustomer
from intacct.documents import Contact, DocumentResult
from intacct.errors import DuplicateDocumentError, RejectedError
from intacct.records import Record
from intacct.results import Found
from shared.customers.documents import customer_document, places
from shared.customers.fields import (
    changed,
    changed_of_contact,
    contact_digest,
    digests,
    owned_name,
    updates,
)
from shared.customers.findings import refused
from shared.customers.keeping import TOP_LEVEL
from shared.customers.links import Condition, CustomerLink
from shared.customers.matching import SearchesCustomers
from shared.ownership.table import Kind, Ownership, Side
from shared.postings.keys import control_id
from shared.postings.plan import Finding
from shared.tenants.models import Store, Tenant

_MOST_CONTACTS = 50


class WritesRecords(Protocol):
    """The part of `intacct.record_router.IntacctRecords` that keeps contacts and customers."""

    def create(self, record: Record, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Create one record."""
        ...

    def find(self, record: Record) -> Sequence[Found]:
        """Records of the same id."""
        ...

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Change what is there."""
        ...


@dataclass(frozen=True, slots=True)
class Followed:
    """The link as it is now, its condition too, and what Sage refused of a mere update."""

    link: CustomerLink
    findings: tuple[Finding, ...] = ()


def condition_of(known: KnownCustomer | None) -> Condition:
    """What a look at Sage says of a customer."""
    if known is None:
        return Condition.DELETED
    return Condition.GOOD if known.customer.is_active else Condition.INACTIVE


class Follower:
    """Keeps customers and contacts as the cart has them."""

    def __init__(
        self,
        reads_of: Callable[[Tenant, str], SearchesCustomers],
        records_of: Callable[[Tenant, str], WritesRecords],
    ) -> None:
        """Both give what reads and writes the books of a tenant and entity."""
        self._reads_of = reads_of
        self._records_of = records_of

    def known(self, tenant: Tenant, customer: str) -> KnownCustomer | None:
        """The customer of that id as it stands in Sage; None where there is none.

        Raises:
            IntacctError: it could not be read.
        """
        search = CustomerSearch(CustomerBy.ID, (customer,))
        found = self._reads_of(tenant, TOP_LEVEL).customers(search)
        return next((known for known in found if known.customer.id == customer), None)

    def reactivate(self, tenant: Tenant, known: KnownCustomer, *, once: str) -> None:
        """Make the customer active again; `once` names the occasion.

        Raises:
            IntacctError: it was not made active, or nobody can say.
        """
        active = replace(known.customer, is_active=True)
        change = UpdateMaster(known.key, active, frozenset({"is_active"}))
        self._change(tenant, change, once)

    def follow(
        self,
        tenant: Tenant,
        store: Store,
        order: Order,
        link: CustomerLink,
        *,
        known: KnownCustomer | None = None,
    ) -> Followed:
        """Write what the order says anew of its buyer; older orders than the last one say nothing.

        `known` is the customer where it was just read.

        Raises:
            IntacctError: nobody can say whether it was written; doing it again is safe.
        """
        if link.as_of is not None and order.version.updated_at <= link.as_of:
            return Followed(link)
        wanted = customer_document(link.customer, order, store.mapping, store.customers)
        said = digests(wanted)
        fields = self._writable(tenant.ownership, changed(link.sent, said))
        try:
            contacts = self.contacts(tenant, store, order, link)
            if fields:
                known = known or self.known(tenant, link.customer)
                if known is None or not known.customer.is_active:
                    return Followed(replace(link, condition=condition_of(known)))
                for change in updates(known, wanted, fields):
                    self._change(tenant, change, order.version.updated_at.isoformat())
        except RejectedError as error:
            return Followed(link, (refused(f"customer {link.customer}", error),))
        if not fields and contacts == link.contacts:
            return Followed(link)
        sent = {**link.sent, **{name: said[name] for name in fields}}
        as_of = order.version.updated_at
        return Followed(replace(link, sent=sent, contacts=contacts, as_of=as_of))

    def contacts(
        self, tenant: Tenant, store: Store, order: Order, link: CustomerLink
    ) -> Mapping[str, str]:
        """Make sure of the contacts of the order's addresses; what is known of contacts then.

        A contact of that name is there already where somebody was quicker, or its answer was lost:
        its name is ours alone.

        Raises:
            IntacctError: a contact was refused, or nobody can say.
        """
        known = dict(link.contacts)
        bill_to, ship_to = places(link.customer, order, store.customers)
        named = {one.id: one for one in (ship_to, bill_to) if one}
        for contact in named.values():
            digest = contact_digest(contact)
            if contact.id not in known:
                if not tenant.ownership.may_create(Kind.CUSTOMER, Side.SAGE).is_allowed:
                    continue
                self._create(tenant, contact)
            elif known[contact.id] != digest:
                fields = changed_of_contact(contact, known[contact.id])
                self._update(tenant, contact, fields, order.version.updated_at.isoformat())
            known.pop(contact.id, None)
            known[contact.id] = digest
        return dict(list(known.items())[-_MOST_CONTACTS:])

    def _create(self, tenant: Tenant, contact: Contact) -> None:
        mark = control_id(f"{tenant.id}//CONTACT/{contact.id}")
        records = self._records_of(tenant, TOP_LEVEL)
        try:
            records.create(contact, control_id=mark, idempotency_key=mark)
        except DuplicateDocumentError:
            return

    def _update(self, tenant: Tenant, contact: Contact, changed: frozenset[str], once: str) -> None:
        fields = tenant.ownership.writable(Kind.CUSTOMER, Side.SAGE, changed)
        found = self._records_of(tenant, TOP_LEVEL).find(contact) if fields else []
        for one in found[:1]:
            self._change(tenant, UpdateMaster(one.result.key, contact, fields), once)

    def _change(self, tenant: Tenant, change: UpdateMaster, once: str) -> None:
        what = " ".join(sorted(change.fields))
        kind = type(change.master).__name__.upper()
        mark = control_id(f"{tenant.id}//{kind}_UPDATE/{change.key}:{what}@{once}")
        self._records_of(tenant, TOP_LEVEL).change(change, control_id=mark, idempotency_key=mark)

    @staticmethod
    def _writable(ownership: Ownership, fields: frozenset[str]) -> frozenset[str]:
        return frozenset(
            name
            for name in fields
            if ownership.may_write(Kind.CUSTOMER, owned_name(name), Side.SAGE).is_allowed
        )
