"""Searches are made in the stated order, and only what is exactly alike is a hit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.customers.choosing import Chosen
from shared.customers.documents import postal
from shared.customers.links import Origin
from shared.policy.customers import MatchBy
from tests.unit.customers.choosing_rig import Rig, person_made, tenant
from tests.unit.customers.orders import ADA, HOME, order

ALL = ["external_id", "email", "company", "phone", "bill_to"]


@pytest.mark.parametrize(
    ("by", "customer", "fields"),
    [
        ("external_id", person_made("C-4711"), {}),
        ("email", person_made("P-1", email="ADA@Example.com"), {}),
        ("phone", person_made("P-1", phone="14085550100"), {}),
        ("bill_to", person_made("P-1", name="ADA BYRON"), {}),
    ],
)
def test_a_buyer_is_found_by_each_search_and_nobody_is_made(
    by: str, customer: Any, fields: dict[str, str]
) -> None:
    rig = Rig(tenant({"match_by": [by]}))
    rig.sage.add(customer, **fields)

    first, second = rig.choose(), rig.choose(order(2))

    assert first == second == Chosen(customer.id)
    assert len(rig.sage.asked) == 1
    assert rig.books.sent == []
    (link,) = rig.links.all("acme")
    assert (link.origin, link.matched_by, link.key) == (
        Origin.MATCHED,
        by,
        rig.sage.known()[customer.id].key,
    )


def test_a_company_is_found_by_its_name() -> None:
    rig = Rig(tenant({"match_by": ["company"]}))
    rig.sage.add(person_made("P-1", name="ada & SONS"))

    chosen = rig.choose(order(buyer=replace(ADA, company="Ada & Sons")))

    assert chosen.customer == "P-1"


def test_the_carts_id_is_looked_for_in_the_field_that_holds_it() -> None:
    rig = Rig(tenant({"match_by": ["external_id"], "external_id_field": "SHOP_ID"}))
    rig.sage.add(person_made("P-1"), SHOP_ID="4711")
    rig.sage.add(person_made("P-2"), SHOP_ID="47")

    assert rig.choose().customer == "P-1"


@pytest.mark.parametrize(
    ("by", "customer"),
    [
        ("email", person_made("P-1", email="ada@example.co")),
        ("phone", person_made("P-1", phone="4085550100")),
        (
            "bill_to",
            person_made("P-1", address=replace(postal(HOME), line1="2")),
        ),
        ("company", person_made("P-1", name="Ada & Sons Inc")),
    ],
)
def test_what_is_only_similar_is_nobody(by: str, customer: Any) -> None:
    rig = Rig(tenant({"match_by": [by]}))
    rig.sage.add(customer)

    chosen = rig.choose(order(buyer=replace(ADA, company="Ada & Sons" if by == "company" else "")))

    assert chosen.is_new
    assert chosen.customer in rig.made


def test_a_hit_that_sage_takes_for_the_same_and_we_do_not_is_passed_over() -> None:
    rig = Rig(tenant({"match_by": ["bill_to"]}))
    rig.sage.add(person_made("P-1", name="Ada Byron", address=postal(HOME)))
    elsewhere = replace(HOME, line1="9 Other St")

    assert rig.choose(order(billing=elsewhere)).customer in rig.made


def test_searches_are_made_in_the_stated_order_until_one_finds_somebody() -> None:
    rig = Rig(tenant({"match_by": ["phone", "email", "bill_to"]}))
    rig.sage.add(person_made("P-1", email="ada@example.com"))

    chosen = rig.choose()

    assert chosen.customer == "P-1"
    assert rig.sage.asked == ["search phone", "search email"]


def test_a_value_that_the_order_does_not_state_is_not_looked_for() -> None:
    rig = Rig(tenant({"match_by": ALL}))
    nobody = order(buyer=replace(ADA, id="", email="", name=""), billing=None, shipping=None)

    assert rig.choose(nobody).is_new
    assert rig.sage.asked == []


def test_a_relay_address_finds_nobody() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.add(person_made("P-1", email="x@members.ebay.com"))

    assert rig.choose(order(buyer=replace(ADA, email="x@members.ebay.com"))).is_new


def test_every_way_to_match_is_known_to_the_policy() -> None:
    assert [one.value for one in MatchBy] == [*ALL, "channel"]
