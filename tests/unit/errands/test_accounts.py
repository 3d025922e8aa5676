"""What Sage owns of a customer reaches its accounts in carts, once, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

from intacct.documents import PostalAddress
from intacct.reading import Kept
from shared.changes.ports import Change
from tests.unit.customers.choosing_rig import tenant as company
from tests.unit.customers.orders import ADA, order
from tests.unit.errands.accounts_rig import OWNED, SHOWN, Rig


def test_what_sage_owns_and_says_anew_is_written_and_nothing_else_is() -> None:
    rig = Rig()

    rig.say(email="books@example.com", first_name="Augusta")
    counts = rig.run()

    assert counts == {"alike": 1}
    assert rig.shop.written == [("4711", {"email": "books@example.com"})]
    assert not rig.is_waiting()


def test_our_own_writes_to_sage_are_heard_and_change_nothing() -> None:
    rig = Rig()

    rig.tell()
    rig.run()

    assert rig.shop.asked == ["4711"]
    assert rig.shop.written == []


def test_what_was_written_is_not_asked_for_again() -> None:
    rig = Rig()
    rig.say(email="books@example.com")
    rig.run()
    rig.shop.asked.clear()

    rig.tell(Kept.CONTACT)
    rig.run()

    assert rig.shop.asked == []


def test_people_who_change_it_in_the_cart_are_not_fought_until_sage_says_something_new() -> None:
    rig = Rig()
    rig.say(email="books@example.com")
    rig.run()
    rig.shop.accounts["4711"] = replace(SHOWN, email="ada@home.example")

    rig.say(phone="+1 408 555 0100")
    rig.run()
    assert rig.shop.accounts["4711"].email == "ada@home.example"
    rig.say(email="office@example.com")
    rig.run()

    assert rig.shop.accounts["4711"].email == "office@example.com"


def test_what_came_back_from_the_cart_is_not_written_to_sage() -> None:
    rig = Rig()
    rig.say(email="books@example.com")
    rig.run()
    rig.sage.asked.clear()

    echo = replace(ADA, email="books@example.com")
    rig.choose(order(2, minutes=5, buyer=echo))

    assert rig.sage.asked == []


def test_other_spellings_of_the_same_are_no_difference() -> None:
    rig = Rig()

    rig.say(
        email="ADA@example.com",
        phone="+1 (408) 555-0100",
        address=PostalAddress("1 MAIN ST", "", "San  Jose", "ca", "951 10", "us"),
    )
    rig.run()

    assert rig.shop.written == []


def test_what_sage_says_nothing_of_clears_nothing() -> None:
    rig = Rig()

    rig.say(email="", phone="", address=PostalAddress(country="US"))
    rig.run()

    assert rig.shop.written == []
    assert rig.shop.accounts["4711"] == SHOWN


def test_a_term_is_written_where_the_cart_has_a_place_for_it() -> None:
    rig = Rig()
    rig.sage.change_by_hand(rig.customer, term="Net 30")
    rig.tell()
    rig.run()
    other = Rig()
    other.shops["shop"].account_members = frozenset({"email"})
    other.sage.change_by_hand(other.customer, term="Net 30")
    other.tell()
    other.run()

    assert rig.shop.written == [("4711", {"term": "Net 30"})]
    assert other.shop.written == []


def test_nothing_is_kept_or_asked_where_no_store_has_anything_carried_back() -> None:
    rig = Rig(company(ownership=OWNED))

    rig.say(email="books@example.com")

    assert rig.link.accounts == {}
    assert not rig.is_waiting()
    assert rig.run() == {}


def test_a_table_that_keeps_the_field_from_us_keeps_it_from_the_cart() -> None:
    rules = {"customer": {**OWNED["customer"], "in_carts": ["read"]}}
    rig = Rig(company({"writes_back": True}, ownership=rules))

    rig.say(email="books@example.com")
    rig.run()

    assert rig.shop.written == []


def test_customers_without_account_and_inactive_ones_are_left_alone() -> None:
    rig = Rig()
    guest = rig.choose(order(3, buyer=replace(ADA, id="", email="eve@example.com"))).customer
    rig.news.changed(rig.tenant, "", [Change(Kept.CUSTOMER, "2", guest, "", "active", rig.clock())])
    assert not rig.is_waiting()
    rig.sage.change_by_hand(rig.customer, is_active=False)

    rig.say(email="books@example.com")

    assert rig.run() == {}
    assert not rig.is_waiting()
