"""One order with one invoice in Sage, a cart that is told of it, and people who pay it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from carts.accounts import DONE as WRITTEN
from carts.adapter import AccessRefusedError
from carts.catalogue import Written
from commerce.money import Money
from commerce.orders import Facts, Payment, Ref
from intacct.documents import DocumentResult
from intacct.reading import Kept, Standing
from shared.changes.ports import Change
from shared.errands.noticing import OrderNews
from shared.errands.orders import OrderParts, OrderTeller
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.document_index import Place
from shared.ledger.records import Record, State
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryFacts, MemoryReviews
from tests.unit.customers.choosing_rig import tenant as company
from tests.unit.customers.orders import order
from tests.unit.errands.memory import MemoryErrands

START = datetime(2026, 4, 2, 12, tzinfo=UTC)
PK = order_pk("acme", "shop", "1")
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
        self.is_closed = False

    def note_order(self, order_id: str, note: str) -> Written:
        self._let_in()
        if (order_id, note) not in self.notes:
            self.notes.append((order_id, note))
        return self.answers.pop(0) if self.answers else WRITTEN

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        self._let_in()
        if (order_id, amount) not in self.paid:
            self.paid.append((order_id, amount))
        return self.answers.pop(0) if self.answers else WRITTEN

    def _let_in(self) -> None:
        if self.is_closed:
            message = "the cart's API answered 403"
            raise AccessRefusedError(message)


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
