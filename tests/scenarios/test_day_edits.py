"""Orders that are edited after their day was exported: the old day stays as it is (R-11.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import Facts, Order
from intacct.capabilities import Protocol
from shared.facts.merge import merge
from shared.gl.days import EntryConflictError
from shared.policy.mapping import ItemRule
from tests.accounting.journals import Entry, parse
from tests.accounting.lives import edited
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
)
from tests.contract.actions.teller import Teller
from tests.scenarios.channel import SECOND, Shop

THIRD = date(2026, 3, 3)
SOLD = "Dr 1100 109.00; Cr 4000 100.00; Cr 2100-NYS 9.00"
RULES = (ItemRule("LAMP", "TEE", account="4000"), ItemRule("VASE", "MUG", account="4001"))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Teller(Protocol.XML) as teller:
        teller.company.books.create("location", {"id": "WEB", "name": "Web shop", "parent": "100"})
        made = Shop(teller)
        made.configure(*RULES)
        yield made


def placed(*lines: Any) -> Order:
    return replace(order(*lines, at=day(2)), ref=ref("order", "order-2"))


def lamp(price: str = "100.00", levy: str = "9.00", sku: str = "LAMP", quantity: int = 1) -> Any:
    return line("lamp", price, quantity, sku=sku, taxes=(tax(STATE, levy),))


def sold(*more: Any) -> Facts:
    """A lamp of 100.00 and 9.00 tax, paid and sent on the second of March."""
    return facts(
        placed(lamp()),
        captured("capture-2", "109.00", day(2)),
        parcel("p-2", day(2), lamp=1),
        *more,
    )


def after(known: Facts, newest: Order, *more: Any, at: int = 3) -> Facts:
    """What is known once the cart tells the order's newest version, of that day of March."""
    return merge(known, facts(edited(newest, at=at), *known.payments, *known.fulfilments, *more))


def expected(*rows: tuple[date, str]) -> list[tuple[date, Entry]]:
    return [(on, parse(row)) for on, row in rows]


def exported(shop: Shop) -> Facts:
    known = sold()
    shop.sell(known)
    assert [report.state.value for report in shop.export()] == ["posted"]
    return known


def test_a_cheaper_order_is_corrected_on_the_day_of_its_edit(shop: Shop) -> None:
    known = exported(shop)

    shop.sell(after(known, placed(lamp("90.00", "8.10"))))
    shop.export()

    less = "Dr 4000 10.00; Dr 2100-NYS 0.90; Cr 1100 10.90"
    assert shop.entries() == expected((SECOND, SOLD), (THIRD, less))


def test_a_dearer_order_waits_for_its_money_and_leaves_the_old_day_alone(shop: Shop) -> None:
    dearer = after(exported(shop), placed(lamp("110.00", "9.90")))

    shop.sell(dearer)
    assert shop.export() == []
    shop.sell(replace(dearer, payments=(*dearer.payments, captured("more", "10.90", day(3)))))
    shop.export()

    more = "Dr 1100 10.90; Cr 4000 10.00; Cr 2100-NYS 0.90"
    assert shop.entries() == expected((SECOND, SOLD), (THIRD, more))


def test_another_article_moves_its_sale_on_the_day_of_the_edit(shop: Shop) -> None:
    known = exported(shop)

    shop.sell(after(known, placed(lamp(sku="VASE"))))
    shop.export()

    moved = "Dr 4000 100.00; Cr 4001 100.00"
    assert shop.entries() == expected((SECOND, SOLD), (THIRD, moved))


def test_an_order_cancelled_in_part_by_an_edit_gives_back_sale_and_units(shop: Shop) -> None:
    two = facts(
        placed(lamp("50.00", "9.00", quantity=2)),
        captured("capture-2", "109.00", day(2)),
        parcel("p-2", day(2), lamp=2),
    )
    shop.sell(two)
    shop.export()

    shop.sell(after(two, placed(lamp("50.00", "4.50"))))
    shop.export()

    less = "Dr 4000 50.00; Dr 2100-NYS 4.50; Cr 1100 54.50"
    assert shop.entries() == expected((SECOND, SOLD), (THIRD, less))
    assert shop.counts() == [
        (SECOND, {"STAT-ORDERS": 1, "STAT-UNITS": 2}),
        (THIRD, {"STAT-UNITS": -1}),
    ]


def test_an_edit_before_the_export_still_belongs_to_its_own_day(shop: Shop) -> None:
    known = sold()
    shop.sell(known)

    shop.sell(after(known, placed(lamp("90.00", "8.10"))))
    shop.export()

    less = "Dr 4000 10.00; Dr 2100-NYS 0.90; Cr 1100 10.90"
    assert sorted(shop.entries(), key=lambda one: one[0]) == expected((SECOND, SOLD), (THIRD, less))


def test_an_edit_that_is_heard_of_again_is_entered_once(shop: Shop) -> None:
    known = after(exported(shop), placed(lamp("90.00", "8.10")))

    for _ in range(3):
        shop.sell(known)
        shop.export()

    assert len(shop.entries()) == 2


def test_an_edit_that_is_taken_back_and_made_again_is_booked_each_time(shop: Shop) -> None:
    known = exported(shop)
    cheaper, first = placed(lamp("90.00", "8.10")), placed(lamp())
    shop.clock.now = datetime(2026, 3, 9, 12, tzinfo=UTC)

    for newest, at in ((cheaper, 3), (first, 4)):
        known = after(known, newest, at=at)
        shop.sell(known)
        shop.export()
    less = "Dr 4000 10.00; Dr 2100-NYS 0.90; Cr 1100 10.90"
    more = "Dr 1100 10.90; Cr 4000 10.00; Cr 2100-NYS 0.90"
    days = ((SECOND, SOLD), (THIRD, less), (date(2026, 3, 4), more))
    assert shop.entries() == expected(*days)

    shop.sell(after(known, cheaper, at=5))
    shop.export()
    assert shop.balances()["4000"] == Decimal("-90.00")


def test_a_wrong_account_of_an_edited_order_is_put_right_with_its_edit(shop: Shop) -> None:
    """R-11.7: the day of the sale carries what was wrong of both; the edit's day stays."""
    shop.sell(after(exported(shop), placed(lamp("90.00", "8.10"))))
    shop.export()
    shop.configure(ItemRule("LAMP", "TEE", account="4001"))

    (report,) = shop.export(correct_by="ops:kim")

    assert report.state.value == "posted"
    balances = shop.balances()
    assert {account: balances[account] for account in ("1100", "4000", "4001", "2100-NYS")} == {
        "1100": Decimal("98.10"),
        "4000": Decimal(0),
        "4001": Decimal("-90.00"),
        "2100-NYS": Decimal("-8.10"),
    }


def test_a_corrected_day_is_not_corrected_again(shop: Shop) -> None:
    known = after(exported(shop), placed(lamp("90.00", "8.10")))
    shop.sell(known)
    shop.export()
    count = len(shop.entries())

    shop.export(correct_by="ops:kim")
    shop.sell(known)

    assert len(shop.entries()) == count


@pytest.mark.parametrize("at", [2, 4], ids=["before the edit", "after the edit"])
def test_an_edit_and_a_refund_that_may_be_the_same_go_to_a_person(shop: Shop, at: int) -> None:
    known = exported(shop)
    money = (given_back("10.90", day(at)),)
    given = refund(back("lamp", 1, "10.00", "0.90"), at=day(at), transactions=money)

    with pytest.raises(EntryConflictError):
        shop.sell(after(known, placed(lamp("90.00", "8.10")), given))


@pytest.mark.parametrize("is_late", [False, True], ids=["told with the edit", "told after it"])
def test_a_unit_that_comes_back_at_the_price_of_the_edit_is_an_event_of_its_own(
    shop: Shop, *, is_late: bool
) -> None:
    """Ten off each of two lamps on the third, and one lamp back on the fourth at 90.00."""
    known = facts(
        placed(lamp("100.00", "18.00", quantity=2)),
        captured("capture-2", "218.00", day(2)),
        parcel("p-2", day(2), lamp=2),
    )
    shop.sell(known)
    shop.export()
    money = (given_back("98.10", day(4)),)
    given = refund(back("lamp", 1, "90.00", "8.10"), at=day(4), transactions=money)
    newest = placed(lamp("90.00", "16.20", quantity=2))
    shop.clock.now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    if is_late:
        shop.sell(after(known, newest))
        shop.export()

    shop.sell(after(known, newest, given))
    shop.export()

    less = "Dr 4000 20.00; Dr 2100-NYS 1.80; Cr 1100 21.80"
    came_back = "Dr 4095 90.00; Dr 2100-NYS 8.10; Cr 1100 98.10"
    two = "Dr 1100 218.00; Cr 4000 200.00; Cr 2100-NYS 18.00"
    fourth = date(2026, 3, 4)
    assert shop.entries() == expected((SECOND, two), (THIRD, less), (fourth, came_back))


def test_an_amount_that_changes_without_an_edit_goes_to_a_person(shop: Shop) -> None:
    exported(shop)

    with pytest.raises(EntryConflictError):
        shop.sell(replace(sold(), order=placed(lamp("90.00", "8.10"))))


def test_a_sale_that_an_edit_leaves_nothing_of_goes_to_a_person(shop: Shop) -> None:
    two = facts(
        placed(lamp(), line("vase", "20.00", sku="VASE")),
        captured("capture-2", "129.00", day(2)),
        parcel("p-1", day(2), lamp=1),
        parcel("p-2", day(2), vase=1),
    )
    shop.sell(two)
    shop.export()

    with pytest.raises(EntryConflictError):
        shop.sell(after(two, placed(lamp())))
