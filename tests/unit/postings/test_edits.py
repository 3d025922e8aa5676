"""Orders that were edited in the cart: what is booked stays, the difference is booked beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commerce.orders import AdjustmentKind, Facts
from intacct.documents import SalesDocument
from shared.facts.merge import merge
from shared.policy.mapping import ItemRule
from shared.postings.plan import Plan, PostingKind, Reason
from shared.postings.planner import plan
from tests.accounting.journals import net, play, told
from tests.accounting.lives import LIVES, OrderLife, allowance, edited
from tests.accounting.planning import by_name, places, reasons
from tests.accounting.shop import (
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    mapping,
    order,
    parcel,
    refund,
    shipping,
    usd,
)

PAID, SENT = captured("capture-1", "100.00", day(1)), parcel("parcel-1", day(2), lamp=1)
ONE_SENT = parcel("parcel-1", day(2), one=1)
PLACED = order(line("lamp", "100.00"))
CHEAPER = edited(order(line("lamp", "90.00")), at=5)


def _grown(*stages: Facts) -> Facts:
    known = stages[0]
    for stage in stages[1:]:
        known = merge(known, stage)
    return known


def test_an_edit_before_anything_is_booked_needs_no_document_of_its_own() -> None:
    made = by_name(plan(_grown(facts(PLACED, PAID, SENT), facts(CHEAPER)), {}, book()))
    assert not [name for name in made if "edit" in name]
    assert "INVOICE invoice:parcel-1" in made


def test_an_additional_invoice_converts_nothing_of_the_order() -> None:
    played = play(LIVES["edit_makes_dearer"]())
    (name,) = (name for name in played.postings if "edit" in name)
    document = played.postings[name].document
    assert isinstance(document, SalesDocument)
    assert document.source == ""
    assert document.dated_on == day(5).date()


def test_shipping_that_an_edit_adds_to_a_billed_order_is_billed() -> None:
    sent_for = edited(order(line("lamp", "100.00"), shipping_lines=shipping("8.00")), at=5)
    life = LIVES["edit_makes_dearer"]()
    stages = (facts(PLACED, PAID, SENT), _grown(facts(PLACED, PAID, SENT), facts(sent_for)))
    played = play(replace(life, stages=stages))
    assert net(played.lines())["4010"] == usd("-8.00").amount


@pytest.mark.parametrize(
    "given",
    [
        refund(back("lamp", 1, "10.00"), at=day(6), transactions=(given_back("10.00", day(6)),)),
        refund(
            at=day(6),
            adjustments=allowance(AdjustmentKind.GOODWILL, "10.00"),
            transactions=(given_back("10.00", day(6)),),
        ),
    ],
    ids=["of the line", "without lines"],
)
def test_an_edit_and_a_refund_that_may_be_the_same_go_to_a_person(given: object) -> None:
    stage = facts(PLACED, PAID, SENT)
    posted = play(replace(LIVES["edit_makes_dearer"](), stages=(stage,))).posted
    made = plan(_grown(stage, facts(CHEAPER, given)), posted, book())  # type: ignore[arg-type]
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}
    assert all("edit:" in place for place in places(made))


def _two_lamps(subtotal: str, *, money: str, quantity: int = 1, price: str = "90.00") -> Plan:
    """Two lamps of 100.00, billed; each costs another price from the 5th on, some come back."""
    placed, paid = order(line("lamp", "100.00", 2)), captured("capture-1", "200.00", day(1))
    stage = facts(placed, paid, parcel("parcel-1", day(2), lamp=2))
    posted = play(replace(LIVES["edit_makes_dearer"](), stages=(stage,))).posted
    cheaper = edited(order(line("lamp", price, 2)), at=5)
    given = refund(
        back("lamp", quantity, subtotal), at=day(6), transactions=(given_back(money, day(6)),)
    )
    return plan(_grown(stage, facts(cheaper, given)), posted, book())


def test_units_that_come_back_at_the_price_that_an_edit_left_are_no_part_of_it() -> None:
    """Ten off each lamp, and one lamp back: 20.00 and 90.00 are two things."""
    made = _two_lamps("90.00", money="110.00")
    assert made.findings == ()
    credited = [one for one in made.postings if one.kind is PostingKind.CREDIT_MEMO]
    assert net(line for one in credited for line in one.effect) == {
        "4000": usd("20.00").amount,
        "4095": usd("90.00").amount,
        "1200": usd("-110.00").amount,
    }


@pytest.mark.parametrize(
    ("subtotal", "quantity", "price"),
    [
        ("20.00", 1, "90.00"),
        ("100.00", 1, "90.00"),
        ("85.00", 1, "90.00"),
        ("100.00", 1, "50.00"),
        ("20.00", 0, "90.00"),
    ],
    ids=["the reduction", "old price", "another price", "half of it", "no units"],
)
def test_a_refund_that_may_be_the_reduction_itself_still_goes_to_a_person(
    subtotal: str, quantity: int, price: str
) -> None:
    made = _two_lamps(subtotal, money=subtotal, quantity=quantity, price=price)
    assert Reason.AMOUNT_MISMATCH in reasons(made)


def test_an_exchange_is_a_return_and_an_addition_and_not_such_a_case() -> None:
    """R-3.9: credit for what came back, an invoice for what replaces it."""
    stage = facts(PLACED, PAID, SENT)
    posted = play(replace(LIVES["edit_makes_dearer"](), stages=(stage,))).posted
    both = edited(order(line("lamp", "100.00"), line("sofa", "250.00")), at=5)
    given = refund(back("lamp", 1, "100.00"), at=day(5))
    made = plan(_grown(stage, facts(both, given)), posted, book())
    assert set(by_name(made)) == {"CREDIT credit:refund-1"}


def test_an_edit_whose_earlier_version_nobody_kept_is_held() -> None:
    stage = facts(PLACED, PAID, SENT)
    posted = play(replace(LIVES["edit_makes_dearer"](), stages=(stage,))).posted
    made = plan(facts(CHEAPER, PAID, SENT), posted, book())
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}
    assert made.findings[0].difference == usd("10.00")


def test_another_article_at_the_same_price_moves_to_its_own_department() -> None:
    rules = (ItemRule("LAMP", "TEE", department="APP"), ItemRule("VASE", "MUG", department="HOME"))
    billed = facts(order(line("one", "100.00", sku="LAMP")), PAID, ONE_SENT)
    exchanged = _grown(billed, facts(edited(order(line("one", "100.00", sku="VASE")), at=5)))

    played = play(OrderLife(book(chart=mapping(item_rules=rules)), (billed, exchanged)))

    assert told(played.lines(), by_dimension=True)["4000[L=100;D=HOME]", "Cr"] == 100
    ended = net(played.lines())
    assert [ended["4000"], ended["1200"]] == [-100, 0]


def test_what_an_edit_moves_from_goods_to_shipping_moves_in_the_books() -> None:
    billed = facts(PLACED, PAID, SENT)
    moved = order(line("lamp", "92.00"), shipping_lines=shipping("8.00"))

    played = play(OrderLife(book(), (billed, _grown(billed, facts(edited(moved, at=5))))))

    ended = net(played.lines())
    assert {account: ended[account] for account in ("4000", "4010", "1200")} == {
        "4000": -92,
        "4010": -8,
        "1200": 0,
    }
