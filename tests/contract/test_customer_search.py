"""Customers are found by what is known of a buyer, whole and alike in both protocols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intacct.capabilities import Protocol
from intacct.changes import UpdateMaster
from intacct.customer_search import MOST_FOUND, CustomerBy, CustomerSearch
from intacct.documents import Contact, Customer, PostalAddress
from local.intacct_simulator.seed.fill import fill
from tests.contract.actions.teller import Teller

ADDRESS = PostalAddress("1 Main St", "Floor 2", "San Jose", "CA", "95110", "US")
BUYER = Customer(
    id="C-BUYER",
    name="Ada & Sons",
    contact=Contact(
        id="C-BUYER",
        print_as="Ada & Sons",
        first_name="Ada",
        last_name="Byron",
        company_name="Ada & Sons",
        email="ada@example.com",
        phone="+14085550100",
        address=ADDRESS,
        tax_exempt=True,
    ),
    currency="USD",
    term="Net 30",
    tax_id="US-1",
    bill_to="C-BUYER-B",
    ship_to="C-BUYER-S",
    custom=(("SHOP_ID", "4711"),),
)


@pytest.fixture(params=list(Protocol))
def teller(request: pytest.FixtureRequest) -> Iterator[Teller]:
    with Teller(request.param) as teller:
        fill(teller.company.books, {"custom_fields": [{"object": "customer", "name": "SHOP_ID"}]})
        for name in (BUYER.bill_to, BUYER.ship_to):
            teller.create(Contact(name, "Ada & Sons", address=ADDRESS))
        teller.post(BUYER)
        teller.post(Customer("C-OTHER", "Other", Contact("C-OTHER", "Other", email="o@x.example")))
        yield teller


@pytest.mark.parametrize(
    "search",
    [
        CustomerSearch(CustomerBy.ID, ("C-BUYER",)),
        CustomerSearch(CustomerBy.NAME, ("ADA & sons",)),
        CustomerSearch(CustomerBy.EMAIL, ("Ada@Example.com",)),
        CustomerSearch(CustomerBy.PHONE, ("14085550100", "+14085550100")),
        CustomerSearch(CustomerBy.FIELD, ("4711",), field="SHOP_ID"),
    ],
    ids=lambda search: search.by.value,
)
def test_a_customer_is_found_by_each_field_and_told_whole(
    teller: Teller, search: CustomerSearch
) -> None:
    (known,) = teller.reads.customers(search)

    books = teller.company.books
    stored = books.by_id("customer", "C-BUYER")
    assert stored is not None
    assert (known.key, known.contact_key) == (str(stored["key"]), str(stored["contact_default"]))
    assert known.field == ("4711" if search.field else "")
    assert known.customer.contact is not None
    assert BUYER.contact is not None
    assert replace(known.customer.contact, id="") == replace(BUYER.contact, id="")
    assert replace(known.customer, contact=None) == replace(BUYER, contact=None, custom=())


def test_nobody_is_found_where_nobody_has_the_value(teller: Teller) -> None:
    assert teller.reads.customers(CustomerSearch(CustomerBy.NAME, ("Ada",))) == []


def test_a_search_tells_of_a_limited_number(teller: Teller) -> None:
    for number in range(MOST_FOUND + 1):
        teller.post(Customer(f"D-{number}", "Twin"))

    found = teller.reads.customers(CustomerSearch(CustomerBy.NAME, ("Twin",)))

    assert len(found) == MOST_FOUND


def test_contacts_and_exemption_of_a_customer_can_be_changed(teller: Teller) -> None:
    (known,) = teller.reads.customers(CustomerSearch(CustomerBy.ID, ("C-BUYER",)))
    contact = known.customer.contact
    assert contact is not None
    taxed = replace(contact, tax_exempt=False, phone="1")

    teller.change(
        UpdateMaster(
            known.key, replace(known.customer, ship_to="C-BUYER-B"), frozenset({"ship_to"})
        )
    )
    teller.change(UpdateMaster(known.contact_key, taxed, frozenset({"tax_exempt"})))

    (after,) = teller.reads.customers(CustomerSearch(CustomerBy.ID, ("C-BUYER",)))
    assert (after.customer.bill_to, after.customer.ship_to) == ("C-BUYER-B", "C-BUYER-B")
    assert after.customer.contact == replace(contact, tax_exempt=False)


@pytest.mark.parametrize(
    ("by", "values", "field"),
    [
        (CustomerBy.EMAIL, (), ""),
        (CustomerBy.EMAIL, ("",), ""),
        (CustomerBy.FIELD, ("1",), ""),
        (CustomerBy.NAME, ("1",), "SHOP_ID"),
    ],
)
def test_a_search_that_says_nothing_is_refused(
    by: CustomerBy, values: tuple[str, ...], field: str
) -> None:
    with pytest.raises(ValueError, match=r"value|name"):
        CustomerSearch(by, values, field)


def test_nothing_of_a_person_is_shown_of_a_search_or_of_who_was_found(teller: Teller) -> None:
    search = CustomerSearch(CustomerBy.EMAIL, ("ada@example.com",))

    said = repr(search) + repr(teller.reads.customers(search))

    assert "ada@" not in said
    assert "Byron" not in said
