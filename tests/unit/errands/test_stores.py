"""A store counts as open when its API answered, and people are told of what they must mend."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carts.adapter import CartApiError
from shared.errands.records import ErrandKind
from shared.errands.stores import StoresOfRun
from shared.postings.findings import Reason
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.customers.choosing_rig import tenant as company

TENANT = company()
SHOP = TENANT.stores[0]
SUBJECT = f"errands:{SHOP.id}:customer"
LASTING = CartApiError("the cart's API answered 403", is_lasting=True)


class Rig:
    """The stores of runs whose client, or what stands in its way, is `client`."""

    def __init__(self, client: object | None) -> None:
        self.client = client
        self.asked = 0
        self.reviews = MemoryReviews()
        self.clock = FakeClock(datetime(2026, 4, 2, 12, tzinfo=UTC))
        self.stores = self.run()

    def run(self, kind: ErrandKind = ErrandKind.CUSTOMER) -> StoresOfRun:
        return StoresOfRun(TENANT, kind, self.client_of, self.reviews, self.clock)

    def client_of(self, *_: object) -> object | None:
        self.asked += 1
        if isinstance(self.client, CartApiError):
            raise self.client
        return self.client

    def is_told(self) -> bool:
        return self.reviews.is_open("acme", SUBJECT)


@pytest.mark.parametrize("client", [None, LASTING])
def test_a_store_that_cannot_be_opened_is_told_and_asked_for_once_a_run(
    client: object | None,
) -> None:
    rig = Rig(client)

    found = [rig.stores.client(SHOP), rig.stores.client(SHOP)]

    assert (found, rig.asked) == ([None, None], 1)
    (review,) = rig.reviews.all("acme")
    assert (review.subject, review.reasons) == (SUBJECT, (Reason.CONFIGURATION_MISSING,))


def test_a_client_alone_closes_nothing_and_an_answer_does() -> None:
    rig = Rig(object())
    rig.run().shut(SHOP, LASTING)

    rig.stores.client(SHOP)
    assert rig.is_told()
    rig.stores.answered(SHOP)

    assert not rig.is_told()


def test_a_busy_store_is_left_alone_for_the_run_and_nobody_is_told() -> None:
    rig = Rig(object())

    rig.stores.shut(SHOP, CartApiError("busy"))

    assert rig.stores.client(SHOP) is None
    assert not list(rig.reviews.all("acme"))


def test_the_first_reason_for_which_a_store_is_shut_stands() -> None:
    rig = Rig(None)
    rig.stores.client(SHOP)

    rig.stores.shut(SHOP, CartApiError("something else", is_lasting=True))

    (review,) = rig.reviews.all("acme")
    assert "no access to its API was given" in str(review.findings)


def test_a_store_that_refuses_after_it_answered_is_told_again() -> None:
    rig = Rig(object())
    rig.stores.answered(SHOP)

    rig.stores.shut(SHOP, LASTING)

    assert rig.is_told()


def test_each_kind_of_errand_has_a_record_of_its_own() -> None:
    rig = Rig(object())
    rig.stores.shut(SHOP, LASTING)

    rig.run(ErrandKind.NOTE).answered(SHOP)

    assert rig.is_told()
