from __future__ import annotations

import dataclasses

import pytest

from shared.ownership.table import (
    FIELDS,
    Kind,
    NotOursError,
    Ownership,
    Right,
    Rule,
    Side,
)

ALL = tuple(Right)
SEEN = (Right.READ,)


def with_rule(kind: Kind, rule: Rule) -> Ownership:
    members = {kind.value: rule}
    return dataclasses.replace(Ownership(), **members)


def test_by_default_a_customers_address_is_the_carts_and_its_terms_are_sages() -> None:
    ownership = Ownership()

    assert ownership.may_write(Kind.CUSTOMER, "email", Side.SAGE).is_allowed
    assert not ownership.may_write(Kind.CUSTOMER, "term", Side.SAGE).is_allowed
    assert ownership.may_create(Kind.CUSTOMER, Side.SAGE).is_allowed
    assert ownership.may_create(Kind.ORDER, Side.SAGE).is_allowed


def test_by_default_items_are_linked_and_nothing_is_written_to_carts() -> None:
    ownership = Ownership()

    assert ownership.may_link(Kind.ITEM, Side.SAGE).is_allowed
    assert not ownership.may_create(Kind.ITEM, Side.SAGE).is_allowed
    assert [
        (kind, name)
        for kind in Kind
        for name in FIELDS[kind]
        if ownership.may_write(kind, name, Side.CART).is_allowed
    ] == []


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("master", list(Side))
def test_no_field_may_ever_be_written_on_both_sides(kind: Kind, master: Side) -> None:
    other = next(side for side in Side if side is not master)
    name = min(FIELDS[kind])
    ownership = with_rule(kind, Rule(master, ALL, ALL, fields={name: other}))

    for field in FIELDS[kind]:
        sides = [side for side in Side if ownership.may_write(kind, field, side).is_allowed]
        assert len(sides) == 1
        assert sides[0] is not ownership.owner(kind, field)


def test_a_refusal_names_the_rule_and_the_field() -> None:
    ownership = Ownership()

    by_field = ownership.may_write(Kind.CUSTOMER, "term", Side.SAGE)
    by_master = ownership.may_write(Kind.ITEM, "name", Side.SAGE)
    by_right = ownership.may_write(Kind.ITEM, "name", Side.CART)

    assert (by_field.rule, by_field.message) == (
        "ownership.customer.fields.term",
        "Sage Intacct owns customer.term",
    )
    assert by_master.rule == "ownership.item.master"
    assert (by_right.rule, by_right.message) == (
        "ownership.item.in_carts",
        "the connector may not update item.name in the cart",
    )
    with pytest.raises(NotOursError, match=r"ownership\.customer\.fields\.term.*customer\.term"):
        by_field.insist()
    Ownership().may_create(Kind.ORDER, Side.SAGE).insist()


def test_stock_has_one_owner_per_place() -> None:
    rule = Rule(Side.SAGE, ALL, ALL, places={"POPUP": Side.CART})
    ownership = with_rule(Kind.QUANTITY, rule)

    assert ownership.may_write(Kind.QUANTITY, "on_hand", Side.CART, "MAIN").is_allowed
    assert ownership.may_write(Kind.QUANTITY, "on_hand", Side.SAGE, "POPUP").is_allowed
    refused = ownership.may_write(Kind.QUANTITY, "on_hand", Side.CART, "POPUP")
    assert (refused.is_allowed, refused.rule) == (False, "ownership.quantity.places.POPUP")


def test_a_sort_of_journal_that_sage_owns_is_not_made() -> None:
    ownership = with_rule(Kind.GL, Rule(Side.CART, ALL, SEEN, fields={"summary": Side.SAGE}))

    assert ownership.may_create(Kind.GL, Side.SAGE, "detail").is_allowed
    refused = ownership.may_create(Kind.GL, Side.SAGE, "summary")
    assert (refused.is_allowed, refused.rule) == (False, "ownership.gl.fields.summary")


def test_of_many_fields_those_that_are_ours_are_told() -> None:
    names = ["email", "name", "term", "is_active"]

    assert Ownership().writable(Kind.CUSTOMER, Side.SAGE, names) == {"email", "name"}
    assert Ownership().writable(Kind.CUSTOMER, Side.CART, names) == frozenset()


def test_a_field_that_nobody_knows_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="customer has no field 'shoe_size'"):
        Ownership().may_write(Kind.CUSTOMER, "shoe_size", Side.SAGE)
