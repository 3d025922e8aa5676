"""An order keeps the customer that it has; who shares one or may not be made is by policy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.customers.choosing import Chosen
from shared.postings.plan import Reason
from tests.unit.customers.choosing_rig import GUEST, Rig, person_made, reasons, tenant
from tests.unit.customers.orders import ADA, order

NO_CREATE = {
    "customer": {
        "master": "sage",
        "in_sage": ["read", "link"],
        "in_carts": ["read"],
    }
}


def test_who_is_not_found_shares_the_channel_customer_where_the_policy_says_so() -> None:
    rig = Rig(tenant({"match_by": ["email", "channel"]}, mapping={"channel_customer": "WEB"}))

    assert rig.choose() == Chosen("")
    assert rig.made == []


def test_an_order_of_the_channel_customer_stays_so_without_another_search() -> None:
    rig = Rig(tenant({"match_by": ["email", "channel"]}, mapping={"channel_customer": "WEB"}))
    rig.choose()
    rig.sage.add(person_made("P-1", email="ada@example.com"))

    assert rig.choose(order(minutes=5), was_ready=True) == Chosen("")
    assert rig.sage.asked == ["search email"]
    assert rig.choose(order(2)).customer == "P-1"


def test_the_mapping_must_name_the_channel_customer() -> None:
    for customers in ({"match_by": ["channel"]}, {"consumers": "channel"}):
        assert reasons(Rig(tenant(customers)).choose()) == [Reason.MAPPING_MISSING]


def test_consumers_may_share_the_channel_customer_while_companies_have_their_own() -> None:
    rig = Rig(tenant({"consumers": "channel"}, mapping={"channel_customer": "WEB"}))
    company = replace(ADA, company="Ada & Sons", tax_id="US-1")

    assert rig.choose() == Chosen("")
    assert rig.choose(order(2, buyer=company)).is_new


def test_a_company_is_one_customer_whoever_of_it_buys() -> None:
    rig = Rig(tenant({"companies": "customer"}))
    ada = replace(ADA, company="Ada & Sons", tax_id="US-1")

    first = rig.choose(order(buyer=ada))
    second = rig.choose(order(2, buyer=replace(ada, id="9", email="bob@example.com")))

    assert first.customer == second.customer
    assert rig.calls == ["create customer"]


def test_nobody_is_made_where_the_ownership_table_does_not_allow_it() -> None:
    rig = Rig(tenant({"match_by": ["email"]}, ownership=NO_CREATE))

    chosen = rig.choose()

    assert reasons(chosen) == [Reason.CUSTOMER_MISSING]
    assert chosen.findings[0].place == "ownership.customer.in_sage"
    assert rig.made == []


def test_whoever_is_found_is_used_although_nobody_may_be_made() -> None:
    rig = Rig(tenant({"match_by": ["email"]}, ownership=NO_CREATE))
    rig.sage.add(person_made("P-1", email="ada@example.com"))

    assert rig.choose().customer == "P-1"


def test_a_customer_that_we_made_before_is_used_although_nobody_may_be_made_now() -> None:
    rig = Rig()
    made = rig.choose()
    rig.links.links.clear()
    rig.tenant = tenant(ownership=NO_CREATE)

    assert rig.choose(order(2)).customer == made.customer


def test_an_order_keeps_its_customer_when_its_buyer_is_told_apart_otherwise() -> None:
    rig = Rig()
    guest = rig.choose(order(buyer=GUEST)).customer

    now = rig.choose(order(), current=guest)
    next_one = rig.choose(order(2))

    assert now.customer == next_one.customer == guest
    assert len(rig.made) == 1


def test_an_order_keeps_its_customer_when_its_buyer_was_linked_to_another() -> None:
    rig = Rig()
    old = rig.choose().customer
    (link,) = rig.links.all("acme")
    rig.links.save(replace(link, customer="P-1"))

    assert rig.choose(order(minutes=5), current=old) == Chosen(old)


def test_a_customer_that_an_order_has_and_we_did_not_make_is_asked_for_before_it_is_used() -> None:
    rig = Rig()
    rig.sage.add(person_made("P-1"))

    assert rig.choose(current="P-1").customer == "P-1"
    assert reasons(rig.choose(order(2, buyer=GUEST), current="P-2")) == [Reason.CUSTOMER_MISSING]
    assert rig.made == []


def test_an_order_that_leaves_nothing_names_its_customer_and_makes_nobody() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))

    named = rig.choose(is_needed=False)

    assert named.customer.startswith("C-")
    assert rig.calls == []
    assert list(rig.links.all("acme")) == []


@pytest.mark.parametrize("is_linked", [False, True])
def test_who_was_only_named_is_chosen_when_the_order_needs_somebody_after_all(
    *, is_linked: bool
) -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    named = rig.choose(is_needed=False).customer
    rig.sage.add(person_made("P-1", email="ada@example.com"))
    if is_linked:
        rig.choose(order(2))

    assert rig.choose(current=named) == Chosen("P-1")
    assert rig.made == []
