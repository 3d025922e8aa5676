"""What of a buyer is written to the books: as much as the policy allows, within Sage's limits."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intacct.checks import refuse_the_impossible
from intacct.documents import Customer, PostalAddress
from intacct.record_checks import refuse_impossible_record
from shared.customers.documents import customer_document, places
from shared.policy.customers import Contacts, CustomerPolicy, MatchBy, PersonalData
from shared.policy.mapping import Mapping
from tests.unit.customers.orders import ADA, HOME, OFFICE, order

MAPPING = Mapping("1", {}, term="Net 30")
COMPANY = replace(ADA, company="Ada & Sons", tax_id="US-77")
ADDRESSES = CustomerPolicy(contacts=Contacts.ADDRESSES)


def made(policy: CustomerPolicy = CustomerPolicy(), **members: Any) -> Customer:  # noqa: B008
    return customer_document("C-1", order(**members), MAPPING, policy)


def test_a_consumer_is_a_customer_by_name_with_one_contact() -> None:
    customer = made()

    assert (customer.name, customer.term, customer.currency) == ("Ada Byron", "Net 30", "")
    assert customer.contact is not None
    assert customer.contact.first_name == "Ada"
    assert customer.contact.last_name == "Byron"
    assert customer.contact.email == "ada@example.com"
    assert customer.contact.address == PostalAddress(
        "1 Main St", "", "San Jose", "CA", "95110", "US"
    )
    assert customer.contact.tax_exempt is None
    assert (customer.bill_to, customer.ship_to) == ("", "")


def test_a_company_has_its_name_its_term_and_the_person_as_contact() -> None:
    customer = made(CustomerPolicy(company_term="Net 60"), buyer=COMPANY)

    assert (customer.name, customer.term, customer.tax_id) == ("Ada & Sons", "Net 60", "US-77")
    assert customer.contact is not None
    assert (customer.contact.company_name, customer.contact.last_name) == ("Ada & Sons", "Byron")


def test_a_consumer_does_not_get_the_companies_term() -> None:
    assert made(CustomerPolicy(company_term="Net 60")).term == "Net 30"


def test_an_exempt_buyer_is_exempt_in_the_books() -> None:
    customer = made(buyer=replace(ADA, tax_exempt=True))

    assert customer.contact is not None
    assert customer.contact.tax_exempt is True


def test_the_currency_is_set_where_the_policy_says_so() -> None:
    assert made(CustomerPolicy(sets_currency=True)).currency == "USD"


def test_the_carts_own_id_is_written_to_its_field() -> None:
    policy = CustomerPolicy(match_by=(MatchBy.EXTERNAL_ID,), external_id_field="SHOP_ID")

    assert made(policy).custom == (("SHOP_ID", "4711"),)
    assert made(policy, buyer=replace(ADA, id="")).custom == ()


def test_a_relay_address_is_not_written_to_the_books() -> None:
    customer = made(buyer=replace(ADA, email="x@members.ebay.com"))

    assert customer.contact is not None
    assert customer.contact.email == ""


def test_a_token_customer_shows_nothing_of_the_person_but_the_country() -> None:
    private = replace(
        COMPANY, name="Zoe Quirk", email="zoe@quirk.example", company="Quirk Ltd", id="Q-9"
    )
    there = replace(
        HOME,
        name="Zoe Quirk",
        line1="9 Hidden Ln",
        city="Nowhere",
        postal_code="00009",
        phone="+19",
    )

    customer = made(
        CustomerPolicy(personal_data=PersonalData.TOKEN),
        buyer=private,
        billing=there,
        shipping=there,
    )

    said = str(asdict(customer))
    for secret in ("Zoe", "Quirk", "zoe@", "Hidden", "Nowhere", "00009", "+19", "US-77", "Q-9"):
        assert secret not in said
    assert customer.name == "Buyer C-1"
    assert customer.contact is not None
    assert customer.contact.address.country == "US"


def test_each_distinct_address_and_person_is_one_contact() -> None:
    billing, shipping = places("C-1", order(shipping=OFFICE), ADDRESSES)
    again, same = places("C-1", order(2, billing=replace(HOME, line1="1 MAIN  ST")), ADDRESSES)

    assert billing is not None
    assert shipping is not None
    assert again is not None
    assert same is not None
    assert billing.id != shipping.id
    assert again.id == same.id == billing.id
    assert shipping.company_name == "Ada & Sons"


def test_a_missing_address_is_the_other_one() -> None:
    billing, shipping = places("C-1", order(billing=None), ADDRESSES)

    assert billing is not None
    assert billing == shipping


def test_nobody_has_contacts_without_an_address_or_where_the_policy_wants_none() -> None:
    assert places("C-1", order(billing=None, shipping=None), ADDRESSES) == (None, None)
    assert places("C-1", order(), CustomerPolicy()) == (None, None)


def test_contacts_of_two_customers_at_one_address_have_names_of_their_own() -> None:
    (one, _), (other, _) = (places(name, order(), ADDRESSES) for name in ("C-1", "C-2"))

    assert one is not None
    assert other is not None
    assert one.id != other.id


TEXT = st.text(max_size=120)


@settings(max_examples=60)
@given(name=TEXT, company=TEXT, line=TEXT, phone=TEXT)
def test_whatever_a_buyer_types_makes_documents_that_pass_the_checks(
    name: str, company: str, line: str, phone: str
) -> None:
    there = replace(HOME, name=name, company=company, line1=line, phone=phone)
    bought = order(buyer=replace(ADA, name=name, company=company), billing=there, shipping=there)

    customer = customer_document("C-1", bought, MAPPING, ADDRESSES)

    refuse_the_impossible(customer)
    assert 0 < len(customer.name) <= 100
    for contact in places("C-1", bought, ADDRESSES):
        assert contact is not None
        refuse_impossible_record(contact)
        assert len(contact.id) <= 30
        assert len(contact.print_as) <= 100
