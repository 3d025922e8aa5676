"""Hears what changed in Sage (`shared.changes.ports`) and keeps what carts are to be told of it.

Our own writes are heard, too: whoever runs the errand finds both sides alike and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.reading import Kept
from shared.changes.ports import Change, Gone
from shared.customers.keeping import TOP_LEVEL
from shared.customers.links import CustomerLinks
from shared.errands.records import Errand, ErrandKind, Errands
from shared.ledger.document_index import DocumentIndex
from shared.policy.orders_back import OrdersBackPolicy
from shared.ports import Clock
from shared.postings.plan import PostingKind
from shared.tenants.models import Tenant

_PAID = "paid"
"""The state of an AR invoice of which nothing is due (REST reference §9)."""


class CustomerNews:
    """Asks for an errand for every changed customer that has an account in a cart we write to.

    A changed contact is told by its name, which of customers that we made is the customer's id.
    """

    kinds = frozenset({Kept.CUSTOMER, Kept.CONTACT})

    def __init__(self, links: CustomerLinks, errands: Errands, clock: Clock) -> None:
        """`links` tell which customers have accounts."""
        self._links = links
        self._errands = errands
        self._clock = clock

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Ask for the errands; nothing is read where no store has anything carried back.

        Raises:
            botocore.exceptions.ClientError: links could not be read, or errands not be kept.
        """
        told = {one.id for one in changes if one.kind in self.kinds and one.id}
        writes_back = any(store.customers.writes_back for store in tenant.stores)
        if entity != TOP_LEVEL or not writes_back or not told:
            return
        links = self._links.all(tenant.id)
        for customer in sorted({one.customer for one in links if one.accounts} & told):
            errand = Errand(tenant.id, ErrandKind.CUSTOMER, customer, self._clock())
            self._errands.ask(errand)

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Nothing: an account outlives its customer."""


class OrderNews:
    """Asks for the errands of orders whose invoices are made in Sage, or paid there.

    Invoices are ours by the number on them. Each is named to its order once; how an order stands is
    looked at whenever one of its invoices is paid.
    """

    kinds = frozenset({Kept.SALES_DOCUMENT, Kept.AR_INVOICE})

    def __init__(self, index: DocumentIndex, errands: Errands, clock: Clock) -> None:
        """`index` leads from a number to its posting."""
        self._index = index
        self._errands = errands
        self._clock = clock

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Ask for the errands; nothing is read where no store has orders told anything.

        Raises:
            botocore.exceptions.ClientError: the index could not be read, or errands not be kept.
        """
        del entity  # a posting key names the entity whose books it is in
        policies = {store.id: store.orders_back for store in tenant.stores}
        for change in changes:
            kind = _kind_of(change)
            if kind is None or not any(_wants(one, kind) for one in policies.values()):
                continue
            for place in self._index.places(tenant.id, change.reference):
                store, order = _order_of(place.pk)
                policy = policies.get(store)
                is_invoice = f"/{PostingKind.INVOICE.value}/" in place.key
                if policy is not None and order and is_invoice and _wants(policy, kind):
                    self._errands.ask(self._errand(tenant, kind, store, order, change))

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Nothing: what a cart was told stands."""

    def _errand(
        self, tenant: Tenant, kind: ErrandKind, store: str, order: str, change: Change
    ) -> Errand:
        name, details = f"{store}/{order}", {change.reference: change.key}
        if kind is ErrandKind.NOTE:
            name, details = f"{name}/{change.reference}", {"document": change.id}
        return Errand(tenant.id, kind, name, self._clock(), details)


def _kind_of(change: Change) -> ErrandKind | None:
    """What a change leads to."""
    if not change.reference:
        return None
    if change.kind is Kept.SALES_DOCUMENT and change.id:
        return ErrandKind.NOTE
    is_paid = change.kind is Kept.AR_INVOICE and change.state == _PAID
    return ErrandKind.PAID if is_paid else None


def _wants(policy: OrdersBackPolicy, kind: ErrandKind) -> bool:
    return policy.notes_documents if kind is ErrandKind.NOTE else policy.marks_paid


def _order_of(pk: str) -> tuple[str, str]:
    """The store and order of a ledger partition; empty where it is no order's."""
    kind, _, store, order = (*pk.split("#", 3), "", "", "")[:4]
    return (store, order) if kind == "ORD" else ("", "")
