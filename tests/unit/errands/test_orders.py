"""Orders are told which invoice is theirs and that it is paid: once, and only what is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carts.accounts import DONE as WRITTEN
from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from commerce.money import Money
from commerce.orders import Facts, Payment, PaymentKind, PaymentState, Ref
from intacct.documents import DocumentResult
from intacct.errors import NotSentError
from intacct.reading import Kept, Standing
from shared.changes.ports import Change
from shared.errands.findings import store_subject, unusable
from shared.errands.noticing import OrderNews
from shared.errands.orders import OrderParts, OrderTeller
from shared.errands.records import ErrandKind, ErrandState
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.document_index import Place
from shared.ledger.records import Record, State
from shared.postings.findings import Reason
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryFacts, MemoryReviews
from tests.unit.customers.choosing_rig import tenant as company
from tests.unit.customers.orders import order
from tests.unit.errands.memory import MemoryErrands

START = datetime(2026, 4, 2, 12, tzinfo=UTC)
PK = order_pk("acme", "shop", "1")
TOTAL = Money.of("10.00", "USD")
OWNED = {
    "order": {
        "master": "cart",
        "in_sage": ["read", "link", "create", "update"],
        "in_carts": ["read", "link", "update"],
        "fields": {"note": "sage", "payment_status": "sage"},
    }
}
TOLD = {"notes_documents": True, "marks_paid": True, "received_in_sage": ["manual"]}


def acme(ownership: dict[str, Any] | None = None, **policy: Any) -> Tenant:
    made = company(ownership=OWNED if ownership is None else ownership)
    stores = [one.model_dump(mode="json") | {"orders_back": TOLD | policy} for one in made.stores]
    return Tenant.model_validate(made.model_dump(mode="json") | {"stores": stores})


class Index:
    """Where numbers lead to."""

    def __init__(self) -> None:
        self.known: dict[str, Place] = {}
        self.asked: list[str] = []

    def places(self, tenant: str, number: str) -> tuple[Place, ...]:
        assert tenant == "acme"
        self.asked.append(number)
        return (self.known[number],) if number in self.known else ()


class Cart:
    """A store's orders: their notes, and which of them are paid; it answers as `answers` say."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []
        self.paid: list[tuple[str, Money]] = []
        self.answers: list[Written] = []

    def note_order(self, order_id: str, note: str) -> Written:
        if (order_id, note) not in self.notes:
            self.notes.append((order_id, note))
        return self.answers.pop(0) if self.answers else WRITTEN

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        if (order_id, amount) not in self.paid:
            self.paid.append((order_id, amount))
        return self.answers.pop(0) if self.answers else WRITTEN


class Books:
    """AR invoices of the entity as Sage has them, and the ledger's chain of the one order."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.standing: dict[str, Standing] = {}
        self.asked: list[str] = []
        self.error: Exception | None = None

    def chain(self, pk: str) -> dict[str, Record]:
        assert pk == PK
        return self.records

    def standings(self, kind: Kept, keys: Iterable[str]) -> list[Standing]:
        assert kind is Kept.AR_INVOICE
        if self.error is not None:
            raise self.error
        self.asked += sorted(keys)
        return [self.standing[key] for key in keys if key in self.standing]


class Rig:
    """One order of 10.00 with one invoice in Sage, INV-1, which made the AR invoice 77."""

    def __init__(self, tenant: Tenant | None = None) -> None:
        self.tenant = tenant or acme()
        self.clock = FakeClock(START)
        self.errands, self.reviews, self.index = MemoryErrands(), MemoryReviews(), Index()
        self.facts, self.cart, self.books = MemoryFacts(), Cart(), Books()
        self.client: object | None = self.cart
        self.keep()
        self.post("INV-1", "77", "10.00")
        self.news = OrderNews(self.index, self.errands, self.clock)
        self.teller = OrderTeller(
            OrderParts(
                errands=self.errands,
                facts=self.facts,
                ledger=self.books,
                reads_of=lambda _, entity: self.at(entity),
                client_of=lambda *_: self.client,
                reviews=self.reviews,
                clock=self.clock,
            )
        )

    def at(self, entity: str) -> Books:
        assert entity == "100"
        return self.books

    def keep(self, *payments: Payment, gateways: tuple[str, ...] = ("manual",), **of: Any) -> None:
        """The order as its record has it: unpaid, by the gateway `manual`."""
        bought = replace(order(1), gateways=gateways)
        facts = Facts(Ref("shopify", "shop", "order", "1"), bought, payments)
        known = self.facts.load(PK)
        given = {"status": FactsStatus.READY, "version": known.version if known else 0, **of}
        self.facts.save(FactsRecord(PK, facts, **given))

    def post(self, number: str, ar_key: str, amount: str, kind: str = "INVOICE") -> None:
        """A document of the order that is in the books."""
        key, total = f"acme/100/{kind}/shop:invoice:{number}", Money.of(amount, "USD")
        result = DocumentResult("501", number)
        self.books.records[key] = Record(PK, key, State.DONE, 1, number, "c", "h", result=result)
        self.index.known[number] = Place(PK, key)
        self.books.standing[ar_key] = Standing(
            Kept.AR_INVOICE, ar_key, number, "posted", number, total=total, due=total
        )

    def made(self, number: str = "INV-1") -> None:
        """The poller tells of the invoice of Order Entry."""
        name = f"Sales Invoice-{number}"
        self.hear(Change(Kept.SALES_DOCUMENT, "501", name, number, "pending", START))

    def pay(self, ar_key: str = "77", **members: Any) -> None:
        """A person pays the AR invoice in Sage, and the poller tells of it."""
        given = {"state": "paid", "due": Money.zero("USD"), **members}
        paid = replace(self.books.standing[ar_key], **given)
        self.books.standing[ar_key] = paid
        self.hear(Change(Kept.AR_INVOICE, ar_key, paid.id, paid.reference, paid.state, START))

    def hear(self, change: Change) -> None:
        self.news.changed(self.tenant, "100", [change])

    def run(self) -> Counter[str]:
        return self.teller.run(self.tenant, self.clock() + timedelta(minutes=4))


def receipt(gateway: str = "manual") -> Payment:
    ref = Ref("shopify", "shop", "payment", "9")
    kind, state = PaymentKind.SALE, PaymentState.SUCCESS
    return Payment(ref, "1", kind, state, gateway, TOTAL, START)


def test_an_invoice_is_named_to_its_order_once() -> None:
    rig = Rig()

    rig.made()
    first = rig.run()
    rig.made()
    second = rig.run()

    assert (first, second) == ({"noted": 1}, {})
    assert rig.cart.notes == [("1", "Sage Intacct: Sales Invoice-INV-1")]


def test_documents_that_are_nobodys_invoice_are_not_named() -> None:
    rig = Rig()
    rig.post("SO-1", "", "10.00", kind="SO_CREATE")

    rig.made("SO-1")
    rig.made("HAND-7")
    rig.hear(Change(Kept.SALES_DOCUMENT, "9", "Sales Invoice-9", "", "pending", START))

    assert rig.run() == {}


def test_an_order_that_sage_has_paid_is_paid_in_the_cart_once() -> None:
    rig = Rig()

    rig.pay()
    first = rig.run()
    rig.pay()
    second = rig.run()

    assert (first, second) == ({"paid": 1}, {})
    assert rig.cart.paid == [("1", TOTAL)]


def test_the_key_that_the_ledger_knows_is_asked_for() -> None:
    rig = Rig()
    ((key, record),) = rig.books.records.items()
    result = DocumentResult("501", "INV-1", invoice_key="78")
    rig.books.records[key] = replace(record, result=result)
    rig.post("INV-1", "78", "10.00")
    rig.books.records[key] = replace(record, result=result)
    rig.pay("78")

    rig.run()

    assert rig.books.asked == ["78"]
    assert rig.cart.paid == [("1", TOTAL)]


def test_an_order_of_two_parcels_waits_for_the_money_of_both() -> None:
    rig = Rig()
    rig.post("INV-1", "77", "4.00")
    rig.pay("77")
    assert rig.run() == {"waiting": 1}
    rig.post("INV-2", "88", "6.00")
    rig.pay("77")
    assert rig.run() == {"waiting": 1}

    rig.pay("88")

    assert rig.run() == {"paid": 1}
    assert rig.cart.paid == [("1", TOTAL)]


@pytest.mark.parametrize(
    "members",
    [
        {"due": Money.of("0.01", "USD")},
        {"total": Money.of("9.99", "USD")},
        {"total": Money.of("10.00", "EUR")},
        {"total": None},
    ],
)
def test_what_is_not_paid_to_the_cent_is_not_told(members: dict[str, Any]) -> None:
    rig = Rig()

    rig.pay(**members)

    assert rig.run() == {"waiting": 1}
    assert rig.cart.paid == []


def test_an_invoice_that_is_paid_in_part_asks_for_nothing() -> None:
    rig = Rig()

    rig.pay(state="partiallyPaid")

    assert rig.run() == {}


def test_an_order_with_credits_is_left_to_people() -> None:
    rig = Rig()
    rig.post("CM-1", "", "2.00", kind="CREDIT")

    rig.pay()

    assert rig.run() == {"waiting": 1}


@pytest.mark.parametrize(
    "members",
    [
        {"gateways": ("stripe",)},
        {"gateways": ("manual", "stripe")},
        {"status": FactsStatus.UNDONE},
    ],
)
def test_whose_money_the_connector_books_is_never_marked(members: dict[str, Any]) -> None:
    rig = Rig()
    rig.keep(**members)

    rig.pay()

    assert rig.run() == {"waiting": 1}
    assert rig.cart.paid == []


def test_an_order_whose_money_the_connector_books_is_looked_at_once() -> None:
    rig = Rig()
    rig.keep(receipts=ReceiptSource.TRANSACTIONS)

    rig.pay()
    first = rig.run()
    rig.pay()

    assert (first, rig.run()) == ({}, {})
    assert (rig.books.asked, rig.cart.paid) == ([], [])
    assert {one.state for one in rig.errands.stored.values()} == {ErrandState.DONE}


def test_what_the_cart_says_of_that_payment_later_is_not_booked() -> None:
    rig = Rig()
    rig.pay()
    rig.run()

    rig.keep(receipt(), receipts=ReceiptSource.SAGE)

    record = rig.facts.load(PK)
    assert record is not None
    assert len(record.known.payments) == 1
    assert record.facts.payments == ()


def test_an_order_that_names_no_gateway_is_paid_by_hand() -> None:
    rig = Rig()
    rig.keep(gateways=())

    rig.pay()

    assert rig.run() == {"paid": 1}


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


def test_nothing_is_looked_up_or_told_where_the_policy_wants_nothing() -> None:
    rig = Rig(acme(notes_documents=False, marks_paid=False))

    rig.made()
    rig.pay()

    assert rig.index.asked == []
    assert rig.run() == {}


def test_errands_of_a_policy_or_table_that_changed_meanwhile_are_dropped() -> None:
    rig = Rig()
    rig.made()
    rig.pay()
    rig.tenant = acme(ownership={})

    rig.run()

    assert (rig.cart.notes, rig.cart.paid) == ([], [])
    assert {one.state for one in rig.errands.stored.values()} == {ErrandState.LEFT}
