"""The counts of a day line by line: each leads to the events and orders that it counts (R-12.1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from shared.explain.explainer import day_of
from shared.explain.lines import ExplainedEntry, ExplainedLine
from shared.gl.revisions import BatchKind
from shared.policy.mapping import Definitions, Role
from shared.postings.plan import PostingKind
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import ACCOUNTS, facts
from tests.integration.order_posting_rig import sold
from tests.unit.explain.day_rig import KEY, DayRig, summary_book

COUNTED = {
    Role.STATISTICAL_ORDERS: "STAT-ORDERS",
    Role.STATISTICAL_UNITS: "STAT-UNITS",
    Role.STATISTICAL_REFUNDS: "STAT-REFUNDS",
}


def rig_of_the_day() -> DayRig:
    """S-12.1: two sales and a return."""
    definitions = Definitions(statistical_journal="STJ")
    rig = DayRig(summary_book(accounts={**ACCOUNTS, **COUNTED}, definitions=definitions))
    rig.take("order-1", facts(order_a_placed(), PAID, SHIPPED))
    rig.take("order-1", facts(order_a_placed(), PAID, SHIPPED, one_tee_back(at=2)))
    rig.take("1002", sold("1002", amount="130.65"))
    return rig


def counts(rig: DayRig) -> list[ExplainedEntry]:
    found = [one for one in rig.explained() if one.kind == PostingKind.STATISTICAL.value]
    assert all(one.is_proved for one in found), [one.all_problems for one in found]
    return found


def parts(line: ExplainedLine) -> list[tuple[str, str, str]]:
    return [(part.what, part.order_id, part.amount.plain()) for part in line.parts]


def of_account(entry: ExplainedEntry, account: str) -> ExplainedLine:
    return next(line for line in entry.lines if line.account == account)


def test_counts_lead_to_the_orders_that_they_count() -> None:
    rig = rig_of_the_day()
    rig.close()

    (entry,) = counts(rig)

    assert parts(of_account(entry, "STAT-ORDERS")) == [
        ("sale:1002:F1002", "1002", "1"),
        ("sale:order-1:parcel-1", "order-1", "1"),
    ]
    assert parts(of_account(entry, "STAT-REFUNDS")) == [("refund:refund-1", "order-1", "1")]
    assert day_of(entry.key) == KEY
    assert of_account(entry, "STAT-ORDERS").amount.currency == ""


def test_counts_that_a_correction_takes_back_are_told_below_zero_by_their_sides() -> None:
    """S-12.2: the day is posted anew with one order more, and the old counts are taken back."""
    rig = rig_of_the_day()
    rig.close()
    rig.take("1003", sold("1003", amount="10.00"))
    rig.close(replaces=1)

    first, again, back = counts(rig)

    was, now = of_account(first, "STAT-ORDERS"), of_account(back, "STAT-ORDERS")
    assert len(of_account(again, "STAT-ORDERS").parts) == 3
    assert parts(was) == parts(now)
    assert was.side is not now.side


def test_the_difference_of_counts_names_what_came_late_alone() -> None:
    rig = rig_of_the_day()
    rig.close()
    rig.take("1003", sold("1003", amount="10.00"))
    rig.close(replaces=1, kind=BatchKind.DELTA)

    _, delta = counts(rig)

    assert parts(of_account(delta, "STAT-ORDERS")) == [("sale:1003:F1003", "1003", "1")]


def test_counts_that_no_event_explains_are_said_loudly() -> None:
    rig = rig_of_the_day()
    rig.close()
    kept = rig.days.entries_of[KEY]["sale:1002:F1002"]
    rig.days.entries_of[KEY]["sale:1002:F1002"] = replace(
        kept, entry=replace(kept.entry, counts=())
    )

    (entry,) = [one for one in rig.explained() if one.kind == PostingKind.STATISTICAL.value]

    assert not entry.is_proved
    assert of_account(entry, "STAT-ORDERS").difference.amount == Decimal(1)
    assert any("1 of 2 are not explained" in problem for problem in entry.all_problems)
