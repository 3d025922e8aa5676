"""Bundles booked as their parts: the money divided to the cent, the goods counted by the part."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money, total
from commerce.orders import (
    Facts,
    FulfilmentLine,
    LineKind,
    Order,
    OrderLine,
    Refund,
    RefundLine,
    Restock,
)
from shared.policy.choices import Cogs, UntoldReturns
from shared.policy.mapping import ItemRule
from shared.postings.articles import item_place
from shared.postings.book import StoreBook
from shared.postings.bundle_parts import Bundle, Part
from shared.postings.fates import Fate, fate_key
from shared.postings.findings import Finding, Reason
from shared.postings.in_parts import in_parts, with_parts
from shared.postings.plan import Plan
from tests.accounting.planning import by_name, planned
from tests.accounting.shop import (
    USD,
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
    tax,
    usd,
)

SET = Bundle(
    (
        Part("TEE", Decimal(2), "p1", "v1", usd("20.00")),
        Part("MUG", Decimal(1), "p2", "v2", usd("10.00")),
    )
)


def selling(
    bundle: Bundle | None = SET, *, costs: dict[str, Money] | None = None, **policy: Any
) -> StoreBook:
    """The books of a shop that sells the bundle SET as its parts."""
    known = {"SET": bundle} if bundle else {}
    return book(**policy).for_bundles(known).for_costs(costs or {})


def parts_of(sold: Order, books: StoreBook, *others: Any) -> tuple[Facts, Order]:
    told, in_lines, findings = in_parts(facts(sold, *others), sold, books)
    assert findings == ()
    return told, in_lines


def component(name: str, sku: str, quantity: int, parent: str = "set") -> OrderLine:
    return line(name, "0.00", quantity, sku=sku, kind=LineKind.COMPONENT, parent_id=parent)


def why(sold: Order, books: StoreBook) -> list[str]:
    _, kept, findings = in_parts(facts(sold), sold, books)
    assert kept.lines == sold.lines
    assert {(each.reason, each.place) for each in findings} <= {
        (Reason.ITEM_MISSING, item_place("shop", "SET"))
    }
    return [each.message for each in findings]


def test_a_line_of_a_bundle_is_told_as_its_parts_in_proportion_to_their_prices() -> None:
    sold = order(
        line("set", "45.00", 3, discount="13.51", taxes=(tax("VAT", "9.99"),)), line("pen", "1.00")
    )

    _, told = parts_of(sold, selling())

    tee, mug, pen = told.lines
    assert (tee.sku, int(tee.quantity), tee.gross.plain()) == ("TEE", 6, "108.00")
    assert (mug.sku, int(mug.quantity), mug.gross.plain()) == ("MUG", 3, "27.00")
    assert (tee.discount + mug.discount, tee.parent_id) == (usd("13.51"), "set")
    assert total((each.amount for each in told.all_taxes), USD) == usd("9.99")
    assert (tee.product_id, tee.variant_id, pen.id) == ("p1", "v1", "pen")
    assert told.total == sold.total


def test_bundles_stay_whole_where_the_store_books_them_as_told() -> None:
    sold = order(line("set", "45.00"), component("c1", "TEE", 2))

    told, in_lines, findings = in_parts(facts(sold), sold, book())

    assert (told, in_lines, findings) == (facts(sold), sold, ())


def test_a_rule_for_the_very_sku_sells_the_bundle_as_one_item() -> None:
    chart = mapping(item_rules=(ItemRule("SET", "BOXED-SET"),))
    sold = order(line("set", "45.00"))
    books = book(chart=chart).for_bundles({"SET": SET})

    assert parts_of(sold, books)[1] == sold


def test_what_was_no_bundle_in_the_books_when_it_was_sold_stays_one_article() -> None:
    sold = order(line("set", "45.00"))

    assert parts_of(sold, selling(replace(SET, was_known=False)))[1] == sold


def test_the_parts_that_an_order_tells_come_before_the_registered_ones() -> None:
    """A buyer chose three mugs: their lines keep the ids that parcels and refunds name."""
    sold = order(
        line("set", "45.00", 1),
        component("c1", "TEE", 1),
        component("c2", "MUG", 3),
        line("pen", "1"),
    )

    _, told = parts_of(sold, selling(replace(SET, was_known=False)))

    assert [(each.id, int(each.quantity), each.gross.plain()) for each in told.lines] == [
        ("c1", 1, "18.00"),
        ("c2", 3, "27.00"),
        ("pen", 1, "1.00"),
    ]
    assert {each.kind for each in told.lines} == {LineKind.PRODUCT}


def test_a_bundle_in_a_bundle_is_told_by_the_parts_of_both() -> None:
    sold = order(
        line("set", "45.00"),
        component("c1", "TEE", 2),
        component("box", "BOX", 1),
        component("c2", "MUG", 1, parent="box"),
    )

    _, told = parts_of(sold, selling())

    assert [(each.sku, each.gross.plain()) for each in told.sale_lines] == [
        ("TEE", "36.00"),
        ("MUG", "9.00"),
    ]


def test_a_line_whose_only_part_is_itself_is_no_bundle() -> None:
    """As Magento tells configurable products."""
    sold = order(line("set", "45.00"), component("c1", "SET", 1))

    assert parts_of(sold, selling(None))[1] == sold


def test_costs_divide_where_prices_are_not_known_of_every_part() -> None:
    unpriced = Bundle((replace(SET.parts[0], price=None), SET.parts[1]))
    costs = {"TEE": usd("3.00"), "MUG": usd("3.00")}

    _, told = parts_of(order(line("set", "45.00")), selling(unpriced, costs=costs))

    assert [each.gross.plain() for each in told.lines] == ["30.00", "15.00"]


def test_a_part_given_away_takes_nothing_and_a_single_part_takes_all() -> None:
    free = Bundle((SET.parts[0], replace(SET.parts[1], price=usd("0.00"))))
    one = Bundle((replace(SET.parts[0], price=None),))
    sold = order(line("set", "45.00"))

    assert [x.gross.plain() for x in parts_of(sold, selling(free))[1].lines] == ["45.00", "0.00"]
    assert [x.gross.plain() for x in parts_of(sold, selling(one))[1].lines] == ["45.00"]


@pytest.mark.parametrize(
    "price", [None, usd("0.00"), Money.of("8.00", "EUR")], ids=["unknown", "free", "other currency"]
)
def test_money_is_never_divided_by_guess(price: Money | None) -> None:
    parts = (replace(SET.parts[0], price=price), replace(SET.parts[1], price=price))
    if price is not None and price.currency != USD:
        parts = (parts[0], SET.parts[1])

    messages = why(order(line("set", "45.00")), selling(Bundle(parts)))

    assert messages == ["what its parts are worth beside each other is not known"]


def test_a_bundle_without_money_needs_no_worth_of_its_parts() -> None:
    parts = tuple(replace(part, price=None) for part in SET.parts)

    _, told = parts_of(order(line("set", "0.00", 2)), selling(Bundle(parts)))

    assert [(int(each.quantity), each.net.plain()) for each in told.lines] == [
        (4, "0.00"),
        (2, "0.00"),
    ]


def test_a_bundle_that_is_a_part_of_itself_is_held() -> None:
    sold = order(line("set", "45.00"), component("c1", "SET", 1), component("c2", "MUG", 1))

    assert why(sold, selling()) == ["it is told as a part of itself"]


def test_parts_that_do_not_fall_on_whole_bundles_are_held() -> None:
    sold = order(line("set", "45.00", 3), component("c1", "TEE", 4), component("c2", "MUG", 3))

    assert why(sold, selling()) == ["its parts are not the same in each of it"]


def test_a_held_bundle_holds_its_order_with_the_place_that_items_wait_under() -> None:
    unpriced = Bundle(tuple(replace(part, price=None) for part in SET.parts))
    sold = order(line("set", "45.00"))

    plan = planned(sold, captured("p", "45.00", day(2)), books=selling(unpriced))

    assert item_place("shop", "SET") in {finding.place for finding in plan.findings}
    assert not plan.postings


def test_a_parcel_of_a_bundle_ships_its_parts_once() -> None:
    sold = order(line("set", "45.00", 2), component("c1", "TEE", 4), component("c2", "MUG", 2))
    sent = parcel("box-1", day(2), set=1, c1=2)

    told, _ = parts_of(sold, selling(), sent)

    assert told.fulfilments[0].lines == (
        FulfilmentLine("c1", Decimal(2)),
        FulfilmentLine("c2", Decimal(1)),
    )


def given(*lines: tuple[str, int, str], at: int, name: str) -> Refund:
    return refund(
        *(
            RefundLine(each, Decimal(units), usd(net), usd("0.00"), Restock.RETURN)
            for each, units, net in lines
        ),
        at=day(at),
        name=name,
    )


def test_units_given_back_one_by_one_give_back_each_part_to_the_cent() -> None:
    thirds = Bundle(tuple(Part(sku, Decimal(1), price=usd("1.00")) for sku in ("A", "B", "C")))
    sold = order(line("set", "10.00", 3))
    refunds = [given(("set", 1, "10.00"), at=3 + n, name=f"r{n}") for n in range(3)]

    told, in_lines = parts_of(sold, selling(thirds), *refunds)

    for each in in_lines.lines:
        back = [one for r in told.refunds for one in r.lines if one.line_id == each.id]
        assert total((one.subtotal for one in back), USD) == each.net == usd("10.00")
        assert sum(one.quantity for one in back) == each.quantity


def test_a_part_given_back_by_itself_leaves_the_rest_to_the_bundle() -> None:
    sold = order(line("set", "45.00"), component("c1", "TEE", 2), component("c2", "MUG", 1))
    first = given(("c2", 1, "9.00"), at=3, name="r1")
    rest = given(("set", 1, "36.00"), ("c2", 1, "0.00"), at=4, name="r2")

    told, _ = parts_of(sold, selling(), first, rest)

    assert [(x.line_id, x.subtotal.plain()) for x in told.refunds[1].lines] == [
        ("c1", "36.00"),
        ("c2", "0.00"),
    ]


def test_costs_and_returns_are_those_of_the_parts() -> None:
    costs = {"TEE": usd("4.00"), "MUG": usd("1.50")}
    sold = order(line("set", "45.00", 2))
    money = given_back("45.00", day(4))
    back = replace(given(("set", 1, "45.00"), at=4, name="r"), transactions=(money,))

    plan = planned(
        sold,
        captured("p", "90.00", day(1)),
        parcel("box", day(2), set=2),
        back,
        books=selling(costs=costs, cogs=Cogs.COST_FILE),
    )

    assert plan.findings == ()
    told = {
        name: sorted(
            (each.account, each.side.value, each.amount.plain())
            for each in posting.effect
            if each.account in ("5000", "1300")
        )
        for name, posting in by_name(plan).items()
    }
    moved = [lines for lines in told.values() if lines]
    assert [("1300", "credit", "19.00"), ("5000", "debit", "19.00")] in moved
    assert [("1300", "debit", "9.50"), ("5000", "credit", "9.50")] in moved


def test_an_order_names_the_articles_of_its_registered_parts() -> None:
    sold = order(line("set", "45.00", 2), line("pen", "1.00"))

    named = with_parts(sold, {"SET": SET})

    assert [each.sku for each in named.lines] == ["SET", "PEN", "TEE", "MUG"]
    assert named.sale_lines == sold.lines
    assert with_parts(sold, None) == sold


def test_what_a_person_says_of_a_returned_bundle_is_said_of_its_parts() -> None:
    untold = RefundLine("set", Decimal(1), usd("45.00"), usd("0.00"), Restock.NONE)
    back = refund(untold, at=day(4), name="r", transactions=(given_back("45.00", day(4)),))
    parts = (captured("p", "90.00", day(1)), parcel("box", day(2), set=2), back)
    costs = {"TEE": usd("4.00"), "MUG": usd("1.50")}
    asking = selling(costs=costs, cogs=Cogs.COST_FILE, untold_returns=UntoldReturns.ASK)
    sold = order(line("set", "45.00", 2))

    asked = planned(sold, *parts, books=asking)
    said = replace(asking, fates={fate_key("r", "set"): Fate.SHELVED})
    booked = planned(sold, *parts, books=said)

    hints = {finding.hint for finding in _untold(asked)}
    assert len(hints) == 1
    assert "--line set " in hints.pop()
    assert _untold(booked) == []
    back_in_stock = [
        each
        for posting in booked.postings
        for each in posting.effect
        if (each.account, each.side.value) == ("1300", "debit")
    ]
    assert total((each.amount for each in back_in_stock), USD) == usd("9.50")


def _untold(made: Plan) -> list[Finding]:
    found = [*made.findings, *made.blocked]
    return [finding for finding in found if finding.reason is Reason.RETURN_UNTOLD]
