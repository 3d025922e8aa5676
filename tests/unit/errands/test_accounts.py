"""What Sage owns of a customer reaches its accounts in carts, once, and nothing else does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carts.accounts import Account, AccountAddress
from carts.adapter import CartApiError
from intacct.documents import Contact, PostalAddress
from intacct.errors import NotSentError
from intacct.reading import Kept
from shared.changes.ports import Change
from shared.customers.links import CustomerLink
from shared.errands.accounts import AccountCarrier, AccountParts
from shared.errands.noticing import CustomerNews
from shared.errands.records import ErrandKind
from shared.postings.findings import Reason
from shared.tenants.models import Tenant
from tests.fakes import MemoryReviews
from tests.unit.customers.choosing_rig import Rig as Chooser
from tests.unit.customers.choosing_rig import tenant as company
from tests.unit.customers.orders import ADA, order
from tests.unit.errands.memory import FakeAccounts, MemoryErrands

OWNED = {
    "customer": {
        "master": "cart",
        "in_sage": ["read", "link", "create", "update"],
        "in_carts": ["read", "link", "update"],
        "fields": {"email": "sage", "address": "sage", "term": "sage", "phone": "sage"},
    }
}
SHOWN = Account(
    first_name="Ada",
    last_name="Byron",
    company="",
    email="ada@example.com",
    phone="+14085550100",
    address=AccountAddress("1 Main St", "", "San Jose", "CA", "95110", "US"),
    term="",
)


def written_back(**members: Any) -> Tenant:
    return company({"writes_back": True, **members}, ownership=OWNED)


class Rig(Chooser):
    """Two stores' accounts beside a chooser whose buyer 4711 has an account in `shop`."""

    def __init__(self, tenant: Tenant | None = None) -> None:
        super().__init__(tenant or written_back())
        self.errands, self.reviews = MemoryErrands(), MemoryReviews()
        self.shops = {"shop": FakeAccounts(), "outlet": FakeAccounts()}
        self.shops["shop"].accounts["4711"] = SHOWN
        self.customer = self.choose().customer
        self.carrier = AccountCarrier(
            AccountParts(
                errands=self.errands,
                links=self.links,
                reads_of=lambda *_: self.sage,
                client_of=lambda _, store: self.shops.get(store.id),
                reviews=self.reviews,
                clock=self.clock,
            )
        )
        self.news = CustomerNews(self.links, self.errands, self.clock)

    @property
    def shop(self) -> FakeAccounts:
        return self.shops["shop"]

    @property
    def link(self) -> CustomerLink:
        (link,) = (one for one in self.links.all("acme") if one.customer == self.customer)
        return link

    def say(self, **members: Any) -> None:
        """A person changes the customer's contact in Sage, and the poller tells of it."""
        contact = self.sage.known()[self.customer].customer.contact
        assert contact is not None
        self.sage.change_by_hand(self.customer, contact=replace(contact, **members))
        self.tell()

    def tell(self, kind: Kept = Kept.CUSTOMER) -> None:
        change = Change(kind, "1", self.customer, "", "active", self.clock())
        self.news.changed(self.tenant, "", [change])

    def run(self) -> Counter[str]:
        return self.carrier.run(self.tenant, self.clock() + timedelta(minutes=4))

    def is_waiting(self) -> bool:
        later = self.clock() + timedelta(days=2)
        return bool(self.errands.due("acme", ErrandKind.CUSTOMER, now=later))


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
