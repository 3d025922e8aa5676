"""Tells carts of their orders what Sage says: which invoice is an order's, and that it is paid.

A note is put once for ever; that an order is paid is told once it is so in Sage to the cent, and
what the cart says of that payment is not booked again (`ReceiptSource.SAGE`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from carts.adapter import AccessRefusedError
from carts.catalogue import WriteOutcome, Written
from carts.order_notes import NoteClient
from carts.payment_marks import PaymentMarker
from commerce.money import Money
from intacct.reading import Kept, Standing
from shared.customers.keeping import Chains
from shared.errands import findings
from shared.errands.records import Errand, ErrandKind, Errands, ErrandState
from shared.errands.standing import has_others, invoices_of, is_paid
from shared.errands.stores import NOT_TAKEN, GivesClients, StoresOfRun
from shared.facts.receipts import ReceiptSource, decide
from shared.facts.record import FactsRecord, FactsStore, order_pk
from shared.ownership.table import Kind, Side
from shared.policy.orders_back import OrdersBackPolicy
from shared.ports import Clock
from shared.postings.findings import Finding
from shared.postings.keys import entity_of
from shared.reviews.records import Reviews
from shared.tenants.models import Store, Tenant

SAYS = "Sage Intacct"
"""What a note begins with."""

_BOOKED = frozenset({ReceiptSource.ORDER, ReceiptSource.TRANSACTIONS})
"""Orders whose money the connector books: that is decided once, so nobody need look again."""

_ANSWERED = frozenset({WriteOutcome.DONE, WriteOutcome.CONFLICT})
"""Outcomes that only an API which lets us in can have: an answer of another shape is REFUSED."""

_BY_HAND = ("manual",)
"""How a cart pays an order that names no gateway, when it is told that it is paid."""


class ReadsStandings(Protocol):
    """The part of `intacct.read_router.IntacctReads` that tells how documents stand."""

    def standings(self, kind: Kept, keys: Iterable[str]) -> Sequence[Standing]:
        """Records with these keys."""
        ...


@dataclass(frozen=True, slots=True)
class OrderParts:
    """What telling needs; `reads_of` gives what reads the books of a tenant and entity."""

    errands: Errands
    facts: FactsStore
    ledger: Chains
    reads_of: Callable[[Tenant, str], ReadsStandings]
    client_of: GivesClients
    reviews: Reviews
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Bill:
    """An order's invoices in an entity of Sage, by key, and what they are to come to."""

    errand: Errand
    store: Store
    amount: Money
    entity: str
    keys: tuple[str, ...]


@dataclass(slots=True)
class _Round:
    """One run for one tenant: the stores that it can use, by kind of errand, and what it did."""

    tenant: Tenant
    stores: Mapping[ErrandKind, StoresOfRun]
    counts: Counter[str] = field(default_factory=Counter)


class OrderTeller:
    """Runs the errands about orders, of any tenant."""

    def __init__(self, parts: OrderParts) -> None:
        """`parts` are shared by all tenants."""
        self._parts = parts

    def run(self, tenant: Tenant, deadline: datetime) -> Counter[str]:
        """Run what is due, and count what became of it.

        Orders are `noted`, `paid`, `refused`, `waiting` for the rest of their money in Sage, or
        left for `later`.

        Raises:
            IntacctError: Sage could not be asked; the errands stand.
            botocore.exceptions.ClientError: our tables could not be read or written.
        """
        this = _Round(tenant, self._stores(tenant))
        now = self._parts.clock()
        for errand in self._parts.errands.due(tenant.id, ErrandKind.NOTE, now=now):
            if self._parts.clock() >= deadline:
                return this.counts
            self._note(this, errand)
        due = self._parts.errands.due(tenant.id, ErrandKind.PAID, now=now)
        bills = [bill for errand in due if (bill := self._bill(this, errand)) is not None]
        found = self._standing(tenant, bills)
        for bill in bills:
            if self._parts.clock() >= deadline:
                return this.counts
            self._pay(this, bill, found)
        return this.counts

    def _stores(self, tenant: Tenant) -> dict[ErrandKind, StoresOfRun]:
        parts = self._parts
        return {
            kind: StoresOfRun(tenant, kind, parts.client_of, parts.reviews, parts.clock)
            for kind in (ErrandKind.NOTE, ErrandKind.PAID)
        }

    def _note(self, this: _Round, errand: Errand) -> None:
        store, order, _ = _named(this.tenant, errand)
        decision = this.tenant.ownership.may_write(Kind.ORDER, "note", Side.CART)
        if store is None or not store.orders_back.notes_documents or not decision.is_allowed:
            self._parts.errands.close(errand, ErrandState.LEFT)
            return
        note = f"{SAYS}: {errand.details['document']}"

        def put(client: object) -> Written | None:
            return client.note_order(order, note) if isinstance(client, NoteClient) else None

        written = self._written(this, errand, store, put)
        self._keep(this, errand, written, "noted", findings.note_refused)

    def _bill(self, this: _Round, errand: Errand) -> _Bill | None:
        """What Sage is to be asked of the order; None where that is nothing, which is kept."""
        tenant, (store, order, _) = this.tenant, _named(this.tenant, errand)
        decision = tenant.ownership.may_write(Kind.ORDER, "payment_status", Side.CART)
        bill, state = None, ErrandState.LEFT
        if store is not None and store.orders_back.marks_paid and decision.is_allowed:
            record = self._parts.facts.load(order_pk(tenant.id, store.id, order))
            if record is not None and record.receipts in _BOOKED:
                state = ErrandState.DONE
            elif record is not None and _is_sages(record, store.orders_back):
                bill = self._billed(errand, store, record)
        if bill is None:
            if state is ErrandState.LEFT:
                this.counts["waiting"] += 1
            self._parts.errands.close(errand, state)
        return bill

    def _billed(self, errand: Errand, store: Store, record: FactsRecord) -> _Bill | None:
        """The order's invoices; None where they are not all that its buyer owes, or unknown."""
        chain = self._parts.ledger.chain(record.pk)
        invoices = invoices_of(chain)
        keys = [
            (one.result.invoice_key if one.result else "")
            or errand.details.get(one.document_number, "")
            for one in invoices
        ]
        order = record.known.order
        if order is None or not keys or not all(keys) or has_others(chain):
            return None
        if record.status.is_taken_back:
            return None
        return _Bill(errand, store, order.total, entity_of(invoices[0].key), tuple(keys))

    def _standing(self, tenant: Tenant, bills: Sequence[_Bill]) -> dict[str, Standing]:
        """How the invoices stand, by key: one transaction for five hundred of an entity.

        Raises:
            IntacctError: Sage could not be asked.
        """
        found: dict[str, Standing] = {}
        for entity in sorted({bill.entity for bill in bills}):
            keys = sorted({key for bill in bills if bill.entity == entity for key in bill.keys})
            reads = self._parts.reads_of(tenant, entity)
            found |= {one.key: one for one in reads.standings(Kept.AR_INVOICE, keys)}
        return found

    def _pay(self, this: _Round, bill: _Bill, found: Mapping[str, Standing]) -> None:
        """Tell the cart that the order is paid, where Sage has just its amount paid."""
        there = [found[key] for key in bill.keys if key in found]
        if len(there) < len(bill.keys) or not is_paid(bill.amount, there):
            this.counts["waiting"] += 1
            self._parts.errands.close(bill.errand, ErrandState.LEFT)
            return
        _, order, _ = _named(this.tenant, bill.errand)

        def mark(client: object) -> Written | None:
            return (
                client.mark_paid(order, bill.amount) if isinstance(client, PaymentMarker) else None
            )

        written = self._written(this, bill.errand, bill.store, mark)
        self._keep(this, bill.errand, written, "paid", findings.not_marked)

    def _written(
        self,
        this: _Round,
        errand: Errand,
        store: Store,
        write: Callable[[object], Written | None],
    ) -> Written | None:
        """What the store's API answered; None where it cannot be told, which people are told of."""
        stores = this.stores[errand.kind]
        client = stores.client(store)
        if client is None:
            return None
        try:
            written = write(client)
        except AccessRefusedError as error:
            stores.shut(store, error)
            return None
        if written is None:
            stores.shut(store, NOT_TAKEN)
        elif written.outcome in _ANSWERED:
            stores.answered(store)
        return written

    def _keep(
        self,
        this: _Round,
        errand: Errand,
        written: Written | None,
        done: str,
        refused: Callable[[str, str, str], Finding],
    ) -> None:
        """Keep what became of it; what nobody knows, or nobody could be told, is tried again."""
        store, order, subject = _named(this.tenant, errand)
        assert store is not None  # noqa: S101  # whoever writes knows the store
        now = self._parts.clock()
        if written is None or written.outcome in (WriteOutcome.UNKNOWN, WriteOutcome.CONFLICT):
            this.counts["later"] += 1
            self._parts.errands.put_off(errand, errand.again_at(now))
        elif written.outcome is WriteOutcome.DONE:
            this.counts[done] += 1
            self._parts.errands.close(errand, ErrandState.DONE)
            self._parts.reviews.close(this.tenant.id, subject, at=now)
        else:
            this.counts["refused"] += 1
            finding = refused(store.id, order, written.message)
            self._parts.reviews.open(this.tenant.id, subject, [finding], at=now)
            self._parts.errands.close(errand, ErrandState.LEFT)


def _named(tenant: Tenant, errand: Errand) -> tuple[Store | None, str, str]:
    """The store and order of an errand, and the subject of its review record."""
    store, _, rest = errand.name.partition("/")
    order = rest.rpartition("/")[0] if errand.kind is ErrandKind.NOTE else rest
    subject = findings.order_subject(errand.kind.value, store, order)
    return tenant.store(store), order, subject


def _is_sages(record: FactsRecord, policy: OrdersBackPolicy) -> bool:
    """Whether no receipt of the order is booked, nor the one that marking it as paid makes."""

    def is_received_in_sage(gateways: tuple[str, ...]) -> bool:
        return policy.is_received_in_sage(gateways or _BY_HAND)

    return decide(record.known, record.receipts, is_received_in_sage) is ReceiptSource.SAGE
