"""What a cart cannot take now is tried again, and people are told of what they must mend."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from carts.accounts import Account
from carts.adapter import CartApiError
from intacct.documents import Contact, PostalAddress
from intacct.errors import NotSentError
from shared.postings.findings import Reason
from tests.unit.customers.orders import ADA, order
from tests.unit.errands.accounts_rig import SHOWN, Rig, written_back


@pytest.mark.parametrize("landed", [True, False])
def test_a_lost_answer_is_looked_at_again_and_leads_to_one_value(*, landed: bool) -> None:
    rig = Rig()
    rig.shop.lost = [landed]
    rig.say(email="books@example.com")

    assert rig.run() == {"later": 1}
    assert rig.run() == {}
    rig.clock.pass_time(31 * 60)
    assert rig.run() == {"alike": 1}

    assert rig.shop.written == [("4711", {"email": "books@example.com"})]
    assert not rig.is_waiting()


def test_a_busy_cart_is_tried_later_and_ever_less_often() -> None:
    rig = Rig()
    rig.shop.broken = CartApiError("busy")
    rig.say(email="books@example.com")

    rig.run()
    rig.clock.pass_time(31 * 60)
    rig.run()
    rig.clock.pass_time(31 * 60)
    assert rig.run() == {}
    rig.shop.broken = None
    rig.clock.pass_time(31 * 60)
    assert rig.run() == {"alike": 1}

    assert not list(rig.reviews.all("acme"))


def test_a_store_that_lets_nobody_in_is_told_once_and_tried_until_it_does() -> None:
    rig = Rig()
    rig.shop.broken = CartApiError("the cart's API answered 403", is_lasting=True)
    rig.say(email="books@example.com")

    rig.run()
    (review,) = rig.reviews.all("acme")
    rig.shop.broken = None
    rig.clock.pass_time(31 * 60)
    rig.run()

    assert review.subject == "errands:shop:customer"
    assert review.reasons == (Reason.CONFIGURATION_MISSING,)
    assert not rig.reviews.is_open("acme", "errands:shop:customer")
    assert rig.shop.accounts["4711"].email == "books@example.com"


def test_without_access_nothing_is_lost() -> None:
    rig = Rig()
    rig.say(email="books@example.com")
    shop = rig.shops.pop("shop")

    assert rig.run() == {"later": 1}
    rig.shops["shop"] = shop
    rig.clock.pass_time(31 * 60)

    assert rig.run() == {"alike": 1}


def test_of_a_refused_change_the_rest_is_written_and_a_person_is_told() -> None:
    rig = Rig()
    rig.shop.refuses = {"phone"}
    rig.say(email="books@example.com", phone="+1 999")

    assert rig.run() == {"refused": 1}
    (review,) = rig.reviews.all("acme")
    assert review.subject == f"account:shop:{rig.customer}"
    assert review.reasons == (Reason.REFUSED_BY_CART,)
    assert rig.shop.written == [("4711", {"email": "books@example.com"})]
    assert "999" not in str(review)
    rig.shop.refuses = set()
    rig.say(phone="+1 4085550199")

    assert rig.run() == {"alike": 1}
    assert not rig.reviews.is_open("acme", review.subject)


def test_several_accounts_of_one_store_are_written_by_nobody() -> None:
    rig = Rig(written_back(companies="customer"))
    firm = replace(ADA, company="Roe Ltd", tax_id="GB1")
    rig.customer = rig.choose(order(5, buyer=replace(firm, id="1"))).customer
    rig.choose(order(6, minutes=1, buyer=replace(firm, id="2")))

    rig.say(email="books@example.com")

    assert rig.run() == {"refused": 1}
    (review,) = rig.reviews.all("acme")
    assert review.reasons == (Reason.OUT_OF_SCOPE,)
    assert rig.shop.written == []


def test_two_buyers_of_one_customer_in_one_store_are_several_accounts_too() -> None:
    rig = Rig(written_back(match_by=["phone"]))
    rig.choose(order(7, buyer=replace(ADA, id="4712")))

    rig.say(email="books@example.com")
    counts = rig.run()

    assert {one.customer for one in rig.links.all("acme")} == {rig.customer}
    assert counts == {"refused": 2}
    assert rig.shop.written == []


def test_accounts_of_two_stores_each_get_it() -> None:
    rig = Rig(written_back(match_by=["email"]))
    rig.shops["outlet"].accounts["88"] = SHOWN
    rig.choose(order(2, buyer=replace(ADA, id="88")), store="outlet")

    rig.say(email="books@example.com")
    counts = rig.run()

    assert counts == {"alike": 2}
    assert rig.shops["outlet"].written == [("88", {"email": "books@example.com"})]


def test_while_sage_cannot_be_asked_the_errand_stands() -> None:
    rig = Rig()
    rig.say(email="books@example.com")
    rig.sage.errors = [NotSentError("down")]

    with pytest.raises(NotSentError):
        rig.run()

    assert rig.run() == {"alike": 1}


def test_what_is_asked_for_while_it_runs_runs_once_more() -> None:
    rig = Rig()
    rig.say(email="books@example.com")
    writes = rig.shop.change_account

    def meanwhile(account_id: str, change: Account) -> Any:
        rig.say(email="third@example.com")
        return writes(account_id, change)

    rig.shop.change_account = meanwhile  # type: ignore[method-assign]
    rig.run()
    rig.shop.change_account = writes  # type: ignore[method-assign]
    assert rig.is_waiting()
    rig.run()

    assert rig.shop.accounts["4711"].email == "third@example.com"


def test_an_account_that_is_gone_ends_the_errand() -> None:
    rig = Rig()
    rig.shop.accounts.clear()

    rig.say(email="books@example.com")

    assert rig.run() == {"alike": 1}
    assert not rig.is_waiting()


def test_nothing_of_the_person_is_kept() -> None:
    rig = Rig()
    rig.say(email="books@example.com", address=PostalAddress("9 Oak", "", "Reno", "NV", "1", "US"))
    rig.run()

    kept = f"{rig.link} {rig.errands.stored} {rig.reviews.records}"

    assert all(word not in kept for word in ("books@", "Oak", "Ada", "Byron"))


def test_a_contact_alone_is_told_by_its_name_which_is_the_customers() -> None:
    rig = Rig()
    contact = rig.sage.known()[rig.customer].customer.contact

    assert isinstance(contact, Contact)
    assert contact.id == rig.customer
