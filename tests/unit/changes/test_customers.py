"""What people do to customers in Sage reaches our links, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intacct.reading import Kept
from shared.changes.customers import CustomerChanges
from shared.changes.ports import Change, Gone, How, Known
from shared.customers.following import Follower
from shared.customers.links import Condition, CustomerLink, StaleLinkError
from shared.customers.watching import CustomerWatch
from tests.fakes import MemoryReviews
from tests.unit.customers.choosing_rig import Rig as Chooser
from tests.unit.customers.orders import ADA, order
from tests.unit.customers.test_watching import Standings


class Rig(Chooser):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.reviews = MemoryReviews()
        follower = Follower(lambda *_: self.sage, lambda *_: self.sage)
        standings = Standings(self.sage)
        watch = CustomerWatch(
            self.links, follower, lambda *_: standings, self.reviews, clock=self.clock
        )
        self.changes = CustomerChanges(watch, self.links, self.reviews)
        self.one, self.two = (
            self.choose(order(number, buyer=replace(ADA, id=f"B{number}"))).customer
            for number in (1, 2)
        )

    def link(self, customer: str) -> CustomerLink:
        return next(one for one in self.links.all("acme") if one.customer == customer)

    def change(self, customer: str, state: str = "active", **members: Any) -> None:
        key = self.link(customer).key
        told = Change(Kept.CUSTOMER, key, customer, "", state, self.clock())
        self.changes.changed(self.tenant, "", [replace(told, **members)])

    def bury(self, *gone: Gone) -> None:
        self.changes.gone(self.tenant, "", gone)


def test_linked_customers_are_known_by_key_and_their_contacts_by_id() -> None:
    rig = Rig()
    link = rig.link(rig.one)
    rig.links.save(replace(link, contacts={f"{rig.one}-X": "d"}))

    customers = list(rig.changes.known(rig.tenant, "", Kept.CUSTOMER))

    assert Known(link.key, rig.one) in customers
    assert len(customers) == 2
    assert list(rig.changes.known(rig.tenant, "", Kept.CONTACT)) == [Known("", f"{rig.one}-X")]
    assert list(rig.changes.known(rig.tenant, "100", Kept.CUSTOMER)) == []


def test_a_deactivated_customer_is_kept_and_told_until_it_is_back() -> None:
    rig = Rig()

    rig.change(rig.one, "inactive")
    assert rig.link(rig.one).condition is Condition.INACTIVE
    assert rig.reviews.is_open("acme", f"customer:{rig.one}")
    assert rig.link(rig.two).condition is Condition.GOOD
    rig.change(rig.one)

    assert rig.link(rig.one).condition is Condition.GOOD
    assert not rig.reviews.is_open("acme", f"customer:{rig.one}")


def test_changes_that_matter_to_no_link_read_none() -> None:
    rig = Rig()
    rig.links.all = None  # type: ignore[method-assign, assignment]  # whoever calls it fails

    rig.changes.changed(
        rig.tenant, "", [Change(Kept.CUSTOMER, "1", "C-9", "", "active", rig.clock())]
    )
    rig.changes.changed(
        rig.tenant, "", [Change(Kept.CONTACT, "1", "C-9", "", "inactive", rig.clock())]
    )


def test_a_key_that_is_anothers_by_now_is_a_customer_that_is_gone() -> None:
    rig = Rig()

    rig.change(rig.one, "inactive", id="OTHER")

    assert rig.link(rig.one).condition is Condition.DELETED


def test_a_deleted_customer_is_kept_and_told() -> None:
    rig = Rig()

    rig.bury(Gone(Kept.CUSTOMER, rig.link(rig.one).key, How.ABSENT, rig.one))

    assert rig.link(rig.one).condition is Condition.DELETED
    assert rig.reviews.is_open("acme", f"customer:{rig.one}")
    assert rig.link(rig.two).condition is Condition.GOOD


def test_a_deleted_contact_is_forgotten_so_that_it_is_made_anew() -> None:
    rig = Rig()
    rig.links.save(replace(rig.link(rig.one), contacts={"A": "d", "B": "e"}))

    rig.bury(Gone(Kept.CONTACT, "", How.AUDITED, "A"))

    assert rig.link(rig.one).contacts == {"B": "e"}
    assert rig.link(rig.one).condition is Condition.GOOD


def test_a_link_that_somebody_changes_at_that_moment_is_told_again() -> None:
    rig = Rig()
    gone = Gone(Kept.CUSTOMER, rig.link(rig.one).key, How.ABSENT, rig.one)
    stale = list(rig.links.all("acme"))
    rig.links.save(rig.link(rig.one))
    rig.links.all = lambda *_, **__: iter(stale)  # type: ignore[method-assign]

    with pytest.raises(StaleLinkError):
        rig.bury(gone)
