"""Days of a summary channel through both protocols: J-10.2, J-11.1 to J-11.7, S-12.1, S-12.2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from commerce.orders import Facts
from intacct.capabilities import Protocol
from intacct.errors import OutcomeUnknownError
from shared.connections.calls import transactions_of
from shared.policy.choices import Cogs, FeesOn
from shared.policy.mapping import ItemRule
from tests.accounting.journals import Entry, parse
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import (
    STATE,
    back,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    ref,
    refund,
    tax,
    usd,
)
from tests.contract.actions.teller import Teller
from tests.scenarios.channel import SECOND, Shop

THIRD, THIRTIETH = date(2026, 3, 3), date(2026, 3, 30)
J_11_1 = (
    "Dr 1100 200.60; Dr 4090 6.25; Dr 4095 25.00; Dr 2100-NYS 0.90; Dr 2100-NYC 1.01; "
    "Dr 2100-MTA 0.09; Cr 1100 24.50; Cr 4090 2.50; Cr 4000 182.50; Cr 4010 8.00; "
    "Cr 2100-NYS 13.22; Cr 2100-NYC 2.89; Cr 2100-MTA 0.24"
)
J_11_2 = "Dr 6100 6.42; Cr 1100 6.42"
J_11_3 = "Dr 5000 70.10; Cr 5000 9.00; Dr 1300 9.00; Cr 1300 70.10"
J_11_4 = (
    "Dr 1100 24.50; Dr 4090 2.50; Dr 4000 182.50; Dr 4010 8.00; Dr 2100-NYS 13.22; "
    "Dr 2100-NYC 2.89; Dr 2100-MTA 0.24; Cr 1100 200.60; Cr 4090 6.25; Cr 4095 25.00; "
    "Cr 2100-NYS 0.90; Cr 2100-NYC 1.01; Cr 2100-MTA 0.09"
)
J_11_5 = J_11_1.replace("Cr 4000 182.50", "Cr 4000 62.50; Cr 4001 120.00")
J_11_6 = "Dr 4000 120.00; Cr 4001 120.00"
J_11_7 = "Dr 4095 20.00; Dr 2100-NYS 1.78; Cr 1100 21.78"
J_10_2 = "Dr 1100 32.66; Cr 4000 30.00; Cr 2100-NYS 2.66"
S_12_1 = {"STAT-ORDERS": 2, "STAT-UNITS": 5, "STAT-REFUNDS": 1}
SOFA_TO_4001 = (ItemRule("SOFA", "WEB-GOODS-2", account="4001"),)


@pytest.fixture(params=list(Protocol))
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with Teller(request.param) as teller:
        teller.company.books.create("location", {"id": "WEB", "name": "Web shop", "parent": "100"})
        yield Shop(teller)


def order_a() -> Facts:
    paid = replace(PAID, processed_at=day(2, 14))
    return facts(order_a_placed(), paid, SHIPPED, one_tee_back(at=2))


def order_b(*more: Any) -> Facts:
    """Goods of 120.00 in two pieces, and 10.65 tax of the state."""
    placed = replace(
        order(line("sofa", "60.00", 2, cost="24.00", taxes=(tax(STATE, "10.65"),)), at=day(2)),
        ref=ref("order", "order-2"),
    )
    paid, sent = captured("capture-2", "130.65", day(2)), parcel("parcel-b", day(2), sofa=2)
    return facts(placed, paid, sent, *more)


def expected(*rows: tuple[date, str]) -> list[tuple[date, Entry]]:
    return [(on, parse(row)) for on, row in rows]


def without_cost(entries: Sequence[tuple[date, Entry]]) -> list[tuple[date, Entry]]:
    of_goods = ("5000", "1300")
    return [
        (on, {place: amount for place, amount in entry.items() if place[0] not in of_goods})
        for on, entry in entries
    ]


def exported(shop: Shop) -> Shop:
    shop.sell(order_a())
    shop.sell(order_b())
    assert [report.state.value for report in shop.export()] == ["posted"]
    return shop


def test_the_day_of_the_reference_is_one_journal_and_its_counts(shop: Shop) -> None:
    """J-11.1, S-12.1."""
    exported(shop)

    assert shop.entries() == expected((SECOND, J_11_1))
    assert shop.counts() == [(SECOND, S_12_1)]


def with_fee(known: Facts, fee: str) -> Facts:
    kept = tuple(replace(payment, fee=usd(fee)) for payment in known.payments)
    return replace(known, payments=kept)


def test_fees_of_the_day_are_a_journal_of_their_own_and_are_corrected_with_it(shop: Shop) -> None:
    """J-11.2 beside J-11.1; then order B's sofa belongs to another account (J-11.4, J-11.5)."""
    shop.configure(fees_on=FeesOn.CAPTURE)
    shop.sell(with_fee(order_a(), "2.33"))
    shop.sell(with_fee(order_b(), "4.09"))
    assert [report.state.value for report in shop.export()] == ["posted"]

    assert shop.entries() == expected((SECOND, J_11_2), (SECOND, J_11_1))
    assert shop.counts() == [(SECOND, S_12_1)]

    shop.configure(*SOFA_TO_4001, fees_on=FeesOn.CAPTURE)
    (report,) = shop.export(correct_by="ops:kim")

    assert report.state.value == "posted"
    back = "Dr 1100 6.42; Cr 6100 6.42"
    first, anew = ((SECOND, J_11_2), (SECOND, J_11_1)), ((SECOND, J_11_2), (SECOND, J_11_5))
    assert shop.entries() == expected(*first, *anew, (SECOND, back), (SECOND, J_11_4))
    assert f"{shop.balances()['6100']:.2f}" == "6.42"
    assert f"{shop.balances()['1100']:.2f}" == "169.68"


def test_cost_of_goods_stands_in_the_journal_of_the_day(shop: Shop) -> None:
    """J-11.3."""
    shop.configure(cogs=Cogs.CART_COST)
    exported(shop)

    ((_, entry),) = shop.entries()
    of_goods = {place: amount for place, amount in entry.items() if place[0] in ("5000", "1300")}
    assert of_goods == parse(J_11_3)


def test_a_wrong_account_is_put_right_in_an_open_period(shop: Shop) -> None:
    """J-11.5 in place of J-11.1, J-11.4, S-12.2, and the balances of S12."""
    exported(shop)
    shop.configure(*SOFA_TO_4001)

    (report,) = shop.export(correct_by="ops:kim")

    assert report.state.value == "posted"
    rows = ((SECOND, J_11_1), (SECOND, J_11_5), (SECOND, J_11_4))
    assert shop.entries() == expected(*rows)
    taken_back = {account: -count for account, count in S_12_1.items()}
    assert shop.counts() == [(SECOND, S_12_1), (SECOND, S_12_1), (SECOND, taken_back)]
    balances = shop.balances()
    named = {account: f"{balances[account]:.2f}" for account in ("4000", "4001", "1100")}
    assert named == {"4000": "-62.50", "4001": "-120.00", "1100": "176.10"}


def test_a_wrong_account_is_put_right_by_its_difference_in_a_closed_period(shop: Shop) -> None:
    """J-11.6."""
    exported(shop)
    shop.configure(*SOFA_TO_4001)
    shop.close(date(2026, 3, 31))
    shop.clock.now = datetime(2026, 4, 3, 12, tzinfo=UTC)

    (report,) = shop.export(correct_by="ops:kim")

    assert report.state.value == "posted"
    assert shop.entries() == expected((SECOND, J_11_1), (date(2026, 4, 1), J_11_6))
    assert shop.counts() == [(SECOND, S_12_1)]


def test_a_refund_of_the_next_day_leaves_the_exported_day_alone(shop: Shop) -> None:
    """J-11.7."""
    exported(shop)
    money = (given_back("21.78", day(3)),)
    shop.sell(
        order_b(
            refund(back("sofa", 1, "20.00", "1.78"), at=day(3), name="refund-b", transactions=money)
        )
    )

    shop.export()

    assert shop.entries() == expected((SECOND, J_11_1), (THIRD, J_11_7))
    assert shop.counts() == [(SECOND, S_12_1), (THIRD, {"STAT-REFUNDS": 1})]


def test_an_order_missed_in_a_closed_month_is_posted_on_the_first_of_the_next(shop: Shop) -> None:
    """J-10.2."""

    def sale(name: str) -> Facts:
        placed = replace(
            order(line("tee", "30.00", taxes=(tax(STATE, "2.66"),)), at=day(30)),
            ref=ref("order", name),
        )
        paid, sent = (
            captured(f"capture-{name}", "32.66", day(30)),
            parcel(f"p-{name}", day(30), tee=1),
        )
        return facts(placed, paid, sent)

    shop.clock.now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    shop.sell(sale("order-8"))
    shop.export()
    shop.close(date(2026, 3, 31))
    shop.clock.now = datetime(2026, 4, 3, 12, tzinfo=UTC)
    shop.sell(sale("order-9"))

    (report,) = shop.export()

    assert shop.entries() == expected((THIRTIETH, J_10_2), (date(2026, 4, 1), J_10_2))
    assert {(one.what, one.posted_on) for one in report.journals} == {
        ("difference", date(2026, 4, 1)),
        ("statistics", date(2026, 4, 1)),
    }


def test_a_journal_that_was_changed_in_the_books_holds_its_correction(shop: Shop) -> None:
    exported(shop)
    books = shop.teller.company.books
    record = next(
        one for one in books.select("journal_entry", private=True) if not one["is_statistical"]
    )
    lines = [dict(row) for row in books.lines("journal_entry", record["key"])]
    for row, amount in zip(lines, _by_one_dollar(lines), strict=True):
        row["amount"] = amount
    kept = ("account", "amount", "side", "location", "department", "class")
    cleaned = [{name: row[name] for name in kept if row.get(name)} for row in lines]
    books.update("journal_entry", record["key"], {"lines": cleaned}, entity="100")
    shop.configure(*SOFA_TO_4001)

    (report,) = shop.export(correct_by="ops:kim")

    assert (report.state.value, set(report.reasons)) == ("held", {"READBACK_DIFFERS"})
    assert len(shop.entries()) == 1


def _by_one_dollar(lines: Sequence[dict[str, Any]]) -> list[Decimal]:
    """The largest line of each side, a dollar more: somebody's own idea of the day."""
    largest = {
        side: max(row["amount"] for row in lines if row["side"] == side)
        for side in ("debit", "credit")
    }
    return [row["amount"] + (row["amount"] == largest[row["side"]]) for row in lines]


def test_detail_and_summary_leave_the_same_balances_but_receivables(shop: Shop) -> None:
    exported(shop)

    assert {account for account in shop.balances() if account.startswith("12")} == set()
    assert sum(shop.balances().values()) == 0


def test_a_store_and_day_costs_at_most_three_transactions(shop: Shop) -> None:
    transactions: list[int] = []

    def count(request: httpx.Request) -> None:
        if b"<getAPISession" not in request.content and "oauth2" not in str(request.url):
            transactions.append(transactions_of(request.content))

    shop.teller._http.event_hooks = {"request": [count]}

    exported(shop)

    assert 0 < sum(transactions) <= 3
    assert len(shop.entries()) + len(shop.counts()) == 2


def test_an_answer_that_was_lost_leads_to_one_journal_and_one_count(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = shop.teller.books.create
    lost = {"JournalEntry", "StatisticalEntry"}

    def losing(document: Any, **keys: str) -> Any:
        result = create(document, **keys)
        if type(document).__name__ in lost:
            lost.remove(type(document).__name__)
            message = "no answer came"
            raise OutcomeUnknownError(message)
        return result

    monkeypatch.setattr(shop.teller.books, "create", losing)
    shop.sell(order_a())
    shop.sell(order_b())

    states = []
    for _ in range(3):
        states += [report.state.value for report in shop.export()]
        shop.clock.pass_time(1800)

    assert states == ["parked", "parked", "posted"]
    assert shop.entries() == expected((SECOND, J_11_1))
    assert shop.counts() == [(SECOND, S_12_1)]
