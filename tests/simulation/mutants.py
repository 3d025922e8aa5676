"""Defects put into the product, one at a time: proof that the simulator can see them.

Each is made by replacing one function or constant for the time of a run. A mutant that survives
its seeds means that an invariant is missing, or that no history leads where the defect matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from commerce.orders import Facts
from intacct.documents import Document
from intacct.errors import DuplicateDocumentError, NotSentError, OutcomeUnknownError
from shared.connections.records import ConnectionKey, Lease, Stored
from shared.connections.single_flight import SingleFlight
from shared.connections.table import ConnectionTable
from shared.customers import identity, sync
from shared.facts.merge import merge
from shared.facts.record import FactsRecord
from shared.gl.store import DynamoDbDayBook
from shared.intake.archive import NotKeptError, S3Archive
from shared.intake.cart_events import SqsCartEvents
from shared.ledger import dynamodb, items, sending, states
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.records import Record, State, Transition
from shared.ledger.resolving import Resend, Resolver
from shared.ledger.states import Write, after
from shared.messages import CartEvent, OrderReady
from shared.posting.post_order import OrderPoster
from shared.postings import keys, order_keys
from shared.postings.plan import PostingKind
from tests.simulation.lambdas import Lambdas
from tests.simulation.remembering import RememberedPlans

Patch = AbstractContextManager[Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect, and how to put it in."""

    name: str
    apply: Callable[[], Patch]


def _conditions(changes: Mapping[Transition, str]) -> Patch:
    return patch.dict(states.CONDITIONS, changes)


def _no_intent() -> Patch:
    commit = DynamoDbLedger.commit
    claims = (Transition.CLAIM, Transition.CLAIM_NEW)

    def forgetful(self: DynamoDbLedger, *writes: Write) -> tuple[Record, ...]:
        kept = [write for write in writes if write.transition not in claims]
        done = list(commit(self, *kept)) if kept else []
        return (*done, *(after(w, w.before) for w in writes if w.transition in claims))

    return patch.object(DynamoDbLedger, "commit", forgetful)


def _no_fence() -> Patch:
    loose = dict.fromkeys((Transition.FINISH, Transition.PUT_BACK, Transition.REFUSE), "st = :sent")
    return _conditions(loose)


def _lease_ignored() -> Patch:
    @contextmanager
    def both() -> Iterator[None]:
        taken = {Transition.TAKE_OVER: "st = :sent AND fence = :f"}
        with _conditions(taken), patch.object(Record, "is_leased", lambda _self, _now: False):
            yield

    return both()


def _claim_unconditioned() -> Patch:
    return _conditions({Transition.CLAIM_NEW: "attribute_not_exists(nothing)"})


def _no_settle_window() -> Patch:
    return patch.object(states, "SETTLE", timedelta(0))


def _uniqueness_assumed() -> Patch:
    made = Resolver.__init__

    def trusting(self: Resolver, *given: Any, **more: Any) -> None:
        made(self, *given, **{**more, "hard_unique": [kind.value for kind in PostingKind]})

    return patch.object(Resolver, "__init__", trusting)


def _resend_without_look() -> Patch:
    return patch.object(Resolver, "decide", lambda *_given, **_more: Resend())


def _one_look_is_enough() -> Patch:
    def shortened(self: Resolver, document: Document, *given: Any, **more: Any) -> Any:
        del given, more
        return self._look(document) or Resend()

    return patch.object(Resolver, "decide", shortened)


def _resend_without_t3() -> Patch:
    def again(self: sending.Sender, task: Any, mine: Record) -> Any:
        later = self._clock() + timedelta(seconds=60)
        return self._send(task, replace(mine, lease_until=later))

    return patch.object(sending.Sender, "_resend", again)


def _duplicate_is_refusal() -> Patch:
    answered = sending.Sender._answered

    def refused(self: sending.Sender, task: Any, mine: Record, error: Any) -> Any:
        if isinstance(error, DuplicateDocumentError):
            return self._refuse(task, mine, error)
        return (yield from answered(self, task, mine, error))

    return patch.object(sending.Sender, "_answered", refused)


def _epoch_in_doubt() -> Patch:
    rearm = states.rearm

    def raised(mine: Record, *, now: datetime) -> Write:
        write = rearm(mine, now=now)
        return replace(write, changes={**write.changes, "epoch": mine.epoch + 1})

    return patch.object(states, "rearm", raised)


def _ready_on_exception() -> Patch:
    """What an idempotency layer does that deletes its record when the function raises."""

    class NeverError(Exception):
        pass

    answered = sending.Sender._answered

    def forgotten(self: sending.Sender, task: Any, mine: Record, error: Any) -> Any:
        if isinstance(error, OutcomeUnknownError):
            return self._put_back(task, mine, NotSentError(str(error)))
        return (yield from answered(self, task, mine, error))

    @contextmanager
    def both() -> Iterator[None]:
        with (
            patch.object(sending, "OutcomeUnknownError", NeverError),
            patch.object(sending.Sender, "_answered", forgotten),
        ):
            yield

    return both()


def _content_replaced() -> Patch:
    return patch.object(sending.Sender, "_conflicts", lambda _self, _task, _record: False)


def _ttl_on_sent() -> Patch:
    to_item = items.to_item

    def expiring(record: Record) -> dict[str, Any]:
        item = to_item(record)
        return {**item, "exp": {"N": "1"}} if record.state is State.SENT else item

    return patch.object(dynamodb, "to_item", expiring)


def _answered_before_archive() -> Patch:
    put_new = S3Archive.put_new

    def careless(self: S3Archive, *given: Any) -> bool:
        with suppress(NotKeptError):
            return put_new(self, *given)
        return True

    return patch.object(S3Archive, "put_new", careless)


def _answered_before_queue() -> Patch:
    send = SqsCartEvents.send

    def careless(self: SqsCartEvents, event: CartEvent) -> None:
        with suppress(NotKeptError):
            send(self, event)

    return patch.object(SqsCartEvents, "send", careless)


def _key_from_delivery() -> Patch:
    post, key = OrderPoster.post, keys.posting_key
    current = [""]

    def noted(self: OrderPoster, message: OrderReady, deadline: datetime) -> Any:
        current[0] = f"{message.cause}{message.facts_version}"
        return post(self, message, deadline)

    def named(*, purpose: str, **more: Any) -> str:
        return key(purpose=f"{purpose}!{current[0]}", **more)

    @contextmanager
    def both() -> Iterator[None]:
        with (
            patch.object(OrderPoster, "post", noted),
            patch.object(order_keys, "posting_key", named),
            patch.object(RememberedPlans, "__call__", lambda self, *given: self.plan(*given)),
        ):
            yield

    return both()


def _no_version_check() -> Patch:
    def newest_arrival(known: Facts, new: Facts) -> Facts:
        return replace(merge(known, new), order=new.order or known.order)

    return patch.object(sync, "merge", newest_arrival)


def _followers_dropped() -> Patch:
    def whole_orders_only(known: Facts, new: Facts) -> Facts:
        return merge(known, new) if known.order is not None else new

    return patch.object(sync, "merge", whole_orders_only)


def _random_customer() -> Patch:
    customer_id = identity.customer_id

    def by_order(store: str, order: Any, mapping: Any) -> str:
        return customer_id(f"{store}{order.ref.id}", order, mapping)

    return patch.object(sync, "customer_id", by_order)


def _day_entered_by_time() -> Patch:
    """An event's key in the day book made from when it was worked on."""
    enter = DynamoDbDayBook.enter

    def anew(self: DynamoDbDayBook, pk: str, tenant: str, entry: Any, *, due_at: datetime) -> None:
        count = len(self.entered(pk))
        enter(self, pk, tenant, replace(entry, event=f"{entry.event}~{count}"), due_at=due_at)

    return patch.object(DynamoDbDayBook, "enter", anew)


def _too_few_failures() -> Patch:
    failed = Lambdas._failed

    def fewer(self: Lambdas, *given: Any) -> set[str]:
        return set(sorted(failed(self, *given))[1:])

    return patch.object(Lambdas, "_failed", fewer)


def _nothing_due() -> Patch:
    """The order's record does not keep it due, so that a lost message is never made good."""

    def never(self: sync.CustomerSync, record: FactsRecord) -> None:
        del self, record

    return patch.object(sync.CustomerSync, "_due_at", never)


def _invalidate_any_generation() -> Patch:
    def blunt(self: ConnectionTable, key: ConnectionKey, *, digest: str) -> None:
        del digest
        values = {":never": {"N": "0"}}
        self._update(
            key, "SET expires_at = :never, renew_at = :never", "attribute_exists(pk)", values
        )

    return patch.object(ConnectionTable, "invalidate", blunt)


def _lease_of_tokens_unconditioned() -> Patch:
    update = ConnectionTable._update

    def granted(
        self: ConnectionTable, key: Any, change: str, condition: str, values: Mapping[str, Any]
    ) -> Any:
        if change.startswith("SET lease_owner"):
            used = {name: value for name, value in values.items() if name in change}
            return update(self, key, change, "attribute_not_exists(nothing)", used)
        return update(self, key, change, condition, values)

    def always(self: SingleFlight, stored: Stored, now: datetime) -> Lease | None:
        owner = self._around.owner()
        return self._table.lease(self._key, stored, owner=owner, now=now, until=now)

    @contextmanager
    def both() -> Iterator[None]:
        with (
            patch.object(ConnectionTable, "_update", granted),
            patch.object(SingleFlight, "_lease", always),
        ):
            yield

    return both()


MUTANTS: Sequence[Mutant] = (
    Mutant("no intent before the request", _no_intent),
    Mutant("no fence on what follows a claim", _no_fence),
    Mutant("leases are ignored", _lease_ignored),
    Mutant("a first claim overwrites another", _claim_unconditioned),
    Mutant("no settle window", _no_settle_window),
    Mutant("uniqueness assumed that nobody proved", _uniqueness_assumed),
    Mutant("sends again without looking", _resend_without_look),
    Mutant("one look proves absence", _one_look_is_enough),
    Mutant("sends again without writing it down (T3)", _resend_without_t3),
    Mutant("a duplicate is called a refusal", _duplicate_is_refusal),
    Mutant("a new idempotency key while in doubt", _epoch_in_doubt),
    Mutant("ready again on an unknown outcome", _ready_on_exception),
    Mutant("other content under the same key", _content_replaced),
    Mutant("an expiry on what was sent", _ttl_on_sent),
    Mutant("acknowledged before it is archived", _answered_before_archive),
    Mutant("acknowledged before it is queued", _answered_before_queue),
    Mutant("posting key from the delivery", _key_from_delivery),
    Mutant("no version check of orders", _no_version_check),
    Mutant("followers before their order are dropped", _followers_dropped),
    Mutant("a customer for each order", _random_customer),
    Mutant("day entries named by time", _day_entered_by_time),
    Mutant("partial batch names too few failures", _too_few_failures),
    Mutant("nothing keeps an order due", _nothing_due),
    Mutant("a late refusal ends the newer token", _invalidate_any_generation),
    Mutant("everybody gets the lease of a token", _lease_of_tokens_unconditioned),
)
