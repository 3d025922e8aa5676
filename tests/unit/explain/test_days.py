"""A day's journals line by line: revisions, reversals, deltas, parts; and what is not proved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commerce.money import Money
from intacct.documents import JournalLine, Side
from shared.explain.lines import ExplainedEntry, ExplainedLine
from shared.gl.days import KeptEntry
from shared.gl.revisions import BatchKind
from shared.policy.choices import SummaryJournals, TaxPoint
from shared.postings.plan import DayEntry
from tests.accounting.lives import LIVES, PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import day, facts, usd
from tests.integration.order_posting_rig import sold
from tests.unit.explain.day_rig import KEY, DayRig, summary_book
from tests.unit.gl.test_day_fees import fee_book, with_fee


def two_sales_and_a_return() -> DayRig:
    rig = DayRig()
    rig.take("order-1", facts(order_a_placed(), PAID, SHIPPED))
    rig.take("order-1", facts(order_a_placed(), PAID, SHIPPED, one_tee_back(at=2)))
    rig.take("1002", sold("1002", amount="130.65"))
    return rig


def line_of(entry: ExplainedEntry, account: str, side: Side) -> ExplainedLine:
    return next(one for one in entry.lines if (one.account, one.side) == (account, side))


def test_a_line_leads_to_its_orders_refunds_and_rules() -> None:
    rig = two_sales_and_a_return()
    rig.close()

    (entry,) = rig.explained()

    cash_in, cash_out = (line_of(entry, "1100", side) for side in (Side.DEBIT, Side.CREDIT))
    assert entry.is_proved, entry.all_problems
    assert [(p.what, p.order_id, p.amount.plain()) for p in cash_in.parts] == [
        ("sale:1002:F1002", "1002", "130.65"),
        ("sale:order-1:parcel-1", "order-1", "69.95"),
    ]
    assert [(p.what, p.order_id) for p in cash_out.parts] == [("refund:refund-1", "order-1")]
    revenue = line_of(entry, "4000", Side.CREDIT)
    assert all("account 4000 by accounts.product_revenue" in p.rules for p in revenue.parts)
    assert {part.mapping_version for part in revenue.parts} == {"test-1"}


def test_a_cent_that_was_changed_after_sealing_is_said_loudly() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    kept = rig.days.entries_of[KEY]["sale:1002:F1002"]
    first, *others = kept.entry.lines
    shifted = replace(first, amount=first.amount - Money.of("0.01", "USD"))
    changed = replace(kept.entry, lines=(shifted, replace(others[0], amount=shifted.amount)))
    rig.days.entries_of[KEY]["sale:1002:F1002"] = replace(kept, entry=changed)

    (entry,) = rig.explained()

    assert not entry.is_proved
    assert any("not those that were sealed" in problem for problem in entry.all_problems)
    assert any("0.01 of 200.60 are not explained" in problem for problem in entry.all_problems)


def test_an_event_that_vanished_from_its_day_is_missed() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    del rig.days.entries_of[KEY]["refund:refund-1"]

    (entry,) = rig.explained()

    assert not line_of(entry, "1100", Side.CREDIT).adds_up
    assert line_of(entry, "1100", Side.CREDIT).difference == usd("24.50")


def test_a_journal_that_was_sent_with_another_content_is_not_proved() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    ((place, record),) = rig.ledger.records.items()
    rig.ledger.records[place] = replace(record, content_hash="another")

    (entry,) = rig.explained()

    assert entry.all_problems == (
        "the journal that was sent has another content than its frozen events give",
    )


def test_a_draft_is_told_as_one() -> None:
    policy = replace(summary_book().policy, summary_journals=SummaryJournals.DRAFT)
    rig = DayRig(replace(summary_book(), policy=policy))
    rig.take("1002", sold("1002"))
    rig.close()

    (entry,) = rig.explained()

    assert entry.is_proved
    assert entry.state == "DONE, as a draft"


def test_a_journal_that_the_ledger_does_not_know_is_not_proved() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    rig.ledger.records.clear()

    assert "it was never sent" in rig.explained()[0].all_problems[0]


def corrected(rig: DayRig) -> None:
    """The goods of order 1002 belong to another account (J-11.4, J-11.5)."""
    kept: KeptEntry = rig.days.entries_of[KEY]["sale:1002:F1002"]
    lines = tuple(
        replace(line, account="4001") if line.account == "4000" else line
        for line in kept.entry.lines
    )
    rig.amend(replace(kept.entry, lines=lines))


def test_a_revision_and_the_reversal_of_what_it_replaces_are_both_explained() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    corrected(rig)
    rig.close(replaces=1)

    first, revision, reversal = rig.explained()

    assert all(entry.is_proved for entry in (first, revision, reversal))
    assert [part.what for part in line_of(revision, "4001", Side.CREDIT).parts] == [
        "sale:1002:F1002"
    ]
    turned = line_of(reversal, "4000", Side.DEBIT)
    assert turned.amount == line_of(first, "4000", Side.CREDIT).amount
    assert {part.order_id for part in turned.parts} == {"1002", "order-1"}


def test_a_delta_is_what_an_event_says_now_less_what_it_said() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    corrected(rig)
    rig.close(replaces=1, kind=BatchKind.DELTA, posted_on=date(2026, 4, 1))

    _, delta = rig.explained()

    assert delta.is_proved, delta.all_problems
    assert delta.posted_on == date(2026, 4, 1)
    assert {(one.account, one.side, one.amount.plain()) for one in delta.lines} == {
        ("4000", Side.DEBIT, "130.65"),
        ("4001", Side.CREDIT, "130.65"),
    }
    assert all(len(one.parts) == 1 for one in delta.lines)


def test_a_late_order_is_explained_by_the_delta_alone() -> None:
    rig = two_sales_and_a_return()
    rig.close()
    rig.take("1003", sold("1003", amount="32.66"))
    rig.close(replaces=1, kind=BatchKind.DELTA, posted_on=date(2026, 4, 1))

    first, delta = rig.explained()

    assert first.is_proved
    assert delta.is_proved
    assert {part.order_id for one in delta.lines for part in one.parts} == {"1003"}


def wide(name: str, lines: int) -> DayEntry:
    """An event on many accounts of its own."""
    debits = [JournalLine(f"{name}-d{n}", Side.DEBIT, usd("1.00")) for n in range(lines)]
    credits_ = [JournalLine(f"{name}-c{n}", Side.CREDIT, usd("1.00")) for n in range(lines)]
    return DayEntry(
        name, "shop", "USD", KEY.on, day(2), (*debits, *credits_), order_id=f"order-{name}"
    )


def test_a_day_in_several_journals_is_explained_journal_by_journal() -> None:
    rig = DayRig()
    for name in ("a", "b", "c"):
        rig.enter(wide(name, 300))
    rig.close()

    entries = rig.explained()

    assert len(entries) == 3
    assert all(entry.is_proved for entry in entries)
    assert [{part.what for one in e.lines for part in one.parts} for e in entries] == [
        {"a"},
        {"b"},
        {"c"},
    ]


def _can_be_summed_up(name: str) -> bool:
    """Tax at capture needs single documents: a daily journal books money and sale together."""
    return LIVES[name]().book.policy.tax_point is TaxPoint.INVOICE


@pytest.mark.parametrize("name", [name for name in LIVES if _can_be_summed_up(name)])
def test_the_days_of_every_life_are_explained_and_rebuilt(name: str) -> None:
    life = LIVES[name]()
    rig = DayRig(replace(summary_book(), policy=replace(life.book.policy, **_SUMMARY)))
    rig.take("order-1", *life.stages)

    for key in rig.close_all():
        assert all(entry.is_proved for entry in rig.explained(key))
        assert all(replay.is_same for replay in rig.replayed(key))


_SUMMARY: dict[str, Any] = {
    "posting_mode": summary_book().policy.posting_mode,
    "customer_mode": summary_book().policy.customer_mode,
}


def fees_of_two_orders() -> DayRig:
    """Order A and order 1002 with what the gateway kept of each (J-11.2)."""
    rig = DayRig(fee_book())
    paid = replace(PAID, processed_at=day(2, 14), fee=usd("2.33"))
    rig.take("order-1", facts(order_a_placed(), paid, SHIPPED, one_tee_back(at=2)))
    known = sold("1002", amount="130.65")
    rig.take("1002", with_fee(known, "4.09"))
    return rig


def test_the_journal_of_fees_leads_to_the_payments_that_they_were_kept_of() -> None:
    rig = fees_of_two_orders()
    rig.close()

    fees, sales = rig.explained()

    assert all(entry.is_proved for entry in (fees, sales))
    expense = line_of(fees, "6100", Side.DEBIT)
    assert [(part.order_id, part.amount.plain()) for part in expense.parts] == [
        ("1002", "4.09"),
        ("order-1", "2.33"),
    ]
    assert all(part.what.startswith("fee:") for line in fees.lines for part in line.parts)
    assert not any(part.what.startswith("fee:") for line in sales.lines for part in line.parts)


def test_a_difference_of_fees_is_told_apart_from_that_of_sales() -> None:
    rig = DayRig(fee_book())
    rig.take("1002", with_fee(sold("1002", amount="130.65"), "4.09"))
    rig.close()
    paid = replace(PAID, processed_at=day(2, 14), fee=usd("2.33"))
    rig.take("order-1", facts(order_a_placed(), paid, SHIPPED, one_tee_back(at=2)))
    rig.close(replaces=1, kind=BatchKind.DELTA, posted_on=date(2026, 4, 1))

    *_, sales, fees = rig.explained()

    assert all(entry.is_proved for entry in (sales, fees)), (sales.problems, fees.problems)
    assert [one.amount.plain() for one in line_of(fees, "1100", Side.CREDIT).parts] == ["2.33"]
    assert [one.amount.plain() for one in line_of(sales, "1100", Side.CREDIT).parts] == ["24.50"]


def test_a_day_with_fees_comes_out_of_the_archive_as_it_was_posted() -> None:
    rig = fees_of_two_orders()
    rig.close()

    (replay,) = rig.replayed()

    assert replay.is_same
    assert replay.rebuilt_membership == replay.membership


def test_a_fee_that_changed_since_is_rebuilt_as_it_was_settled() -> None:
    rig = fees_of_two_orders()
    rig.close()
    for pk in list(rig.facts.records):
        known = rig.facts.load(pk)
        assert known is not None
        settled = {payment.ref.id: payment.fee for payment in known.known.payments if payment.fee}
        rig.facts.save(replace(known, fees=settled))
    paid = replace(PAID, processed_at=day(2, 14), fee=usd("9.99"))
    rig.take("order-1", facts(order_a_placed(), paid, SHIPPED, one_tee_back(at=2)))

    (replay,) = rig.replayed()

    assert replay.is_same
