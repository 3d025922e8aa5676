"""A bundle's life over both protocols: its parts are billed, shipped, given back and received."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce.orders import Order
from shared.policy.choices import Cogs
from shared.policy.mapping import ItemRule
from shared.postings.book import StoreBook
from shared.postings.bundle_parts import Bundle, Part
from tests.accounting.journals import Played
from tests.accounting.lives import OrderLife
from tests.accounting.shop import (
    STATE,
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
    tax,
    usd,
)
from tests.scenarios.conftest import Sage

SET = Bundle(
    (
        Part("TEE", Decimal(2), price=usd("20.00")),
        Part("MUG", Decimal(1), price=usd("9.99")),
    )
)
COSTS = {"TEE": usd("9.00"), "MUG": usd("4.10")}
BY_XML = {"sales_document": "xml", "adjustment": "xml", "payment": "xml", "journal_entry": "xml"}


@pytest.fixture(params=["rest", "xml"])
def spoken(sage: Sage, request: pytest.FixtureRequest) -> Sage:
    """A company spoken to by one protocol."""
    if request.param == "xml":
        sage.speak(BY_XML)
    return sage


def books(*rules: ItemRule) -> StoreBook:
    chart = mapping(item_rules=(ItemRule("TEE", "TEE"), ItemRule("MUG", "MUG"), *rules))
    sold = book(chart=chart, cogs=Cogs.COST_FILE)
    return sold.for_bundles({"SET": SET}).for_costs({**COSTS, "SET": usd("22.10")})


def three_sets() -> Order:
    return order(line("set", "45.00", 3, discount="10.00", taxes=(tax(STATE, "5.00"),)))


def life(chosen: StoreBook) -> OrderLife:
    """Three bundles leave in two parcels, and one comes back with its share of the tax."""
    paid = captured("p", "130.00", day(1))
    first, rest = parcel("box-1", day(2), set=1), parcel("box-2", day(3), set=2)
    money = given_back("43.33", day(5))
    returned = refund(back("set", 1, "41.66", "1.67"), at=day(5), transactions=(money,))
    return OrderLife(
        chosen,
        (
            facts(three_sets(), paid, first),
            facts(three_sets(), paid, first, rest),
            facts(three_sets(), paid, first, rest, returned),
        ),
    )


def units_billed(sage: Sage, played: Played) -> dict[str, Decimal]:
    """How many of each item the invoices bill, goods that are worth something alone."""
    known = sage.simulator.company.books
    billed: dict[str, Decimal] = {}
    for name, posting in played.postings.items():
        if not name.startswith("INVOICE"):
            continue
        key = int(played.posted[posting.key].key)
        for row in known.lines("sales_document", key):
            item = (known.get("item", row["item"]) or {})["id"]
            if item in ("TEE", "MUG", "SET-KIT"):
                billed[item] = billed.get(item, Decimal(0)) + row["unit_quantity"]
    return billed


def test_the_parts_are_billed_and_credited_to_the_cent(spoken: Sage) -> None:
    played = spoken.live(life(books()))

    held = spoken.simulator.balances()
    assert units_billed(spoken, played) == {"TEE": 6, "MUG": 3}
    assert (held["4000"], held["4090"]) == (Decimal("-135.00"), Decimal("6.66"))
    assert held["4000"] + held["4090"] + held["4095"] == Decimal("-83.34")
    assert held["2100-NYS"] == Decimal("-3.33")
    assert held["1100"] == Decimal("86.67")
    assert not held.get("1200")
    assert (held["5000"], held["1300"]) == (Decimal("44.20"), Decimal("-44.20"))


def test_a_kit_is_billed_as_the_one_item_that_a_rule_names(spoken: Sage) -> None:
    known = spoken.simulator.company.books
    tee = known.by_id("item", "TEE")
    assert tee
    kit = {
        "id": "SET-KIT",
        "name": "Set",
        "item_type": "kit",
        "gl_group": tee["gl_group"],
        "lines": [
            {"component": "TEE", "quantity": Decimal(2)},
            {"component": "MUG", "quantity": Decimal(1)},
        ],
    }
    known.create("item", kit)

    played = spoken.live(life(books(ItemRule("SET", "SET-KIT"))))

    held = spoken.simulator.balances()
    assert units_billed(spoken, played) == {"SET-KIT": 3}
    assert held["4000"] + held["4090"] + held["4095"] == Decimal("-83.34")
    assert held["5000"] == Decimal("44.20")
