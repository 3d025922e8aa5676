"""Payments of a thrifty channel's payouts: which orders' invoices each line pays, to the cent."""

from __future__ import annotations

from dataclasses import replace

from commerce.payouts import PayoutLineKind, PayoutStatus
from intacct.documents import DocumentResult
from shared.explain.lines import ExplainedEntry
from shared.explain.payouts import explain_payout
from shared.explain.settlements import nothing_known, settlement_of
from shared.ledger.records import Record
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord, merged
from shared.payouts.settling import OrderMoney
from shared.policy.choices import CustomerMode, PostingDepth
from shared.postings.book import StoreBook
from shared.postings.planner import plan
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import book, facts, mapping
from tests.unit.explain.telling import record_of
from tests.unit.payouts.told import ARRIVED_AT, SENT_AT, line, payout


def thrifty() -> StoreBook:
    return book(
        chart=mapping(accounts=PAYOUT_ACCOUNTS, channel_customer="WEB", location=""),
        posting_depth=PostingDepth.THRIFTY,
        customer_mode=CustomerMode.CHANNEL,
    )


def money_of(_tenant: str, _store: str, order_id: str) -> OrderMoney | None:
    if order_id != "order-1":
        return None
    return OrderMoney(plan(facts(order_a_placed(), PAID, SHIPPED), {}, thrifty()).paid_out)


def told() -> PayoutRecord:
    charge = line("1", PayoutLineKind.CHARGE, "69.95", "2.33", order_id="order-1")
    paid = payout((charge,), amount="67.62", status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)
    return merged("acme", None, paid, at=SENT_AT)


def chain() -> dict[str, Record]:
    record = told()
    planned = plan_payout(record, thrifty())
    assert not planned.findings, planned.findings
    paid = settlement_of(record, thrifty(), money_of)
    postings = [*(entry.posting for entry in planned.entries), *paid.postings]
    return {one.key: record_of("PAY", one, DocumentResult("1")) for one in postings}


def payment(entries: list[ExplainedEntry]) -> ExplainedEntry:
    return next(entry for entry in entries if entry.kind == "PAYMENT")


def test_the_payment_of_a_payout_is_told_by_the_invoices_it_pays() -> None:
    entries = explain_payout(told(), chain(), [thrifty()], money_of)

    assert [entry.all_problems for entry in entries if not entry.is_proved] == []
    cash, receivable = payment(entries).lines
    assert (cash.account, receivable.account) == ("1100", "1200")
    for one in (cash, receivable):
        assert [(part.what, part.order_id, part.amount.plain()) for part in one.parts] == [
            ("invoice:parcel-1", "order-1", "69.95")
        ]
    assert cash.parts[0].rules == ("accounts.payout_clearing",)


def test_a_payment_whose_orders_are_gone_or_changed_is_not_proved() -> None:
    gone = explain_payout(told(), chain(), [thrifty()], nothing_known)
    known = chain()
    key = next(key for key in known if "/PAYMENT/" in key)
    known[key] = replace(known[key], content_hash="another")
    changed = explain_payout(told(), known, [thrifty()], money_of)

    assert "gives no such entry" in payment(gone).all_problems[0]
    assert "another content" in payment(changed).all_problems[0]


def test_a_channel_in_full_has_no_payments_of_payouts() -> None:
    full = book(chart=mapping(accounts=PAYOUT_ACCOUNTS, location=""))

    assert settlement_of(told(), full, money_of).postings == ()
