"""What undoes a document travels as any posting does, in both protocols, and is found again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from intacct.capabilities import Protocol
from intacct.documents import CreditKind, DocumentResult
from intacct.errors import RejectedError
from intacct.undoing import CloseSalesDocument, ReverseDocument, Reversible, Undoing
from tests.contract.actions.documents import (
    ADVANCE,
    BILL,
    CREDIT,
    CUSTOMER,
    LATER,
    ORDER,
    paid,
    refund_of,
    settled,
)
from tests.contract.actions.teller import Teller

MARK = "1001-VD-ABCDEFGH"


def reversal(kind: Reversible, of: DocumentResult) -> ReverseDocument:
    return ReverseDocument(kind, of.key, LATER, f"{MARK} ordered twice", MARK)


def a_bill(teller: Teller) -> Undoing:
    return reversal(Reversible.AR_INVOICE, teller.post(BILL))


def a_memo(teller: Teller) -> Undoing:
    return reversal(Reversible.ADJUSTMENT, teller.post(CREDIT))


def a_payment(teller: Teller) -> Undoing:
    bill = teller.post(BILL)
    payment = teller.post(paid("1002-PAY-ABCDEFG", "70.00", settled(bill.key, "70.00")))
    return reversal(Reversible.PAYMENT, payment)


def an_advance(teller: Teller) -> Undoing:
    return reversal(Reversible.ADVANCE, teller.post(ADVANCE))


def a_refund(teller: Teller) -> Undoing:
    money = teller.post(ADVANCE)
    refund = teller.post(refund_of(CreditKind.ADVANCE, money, "55.12"))
    return reversal(Reversible.CUSTOMER_REFUND, refund)


def an_order(teller: Teller) -> Undoing:
    made = teller.post(ORDER)
    return CloseSalesDocument(ORDER.definition, made.key, made.id, MARK)


MADE: list[Callable[[Teller], Undoing]] = [
    a_bill,
    a_memo,
    a_payment,
    an_advance,
    a_refund,
    an_order,
]


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_what_was_undone_is_found_and_nothing_before(
    make: Callable[[Teller], Undoing], protocol: Protocol
) -> None:
    with Teller(protocol) as teller:
        teller.post(CUSTOMER)
        undoing = make(teller)
        before = list(teller.books.find(undoing))

        result = teller.books.create(undoing, control_id="undo", idempotency_key="undo.0")

        (found,) = teller.books.find(undoing)
        assert before == []
        assert result.key
        assert found.result.key == undoing.key
        assert found.result.state in ("reversed", "voided", "closed")


@pytest.mark.parametrize("protocol", Protocol)
def test_a_document_is_undone_once(protocol: Protocol) -> None:
    with Teller(protocol) as teller:
        teller.post(CUSTOMER)
        undoing = a_bill(teller)
        teller.books.create(undoing, control_id="undo", idempotency_key="undo.0")

        with pytest.raises(RejectedError):
            teller.books.create(undoing, control_id="again", idempotency_key="undo.1")

        assert teller.balances() == {}


def test_each_undoing_is_a_request_of_its_own() -> None:
    with Teller(Protocol.REST) as teller:
        one = ReverseDocument(Reversible.PAYMENT, "1", LATER)
        other = ReverseDocument(Reversible.PAYMENT, "2", LATER)

        assert teller.books.request_of(one) != teller.books.request_of(other)


@pytest.mark.parametrize("undoing", [ReverseDocument(Reversible.PAYMENT, "", LATER)])
def test_what_names_no_document_is_refused_before_it_is_sent(undoing: Undoing) -> None:
    for protocol in Protocol:
        with Teller(protocol) as teller, pytest.raises(RejectedError) as refused:
            teller.books.create(undoing, control_id="undo", idempotency_key="undo.0")
        assert refused.value.codes == ("MISSING",)
