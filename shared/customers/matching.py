"""Looking for a buyer among the customers of Sage Intacct, in the order that the policy states.

A hit counts only where its value is the same by the rules of `shared.customers.comparing`; the
first search with a hit decides, whoever else a later one would find.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from commerce.orders import Order
from intacct.customer_search import MOST_FOUND, CustomerBy, CustomerSearch, KnownCustomer
from intacct.documents import Contact
from shared.customers.buyers import company_of, own_email, person_of, phone_of
from shared.customers.comparing import (
    email_key,
    folded,
    phone_key,
    phone_spellings,
    same_place,
)
from shared.customers.documents import postal
from shared.customers.identity import LONGEST_ID
from shared.policy.customers import MatchBy
from shared.tenants.models import Store


class SearchesCustomers(Protocol):
    """The part of `intacct.read_router.IntacctReads` that finds customers."""

    def customers(self, search: CustomerSearch) -> Sequence[KnownCustomer]:
        """The customers whose field has one of the values."""
        ...


@dataclass(frozen=True, slots=True)
class Match:
    """Who was found, and by what; `is_cut` says that there may be more than were told."""

    by: MatchBy
    customers: tuple[KnownCustomer, ...]
    is_cut: bool = False

    @property
    def only(self) -> KnownCustomer | None:
        """The one that it is, of several the only active one; None where a person must say.

        Whoever was deactivated is passed over for somebody who is active: the company cleaned up.
        """
        if self.is_cut:
            return None
        active = [known for known in self.customers if known.customer.is_active]
        candidates = active or list(self.customers)
        return candidates[0] if len(candidates) == 1 else None


def match(
    order: Order, store: Store, searcher: SearchesCustomers, *, excluded: Sequence[str] = ()
) -> Match | None:
    """The first search of the store's policy that finds somebody; None where none does.

    `excluded` are ids of customers that a person said the buyer is not.

    Raises:
        IntacctError: a search failed.
    """
    for by in store.customers.match_by:
        search = _search(by, order, store)
        if search is None:
            continue
        told = searcher.customers(search)
        same = [known for known in told if _is_same(by, known, order, search)]
        hits = {known.key: known for known in same if known.customer.id not in excluded}
        if hits:
            return Match(by, tuple(hits.values()), is_cut=len(told) >= MOST_FOUND)
    return None


def _search(by: MatchBy, order: Order, store: Store) -> CustomerSearch | None:
    """The search for the buyer; None where the order does not state the value."""
    match by:
        case MatchBy.EXTERNAL_ID:
            return _by_external_id(order.buyer.id, store)
        case MatchBy.EMAIL:
            return _searched(CustomerBy.EMAIL, own_email(order))
        case MatchBy.COMPANY:
            return _searched(CustomerBy.NAME, company_of(order))
        case MatchBy.PHONE:
            return _searched(CustomerBy.PHONE, *phone_spellings(phone_of(order)))
        case MatchBy.BILL_TO:
            name = company_of(order) or person_of(order)
            return _searched(CustomerBy.NAME, name) if order.billing else None
        case MatchBy.CHANNEL:
            return None
        case _:
            assert_never(by)


def _by_external_id(buyer: str, store: Store) -> CustomerSearch | None:
    field = store.customers.external_id_field
    if not buyer:
        return None
    if field:
        return CustomerSearch(CustomerBy.FIELD, (buyer,), field)
    named = f"{store.mapping.customer_prefix}{buyer}"
    return CustomerSearch(CustomerBy.ID, (named,)) if len(named) <= LONGEST_ID else None


def _searched(by: CustomerBy, *values: str) -> CustomerSearch | None:
    stated = tuple(value for value in values if value)
    return CustomerSearch(by, stated) if stated else None


def _is_same(by: MatchBy, known: KnownCustomer, order: Order, search: CustomerSearch) -> bool:
    contact = known.customer.contact or Contact("", "")
    match by:
        case MatchBy.EXTERNAL_ID:
            return (known.field if search.field else known.customer.id) == search.values[0]
        case MatchBy.EMAIL:
            return email_key(contact.email) == email_key(own_email(order))
        case MatchBy.COMPANY:
            return folded(known.customer.name) == folded(company_of(order))
        case MatchBy.PHONE:
            return phone_key(contact.phone) == phone_key(phone_of(order))
        case MatchBy.BILL_TO:
            named = folded(known.customer.name) == folded(search.values[0])
            return named and same_place(contact.address, postal(order.billing))
        case MatchBy.CHANNEL:
            return False
        case _:
            assert_never(by)


def candidates(found: Match) -> Iterator[str]:
    """The ids of who was found, the active ones first; inactive ones are marked."""
    for known in sorted(found.customers, key=lambda one: not one.customer.is_active):
        yield known.customer.id + ("" if known.customer.is_active else " (inactive)")
