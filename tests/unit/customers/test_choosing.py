"""Which customer an order gets: by link, by search, anew; counted in calls of Sage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intacct.errors import (
    CredentialsError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RejectedError,
)
from shared.customers.choosing import Chosen
from shared.customers.documents import postal
from shared.customers.identity import LONGEST_ID
from shared.customers.keeping import CustomerNotReadyError
from shared.customers.links import Condition, Origin
from shared.policy.customers import MatchBy
from shared.postings.plan import Reason
from tests.unit.customers.choosing_rig import Rig, person_made, tenant
from tests.unit.customers.orders import ADA, HOME, OFFICE, order

GUEST = replace(ADA, id="")
ALL = ["external_id", "email", "company", "phone", "bill_to"]
NO_CREATE = {
    "customer": {
        "master": "sage",
        "in_sage": ["read", "link"],
        "in_carts": ["read"],
    }
}


def reasons(chosen: Chosen) -> list[Reason]:
    return [finding.reason for finding in chosen.findings]


def test_a_new_buyer_costs_one_call_and_a_known_one_none() -> None:
    rig = Rig()

    first, second = rig.choose(), rig.choose(order(2), by=rig.another())

    assert first.is_new
    assert (second.customer, second.is_new) == (first.customer, False)
    assert rig.calls == ["create customer"]
    assert len(first.customer) <= LONGEST_ID


def test_a_known_buyer_costs_one_read_of_ours_and_no_write() -> None:
    rig = Rig()
    rig.choose()
    rig.links.reads = rig.links.writes = 0

    rig.choose(order(2), by=rig.another())

    assert (rig.links.reads, rig.links.writes) == (1, 0)


def test_the_link_of_a_made_customer_says_so_and_knows_its_key() -> None:
    rig = Rig()

    chosen = rig.choose()

    (link,) = rig.links.all("acme")
    assert (link.customer, link.origin, link.condition) == (
        chosen.customer,
        Origin.CREATED,
        Condition.GOOD,
    )
    assert link.key == rig.sage.known()[chosen.customer].key
    assert "ada" not in str(link).lower()


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


def test_several_hits_hold_the_order_with_the_candidates_and_nobody_is_made() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    for name in ("P-2", "P-1"):
        rig.sage.add(person_made(name, email="ada@example.com"))

    chosen = rig.choose()

    assert reasons(chosen) == [Reason.CUSTOMER_AMBIGUOUS]
    (finding,) = chosen.findings
    assert "P-2, P-1" in finding.hint
    assert "ada@" not in str(finding)
    assert (chosen.customer, rig.made, list(rig.links.all("acme"))) == ("", [], [])


def test_of_several_the_only_active_one_is_taken() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.add(person_made("P-1", email="ada@example.com", is_active=False))
    rig.sage.add(person_made("P-2", email="ada@example.com"))

    assert rig.choose().customer == "P-2"


def test_more_hits_than_are_told_are_never_decided() -> None:
    rig = Rig(tenant({"match_by": ["bill_to"]}))
    away = replace(postal(HOME), line1="9 Away")
    rig.sage.add(person_made("P-0"))
    for number in range(1, 60):
        rig.sage.add(person_made(f"P-{number}", address=away))

    chosen = rig.choose()

    assert reasons(chosen) == [Reason.CUSTOMER_AMBIGUOUS]
    assert "or more" in chosen.findings[0].message


def test_a_guest_and_an_account_of_one_address_are_one_buyer_where_matched_by_it() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))

    guest = rig.choose(order(buyer=GUEST))
    account = rig.choose(order(2))
    other_shop = rig.choose(order(3), store="outlet")

    assert guest.customer == account.customer == other_shop.customer
    assert len(rig.made) == 1
    assert rig.sage.asked == ["search email"]


def test_they_are_two_where_nobody_is_matched() -> None:
    rig = Rig()

    assert rig.choose(order(buyer=GUEST)).customer != rig.choose(order(2)).customer


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


@pytest.mark.parametrize("error", [NotSentError("down"), OutcomeUnknownError("lost")])
def test_a_search_that_fails_makes_nobody_and_comes_back(error: Exception) -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.errors = [error]  # type: ignore[list-item]  # one of Sage's

    with pytest.raises(CustomerNotReadyError) as caught:
        rig.choose()

    assert caught.value.due_at is not None
    assert caught.value.due_at > rig.clock()
    assert rig.made == []
    assert rig.choose().is_new


def test_a_refused_login_rests() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.errors = [CredentialsError("no")]

    with pytest.raises(CustomerNotReadyError) as caught:
        rig.choose()

    assert caught.value.due_at is not None
    assert (caught.value.due_at - rig.clock()).total_seconds() >= 600


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RejectedError("no such field"), Reason.REFUSED_BY_SAGE),
        (PermissionDeniedError("no"), Reason.PERMISSION),
    ],
)
def test_a_search_that_is_refused_is_a_finding(error: RejectedError, reason: Reason) -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.errors = [error]

    assert reasons(rig.choose()) == [reason]


def test_contacts_are_made_before_the_customer_that_names_them() -> None:
    rig = Rig(tenant({"contacts": "addresses"}))

    chosen = rig.choose(order(shipping=OFFICE))

    assert rig.calls == ["create contact", "create contact", "create customer"]
    customer = rig.sage.known()[chosen.customer].customer
    assert {customer.bill_to, customer.ship_to} == set(rig.sage.contacts)


def test_every_way_to_match_is_known_to_the_policy() -> None:
    assert [one.value for one in MatchBy] == [*ALL, "channel"]
