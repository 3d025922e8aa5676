"""What changed of a buyer follows into Sage: fields the cart owns, compared before a write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.orders import Order
from intacct.customer_search import KnownCustomer
from intacct.documents import Customer
from intacct.errors import NotSentError, PermissionDeniedError
from shared.customers.fields import updates
from shared.customers.keeping import CustomerNotReadyError
from shared.customers.links import Condition, CustomerLink, Origin
from shared.postings.plan import Reason
from tests.unit.customers.choosing_rig import Rig, person_made, tenant
from tests.unit.customers.orders import ADA, HOME, OFFICE, START, order

SAGE_OWNS_PHONE = {
    "customer": {
        "master": "cart",
        "in_sage": ["read", "link", "create", "update"],
        "in_carts": ["read"],
        "fields": {"phone": "sage", "term": "sage", "is_active": "sage"},
    }
}
REACTIVATES = {
    "customer": {
        "master": "cart",
        "in_sage": ["read", "link", "create", "update"],
        "in_carts": ["read"],
        "fields": {"term": "sage"},
    }
}


def moved(minutes: int = 5, **members: Any) -> Order:
    """A newer order of a buyer with another address of mail and phone number."""
    buyer = replace(ADA, email="new@example.com")
    billing = replace(HOME, phone="+1 555 000 1111")
    return order(2, minutes=minutes, buyer=buyer, billing=billing, **members)


def the(rig: Rig) -> Customer:
    (known,) = rig.sage.known().values()
    return known.customer


def email_of(rig: Rig) -> str:
    contact = the(rig).contact
    assert contact is not None
    return contact.email


def test_only_what_differs_is_written_in_one_change() -> None:
    rig = Rig()
    rig.choose()

    chosen = rig.choose(moved())

    assert chosen.is_updated
    assert rig.sage.asked == ["search id", "change email phone"]
    assert email_of(rig) == "new@example.com"


def test_what_is_carried_over_once_is_not_asked_for_again() -> None:
    rig = Rig()
    rig.choose()
    rig.choose(moved())
    rig.sage.asked.clear()

    rig.choose(moved(10))

    assert rig.sage.asked == []


def test_an_older_order_says_nothing_new() -> None:
    rig = Rig()
    rig.choose(moved())

    rig.choose(order())

    assert rig.sage.asked == []
    assert email_of(rig) == "new@example.com"


def test_what_is_so_in_sage_already_is_not_written() -> None:
    rig = Rig()
    customer = rig.choose().customer
    contact = the(rig).contact
    assert contact is not None
    there = replace(contact, email="new@example.com", phone="+1 555 000 1111")
    rig.sage.change_by_hand(customer, contact=there)

    rig.choose(moved())

    assert rig.sage.asked == ["search id"]


def test_what_a_person_changed_in_a_field_of_sages_stays() -> None:
    rig = Rig(tenant(ownership=SAGE_OWNS_PHONE))
    customer = rig.choose().customer
    contact = the(rig).contact
    assert contact is not None
    theirs = replace(contact, phone="by hand", last_name="by hand")
    rig.sage.change_by_hand(customer, contact=theirs, term="Net 90", name="by hand")

    rig.choose(moved())

    after = the(rig)
    assert after.contact == replace(theirs, email="new@example.com")
    assert (after.term, after.name) == ("Net 90", "by hand")


def test_a_field_that_the_order_does_not_state_is_not_cleared() -> None:
    rig = Rig()
    rig.choose()

    rig.choose(order(2, minutes=5, buyer=replace(ADA, email=""), billing=replace(HOME, phone="")))

    assert rig.sage.asked == []
    assert email_of(rig) == ADA.email


def test_nothing_is_updated_where_the_table_gives_us_nothing() -> None:
    only_create = {
        "customer": {
            "master": "sage",
            "in_sage": ["read", "link", "create"],
            "in_carts": ["read"],
        }
    }
    rig = Rig(tenant(ownership=only_create))
    rig.choose()

    assert not rig.choose(moved()).is_updated
    assert rig.sage.asked == []


def test_a_refused_update_is_a_remark_and_holds_no_order() -> None:
    rig = Rig()
    first = rig.choose()
    rig.sage.errors = [PermissionDeniedError("may not edit")]

    chosen = rig.choose(moved())

    assert (chosen.customer, chosen.findings) == (first.customer, ())
    assert [one.reason for one in chosen.remarks] == [Reason.PERMISSION]
    assert rig.choose(moved()).is_updated


def test_an_update_that_failed_is_made_when_the_order_comes_again_under_the_same_mark() -> None:
    rig = Rig()
    rig.choose()
    rig.sage.errors = [NotSentError("down")]
    with pytest.raises(CustomerNotReadyError):
        rig.choose(moved())

    rig.choose(moved())
    first = rig.sage.marks[-1]
    rig.links.links = {
        place: replace(link, sent={}, as_of=None) for place, link in rig.links.links.items()
    }
    rig.sage.change_by_hand(the(rig).id, contact=replace(_contact(rig), email="x", phone="y"))
    rig.choose(moved())

    assert rig.sage.marks == [first, first]


def _contact(rig: Rig) -> Any:
    return the(rig).contact


def test_a_later_change_back_goes_under_a_mark_of_its_own() -> None:
    rig = Rig()
    rig.choose()
    rig.choose(moved())
    rig.choose(order(3, minutes=20))

    assert email_of(rig) == ADA.email
    assert len(set(rig.sage.marks)) == 2


def test_a_customer_that_was_found_is_taken_as_it_is_and_later_changes_follow() -> None:
    rig = Rig(tenant({"match_by": ["external_id"]}))
    rig.sage.add(person_made("C-4711", name="VIP Ada", email="vip@example.com"))

    rig.choose()
    rig.choose(order(minutes=1))
    untouched = the(rig)
    rig.choose(moved())

    assert untouched.name == "VIP Ada"
    assert rig.sage.asked == ["search id", "search id", "change email phone"]
    assert (the(rig).name, email_of(rig)) == ("VIP Ada", "new@example.com")


def test_a_contact_of_a_known_address_is_not_made_again_and_a_new_one_becomes_ship_to() -> None:
    rig = Rig(tenant({"contacts": "addresses"}))
    rig.choose()
    rig.sage.asked.clear()

    rig.choose(order(2, minutes=1))
    rig.choose(order(3, minutes=2, shipping=OFFICE))

    assert rig.sage.asked == ["create contact", "search id", "change ship_to"]
    assert the(rig).ship_to != the(rig).bill_to
    assert the(rig).ship_to in rig.sage.contacts


def test_a_contact_that_is_there_already_is_taken() -> None:
    rig = Rig(tenant({"contacts": "addresses"}))
    rig.choose()
    rig.links.links = {place: replace(link, contacts={}) for place, link in rig.links.links.items()}

    rig.choose(order(2, minutes=1))

    assert len(rig.sage.contacts) == 1


def test_another_phone_number_at_the_same_address_changes_its_contact() -> None:
    rig = Rig(tenant({"contacts": "addresses"}))
    rig.choose()
    rig.sage.asked.clear()

    rig.choose(order(2, minutes=1, billing=replace(HOME, phone="+1 555 000 1111")))

    (contact,) = rig.sage.contacts.values()
    assert contact.phone == "+1 555 000 1111"
    assert rig.sage.asked == ["find contact", "change phone", "search id", "change phone"]


def gone(rig: Rig, how: str) -> str:
    """A customer that was made, and is then deleted or made inactive by a person."""
    customer = rig.choose().customer
    if how == "deleted":
        rig.sage.gone.add(customer)
    else:
        rig.sage.change_by_hand(customer, is_active=False)
    return customer


def noticed(rig: Rig, condition: Condition) -> None:
    """Somebody noticed it, as `ops customer check` or an update does."""
    rig.links.links = {
        place: replace(link, condition=condition) for place, link in rig.links.links.items()
    }


@pytest.mark.parametrize(
    ("how", "reason"),
    [("deleted", Reason.CUSTOMER_MISSING), ("inactive", Reason.CUSTOMER_INACTIVE)],
)
def test_a_customer_that_cannot_be_used_holds_its_orders_until_it_can(
    how: str, reason: Reason
) -> None:
    rig = Rig()
    customer = gone(rig, how)

    held = rig.choose(moved())
    rig.sage.gone.clear()
    rig.sage.changed.pop(customer, None)
    again = rig.choose(moved())

    assert [one.reason for one in held.findings] == [reason]
    assert customer in held.findings[0].place
    assert again.customer == customer
    (link,) = rig.links.all("acme")
    assert link.condition is Condition.GOOD


@pytest.mark.parametrize("how", ["deleted", "inactive"])
def test_a_new_customer_takes_its_place_where_the_policy_says_so(how: str) -> None:
    rig = Rig(tenant({"when_inactive": "create_new", "when_deleted": "create_new"}))
    old = gone(rig, how)
    noticed(rig, Condition.DELETED)

    new = rig.choose(order(2))
    after = rig.choose(order(3))

    assert new.is_new
    assert new.customer == after.customer != old
    (link,) = rig.links.all("acme")
    assert (link.generation, link.excluded) == (2, (old,))


def test_documents_of_the_old_customer_are_not_followed_by_those_of_a_new_one() -> None:
    rig = Rig(tenant({"when_deleted": "create_new"}))
    old = gone(rig, "deleted")
    noticed(rig, Condition.DELETED)

    held = rig.choose(order(minutes=1), current=old)

    assert [one.reason for one in held.findings] == [Reason.CUSTOMER_MISSING]
    assert len(rig.made) == 1


def test_an_inactive_customer_is_made_active_where_policy_and_table_say_so() -> None:
    rig = Rig(tenant({"when_inactive": "reactivate"}, ownership=REACTIVATES))
    customer = gone(rig, "inactive")
    noticed(rig, Condition.INACTIVE)

    assert rig.choose(order(2)).customer == customer
    assert the(rig).is_active


def test_reactivating_against_the_table_names_its_rule() -> None:
    rig = Rig(tenant({"when_inactive": "reactivate"}))
    gone(rig, "inactive")
    noticed(rig, Condition.INACTIVE)

    held = rig.choose(order(2))

    assert held.findings[0].place == "ownership.customer.fields.is_active"
    assert not the(rig).is_active


def named_by_a_person(rig: Rig, customer: str, **members: Any) -> None:
    rig.links.put_new(
        CustomerLink(
            tenant="acme",
            buyer=rig.wanted(order()).buyers[0],
            store="shop",
            customer=customer,
            origin=Origin.PERSON,
            condition=Condition.UNCHECKED,
            linked_at=START,
            by="aws/ann",
            **members,
        )
    )


def test_a_customer_that_a_person_named_is_asked_for_once_and_used() -> None:
    rig = Rig()
    rig.sage.add(person_made("P-1"))
    named_by_a_person(rig, "P-1")

    first, second = rig.choose(), rig.choose(order(2))

    assert first.customer == second.customer == "P-1"
    assert rig.calls == ["search id"]


def test_a_person_cannot_name_who_is_not_there() -> None:
    rig = Rig()
    named_by_a_person(rig, "P-1")

    held = rig.choose()

    assert [one.reason for one in held.findings] == [Reason.CUSTOMER_MISSING]
    assert rig.made == []


def test_an_unlinked_customer_is_never_matched_again() -> None:
    rig = Rig(tenant({"match_by": ["phone"]}))
    rig.sage.add(person_made("P-1", phone=HOME.phone))
    named_by_a_person(rig, "", excluded=("P-1",))

    chosen = rig.choose()

    assert chosen.customer in rig.made
    (link,) = rig.links.all("acme")
    assert (link.customer, link.excluded) == (chosen.customer, ("P-1",))


def test_an_unlinked_customer_of_ours_is_replaced_by_a_new_one() -> None:
    rig = Rig()
    old = rig.choose().customer
    (link,) = rig.links.all("acme")
    rig.links.save(replace(link, customer="", excluded=(old,)))

    chosen = rig.choose(order(2))

    assert chosen.is_new
    assert chosen.customer != old


def test_a_contact_without_a_key_of_its_own_is_changed_through_its_customer() -> None:
    standing = person_made("P-1", email="old@example.com", phone="by hand")
    wanted = person_made("P-1", email="new@example.com", phone="of the cart")

    (change,) = updates(KnownCustomer("7", "", standing), wanted, {"email"})

    assert (change.key, change.fields) == ("7", frozenset({"contact"}))
    assert isinstance(change.master, Customer)
    assert change.master.contact is not None
    assert change.master.contact.email == "new@example.com"
    assert change.master.contact.phone == "by hand"
