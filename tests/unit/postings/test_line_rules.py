"""Dimensions and accounts by rule: the most particular rule wins, and the hit is on the line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.orders import Order
from intacct.documents import Dimensions, SalesDocument
from shared.policy.mapping import ItemRule, LineRule, RuleScope
from shared.postings.book import StoreBook
from shared.postings.hits import Hit
from shared.postings.line_rules import LineRules, selectors_of
from shared.postings.plan import Posting
from tests.accounting.lives import LIVES, PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.planning import by_name, planned
from tests.accounting.shop import book, line, mapping, order

BY_SKU = LineRule(RuleScope.SKU, "TEE", department="SKU")
BY_TYPE = LineRule(RuleScope.PRODUCT_TYPE, "Apparel", department="TYPE")
BY_TAG = LineRule(RuleScope.TAG, "Wholesale", department="TAG")
BY_CHANNEL = LineRule(RuleScope.CHANNEL, "pos", department="CHANNEL")
BY_STORE = LineRule(RuleScope.STORE, department="STORE")
LADDER = (BY_SKU, BY_TYPE, BY_TAG, BY_CHANNEL, BY_STORE)


def _book(*rules: LineRule, **changes: Any) -> StoreBook:
    return book(chart=mapping(line_rules=rules, **changes))


def _order() -> Order:
    tee = line("tee", "25.00", product_type="apparel")
    return order(tee, tags=("vip", "wholesale"), channel="web", sub_channel="POS")


@pytest.mark.parametrize("missing", range(6))
def test_the_most_particular_rule_that_is_there_wins(missing: int) -> None:
    """SKU, product type, tag, channel, store, and the entity's default when no rule is left."""
    books = replace(
        _book(*reversed(LADDER[missing:])), entity_dimensions=Dimensions(department="ENTITY")
    )
    placed = _order()
    chosen = LineRules(books, selectors_of(placed)).goods(placed.lines[0])
    expected = ["SKU", "TYPE", "TAG", "CHANNEL", "STORE", "ENTITY"][missing]
    assert chosen.dimensions.department == expected
    (hit,) = (hit for hit in chosen.hits if hit.field == "department")
    assert hit.value == expected


def test_each_value_comes_from_the_first_rule_that_names_one() -> None:
    rules = (
        LineRule(RuleScope.SKU, "TEE", department="APP"),
        LineRule(RuleScope.TAG, "vip", department="NEVER", class_id="VIP"),
        LineRule(RuleScope.CHANNEL, "web", custom=(("SEASON", "SS26"),), project="P1"),
    )
    placed = _order()
    chosen = LineRules(_book(*rules), selectors_of(placed)).goods(placed.lines[0])
    assert chosen.dimensions == Dimensions(
        location="100",
        department="APP",
        class_id="VIP",
        project="P1",
        custom=(("SEASON", "SS26"),),
    )
    assert Hit("class_id", "VIP", "line_rules[1] tag vip") in chosen.hits
    assert Hit("location", "100", "mapping.location of the store") in chosen.hits


def test_an_item_comes_with_the_account_of_its_own_rule() -> None:
    rules = (
        LineRule(RuleScope.PRODUCT_TYPE, "apparel", item="APPAREL"),
        LineRule(RuleScope.TAG, "wholesale", item="WHOLESALE", account="4001"),
    )
    placed = _order()
    by_type = LineRules(_book(*rules, item_rules=()), selectors_of(placed)).goods(placed.lines[0])
    assert (by_type.item, by_type.account) == ("APPAREL", "")
    by_tag = LineRules(_book(rules[1], item_rules=()), selectors_of(placed)).goods(placed.lines[0])
    assert (by_tag.item, by_tag.account) == ("WHOLESALE", "4001")


def test_a_line_without_product_type_is_not_hit_by_a_rule_on_types() -> None:
    placed = order(line("tee", "25.00"))
    chosen = LineRules(_book(BY_TYPE), selectors_of(placed)).goods(placed.lines[0])
    assert chosen.dimensions.department == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": RuleScope.TAG, "department": "X"},
        {"scope": RuleScope.STORE, "value": "shop", "department": "X"},
        {"scope": RuleScope.TAG, "value": "x", "account": "4001"},
        {"scope": RuleScope.TAG, "value": "x"},
    ],
)
def test_a_rule_that_says_nothing_or_too_much_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"rule|account"):
        LineRule(**wrong)


def _hits(posting: Posting) -> dict[tuple[str, str], set[str]]:
    return {
        (reason.account, reason.dimensions.department): {str(hit) for hit in reason.hits}
        for reason in posting.why
    }


def test_the_plan_tells_the_hit_of_every_line() -> None:
    rules = (ItemRule("TEE", "TEE", department="APP"), ItemRule("MUG", "MUG", department="HOME"))
    lived = LIVES["order_a"]()
    books = book(chart=mapping(item_rules=rules))
    invoice = by_name(planned(*_parts(), books=books))["INVOICE invoice:parcel-1"]
    assert lived.stages[-1].order == order_a_placed()
    assert [(r.account, r.side, r.dimensions) for r in invoice.why] == [
        (x.account, x.side, x.dimensions) for x in invoice.effect
    ]
    hits = _hits(invoice)
    assert "department APP by item_rules[0] sku TEE" in hits["4000", "APP"]
    assert "department HOME by item_rules[1] sku MUG" in hits["4090", "HOME"]
    assert "account 2100-NYS by taxes[0] New York State Tax" in hits["2100-NYS", ""]
    assert hits["1200", ""] == {"account 1200 by accounts.receivable"}


def _parts() -> tuple[Any, ...]:
    return (order_a_placed(), PAID, SHIPPED)


def test_a_refund_inherits_the_dimensions_and_tells_why() -> None:
    rules = (LineRule(RuleScope.TAG, "wholesale", department="WHS"),)
    placed = order_a_placed(tags=("wholesale",))
    made = by_name(planned(placed, PAID, SHIPPED, one_tee_back(), books=_book(*rules)))
    hits = _hits(made["CREDIT credit:refund-1"])
    assert hits["4095", "WHS"] >= {
        "department WHS by line_rules[0] tag wholesale",
        "account 4095 by accounts.returns",
    }


def test_shipping_follows_the_rules_of_the_order_and_balances_do_not() -> None:
    rules = (LineRule(RuleScope.CHANNEL, "pos", department="POS"),)
    placed = order_a_placed(sub_channel="pos")
    invoice = by_name(planned(placed, PAID, SHIPPED, books=_book(*rules)))[
        "INVOICE invoice:parcel-1"
    ]
    departments = {x.account: x.dimensions.department for x in invoice.effect}
    assert departments["4010"] == departments["4000"] == departments["4090"] == "POS"
    assert departments["1200"] == departments["2100-NYS"] == ""


def test_goods_lie_in_the_stores_warehouse_and_nothing_else_does() -> None:
    books = _book(warehouse="W1")
    placed = _order()
    rules = LineRules(books, selectors_of(placed))
    goods = rules.goods(placed.lines[0])
    assert goods.dimensions.warehouse == "W1"
    assert Hit("warehouse", "W1", "mapping.warehouse of the store") in goods.hits
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, books=books))
    document = made["INVOICE invoice:parcel-1"].document
    assert isinstance(document, SalesDocument)
    lies = {line.item: line.dimensions.warehouse for line in document.lines}
    assert lies["SHIPPING"] == ""
    assert {where for item, where in lies.items() if item in ("TEE", "MUG")} == {"W1"}
