"""Who bought: relays, guests and companies are told from consumers with an account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.orders import Buyer
from shared.customers.buyers import (
    is_company,
    is_relay,
    own_email,
    person_of,
    phone_of,
    shares_channel,
)
from shared.customers.identity import customer_id, customer_key, shared_key
from shared.policy.customers import CompanyIs, CustomerPolicy, MatchBy, Served
from shared.policy.mapping import Mapping
from tests.unit.customers.orders import ADA, HOME, OFFICE, order

MAPPING = Mapping("1", {})
COMPANY = replace(ADA, company="Ada & Sons", tax_id="US-77")
RELAYS = (
    "x1@marketplace.amazon.co.uk",
    "x1@members.ebay.com",
    "x1@relay.walmart.com",
    "x1@PrivateRelay.AppleID.com",
)


@pytest.mark.parametrize("email", RELAYS)
def test_a_relay_is_known_by_its_domain(email: str) -> None:
    bought = order(buyer=replace(ADA, email=email))

    assert is_relay(bought)
    assert own_email(bought) == ""


@pytest.mark.parametrize("email", ["ada@example.com", "a@marketplace-amazon.com", ""])
def test_any_other_address_is_the_buyers_own(email: str) -> None:
    assert own_email(order(buyer=replace(ADA, email=email))) == email


def test_a_relay_that_the_cart_marks_is_one_whatever_its_domain() -> None:
    assert is_relay(order(buyer=replace(ADA, is_relay_email=True)))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"buyer": COMPANY}, True),
        ({"buyer": replace(COMPANY, tax_id=""), "is_b2b": True}, True),
        ({"buyer": replace(COMPANY, tax_id="")}, False),
        ({"buyer": ADA, "is_b2b": True}, False),
    ],
)
def test_a_company_buys_where_the_cart_says_so_or_a_tax_id_does(
    members: dict[str, Any], *, expected: bool
) -> None:
    assert is_company(order(**members)) is expected


@pytest.mark.parametrize(
    ("policy", "buyer", "expected"),
    [
        (CustomerPolicy(), ADA, False),
        (CustomerPolicy(consumers=Served.CHANNEL), ADA, True),
        (CustomerPolicy(consumers=Served.CHANNEL), COMPANY, False),
        (CustomerPolicy(guests=Served.CHANNEL), ADA, False),
        (CustomerPolicy(guests=Served.CHANNEL), replace(ADA, id=""), True),
        (CustomerPolicy(relays=Served.CHANNEL), ADA, False),
        (CustomerPolicy(relays=Served.CHANNEL), replace(ADA, email=RELAYS[0]), True),
        (CustomerPolicy(relays=Served.CHANNEL), replace(COMPANY, email=RELAYS[0]), False),
    ],
)
def test_the_policy_says_who_shares_the_channel_customer(
    policy: CustomerPolicy, buyer: Buyer, *, expected: bool
) -> None:
    assert shares_channel(order(buyer=buyer), policy) is expected


def test_name_and_phone_are_taken_from_wherever_they_are() -> None:
    nameless = replace(ADA, name=" ")
    silent = replace(HOME, phone="", name="")

    assert person_of(order(buyer=nameless, billing=silent, shipping=OFFICE)) == "Ada Byron"
    assert phone_of(order(billing=silent, shipping=OFFICE)) == OFFICE.phone
    assert phone_of(order(billing=None, shipping=None)) == ""


def test_each_buyer_of_a_company_has_a_key_unless_the_company_is_the_customer() -> None:
    bob = replace(COMPANY, id="4712", email="bob@example.com")
    together = CustomerPolicy(companies=CompanyIs.CUSTOMER)

    apart = {customer_key("shop", order(buyer=one)) for one in (COMPANY, bob)}
    joined = {customer_key("shop", order(buyer=one), together) for one in (COMPANY, bob)}

    assert len(apart) == 2
    assert joined == {"shop/tax/us-77"}


def test_a_company_without_tax_id_is_told_by_its_name_in_any_spelling() -> None:
    together = CustomerPolicy(companies=CompanyIs.CUSTOMER)
    spelled = [
        order(buyer=replace(COMPANY, tax_id="", company=name), is_b2b=True)
        for name in ("Ada & Sons", "ADA &  sons")
    ]

    assert {customer_key("shop", one, together) for one in spelled} == {"shop/company/ada & sons"}


def test_a_tenant_wide_key_is_the_own_address_and_only_where_it_is_matched_by() -> None:
    by_email = CustomerPolicy(match_by=(MatchBy.EMAIL,))

    assert shared_key(order(), by_email) == "email/ada@example.com"
    assert shared_key(order(), CustomerPolicy()) == ""
    assert shared_key(order(buyer=replace(ADA, email=RELAYS[0])), by_email) == ""


def test_each_generation_of_a_customer_has_an_id_of_its_own_within_the_limit() -> None:
    mapping = replace(MAPPING, customer_prefix="A-VERY-LONG-PREFIX-")
    ids = [customer_id("shop", order(), mapping, generation=number) for number in (1, 2, 3)]

    assert len(set(ids)) == 3
    assert {len(each) for each in ids} == {20}
