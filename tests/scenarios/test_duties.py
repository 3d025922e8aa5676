"""S15: duties collected for customs, and the broker's bill that accounts payable enters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from intacct.documents import JournalEntry, JournalLine, Side
from shared.postings.plan import Posting, PostingKind
from tests.accounting.journals import Played, balances, parse, told
from tests.accounting.lives import LIVES
from tests.accounting.shop import day, usd
from tests.scenarios.conftest import Sage


def _broker_bills() -> Posting:
    """J-4.12: what accounts payable books of 19.10, of which 18.40 was collected."""
    lines = (
        JournalLine("2120", Side.DEBIT, usd("18.40")),
        JournalLine("6200", Side.DEBIT, usd("0.70")),
        JournalLine("2000", Side.CREDIT, usd("19.10")),
    )
    entry = JournalEntry("BROKER-1", "GJ", day(9).date(), "Broker's bill", lines)
    return Posting("bill", PostingKind.JOURNAL_ENTRY, entry, effect=lines, true_on=day(9).date())


def test_duties_as_an_agent_leave_what_the_broker_charged_beyond_them(
    sage: Sage, show: Callable[[str, Played], None]
) -> None:
    """J-4.11 and J-4.12; the buyer's payment is not among the rows, and nothing comes back."""
    life = LIVES["duties"]()
    kept = tuple(replace(stage, refunds=()) for stage in life.stages)
    played = sage.live(replace(life, stages=kept))
    bill = _broker_bills()
    sage.post(bill)
    played.postings["bill"] = bill
    show("S15 duties as agent", played)

    sale = played.postings["INVOICE invoice:parcel-1"]

    assert told(sale.effect) == parse("Dr 1200 218.40; Cr 4000 200.00; Cr 2120 18.40")
    assert told(bill.effect) == parse("Dr 2120 18.40; Dr 6200 0.70; Cr 2000 19.10")
    ledger = sage.simulator.balances()
    assert "2120" not in ledger
    expected = balances("6200 0.70; 2000 -19.10; 4000 -200.00")
    assert {account: ledger[account] for account in expected} == expected
