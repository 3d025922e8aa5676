"""Every read of the table, in both protocols, of one company's books: told alike, to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from intacct.capabilities import READS, Protocol, Read
from intacct.customer_search import CustomerBy, CustomerSearch
from intacct.dimensions import Dimensions, Side
from intacct.documents import CreditKind
from intacct.item_search import ItemBy, ItemSearch
from intacct.reading import NAMED, Kept, Marked, Standing
from intacct.statistics import StatisticalEntry, StatisticalLine
from intacct.watermarks import Reading, Watermark
from tests.contract.actions.documents import (
    ADVANCE,
    BILL,
    CREDIT,
    CUSTOMER,
    DAY,
    ENTRY,
    ORDER,
    credited,
    paid,
    settled,
    usd,
)
from tests.contract.actions.ledger_and_stock import COUNTED
from tests.contract.actions.teller import TODAY, Teller

Look = Callable[[Teller], Any]

_AT = Dimensions(location="100")
ORDERS = StatisticalEntry(
    "ORDERS-7",
    "STJ",
    DAY - timedelta(days=1),
    "Orders of the day before",
    (
        StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(42), _AT),
        StatisticalLine("STAT-ORDERS", Side.CREDIT, Decimal(2), _AT),
    ),
)


def standing(one: Standing) -> tuple[Any, ...]:
    """What both protocols tell: the number of an advance or a journal is told by XML only."""
    numbered = one.kind not in (Kept.ADVANCE, Kept.PAYMENT, Kept.JOURNAL_ENTRY)
    number = one.id if numbered else ""
    return number, one.state, one.reference, one.customer, one.total, one.due


def standings(teller: Teller) -> list[tuple[Any, ...]]:
    return [
        standing(one)
        for kind in Kept
        for one in teller.reads.standings(kind, [*teller.reads.keys(kind), "999999"])
        if kind not in (Kept.ITEM, Kept.WAREHOUSE, Kept.CONTACT)
        and one.reference != ORDERS.reference
    ]


def standings_by_id(teller: Teller) -> list[tuple[str, str, bool]]:
    """Masters by their ids, and one that is not there."""
    found = []
    for kind in sorted(NAMED):
        ids = [one.id for one in teller.reads.standings(kind, teller.reads.keys(kind))]
        assert ids, f"the story makes no {kind}"
        told = {one.id: one for one in teller.reads.standings_by_id(kind, [*ids, "NOT-THERE"])}
        found.append((kind.value, told[ids[0]].state, set(told) == set(ids)))
    return found


def changes(teller: Teller) -> list[tuple[str, bool, bool]]:
    """The first reading, the next one, and one more after a change: what each brings."""
    first = Reading(Watermark(), started_at=TODAY)
    brought = [one.key for one in teller.reads.changes(Kept.CUSTOMER, first)]
    second = Reading(first.watermark, started_at=TODAY)
    again = [one.key for one in teller.reads.changes(Kept.CUSTOMER, second)]
    stamped = [one.modified_at for one in teller.reads.standings(Kept.CUSTOMER, brought)]
    return [
        (key, key in again, stamp == TODAY) for key, stamp in zip(brought, stamped, strict=True)
    ]


def deletions(teller: Teller) -> list[tuple[str, str]]:
    found = teller.reads.deletions(Kept.CUSTOMER, TODAY - timedelta(days=1))
    return [(one.object, one.identifier) for one in found if one.deleted_at == TODAY]


assert CUSTOMER.contact is not None
EMAIL = CUSTOMER.contact.email

LOOKS: Mapping[Read, tuple[Look, Any]] = {
    Read.DIMENSIONS: (
        lambda teller: {one.name for one in teller.reads.dimensions() if one.is_in_ledger}
        >= {"LOCATION", "DEPARTMENT", "CLASS", "PROJECT", "CUSTOMER", "ITEM"},
        True,
    ),
    Read.DIMENSION_VALUES: (
        lambda teller: [
            (one.id, one.name, one.is_active) for one in teller.reads.dimension_values("DEPARTMENT")
        ],
        [("SALES", "Sales", True), ("WEB", "Web shop", True), ("APP", "Mobile app", True),
         ("HOME", "Home goods", True)],
    ),
    Read.STOCK_LEVELS: (
        lambda teller: [
            (one.item, one.warehouse, one.on_hand)
            for one in teller.reads.stock_levels(("TEE-STOCK",), "W1")
        ],
        [("TEE-STOCK", "W1", 5)],
    ),
    Read.STOCK_COSTS: (
        lambda teller: [
            (one.item, one.warehouse, one.average, one.standard)
            for one in teller.reads.stock_costs()
            if one.item == "TEE-STOCK"
        ],
        [("TEE-STOCK", "W1", Decimal(9), None)],
    ),
    Read.STANDINGS: (
        standings,
        [
            ("C-1001", "active", "", "C-1001", None, None),
            ("Sales Order-SO0001", "pending", ORDER.reference, "C-1001", usd("55.12"), None),
            (BILL.reference, "partiallyPaid", BILL.reference, "C-1001", usd("70.00"), usd("20.00")),
            (CREDIT.reference, "posted", CREDIT.reference, "C-1001", usd("22.50"), usd("22.50")),
            ("", "posted", ADVANCE.reference, "C-1001", usd("55.12"), usd("35.12")),
            ("", "complete", "1002-PAY-ABCDEFG", "C-1001", usd("30.00"), None),
            ("", "complete", "1002-APP-ABCDEFG", "C-1001", usd("0.00"), None),
            ("", "posted", ENTRY.reference, "", None, None),
        ],
    ),
    Read.CUSTOMERS: (
        lambda teller: [
            (one.key, one.contact_key, one.customer.id, one.customer.contact.email)
            for one in teller.reads.customers(
                CustomerSearch(CustomerBy.EMAIL, (EMAIL.upper(),))
            )
            if one.customer.contact is not None
        ],
        [("1", "1", "C-1001", EMAIL)],
    ),
    Read.ITEMS: (
        lambda teller: [
            (one.id, one.type, one.is_active)
            for one in teller.reads.items(ItemSearch(ItemBy.ID, ("TEE", "NONE")))
        ],
        [("TEE", "noninventory", True)],
    ),
    Read.CHANGES: (changes, [("1", False, True)]),
    # Records of receivables share one sequence of numbers, and the first was no invoice.
    Read.KEYS: (lambda teller: list(teller.reads.keys(Kept.AR_INVOICE)), ["2"]),
    Read.DELETIONS: (deletions, [("customer", "C-2")]),
    Read.PERIODS: (
        lambda teller: [one.id for one in teller.reads.periods() if one.holds(DAY)][:1],
        ["Month Ended November 2026"],
    ),
    Read.TRIAL_BALANCE: (
        lambda teller: {
            one.account: f"{one.net:.2f}" for one in teller.reads.trial_balance(DAY, DAY) if one.net
        },
        {
            "1100": "85.12", "1200": "-2.50", "1300": "-22.10", "2050": "-35.12", "4000": "-70.00",
            "4090": "-2.50", "4095": "25.00", "5000": "22.10",
        },
    ),
    Read.LEDGER_LINES: (
        lambda teller: [
            (one.account, f"{one.amount:.2f}", one.currency, one.posted_on, one.memo)
            for one in teller.reads.ledger_lines(DAY, DAY)
            if one.module.startswith("2.")
        ],
        [
            ("5000", "22.10", "USD", DAY, "Cost of goods"),
            ("1300", "-22.10", "USD", DAY, "two tees"),
        ],
    ),
    Read.READ_BACK: (
        lambda teller: [
            (one.reference, one.customer, one.total, one.dated_on)
            for one in teller.reads.read_back(Marked.ADVANCE, [ADVANCE.reference, "NOBODY"])
        ],
        [(ADVANCE.reference, "C-1001", usd("55.12"), DAY)],
    ),
    Read.COUNT_LINES: (
        lambda teller: [
            (one.record == entry.key, one.account, one.quantity)
            for entry in teller.reads.read_back(Marked.STATISTICAL_ENTRY, [ORDERS.reference])
            for one in teller.reads.count_lines([entry.key, "999999"])
        ],
        [(True, "STAT-ORDERS", Decimal(42)), (True, "STAT-ORDERS", Decimal(-2))],
    ),
}  # fmt: skip


def told(teller: Teller) -> None:
    """An order, an advance of which a part settles an invoice, money, a credit, a journal."""
    teller.post(CUSTOMER)
    teller.post(replace(CUSTOMER, id="C-2", contact=None))
    books = teller.company.books
    gone = books.by_id("customer", "C-2")
    assert gone is not None
    books.delete("customer", gone["key"])
    teller.post(ORDER)
    money = teller.post(ADVANCE)
    bill = teller.post(BILL)
    teller.post(paid("1002-PAY-ABCDEFG", "30.00", settled(bill.key, "30.00")))
    part = credited(bill.key, "20.00", CreditKind.ADVANCE, money)
    teller.post(paid("1002-APP-ABCDEFG", "0.00", part))
    teller.post(CREDIT)
    teller.post(ENTRY)
    teller.create(COUNTED)
    teller.create(ORDERS)


@pytest.fixture(scope="module")
def tellers() -> Iterator[Mapping[Protocol, Teller]]:
    """One company with its history, and a reader of it for each protocol."""
    with ExitStack() as stack:
        rest = stack.enter_context(Teller(Protocol.REST))
        told(rest)
        xml = stack.enter_context(Teller(Protocol.XML, after=rest))
        yield {Protocol.REST: rest, Protocol.XML: xml}


@pytest.mark.parametrize("protocol", list(Protocol))
def test_masters_are_found_by_their_ids_as_well(
    tellers: Mapping[Protocol, Teller], protocol: Protocol
) -> None:
    reads = tellers[protocol].reads

    found = standings_by_id(tellers[protocol])

    assert found == [(kind.value, "active", True) for kind in sorted(NAMED)]
    with pytest.raises(ValueError, match="not unique"):
        reads.standings_by_id(Kept.PAYMENT, ["1"])


@pytest.mark.parametrize("protocol", list(Protocol))
def test_rest_keeps_statistical_entries_apart_from_journal_entries(
    tellers: Mapping[Protocol, Teller], protocol: Protocol
) -> None:
    """They are an object of their own there, and batches of the ledger in XML (§16.10, §13.6)."""
    reads = tellers[protocol].reads

    found = reads.standings(Kept.JOURNAL_ENTRY, reads.keys(Kept.JOURNAL_ENTRY))

    expected = [ENTRY.reference, *([ORDERS.reference] if protocol is Protocol.XML else [])]
    assert [one.reference for one in found] == expected


def test_every_read_has_its_look() -> None:
    assert set(LOOKS) == set(READS) == set(Read)


@pytest.mark.parametrize(
    ("read", "protocol"),
    [(read, protocol) for read in Read for protocol in sorted(READS[read].offered)],
)
def test_a_read_tells_what_is_in_the_books(
    tellers: Mapping[Protocol, Teller], read: Read, protocol: Protocol
) -> None:
    look, expected = LOOKS[read]

    assert look(tellers[protocol]) == expected
