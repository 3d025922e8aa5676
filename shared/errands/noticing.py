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
from shared.ports import Clock
from shared.tenants.models import Tenant


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
