"""Which stores a run can tell things: opened when asked for, left alone once they are shut.

A store counts as open when its API has answered, not when a key for it was found: a key may have
lost its rights, and the record that says so must stay until a call succeeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from carts.adapter import CartApiError
from shared.errands.findings import store_subject, unusable
from shared.errands.records import ErrandKind
from shared.ports import Clock
from shared.reviews.records import Reviews
from shared.tenants.models import Store, Tenant

GivesClients = Callable[[Tenant, Store], object | None]
"""Gives the client of a store's API, None where no access was given; it is asked what it writes."""

NO_ACCESS = CartApiError("no access to its API was given", is_lasting=True)
NOT_TAKEN = CartApiError("its API takes nothing of the kind", is_lasting=True)


@dataclass(slots=True)
class StoresOfRun:
    """The stores of one tenant in one run of errands of one kind.

    Each kind has a review record of its own for a store: an API may take notes and refuse accounts.
    """

    tenant: Tenant
    kind: ErrandKind
    client_of: GivesClients
    reviews: Reviews
    clock: Clock
    _shut: set[str] = field(default_factory=set, init=False)
    _answered: set[str] = field(default_factory=set, init=False)

    def client(self, store: Store) -> object | None:
        """The client of a store's API; None while it is shut, which people are told of."""
        if store.id in self._shut:
            return None
        try:
            client = self.client_of(self.tenant, store)
        except CartApiError as error:
            self.shut(store, error)
            return None
        if client is None:
            self.shut(store, NO_ACCESS)
        return client

    def shut(self, store: Store, why: CartApiError) -> None:
        """Leave the store alone for the rest of the run; tell people of what they must mend.

        The first reason stands: a store that is shut already is told nothing new.
        """
        if store.id in self._shut:
            return
        self._shut.add(store.id)
        if why.is_lasting:
            told = [unusable(store.id, str(why))]
            self.reviews.open(self.tenant.id, self._subject(store), told, at=self.clock())

    def answered(self, store: Store) -> None:
        """The store's API took a call: what was said of it is over."""
        if store.id not in self._answered:
            self._answered.add(store.id)
            self.reviews.close(self.tenant.id, self._subject(store), at=self.clock())

    def _subject(self, store: Store) -> str:
        return store_subject(store.id, self.kind)
