"""Customers of buyers in a company at Sage, over both protocols: the same books, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from commerce.orders import Order
from intacct.capabilities import Protocol
from intacct.documents import Contact, Customer
from intacct.read_router import IntacctReads
from intacct.record_router import IntacctRecords
from intacct.rest.actions import RestActions
from intacct.rest.book_reads import RestBookReads
from intacct.rest.records import RestRecords
from intacct.router import IntacctBooks
from intacct.xml.actions import XmlActions
from intacct.xml.book_reads import XmlBookReads
from intacct.xml.records import XmlRecords
from local.intacct_simulator.seed.fill import fill
from shared.connections.calls import transactions_of
from shared.customers.choosing import Chosen, CustomerChooser, Wanted
from shared.customers.following import Follower
from shared.customers.keeping import CustomerKeeper
from shared.customers.links import Condition
from shared.ledger.apply import Applier
from shared.ledger.driving import Job, drive, drive_one
from shared.postings.plan import Reason
from shared.tenants.models import Tenant
from tests.contract.actions.teller import TODAY, Teller, protocols_with, reads_with
from tests.fakes import FakeClock, MemoryLedger, MemoryLinks, counting_ids
from tests.unit.customers.choosing_rig import tenant
from tests.unit.customers.orders import ADA, HOME, OFFICE, order

OWNS_ALL = {
    "customer": {
        "master": "cart",
        "in_sage": ["read", "link", "create", "update"],
        "in_carts": ["read"],
    }
}


class Counted(httpx.BaseTransport):
    """Counts what Sage bills, logins left out, and the requests that carried it."""

    def __init__(self, wire: httpx.BaseTransport) -> None:
        self._wire = wire
        self.transactions = 0
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the request pass."""
        body = request.read()
        if "oauth2" not in request.url.path and b"getAPISession" not in body:
            self.transactions += transactions_of(body)
            self.requests += 1
        return self._wire.handle_request(request)


@dataclass
class Rig:
    """Choosers over one company, at its top level."""

    protocol: Protocol
    tenant: Tenant = field(default_factory=tenant)

    def __post_init__(self) -> None:
        self.counted: list[Counted] = []
        self.teller = Teller(self.protocol, between=self._between)
        rest, gateway = self.teller.rest, self.teller.gateway
        chosen = protocols_with(self.protocol)
        self.books = IntacctBooks(
            rest=lambda: RestActions(rest, entity=""),
            xml=lambda: XmlActions(gateway, entity=""),
            protocols=chosen,
        )
        self.records = IntacctRecords(
            rest=lambda: RestRecords(rest, entity=""),
            xml=lambda: XmlRecords(gateway, entity=""),
            protocols=chosen,
        )
        self.reads = IntacctReads(
            rest=lambda: RestBookReads(rest, entity=""),
            xml=lambda: XmlBookReads(gateway, entity=""),
            protocols=reads_with(self.protocol),
        )
        self.clock = FakeClock(TODAY)
        self.ledger, self.links = MemoryLedger(), MemoryLinks()
        self._ids = counting_ids()

    def _between(self, wire: httpx.BaseTransport) -> httpx.BaseTransport:
        self.counted.append(Counted(wire))
        return self.counted[-1]

    def _applier(self, _: Tenant, entity: str) -> Applier:
        assert entity == ""
        return Applier(
            self.ledger, self.books, clock=self.clock, ids=self._ids, pause=lambda _: None
        )

    def chooser(self) -> CustomerChooser:
        """The chooser of another process."""
        keeper = CustomerKeeper(self.ledger, self._applier, pause=self.clock.pass_time)
        follower = Follower(lambda *_: self.reads, lambda *_: self.records)
        return CustomerChooser(
            keeper, self.links, follower, lambda *_: self.reads, clock=self.clock
        )

    def wanted(self, bought: Order, current: str = "") -> Wanted:
        store = self.tenant.store("shop")
        assert store is not None
        return Wanted(self.tenant, store, bought, current, self.clock() + timedelta(minutes=5))

    def choose(self, bought: Order, current: str = "") -> Chosen:
        steps = self.chooser().choose(self.wanted(bought, current))
        return drive_one(steps, clock=self.clock)

    def cost(self, work: Callable[[], Any]) -> int:
        """What Sage bills for some work."""
        before = sum(one.transactions for one in self.counted)
        work()
        return sum(one.transactions for one in self.counted) - before

    def customer(self, customer_id: str) -> Mapping[str, Any]:
        """The customer as the books hold it, with its display contact."""
        books = self.teller.company.books
        found = books.by_id("customer", customer_id)
        assert found is not None
        contact = books.store.get("contact", found["contact_default"])
        assert contact is not None
        return {**found, "contact": contact}

    def by_hand(self, customer_id: str, **fields: Any) -> None:
        """A person changes a customer."""
        books = self.teller.company.books
        books.update("customer", self.customer(customer_id)["key"], fields)


@pytest.fixture(params=list(Protocol))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = Rig(request.param)
    with rig.teller:
        yield rig


def test_a_new_buyer_is_one_transaction_and_a_known_one_none(rig: Rig) -> None:
    assert rig.cost(lambda: rig.choose(order())) == 1
    assert rig.cost(lambda: rig.choose(order(2))) == 0


def test_ten_new_buyers_are_one_request(rig: Rig) -> None:
    chooser = rig.chooser()
    jobs = [
        Job(
            chooser.choose(rig.wanted(order(number, buyer=replace(ADA, id=str(number))))),
            company="acme",
            queue=str(number),
        )
        for number in range(10)
    ]

    outcomes = drive(jobs, clock=rig.clock)

    assert all(isinstance(one, Chosen) and one.is_new for one in outcomes)
    assert sum(one.requests for one in rig.counted) == 1


def test_a_buyer_is_found_by_what_the_policy_names_at_one_transaction_a_search(rig: Rig) -> None:
    rig.tenant = tenant(
        {"match_by": ["external_id", "email", "phone"], "external_id_field": "SHOP_ID"}
    )
    fill(rig.teller.company.books, {"custom_fields": [{"object": "customer", "name": "SHOP_ID"}]})
    there = Contact("P-1", "Ada", email="ADA@example.com")
    rig.books.create(Customer("P-1", "Ada", there), control_id="p", idempotency_key="p")
    found: list[Chosen] = []

    cost = rig.cost(lambda: found.append(rig.choose(order())))

    assert (found[0].customer, cost) == ("P-1", 2)
    assert rig.cost(lambda: rig.choose(order(2))) == 0
    stranger = order(3, buyer=replace(ADA, id="9", email="b@example.com"), billing=None)
    assert rig.cost(lambda: rig.choose(stranger)) == 4


def test_two_with_one_address_wait_for_a_person(rig: Rig) -> None:
    rig.tenant = tenant({"match_by": ["email"]})
    for name in ("P-1", "P-2"):
        contact = Contact(name, "Ada", email=ADA.email)
        rig.books.create(Customer(name, "Ada", contact), control_id=name, idempotency_key=name)

    chosen = rig.choose(order())

    assert [one.reason for one in chosen.findings] == [Reason.CUSTOMER_AMBIGUOUS]
    assert "P-1, P-2" in chosen.findings[0].hint


def test_what_changed_follows_for_two_transactions_and_the_rest_stays(rig: Rig) -> None:
    made = rig.choose(order()).customer
    rig.by_hand(made, term="Net 30", name="Ada of the VIPs")

    newer = order(2, minutes=5, buyer=replace(ADA, email="new@example.com"))
    cost = rig.cost(lambda: rig.choose(newer))

    after = rig.customer(made)
    assert cost == 2
    assert after["contact"]["email1"] == "new@example.com"
    assert after["contact"]["phone1"] == HOME.phone
    assert after["name"] == "Ada of the VIPs"
    assert after["term"] is not None
    assert rig.cost(lambda: rig.choose(order(3, minutes=6, buyer=newer.buyer))) == 0


def test_bill_to_and_ship_to_are_contacts_of_their_own(rig: Rig) -> None:
    rig.tenant = tenant({"contacts": "addresses"})
    made: list[Chosen] = []

    cost = rig.cost(lambda: made.append(rig.choose(order(shipping=OFFICE))))
    again = rig.cost(lambda: rig.choose(order(2, minutes=1, shipping=OFFICE)))
    moved = rig.cost(lambda: rig.choose(order(3, minutes=2)))

    assert (cost, again, moved) == (3, 0, 2)
    stored, books = rig.customer(made[0].customer), rig.teller.company.books
    home = books.store.get("contact", stored["contact_bill_to"])
    assert home is not None
    assert home["address_line1"] == "1 Main St"
    assert stored["contact_ship_to"] == stored["contact_bill_to"]
    assert len(books.store.find("contact", address_line1="7 Work Rd")) == 1


def test_exemption_term_and_currency_reach_the_books(rig: Rig) -> None:
    rig.tenant = tenant({"company_term": "Net 30", "sets_currency": True})
    exempt = replace(ADA, company="Ada & Sons", tax_id="US-1", tax_exempt=True)

    made = rig.choose(order(buyer=exempt)).customer

    stored = rig.customer(made)
    assert stored["contact"]["is_taxable"] is False
    assert (stored["tax_id"], stored["currency"], stored["name"]) == ("US-1", "USD", "Ada & Sons")
    assert stored["term"] is not None


def test_an_inactive_customer_is_made_active_where_policy_and_table_say_so(rig: Rig) -> None:
    rig.tenant = tenant({"when_inactive": "reactivate"}, ownership=OWNS_ALL)
    made = rig.choose(order()).customer
    rig.by_hand(made, status="inactive")
    (link,) = rig.links.all("acme")
    rig.links.save(replace(link, condition=Condition.INACTIVE))

    cost = rig.cost(lambda: rig.choose(order(2)))

    assert cost == 2
    assert rig.customer(made)["status"] == "active"


def test_a_deleted_customer_is_noticed_by_the_next_update_and_replaced(rig: Rig) -> None:
    rig.tenant = tenant({"when_deleted": "create_new"})
    old = rig.choose(order()).customer
    rig.teller.company.books.delete("customer", rig.customer(old)["key"])

    new = rig.choose(order(2, minutes=5, buyer=replace(ADA, email="new@example.com")))

    assert new.is_new
    assert new.customer != old
    assert rig.customer(new.customer)["contact"]["email1"] == "new@example.com"


def test_nothing_of_a_person_is_in_the_books_of_a_token_customer(rig: Rig) -> None:
    rig.tenant = tenant({"personal_data": "token"})

    rig.choose(order(buyer=replace(ADA, name="Zoe Quirk", email="zoe@quirk.example")))

    tables = rig.teller.company.books.store.snapshot()["tables"]
    said = str(tables["customer"]) + str(tables["contact"])
    assert "Quirk" not in said
    assert "quirk" not in said
    assert "Main St" not in said


def test_both_protocols_leave_the_same_books() -> None:
    left = []
    for protocol in Protocol:
        rig = Rig(protocol, tenant({"contacts": "addresses", "sets_currency": True}))
        with rig.teller:
            rig.choose(order(shipping=OFFICE))
            rig.choose(order(2, minutes=3, buyer=replace(ADA, email="new@example.com")))
            left.append({name: rig.teller.all_books()[name] for name in ("customer", "contact")})

    assert left[0] == left[1]
