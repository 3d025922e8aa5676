"""Who serves what: the table, the overrides, and a look-up that asks whoever created."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from commerce.money import Money
from intacct.capabilities import CAPABILITIES, Action, CapabilityError, Protocol, protocols
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    ArInvoice,
    Contact,
    Customer,
    CustomerRefund,
    Document,
    DocumentResult,
    JournalEntry,
    MoneyPlace,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.errors import IntacctError
from intacct.limits import TIERS, Tier
from intacct.results import Found
from intacct.router import IntacctBooks
from intacct.transport import ForeignHostError, allowed_transport, http_client

DAY = date(2026, 11, 20)


class FakeActions:
    """Remembers what it was asked; does what every protocol does."""

    def __init__(self, name: str, refuses: tuple[type, ...] = ()) -> None:
        self.name = name
        self.refuses = refuses
        self.asked: list[str] = []

    def supports(self, document: Document) -> bool:
        return not isinstance(document, self.refuses)

    def create(
        self, document: Document, *, idempotency_key: str = "", control_id: str = ""
    ) -> DocumentResult:
        self.asked.append(f"create {type(document).__name__} {idempotency_key}{control_id}")
        return DocumentResult("1")

    def create_many(
        self, documents: Sequence[Document], marks: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        assert len(documents) == len(marks)
        self.asked.append(f"create_many {' '.join(marks)}")
        return [DocumentResult(f"{self.name}-{mark}") for mark in marks]

    def find(self, document: Document) -> list[Found]:
        self.asked.append(f"find {type(document).__name__}")
        return []

    def find_customers(self, *, email: str = "", customer_id: str = "") -> list[Customer]:
        self.asked.append(f"find_customers {email}{customer_id}")
        return []

    def ensure_contact(
        self, contact: Contact, *, idempotency_key: str = "", control_id: str = ""
    ) -> DocumentResult:
        self.asked.append(f"ensure_contact {contact.id} {idempotency_key}{control_id}")
        return DocumentResult("1")


class Rig:
    """A router over two fakes that says which were built at all."""

    def __init__(self, **overrides: str) -> None:
        self.rest = FakeActions("rest", (Adjustment,))
        self.xml = FakeActions("xml", (CustomerRefund,))
        self.built: list[str] = []
        self.books = IntacctBooks(
            rest=lambda: self._build(self.rest),
            xml=lambda: self._build(self.xml),
            protocols=protocols(overrides),
        )

    def _build(self, actions: FakeActions) -> FakeActions:
        self.built.append(actions.name)
        return actions


MEMO = Adjustment(
    "R",
    AdjustmentKind.CREDIT,
    "C",
    DAY,
    "USD",
    (AdjustmentLine("4095", Side.DEBIT, Money.of("1", "USD")),),
)
REFUND = CustomerRefund("R", "C", DAY, MoneyPlace(financial_entity="BANK"), ())
ENTRY = JournalEntry("R", "GJ", DAY, "x", ())
BATCH = JournalEntry("R", "GJ", DAY, "x", (), is_batch=True)
CUSTOMER = Customer("C", "Ada")


@pytest.mark.parametrize(
    ("document", "protocol"),
    [
        (CUSTOMER, Protocol.REST),
        (REFUND, Protocol.REST),
        (ENTRY, Protocol.REST),
        (BATCH, Protocol.XML),
        (MEMO, Protocol.XML),
        (ArInvoice("R", "C", DAY, DAY, ()), Protocol.REST),
    ],
)
def test_each_document_goes_by_the_protocol_of_the_table(
    document: Document, protocol: Protocol
) -> None:
    assert Rig().books.protocol_of(document) is protocol


def test_what_is_created_by_one_protocol_is_looked_for_there() -> None:
    for document in (CUSTOMER, BATCH, MEMO, REFUND, ENTRY):
        rig = Rig()
        rig.books.create(document, control_id="c", idempotency_key="k")
        rig.books.find(document)
        asked = [len(rig.rest.asked), len(rig.xml.asked)]
        assert sorted(asked) == [0, 2]


def test_each_protocol_gets_its_own_mark() -> None:
    rig = Rig()
    rig.books.create(CUSTOMER, control_id="c", idempotency_key="k")
    rig.books.create(BATCH, control_id="c", idempotency_key="k")
    rig.books.ensure_contact(Contact("C", "Ada"), control_id="c")
    assert rig.rest.asked == ["create Customer k", "ensure_contact C c"]
    assert rig.xml.asked == ["create JournalEntry c"]


def test_many_documents_go_in_one_call_a_protocol_and_come_back_in_their_order() -> None:
    rig = Rig()
    documents: list[Document] = [BATCH, CUSTOMER, ENTRY, MEMO]

    made = rig.books.create_many(
        documents, control_ids=["c0", "c1", "c2", "c3"], idempotency_keys=["k0", "k1", "k2", "k3"]
    )

    keys = [result.key for result in made if isinstance(result, DocumentResult)]
    assert keys == ["xml-c0", "rest-k1", "rest-k2", "xml-c3"]
    assert rig.rest.asked == ["create_many k1 k2"]
    assert rig.xml.asked == ["create_many c0 c3"]


def test_many_documents_of_one_protocol_never_build_the_other() -> None:
    rig = Rig()
    rig.books.create_many([CUSTOMER], control_ids=["c"], idempotency_keys=["k"])
    assert rig.built == ["rest"]


def test_documents_without_marks_of_their_own_are_not_sent() -> None:
    rig = Rig()
    with pytest.raises(ValueError, match="of its own"):
        rig.books.create_many([CUSTOMER, ENTRY], control_ids=["c"], idempotency_keys=["k", "l"])
    assert rig.built == []


def test_xml_is_built_only_where_it_is_spoken() -> None:
    rig = Rig()
    rig.books.create(CUSTOMER, control_id="c", idempotency_key="k")
    rig.books.find_customers(email="a@example.com")
    assert rig.built == ["rest"]


def test_a_tenant_may_choose_the_other_protocol() -> None:
    rig = Rig(customer="xml", gl_batch="rest")
    rig.books.find_customers(customer_id="C")
    assert rig.books.protocol_of(CUSTOMER) is Protocol.XML
    assert rig.books.protocol_of(BATCH) is Protocol.REST
    assert rig.xml.asked == ["find_customers C"]


def test_a_document_that_the_chosen_protocol_cannot_say_goes_by_the_other() -> None:
    assert Rig(adjustment="rest").books.protocol_of(MEMO) is Protocol.XML


def test_wrong_overrides_are_all_named() -> None:
    with pytest.raises(CapabilityError) as caught:
        protocols({"customer_refund": "xml", "telegram": "rest", "customer": "morse"})
    for name in ("customer_refund", "telegram", "customer=morse"):
        assert name in str(caught.value)


def test_every_default_is_offered() -> None:
    assert set(CAPABILITIES) == set(Action)
    for capability in CAPABILITIES.values():
        assert capability.default in capability.offered


def test_rest_alone_never_loads_lxml() -> None:
    code = "import intacct.rest.actions, intacct.router, sys; sys.exit('lxml' in sys.modules)"
    clients = Path(__file__).parents[4] / "layers" / "clients"
    done = subprocess.run([sys.executable, "-c", code], cwd=clients, check=False)  # noqa: S603
    assert done.returncode == 0


def test_lanes_leave_two_of_the_allowance_for_reads() -> None:
    assert TIERS[Tier.ONE].lanes == 4
    assert all(limits.lanes < limits.concurrent_per_company for limits in TIERS.values())


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://api.intacct.com/ia/x", True),
        ("https://www-p501.intacct.com/ia/xml/xmlgw.phtml", True),
        ("http://127.0.0.1:8080/ia/x", True),
        ("http://127.0.0.1:8081/ia/x", False),
        ("https://127.0.0.1:8080/ia/x", False),
        ("http://api.intacct.com/ia/x", False),
        ("https://api.intacct.com:8443/ia/x", False),
        ("https://intacct.com.evil.example/ia/x", False),
        ("https://evilintacct.com/ia/x", False),
        ("https://169.254.169.254/latest", False),
    ],
)
def test_requests_leave_for_known_hosts_only(url: str, *, is_allowed: bool) -> None:
    inner = httpx.MockTransport(lambda _: httpx.Response(200))
    http = http_client(allowed_transport("http://127.0.0.1:8080/ia/api/v1", inner=inner))
    if is_allowed:
        assert http.get(url).status_code == 200
    else:
        with pytest.raises(ForeignHostError):
            http.get(url)


def test_redirects_are_not_followed_and_requests_can_be_watched() -> None:
    moved = httpx.Response(302, headers={"Location": "https://api.intacct.com/elsewhere"})
    seen: list[str] = []
    transport = allowed_transport(inner=httpx.MockTransport(lambda _: moved))
    http = http_client(transport, on_request=lambda request: seen.append(request.url.path))
    assert http.get("https://api.intacct.com/here").status_code == 302
    assert seen == ["/here"]


def test_who_may_share_a_request_follows_from_the_protocol_and_the_object() -> None:
    books = Rig().books
    line = SalesLine("TEE", Decimal(1), "Each", Money.of("1", "USD"))
    order = SalesDocument("Sales Order", "R", "C", DAY, "USD", (line,))
    invoice = replace(order, definition="Sales Invoice", reference="S")

    assert books.request_of(order) == books.request_of(replace(order, reference="T"))
    assert books.request_of(BATCH) == books.request_of(MEMO)
    names = {books.request_of(one) for one in (order, invoice, CUSTOMER, ENTRY, REFUND, MEMO)}
    assert len(names) == 6
