"""What a store does not take is tried again or told, and its record closes when it answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from intacct.errors import NotSentError
from shared.errands.findings import store_subject, unusable
from shared.errands.orders import OrderTeller
from shared.errands.records import ErrandKind
from shared.postings.findings import Reason
from tests.unit.errands.orders_rig import START, Rig


@pytest.mark.parametrize("kind", [ErrandKind.NOTE, ErrandKind.PAID])
def test_a_lost_answer_is_tried_again_later(kind: ErrandKind) -> None:
    rig = Rig()
    rig.cart.answers = [Written(WriteOutcome.UNKNOWN), Written(WriteOutcome.CONFLICT)]
    (rig.made if kind is ErrandKind.NOTE else rig.pay)()

    assert rig.run() == {"later": 1}
    assert rig.run() == {}
    rig.clock.pass_time(31 * 60)
    assert rig.run() == {"later": 1}
    rig.clock.pass_time(61 * 60)
    assert sum(rig.run().values()) == 1

    assert len(rig.cart.notes) + len(rig.cart.paid) == 1


@pytest.mark.parametrize("kind", [ErrandKind.NOTE, ErrandKind.PAID])
def test_a_refusal_is_told_and_tried_when_sage_tells_of_it_again(kind: ErrandKind) -> None:
    rig = Rig()
    rig.cart.answers = [Written(WriteOutcome.REFUSED, "no")]
    tell = rig.made if kind is ErrandKind.NOTE else rig.pay
    tell()

    assert rig.run() == {"refused": 1}
    subject = f"{kind.value}:shop:1"
    (review,) = rig.reviews.all("acme")
    assert (review.subject, review.reasons) == (subject, (Reason.REFUSED_BY_CART,))
    tell()
    rig.run()

    assert not rig.reviews.is_open("acme", subject)


def test_a_store_that_is_closed_to_us_is_told_and_tried_until_it_opens() -> None:
    rig = Rig()
    rig.client = None
    rig.made()
    rig.pay()

    assert rig.run() == {"later": 2}
    assert {one.subject for one in rig.reviews.all("acme")} == {
        "errands:shop:note",
        "errands:shop:paid",
    }
    rig.client = rig.cart
    rig.clock.pass_time(31 * 60)

    assert rig.run() == {"noted": 1, "paid": 1}
    assert not any(rig.reviews.is_open("acme", one.subject) for one in rig.reviews.all("acme"))


def test_an_order_is_told_once_a_key_that_lost_its_rights_has_them_again() -> None:
    rig = Rig()
    rig.cart.is_closed = True
    rig.made()
    rig.pay()

    assert rig.run() == {"later": 2}
    assert {(one.subject, one.reasons) for one in rig.reviews.all("acme")} == {
        ("errands:shop:note", (Reason.CONFIGURATION_MISSING,)),
        ("errands:shop:paid", (Reason.CONFIGURATION_MISSING,)),
    }
    rig.cart.is_closed = False
    rig.clock.pass_time(31 * 60)

    assert rig.run() == {"noted": 1, "paid": 1}
    assert not any(rig.reviews.is_open("acme", one.subject) for one in rig.reviews.all("acme"))


def test_an_address_that_may_not_be_called_is_told_too() -> None:
    rig = Rig()

    def refuse(*_: object) -> object:
        message = "the store's API address must be https"
        raise CartApiError(message, is_lasting=True)

    rig.teller = OrderTeller(replace(rig.teller._parts, client_of=refuse))
    rig.made()

    assert rig.run() == {"later": 1}
    assert rig.reviews.is_open("acme", "errands:shop:note")


@pytest.mark.parametrize("outcome", [WriteOutcome.REFUSED, WriteOutcome.UNKNOWN])
def test_a_key_that_was_found_does_not_yet_open_a_store(outcome: WriteOutcome) -> None:
    rig = Rig()
    rig.client = None
    rig.made()
    rig.run()
    rig.client, rig.cart.answers = rig.cart, [Written(outcome, "403")]
    rig.clock.pass_time(31 * 60)

    rig.run()

    assert rig.reviews.is_open("acme", "errands:shop:note")


def test_a_store_whose_api_takes_no_notes_is_told_and_the_errand_stands() -> None:
    rig = Rig()
    rig.client = object()
    rig.made()

    assert rig.run() == {"later": 1}
    (review,) = rig.reviews.all("acme")
    assert review.subject == "errands:shop:note"
    assert "takes nothing of the kind" in str(review.findings)


def test_what_is_said_of_accounts_stays_when_the_store_takes_notes() -> None:
    rig = Rig()
    subject = store_subject("shop", ErrandKind.CUSTOMER)
    rig.reviews.open("acme", subject, [unusable("shop", "403")], at=START)
    rig.made()

    assert rig.run() == {"noted": 1}
    assert rig.reviews.is_open("acme", subject)


def test_while_sage_cannot_be_asked_the_errand_stands() -> None:
    rig = Rig()
    rig.pay()
    rig.books.error = NotSentError("down")

    with pytest.raises(NotSentError):
        rig.run()
    rig.books.error = None

    assert rig.run() == {"paid": 1}
