"""Pays the invoices of a thrifty channel with the payout that brought their money, each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.payouts.order_money import KnownOrder, OrderMoneyReader
from shared.payouts.planner import told_on
from shared.payouts.records import PayoutRecord
from shared.payouts.settling import order_ids, settle
from shared.payouts.store import PayoutKey
from shared.postings.book import StoreBook
from shared.postings.findings import Finding
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Paid:
    """Nothing where everything is paid; else what stopped it: an outcome, or findings."""

    outcome: Outcome | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether everything is paid."""
        return self.outcome is None and not self.findings


@dataclass(frozen=True, slots=True)
class PayoutPayer:
    """Posts a payout's payments to the ledger partition of the payout."""

    ledger: Ledger
    orders: OrderMoneyReader
    applier_of: Callable[[Tenant, str], Applier]

    def pay(
        self,
        tenant: Tenant,
        key: PayoutKey,
        record: PayoutRecord,
        book: StoreBook,
        deadline: datetime,
    ) -> Paid:
        """Settle every invoice that the payout paid; nothing while one of its orders is unclear."""
        orders = {
            order_id: self.orders.read(tenant, key.store, order_id)
            for order_id in order_ids(record)
        }
        money = {name: order.money if order else None for name, order in orders.items()}
        on = told_on(record.payout.initiated_at, book)
        settling = settle(record, book, money, on)
        if settling.findings:
            return Paid(findings=settling.findings)
        applier = self.applier_of(tenant, book.entity)
        for order_id, receipts in settling.individually:
            outcome = self._alone(orders[order_id], receipts, applier, deadline)
            if outcome.kind is not OutcomeKind.COMPLETE:
                return Paid(outcome)
        chain = self.ledger.chain(key.ledger_pk)
        posted = results_of(chain)
        for order in orders.values():
            posted.update(order.posted if order else {})
        pk, postings = key.ledger_pk, settling.postings
        outcome = applier.apply(pk, postings, posted, deadline, records=chain)
        return Paid() if outcome.kind is OutcomeKind.COMPLETE else Paid(outcome)

    def _alone(
        self,
        order: KnownOrder | None,
        receipts: frozenset[str],
        applier: Applier,
        deadline: datetime,
    ) -> Outcome:
        assert order is not None, "only known orders have receipts"  # noqa: S101
        return self.orders.post_individually(order, receipts, applier, deadline)
