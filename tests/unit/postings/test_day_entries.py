"""What a summary channel enters: counts beside the money, and tenders that are not mixed up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from commerce.orders import LineKind, Restock
from intacct.documents import Side
from shared.policy.choices import Cogs, Moment, PostingMode
from shared.policy.mapping import Definitions, ItemRule, Role
from shared.postings.plan import DayEntry, Plan, Reason
from tests.accounting.journals import told
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.planning import planned
from tests.accounting.shop import (
    ACCOUNTS,
    STATE,
    back,
    book,
    captured,
    day,
    given_back,
    line,
    mapping,
    order,
    parcel,
    ref,
    refund,
    tax,
)

COUNTED = {
    **ACCOUNTS,
    Role.STATISTICAL_ORDERS: "STAT-ORDERS",
    Role.STATISTICAL_UNITS: "STAT-UNITS",
    Role.STATISTICAL_REFUNDS: "STAT-REFUNDS",
}
WITH_JOURNAL = Definitions(statistical_journal="STJ")


def _daily(*parts: Any, **more: Any) -> Plan:
    chart = mapping(accounts=COUNTED, definitions=WITH_JOURNAL, **more.pop("chart", {}))
    made = planned(*parts, books=book(chart=chart, posting_mode=PostingMode.SUMMARY_DAILY, **more))
    assert not made.findings, made.findings
    return made


def _counts(entries: tuple[DayEntry, ...]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for entry in entries:
        for count in entry.counts:
            assert count.side is Side.DEBIT
            sums[count.account] = sums.get(count.account, Decimal(0)) + count.quantity
    return sums


def test_the_day_of_the_reference_has_its_counts() -> None:
    """S-12.1: two orders, five units, one refund."""
    order_b = replace(
        order(line("sofa", "60.00", 2, taxes=(tax(STATE, "10.65"),))), ref=ref("order", "order-2")
    )
    first = _daily(order_a_placed(), PAID, SHIPPED, one_tee_back(at=2))
    second = _daily(order_b, captured("capture-2", "130.65", day(2)), parcel("b", day(2), sofa=2))
    entries = (*first.day_entries, *second.day_entries)
    assert _counts(entries) == {
        "STAT-ORDERS": Decimal(2),
        "STAT-UNITS": Decimal(5),
        "STAT-REFUNDS": Decimal(1),
    }


def test_an_order_in_two_parcels_is_one_order_and_all_its_units() -> None:
    sent = (parcel("parcel-1", day(2), tee=1), parcel("parcel-2", day(3), tee=1, mug=1))
    made = _daily(order_a_placed(), PAID, *sent)
    by_event = {entry.event: _counts((entry,)) for entry in made.day_entries}
    assert by_event == {
        "sale:order-1:parcel-1": {"STAT-ORDERS": Decimal(1), "STAT-UNITS": Decimal(1)},
        "sale:order-1:parcel-2": {"STAT-UNITS": Decimal(2)},
    }


def test_units_carry_the_dimensions_of_their_revenue() -> None:
    rules = (ItemRule("TEE", "TEE", department="APP"), ItemRule("MUG", "MUG", department="HOME"))
    made = _daily(order_a_placed(), PAID, SHIPPED, chart={"item_rules": rules})
    (entry,) = made.day_entries
    units = {
        count.dimensions.department: count.quantity
        for count in entry.counts
        if count.account == "STAT-UNITS"
    }
    assert units == {"APP": Decimal(2), "HOME": Decimal(1)}


def test_deferred_revenue_is_counted_when_it_is_recognised() -> None:
    deferred = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP}
    made = _daily(order_a_placed(), PAID, SHIPPED, **deferred)
    counted = {entry.event for entry in made.day_entries if entry.counts}
    assert counted == {"recognise:parcel-1"}


def test_without_a_statistical_journal_nothing_is_counted() -> None:
    books = book(posting_mode=PostingMode.SUMMARY_DAILY)
    made = planned(order_a_placed(), PAID, SHIPPED, books=books)
    assert [entry.counts for entry in made.day_entries] == [()]


def test_a_statistical_journal_without_its_accounts_is_a_finding() -> None:
    chart = mapping(definitions=WITH_JOURNAL)
    books = book(chart=chart, posting_mode=PostingMode.SUMMARY_DAILY)
    made = planned(order_a_placed(), PAID, SHIPPED, books=books)
    assert {finding.reason for finding in made.findings} == {Reason.MAPPING_MISSING}
    assert {finding.place for finding in made.findings} == {
        "mapping.accounts.statistical_orders",
        "mapping.accounts.statistical_units",
    }


def test_money_that_goes_back_by_another_tender_is_a_transfer_between_the_two() -> None:
    """50.00 paid half by card and half by store credit, never shipped, all back on the card."""
    placed = order(line("vase", "50.00"))
    paid = (
        captured("card", "25.00", day(1)),
        captured("credit", "25.00", day(2), "shopify_store_credit"),
    )
    money = (given_back("50.00", day(4)),)
    gone = refund(back("vase", 1, "50.00", restock=Restock.CANCEL), at=day(4), transactions=money)
    made = _daily(placed, *paid, gone)
    assert [(entry.event, told(entry.lines)) for entry in made.day_entries] == [
        ("returned:refund-1", {("2210", "Dr"): Decimal(25), ("1100", "Cr"): Decimal(25)})
    ]


def test_a_gift_card_that_is_sold_has_no_cost_of_goods() -> None:
    card = line("card", "50.00", kind=LineKind.GIFT_CARD, cost="50.00", requires_shipping=False)
    made = planned(
        order(card), captured("capture-1", "50.00", day(1)), books=book(cogs=Cogs.CART_COST)
    )
    assert not [posting for posting in made.postings if "cogs" in posting.key]
