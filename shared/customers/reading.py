"""What a cart event says of its order: from the archived body, or from the cart's API."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from carts.adapter import (
    CartApiError,
    CartClient,
    Code,
    Problem,
    Reading,
    UnknownTopicError,
    as_presented,
)
from carts.documents import DocumentError, parse
from carts.registry import adapter
from commerce.codec import encode
from shared.facts.merge import merge
from shared.facts.record import FactsRecord
from shared.intake.archive import Archive, RawMissingError, Shelf, archive_key
from shared.messages import CartEvent
from shared.policy.choices import CurrencySide
from shared.postings.plan import Finding, Reason
from shared.tenants.models import Store, Tenant

ClientOf = Callable[[Tenant, Store], CartClient | None]
"""The client of a store's API, None where no access was given."""


@dataclass(frozen=True, slots=True)
class EventReader:
    """Reads events; a whole order is fetched where the document is not all there is to know.

    What was fetched and tells something new is archived too, so that a past day can be rebuilt from
    the archive alone.
    """

    archive: Archive
    client_of: ClientOf

    def read(
        self, event: CartEvent, tenant: Tenant, store: Store, known: FactsRecord | None
    ) -> Reading:
        """What the event says, or every reason why that cannot be said.

        Raises:
            CartApiError: the cart's API could not be used now, or a hint cannot be followed.
            NotKeptError: the fetched order could not be archived.
        """
        said = Reading(None, needs_fetch=True)
        if event.raw_key:
            said = self._document(event, store, known)
        if not self._wants_order(said, known):
            return said
        client = self.client_of(tenant, store)
        order_id = said.facts.ref.id if said.facts else event.resource_id
        if client is None or not order_id:
            return said
        try:
            fetched = client.order(order_id)
        except CartApiError as exc:
            if event.raw_key and exc.is_lasting:
                return said
            raise
        return _both(said, self._archived(event, known, fetched))

    def _archived(self, event: CartEvent, known: FactsRecord | None, fetched: Reading) -> Reading:
        """The fetched order with the key that it is archived under, unless it tells nothing new."""
        facts = fetched.facts
        if facts is None or (known is not None and merge(known.known, facts) == known.known):
            return fetched
        body = encode(facts)
        digest = hashlib.sha256(body).hexdigest()
        key = archive_key(Shelf.FETCHED, event.tenant, event.store, digest)
        self.archive.put_new(key, body, {})
        return replace(fetched, sources=(key,))

    def _document(self, event: CartEvent, store: Store, known: FactsRecord | None) -> Reading:
        order = known.known.order if known else None
        tax_included = order.tax_included if order else None
        try:
            cart, document = adapter(event.cart), parse(self.archive.get(event.raw_key))
            if store.policy.currency_side is CurrencySide.PRESENTMENT:
                document = as_presented(cart, document)
            said = cart.read(event.store, event.topic, document, tax_included=tax_included)
        except (DocumentError, RawMissingError, UnknownTopicError) as exc:
            return Reading(None, (Problem(Code.PAYLOAD_INVALID, "document", str(exc)),))
        return replace(said, sources=(event.raw_key,))

    def _wants_order(self, said: Reading, known: FactsRecord | None) -> bool:
        """Ask where the document points elsewhere, or where a follower came before its order."""
        has_order = known is not None and known.known.order is not None
        is_orphan = said.facts is not None and said.facts.order is None and not has_order
        return said.needs_fetch or is_orphan


def findings_of_problems(problems: tuple[Problem, ...]) -> tuple[Finding, ...]:
    """An adapter's problems as the findings that people see."""
    return tuple(
        Finding(
            Reason(problem.code.value),
            place=problem.place,
            message=problem.message,
            difference=problem.difference,
        )
        for problem in problems
    )


def unusable_api(error: CartApiError) -> Reading:
    """What is read where the cart's API is needed and cannot be used."""
    return Reading(None, (Problem(Code.CONFIGURATION_MISSING, "the store's API", str(error)),))


def _both(said: Reading, fetched: Reading) -> Reading:
    """The fetched order stands for the document's doubts; what only the document knew is kept."""
    if fetched.facts is None or said.facts is None:
        return fetched
    both = merge(said.facts, fetched.facts)
    return replace(fetched, facts=both, sources=(*said.sources, *fetched.sources))
