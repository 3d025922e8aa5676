"""Chooses the customer of an order, and makes sure that it is in the books.

In this order: the channel customer where the policy says so; the customer that the order has
already; the buyer's stored link; the searches of the policy; a new customer. Whoever is known is
not looked up again: an order of a known buyer costs one read of our own table and no call of Sage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from commerce.orders import Order
from intacct.customer_search import KnownCustomer
from intacct.errors import CredentialsError, IntacctError, RejectedError
from shared.customers import findings
from shared.customers.accounts import with_account
from shared.customers.buyers import shares_channel
from shared.customers.documents import customer_document
from shared.customers.fields import digests
from shared.customers.following import Follower, condition_of
from shared.customers.identity import buyer_digests, customer_id
from shared.customers.keeping import TOP_LEVEL, CustomerKeeper, CustomerNotReadyError
from shared.customers.links import (
    Condition,
    CustomerLink,
    CustomerLinks,
    Origin,
    StaleLinkError,
)
from shared.customers.matching import SearchesCustomers, candidates, match
from shared.ledger.refusals import CREDENTIALS_PAUSE, retry_at
from shared.ledger.requests import Steps
from shared.ownership.table import Kind, Side
from shared.policy.choices import CustomerMode
from shared.policy.customers import MatchBy, WhenDeleted, WhenInactive
from shared.ports import Clock
from shared.postings.plan import Finding
from shared.tenants.models import Store, Tenant

_MOST_RACES = 4
_MOST_TURNS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order whose customer is wanted.

    `current` is the customer that the order has, from when it was ready to post; documents of it
    may be in the books. `is_needed` is False for an order that leaves nothing in the books.
    `was_ready` is True for an order that was ready to post before: without a customer of its own
    it was then served by the channel's, and stays so. `released_by` is the person who says that a
    refused customer shall be tried again.
    """

    tenant: Tenant
    store: Store
    order: Order = field(repr=False)
    current: str
    deadline: datetime
    is_needed: bool = True
    was_ready: bool = False
    released_by: str = ""

    @property
    def buyers(self) -> tuple[str, ...]:
        """The digests of what tells the buyer apart: the store's own first."""
        return buyer_digests(self.store.id, self.order, self.store.customers)

    def made(self, generation: int = 1) -> str:
        """The id of the customer that we make for the buyer."""
        store = self.store
        return customer_id(store.id, self.order, store.mapping, store.customers, generation)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The order's customer, empty for the channel's; or `findings` that hold the order.

    `remarks` say what of the customer could not be brought up to date, which stands against no
    order; `is_updated` says that something was.
    """

    customer: str = ""
    findings: tuple[Finding, ...] = ()
    is_new: bool = False
    remarks: tuple[Finding, ...] = ()
    is_updated: bool = False


class CustomerChooser:
    """Chooses customers, of any tenant."""

    def __init__(
        self,
        keeper: CustomerKeeper,
        links: CustomerLinks,
        follower: Follower,
        reads_of: Callable[[Tenant, str], SearchesCustomers],
        *,
        clock: Clock,
    ) -> None:
        """`reads_of` gives what searches the books of a tenant and entity."""
        self._keeper = keeper
        self._links = links
        self._follower = follower
        self._reads_of = reads_of
        self._clock = clock

    def choose(self, wanted: Wanted) -> Steps[Chosen]:
        """Choose the order's customer and make sure of it.

        Raises:
            CustomerNotReadyError: that cannot be said now.
            botocore.exceptions.ClientError: links or ledger could not be read or written.
        """
        if self._is_served_by_channel(wanted):
            return _channel(wanted)
        for _ in range(_MOST_RACES):
            try:
                return (yield from self._chosen(wanted))
            except StaleLinkError:
                continue
            except RejectedError as error:
                return Chosen(findings=(findings.refused("customer", error),))
            except IntacctError as error:
                raise CustomerNotReadyError(type(error).__name__, self._later(error)) from error
        message = "its link kept changing"
        raise CustomerNotReadyError(message)

    @staticmethod
    def _is_served_by_channel(wanted: Wanted) -> bool:
        if wanted.store.policy.customer_mode is CustomerMode.CHANNEL:
            return True
        if wanted.current:
            return False
        return wanted.was_ready or shares_channel(wanted.order, wanted.store.customers)

    def _later(self, error: IntacctError) -> datetime:
        now = self._clock()
        if isinstance(error, CredentialsError):
            return now + CREDENTIALS_PAUSE
        return max(retry_at(error, 0, now), now + timedelta(seconds=1))

    def _chosen(self, wanted: Wanted) -> Steps[Chosen]:
        link = self._links.load(wanted.tenant.id, *wanted.buyers)
        if not wanted.is_needed:
            return (yield from self._settled(wanted, link))
        if wanted.current and (link is None or link.customer != wanted.current):
            if self._was_only_named(wanted):
                wanted = replace(wanted, current="")
            elif link is not None:
                return Chosen(wanted.current)
        if link is None or not link.customer:
            found = self._found_or_new(wanted, link)
            if isinstance(found, Chosen):
                return found
            link = found
        return (yield from self._used(wanted, link))

    def _was_only_named(self, wanted: Wanted) -> bool:
        """Whether the order has a customer that we never made, from when it needed none."""
        is_ours = wanted.current == wanted.made()
        return is_ours and not self._keeper.is_made(wanted.tenant, wanted.current)

    def _settled(self, wanted: Wanted, link: CustomerLink | None) -> Steps[Chosen]:
        """Nobody needs the customer: only a doubt about one that we make is ended."""
        customer = wanted.current or (link.customer if link else "") or wanted.made()
        if link is not None and link.condition is not Condition.UNMADE:
            return Chosen(customer)
        store = wanted.store
        document = customer_document(customer, wanted.order, store.mapping, store.customers)
        kept = yield from self._keeper.settle(wanted.tenant, store.id, document, wanted.deadline)
        return Chosen(customer, kept.findings)

    # Who it is

    def _found_or_new(self, wanted: Wanted, blank: CustomerLink | None) -> CustomerLink | Chosen:
        """A link to whoever is found, or to a customer that is to be made; or why there is none."""
        if wanted.current:
            return self._as_before(wanted)
        excluded = blank.excluded if blank else ()
        may_link = wanted.tenant.ownership.may_link(Kind.CUSTOMER, Side.SAGE).is_allowed
        is_searched = bool(wanted.store.customers.match_by) and may_link
        if is_searched:
            reads = self._reads_of(wanted.tenant, TOP_LEVEL)
            found = match(wanted.order, wanted.store, reads, excluded=excluded)
            if found is not None:
                if found.only is None:
                    ids = tuple(candidates(found))
                    finding = findings.several(found.by.value, ids, is_cut=found.is_cut)
                    return Chosen(findings=(finding,))
                return self._reserved(wanted, self._matched(wanted, found.only, found.by), blank)
        new = self._new(wanted, excluded)
        refusal = self._may_be_made(wanted, new)
        if refusal is not None:
            return refusal
        # Its id is deterministic: without a search nobody can come to another one meanwhile.
        return self._reserved(wanted, new, blank) if is_searched or blank else new

    def _as_before(self, wanted: Wanted) -> CustomerLink:
        """A link to the customer that the order has: its buyer is told apart otherwise by now."""
        customer = wanted.current
        is_ours = customer == wanted.made() or self._keeper.is_made(wanted.tenant, customer)
        new = replace(self._new(wanted, ()), customer=customer)
        if is_ours:
            return new
        there = replace(new, origin=Origin.MATCHED, condition=Condition.UNCHECKED)
        return self._reserved(wanted, there, None)

    def _may_be_made(self, wanted: Wanted, new: CustomerLink) -> Chosen | None:
        """Why no customer may be made; None where it may, or is there already."""
        decision = wanted.tenant.ownership.may_create(Kind.CUSTOMER, Side.SAGE)
        if MatchBy.CHANNEL in wanted.store.customers.match_by:
            return _channel(wanted)
        if decision.is_allowed or self._keeper.is_made(wanted.tenant, new.customer):
            return None
        return Chosen(findings=(findings.none_allowed(decision.rule),))

    def _matched(self, wanted: Wanted, known: KnownCustomer, by: MatchBy) -> CustomerLink:
        return CustomerLink(
            tenant=wanted.tenant.id,
            buyer=wanted.buyers[-1],
            store=wanted.store.id,
            customer=known.customer.id,
            origin=Origin.MATCHED,
            condition=condition_of(known),
            linked_at=self._clock(),
            key=known.key,
            matched_by=by.value,
            sent=_taken_as_it_is(wanted, known.customer.id),
        )

    def _new(self, wanted: Wanted, excluded: tuple[str, ...], generation: int = 1) -> CustomerLink:
        while wanted.made(generation) in excluded:
            generation += 1
        return CustomerLink(
            tenant=wanted.tenant.id,
            buyer=wanted.buyers[-1],
            store=wanted.store.id,
            customer=wanted.made(generation),
            origin=Origin.CREATED,
            condition=Condition.UNMADE,
            linked_at=self._clock(),
            excluded=excluded,
            generation=generation,
        )

    def _reserved(
        self, wanted: Wanted, link: CustomerLink, blank: CustomerLink | None
    ) -> CustomerLink:
        """The link that stands: whoever is first decides for all orders of the buyer."""
        if blank is not None:
            kept = replace(link, buyer=blank.buyer, excluded=blank.excluded, version=blank.version)
            return self._links.save(kept)
        stands = self._links.put_new(link)
        for buyer in wanted.buyers:
            self._links.point(wanted.tenant.id, buyer, stands.buyer)
        return stands

    # Whether it can be used

    def _used(self, wanted: Wanted, link: CustomerLink) -> Steps[Chosen]:
        """Make sure of the link's customer, whatever its condition was."""
        known: KnownCustomer | None = None
        for _ in range(_MOST_TURNS):
            match link.condition:
                case Condition.UNMADE:
                    return (yield from self._made(wanted, link))
                case Condition.GOOD:
                    followed = self._follower.follow(
                        wanted.tenant, wanted.store, wanted.order, link, known=known
                    )
                    if followed.link.condition is Condition.GOOD:
                        known_by = with_account(followed.link, wanted.store, wanted.order)
                        self._keep(link, known_by)
                        return Chosen(
                            link.customer,
                            remarks=followed.findings,
                            is_updated=followed.link != link,
                        )
                    link = self._links.save(followed.link)
                case Condition.UNCHECKED | Condition.INACTIVE | Condition.DELETED:
                    known = self._follower.known(wanted.tenant, link.customer)
                    looked = replace(link, condition=condition_of(known))
                    if looked.condition is Condition.GOOD and known is not None:
                        sent = looked.sent or _taken_as_it_is(wanted, link.customer)
                        link = self._links.save(replace(looked, key=known.key, sent=sent))
                        continue
                    decided = self._decided(wanted, looked, known)
                    if isinstance(decided, Chosen):
                        self._keep(link, looked)
                        return decided
                    link = self._links.save(decided)
        message = "what Sage says of it kept changing"
        raise CustomerNotReadyError(message)

    def _decided(
        self, wanted: Wanted, link: CustomerLink, known: KnownCustomer | None
    ) -> CustomerLink | Chosen:
        """What the policy says of a customer that is inactive or gone."""
        policy = wanted.store.customers
        if known is None:
            renews = policy.when_deleted is WhenDeleted.CREATE_NEW
            return self._renewed(wanted, link) if renews else self._held(findings.gone, link)
        match policy.when_inactive:
            case WhenInactive.HOLD:
                return self._held(findings.inactive, link)
            case WhenInactive.CREATE_NEW:
                return self._renewed(wanted, link)
            case WhenInactive.REACTIVATE:
                decision = wanted.tenant.ownership.may_write(Kind.CUSTOMER, "is_active", Side.SAGE)
                if not decision.is_allowed:
                    finding = findings.not_ours(decision.rule, link.customer)
                    return Chosen(findings=(finding,))
                once = wanted.order.version.updated_at.isoformat()
                self._follower.reactivate(wanted.tenant, known, once=once)
                return replace(link, condition=Condition.GOOD, key=known.key)

    @staticmethod
    def _held(finding: Callable[[str], Finding], link: CustomerLink) -> Chosen:
        return Chosen(findings=(finding(link.customer),))

    def _renewed(self, wanted: Wanted, link: CustomerLink) -> CustomerLink | Chosen:
        """A new customer in place of one that cannot be used, unless documents may name that."""
        if wanted.current:
            is_gone = link.condition is Condition.DELETED
            return self._held(findings.gone if is_gone else findings.inactive, link)
        new = self._new(wanted, (*link.excluded, link.customer), link.generation)
        refusal = self._may_be_made(wanted, new)
        if refusal is not None:
            return refusal
        return replace(new, buyer=link.buyer, version=link.version)

    # Making it

    def _made(self, wanted: Wanted, link: CustomerLink) -> Steps[Chosen]:
        tenant, store, order = wanted.tenant, wanted.store, wanted.order
        contacts = self._follower.contacts(tenant, store, order, link)
        document = customer_document(link.customer, order, store.mapping, store.customers)
        kept = yield from self._keeper.ensure(
            tenant, store.id, document, wanted.deadline, released_by=wanted.released_by
        )
        if kept.findings:
            return Chosen(findings=kept.findings)
        good = replace(
            link,
            condition=Condition.GOOD,
            key=kept.key,
            sent=digests(document),
            contacts=contacts,
            as_of=order.version.updated_at,
        )
        good = with_account(good, store, order)
        if link.version:
            self._keep(link, good)
        else:
            self._links.put_new(good)
        return Chosen(link.customer, is_new=kept.is_new)

    def _keep(self, link: CustomerLink, newer: CustomerLink) -> None:
        """Store what changed; whoever was quicker knew as much."""
        if newer == link:
            return
        try:
            self._links.save(newer)
        except StaleLinkError:
            return


def _channel(wanted: Wanted) -> Chosen:
    """The channel customer, which the mapping must name."""
    if wanted.store.mapping.channel_customer:
        return Chosen(wanted.current)
    return Chosen(wanted.current, (findings.no_channel_customer(),))


def _taken_as_it_is(wanted: Wanted, customer: str) -> dict[str, str]:
    """What a customer that we did not make is held to have been sent: only changes will follow.

    Not its contacts: those of the first order are made where the policy wants them.
    """
    store = wanted.store
    document = customer_document(customer, wanted.order, store.mapping, store.customers)
    return digests(replace(document, bill_to="", ship_to=""))
