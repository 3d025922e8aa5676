from __future__ import annotations

import dataclasses

import pytest

from shared.ownership.contradictions import contradictions
from shared.ownership.table import Kind, Ownership, Right, Rule, Side

READ, LINK, CREATE, UPDATE = Right
SEEN = (READ,)
KNOWN = (READ, LINK)
FULL = (READ, LINK, CREATE, UPDATE)


def found(**rules: Rule) -> list[tuple[str, str]]:
    ownership = dataclasses.replace(Ownership(), **rules)
    return [(".".join(map(str, place)), text) for place, text in contradictions(ownership)]


def test_the_defaults_do_not_contradict_themselves() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("kind", "rule", "place", "words"),
    [
        (
            Kind.ITEM,
            Rule(Side.SAGE, KNOWN, KNOWN, fields={"colour": Side.CART, "name": Side.SAGE}),
            "item.fields.colour",
            "has no field 'colour'",
        ),
        (Kind.ITEM, Rule(Side.SAGE, FULL, KNOWN), "item.in_sage", "owns every field"),
        (Kind.CUSTOMER, Rule(Side.CART, FULL, FULL), "customer.in_carts", "owns every field"),
        (Kind.ITEM, Rule(Side.CART, (READ, CREATE), KNOWN), "item.in_sage", "needs link"),
        (Kind.ITEM, Rule(Side.CART, (LINK,), KNOWN), "item.in_sage", "needs read"),
        (Kind.ITEM, Rule(Side.CART, (*FULL, READ), KNOWN), "item.in_sage", "read twice"),
        (
            Kind.ITEM,
            Rule(Side.SAGE, KNOWN, KNOWN, fields={"upc": Side.CART}),
            "item.fields.upc",
            "nobody writes it",
        ),
        (
            Kind.PRICE,
            Rule(Side.SAGE, SEEN, SEEN, places={"MAIN": Side.CART}),
            "price.places",
            "only a quantity",
        ),
        (Kind.ORDER, Rule(Side.SAGE, KNOWN, SEEN), "order.master", "orders come from carts"),
        (
            Kind.ORDER,
            Rule(Side.CART, FULL, (READ, LINK, CREATE)),
            "order.in_carts",
            "makes no orders",
        ),
        (Kind.GL, Rule(Side.SAGE, KNOWN, SEEN), "gl.master", "journals of ours"),
        (Kind.GL, Rule(Side.CART, FULL, KNOWN), "gl.in_carts", "carts have no ledger"),
    ],
)
def test_a_contradiction_is_told_with_its_place(
    kind: Kind, rule: Rule, place: str, words: str
) -> None:
    told = found(**{kind.value: rule})

    assert [where for where, text in told if words in text] == [place]


def test_stock_cannot_be_written_to_items_that_are_not_linked() -> None:
    told = found(
        item=Rule(Side.SAGE, SEEN, SEEN), quantity=Rule(Side.SAGE, SEEN, (READ, LINK, UPDATE))
    )

    assert told == [
        (
            "quantity.in_carts",
            "a quantity is written to an item, and item.in_carts does not allow to link one",
        )
    ]


def test_all_contradictions_of_a_table_are_told_at_once() -> None:
    told = found(
        item=Rule(Side.SAGE, FULL, KNOWN, fields={"colour": Side.SAGE}),
        order=Rule(Side.SAGE, KNOWN, SEEN),
        gl=Rule(Side.CART, FULL, KNOWN),
    )

    assert [place for place, _ in told] == [
        "item.fields.colour",
        "item.in_sage",
        "order.master",
        "gl.in_carts",
    ]


def test_stock_that_is_all_sages_may_be_updated_there_by_a_persons_own_order() -> None:
    ownership = Ownership(quantity=Rule(Side.SAGE, FULL, SEEN))
    assert list(contradictions(ownership)) == []
