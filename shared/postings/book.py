"""What the planner knows of an order's books: one store's entity, zone, policy and mapping."""

from __future__ import annotations

import collections.abc
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from commerce.money import Money
from commerce.orders import OrderLine
from intacct.documents import NO_DIMENSIONS, Dimensions
from shared.gl.dates import ledger_date
from shared.policy.choices import CustomerMode, PostingDepth
from shared.policy.mapping import Mapping, Role
from shared.policy.switches import PostingPolicy
from shared.postings.articles import article_of_line
from shared.postings.bundle_parts import Bundle
from shared.postings.calendars import UNKNOWN, Calendar
from shared.postings.fates import Fate
from shared.postings.gift_cards import Card


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where returned goods are received in Sage, and under which transaction definitions.

    `receive` brings goods into `warehouse`, `take_back` takes out again what an order that is
    undone brought. `contains` is how many of Sage's units one of a SKU is, where that is not one.
    """

    warehouse: str
    receive: str
    take_back: str = ""
    contains: collections.abc.Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoreBook:
    """One store's way into the books; everything `plan` needs besides the facts.

    `zone` and `day_ends_at` (HH:MM) make the ledger date. `customer` is the Sage id of the order's
    customer; where it is empty, or the policy says so, the mapping's channel customer is used.
    `entity_dimensions` are what lines of the entity carry where nothing in the mapping says more.
    `cards` are the registered gift cards that the order redeems. `individual_receipts` are the
    receipts that a thrifty channel posts by themselves.
    `linked_items` are the Sage items of articles by the article's name, where the store links them:
    what no rule names and nothing is linked to waits then; None where the catch-all sells it.
    `bundles` are the articles that are sold as their parts, None where bundles are booked as told.
    `costs` is what a unit of each article cost when the order was placed, as far as it is known.
    `revision` counts how often the order was undone before: what is posted then has keys of its own
    (R-15.1). `calendar` is what is known of closed periods. `fees` are what the order's days book
    of the fees of its payments, as far as that is settled (`shared.postings.day_fees`). `shelf` is
    where returned goods are received, None where people do that. `fates` are what people said of
    goods that came back, by `shared.postings.fates.fate_key`.
    """

    tenant: str
    entity: str
    zone: str
    base_currency: str
    store: str
    mapping: Mapping
    policy: PostingPolicy = field(default_factory=PostingPolicy)
    day_ends_at: str = "00:00"
    customer: str = ""
    entity_dimensions: Dimensions = NO_DIMENSIONS
    individual_receipts: frozenset[str] = frozenset()
    cards: collections.abc.Mapping[str, Card] = field(default_factory=dict)
    revision: int = 0
    linked_items: collections.abc.Mapping[str, str] | None = None
    bundles: collections.abc.Mapping[str, Bundle] | None = None
    costs: collections.abc.Mapping[str, Money] = field(default_factory=dict)
    calendar: Calendar = UNKNOWN
    fees: collections.abc.Mapping[str, Money] = field(default_factory=dict)
    shelf: Shelf | None = None
    fates: collections.abc.Mapping[str, Fate] = field(default_factory=dict)

    def for_customer(self, customer: str) -> StoreBook:
        """The same book for an order of that Sage customer."""
        return replace(self, customer=customer)

    def for_items(self, linked: collections.abc.Mapping[str, str]) -> StoreBook:
        """The same book for an order whose articles are linked to those items."""
        return replace(self, linked_items=linked)

    def for_bundles(self, bundles: collections.abc.Mapping[str, Bundle]) -> StoreBook:
        """The same book for an order of those bundles, each booked as its parts."""
        return replace(self, bundles=bundles)

    def for_costs(self, costs: collections.abc.Mapping[str, Money]) -> StoreBook:
        """The same book for an order whose articles cost that much when it was placed."""
        return replace(self, costs=costs)

    def for_fees(self, fees: collections.abc.Mapping[str, Money]) -> StoreBook:
        """The same book for an order of whose fees that much is settled."""
        return replace(self, fees=fees)

    def cost_of(self, line: OrderLine) -> Money | None:
        """What one unit of the line cost; None where nobody told."""
        return line.unit_cost or self.costs.get(article_of_line(line))

    def for_revision(self, revision: int) -> StoreBook:
        """The same book for an order that was undone so often before."""
        return replace(self, revision=revision) if revision else self

    def for_placed(self, placed_at: datetime) -> StoreBook:
        """The same book for an order placed at that instant: at its depth, with its customers."""
        policy = self.policy.for_placed(self.ledger_on(placed_at))
        return self if policy is self.policy else replace(self, policy=policy)

    @property
    def keyed_store(self) -> str:
        """The store as posting keys name it: with the revision, where there is one."""
        return f"{self.store}@{self.revision}" if self.revision else self.store

    def named_event(self, event: str) -> str:
        """An event's name in day books: with the revision, where there is one."""
        return f"{event}@{self.revision}" if self.revision else event

    def ledger_on(self, instant: datetime) -> date:
        """The ledger date of an instant in the entity's zone."""
        return ledger_date(instant, self.zone, self.day_ends_at)

    @property
    def is_thrifty(self) -> bool:
        """Whether invoices stay open until a payout's one payment settles them."""
        return self.policy.posting_depth is PostingDepth.THRIFTY

    def comes_by_payout(self, account: str) -> bool:
        """Whether money on that account is booked with the payout that brings it."""
        clearing = self.payout_clearing
        return self.is_thrifty and bool(clearing) and account == clearing

    @property
    def payout_clearing(self) -> str:
        """The account that payouts clear; empty where the mapping names none."""
        return self.mapping.accounts.get(Role.PAYOUT_CLEARING, "")

    @property
    def balance_dimensions(self) -> Dimensions:
        """What a balance-sheet line carries: the location (R-13.3)."""
        return Dimensions(location=self.mapping.location or self.entity_dimensions.location)

    @property
    def customer_id(self) -> str:
        """The Sage customer to post to; empty when neither order nor mapping names one."""
        if self.policy.customer_mode is CustomerMode.CHANNEL:
            return self.mapping.channel_customer
        return self.customer or self.mapping.channel_customer
