"""What every cart adapter offers, and what it answers with; one folder per cart implements it.

An adapter knows the wire of one cart: who signed a delivery, what it is about, and what it means in
the commerce model. It stores nothing and decides nothing. Source: carts reference §2 and §3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from commerce.money import Money

if TYPE_CHECKING:  # intake proves deliveries and reads none: the commerce model is not its to load
    from commerce.orders import Facts
    from commerce.payouts import Payout


class Code(StrEnum):
    """Why a document cannot be taken as it is; the accounting side uses the same names."""

    PAYLOAD_INVALID = "PAYLOAD_INVALID"
    UNBALANCED = "UNBALANCED"
    PAYMENT_UNDECIDED = "PAYMENT_UNDECIDED"
    CONFIGURATION_MISSING = "CONFIGURATION_MISSING"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document, and its place in it (`line_items[2].price`); no content."""

    code: Code
    place: str
    message: str
    difference: Money | None = None


class UnknownTopicError(LookupError):
    """A document of a topic that this cart's adapter gives no meaning to."""


class CartApiError(Exception):
    """The cart's API could not be used; `is_lasting` when trying again cannot help."""

    def __init__(self, message: str, *, is_lasting: bool = False) -> None:
        """Keep whether a person must act."""
        super().__init__(message)
        self.is_lasting = is_lasting


class AccessRefusedError(CartApiError):
    """The key, or the rights given with it, allow no such call: a person must renew them."""

    def __init__(self, message: str) -> None:
        """It lasts until somebody acts."""
        super().__init__(message, is_lasting=True)


class Headers:
    """The headers of a delivery; names are compared without case (carts reference §2.1)."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Take the headers as the gateway handed them over."""
        self._values = {name.lower(): value for name, value in headers.items()}

    def get(self, *names: str) -> str:
        """The value of the first of `names` that is there, without blanks; else empty."""
        for name in names:
            value = self._values.get(name.lower())
            if value is not None:
                return value.strip()
        return ""

    def selected(self, prefixes: Sequence[str]) -> dict[str, str]:
        """The headers whose lower-case name begins with one of `prefixes`."""
        chosen = tuple(prefixes)
        return {name: value for name, value in self._values.items() if name.startswith(chosen)}


@dataclass(frozen=True, slots=True)
class ToldLevel:
    """That the stock of something moved; `location` is the cart's id of the place, None untold."""

    location: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a verified delivery says of itself.

    `key` tells one business event from another over all retries (carts reference §2.2).
    `account` is the shop or seller it names, to be compared with the store's; None where deliveries
    of this cart name none, and the store's own secret is all the proof.
    `resource_id` is the order it belongs to, empty when the body names none: deliveries of one
    order keep their order. `is_handled` is false for topics without meaning to us. `reply` is the
    JSON text that the cart insists on as an answer; empty where any will do. `level` is there where
    it tells of stock, which is a hint and nothing more.
    """

    topic: str
    key: str
    account: str | None
    resource_id: str
    is_handled: bool
    reply: str = ""
    level: ToldLevel | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A request that may be a cart's way to try an address before it sends deliveries there."""

    method: str
    query: Mapping[str, str]
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says in the commerce model, or every reason why it cannot be said.

    With problems of the order itself, `facts` holds no order: a wrong number is never handed on.
    `needs_fetch` means that the cart's API would tell more than the document does. `sources` name
    the archived documents it was read from, in their order; adapters leave that to their callers.
    """

    facts: Facts | None
    problems: tuple[Problem, ...] = ()
    needs_fetch: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    """An order that the cart says was changed, and when.

    `is_follower` when something beside the order changed, as a refund that the order does not show:
    the time then says nothing of the order's own version, and the order is read in any case.
    """

    order_id: str
    updated_at: datetime
    is_follower: bool = False


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """How one store's API is reached; neither the token nor the secret ever shows in a repr.

    `secret` is the store's whole secret, for carts whose access takes more than one lasting token;
    `access_token` is then empty. `is_presented` asks for orders as their buyers saw them, of carts
    that have two sides (`TwoSidedCart`).
    """

    store: str
    domain: str
    base_url: str
    access_token: str = field(repr=False)
    secret: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_presented: bool = False


@runtime_checkable
class TwoSidedCart(Protocol):
    """A cart whose documents tell each amount in the shop's currency and in the buyer's."""

    def presented(self, document: Any) -> Any:
        """The document as its buyer saw it: to be read in place of the other."""
        ...


class CartClient(Protocol):
    """One store's API; every method may raise `CartApiError`."""

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders updated in the half-open window, complete whatever changes meanwhile."""
        ...

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its payments, fulfilments and refunds."""
        ...


@runtime_checkable
class QueuedCart(Protocol):
    """A cart that tells into a queue of ours, and whose messages prove themselves by its policy.

    One queue serves all sellers: `Delivery.account` names the seller, and a seller may have a store
    for each site.
    """

    def is_for(self, document: Any, secret: Mapping[str, Any]) -> bool:
        """Whether a message is about a site that the store of this secret sells on."""
        ...


@runtime_checkable
class RefusingCart(Protocol):
    """A cart that knows another answer to a bad signature than 401."""

    @property
    def refusal_status(self) -> int:
        """The status of that answer."""
        ...


@dataclass(frozen=True, slots=True)
class PollingRules:
    """How a cart's list of changed orders is polled (carts reference §2.4).

    Each window reaches back by `overlap` behind the last one's end, ends `lag` before now, and is
    no longer than `longest_window`.
    """

    overlap: timedelta = timedelta(minutes=5)
    lag: timedelta = timedelta(minutes=2)
    longest_window: timedelta = timedelta(hours=24)


@runtime_checkable
class PolledCart(Protocol):
    """A cart with rules of polling of its own; others are polled by `PollingRules()`."""

    @property
    def polling(self) -> PollingRules:
        """How it is polled."""
        ...


@dataclass(frozen=True, slots=True)
class PayoutReading:
    """One settlement in the commerce model, or every reason why it cannot be said.

    Its sums are proved by `commerce.payouts.payout_breaches`, never here.
    """

    payout: Payout | None
    problems: tuple[Problem, ...] = ()


@runtime_checkable
class PayoutClient(Protocol):
    """A store's API that tells settlements; its client is a `CartClient` as well."""

    def payouts(self, *, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        """Settlements that were begun or paid in the half-open window, each with all its lines."""
        ...


@runtime_checkable
class PayoutCart(Protocol):
    """A cart whose settlement documents can be read by themselves."""

    def read_payout(self, store: str, document: Any) -> PayoutReading:
        """A document of settlement lines in the commerce model."""
        ...


@runtime_checkable
class RenewingCart(Protocol):
    """A cart that has no lasting token: its API is reached with other members of the secret."""

    @property
    def access_members(self) -> tuple[str, ...]:
        """The members of the store's secret without which there is no access to its API."""
        ...


class CartAdapter(Protocol):
    """One cart: verify, describe, read, and reach its API."""

    name: str

    @property
    def kept_headers(self) -> tuple[str, ...]:
        """Prefixes of the headers worth archiving, in lower case."""
        ...

    def missing_members(self, secret: Mapping[str, Any]) -> list[str]:
        """The members that the store's secret lacks for verifying deliveries."""
        ...

    def is_genuine(self, headers: Headers, body: bytes, secret: Mapping[str, Any]) -> bool:
        """Whether the cart (and nobody else) sent these bytes; compares in constant time."""
        ...

    def describe(self, headers: Headers, body: bytes, document: Any) -> Delivery:
        """What the delivery says of itself; `document` is the parsed body."""
        ...

    def read(
        self, store: str, topic: str, document: Any, *, tax_included: bool | None = None
    ) -> Reading:
        """The document in the commerce model.

        `tax_included` is what is known of the order's prices, for documents that do not say it.

        Raises:
            UnknownTopicError: the topic has no meaning to this adapter.
        """
        ...

    def client(self, access: StoreAccess) -> CartClient:
        """A client of one store's API."""
        ...


@runtime_checkable
class TryingCart(Protocol):
    """A cart that tries an address first; its adapter is a `CartAdapter` as well."""

    def answer(self, trial: Trial, secret: Mapping[str, Any]) -> str | None:
        """The JSON text that the cart wants back; None when the request is no trial.

        Nothing is kept of a trial, and nothing is proved by it.
        """
        ...


def as_presented(cart: CartAdapter, document: Any) -> Any:
    """The document as its buyer saw it; as it is where the cart has one side only."""
    return cart.presented(document) if isinstance(cart, TwoSidedCart) else document
