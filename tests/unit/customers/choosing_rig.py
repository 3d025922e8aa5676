"""A chooser of customers on fakes: what Sage was asked, and what our own stores hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from commerce.orders import Order
from intacct.documents import Contact, Customer, Document, DocumentResult
from intacct.errors import DuplicateDocumentError
from shared.customers.choosing import Chosen, CustomerChooser, Wanted
from shared.customers.documents import postal
from shared.customers.following import Follower
from shared.customers.keeping import CustomerKeeper
from shared.ledger.apply import Applier
from shared.ledger.driving import drive_one
from shared.postings.plan import Reason
from shared.tenants.models import Tenant
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, MemoryLinks, counting_ids
from tests.unit.customers.orders import ADA, HOME, START, order
from tests.unit.customers.sage import FakeSage

GUEST = replace(ADA, id="")


def reasons(chosen: Chosen) -> list[Reason]:
    return [finding.reason for finding in chosen.findings]


class NaturalBooks(FakeBooks):
    """Books that refuse a second customer of one id, as Sage does."""

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        if isinstance(document, Customer) and document.id in self.marks():
            message = "there is one"
            raise DuplicateDocumentError(message)
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)


def tenant(
    customers: dict[str, Any] | None = None,
    *,
    ownership: dict[str, Any] | None = None,
    mapping: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
) -> Tenant:
    shop = {
        "cart": "shopify",
        "entity": "100",
        "customers": customers or {},
        "policy": policy or {},
        "mapping": {"version": "1", "accounts": {}, **(mapping or {})},
    }
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
            "stores": [{"id": "shop", **shop}, {"id": "outlet", **shop}],
            "ownership": ownership or {},
        }
    )


@dataclass
class Rig:
    """The choosers of a process, over what all processes share."""

    tenant: Tenant = field(default_factory=tenant)

    def __post_init__(self) -> None:
        self.clock = FakeClock(START)
        self.ledger = MemoryLedger()
        self.books = NaturalBooks(is_unique=True)
        self.sage = FakeSage(self.books)
        self.links = MemoryLinks()
        self._ids = counting_ids()
        self.chooser = self.another()

    def another(self) -> CustomerChooser:
        """The chooser of another process."""
        keeper = CustomerKeeper(self.ledger, self._applier, pause=self.clock.pass_time)
        follower = Follower(lambda *_: self.sage, lambda *_: self.sage)
        return CustomerChooser(keeper, self.links, follower, lambda *_: self.sage, clock=self.clock)

    def _applier(self, _: Tenant, entity: str) -> Applier:
        assert entity == ""
        return Applier(
            self.ledger, self.books, clock=self.clock, ids=self._ids, pause=lambda _: None
        )

    def wanted(
        self, bought: Order, *, current: str = "", store: str = "shop", **members: Any
    ) -> Wanted:
        of = self.tenant.store(store)
        assert of is not None
        deadline = self.clock() + timedelta(minutes=5)
        return Wanted(self.tenant, of, bought, current, deadline, **members)

    def choose(
        self, bought: Order | None = None, *, by: CustomerChooser | None = None, **members: Any
    ) -> Chosen:
        steps = (by or self.chooser).choose(self.wanted(bought or order(), **members))
        return drive_one(steps, clock=self.clock)

    @property
    def made(self) -> list[str]:
        """The customers that we made."""
        return [mark for mark in self.books.marks() if mark.startswith("C-")]

    @property
    def calls(self) -> list[str]:
        """What Sage was asked, creations of customers last: each is a transaction."""
        return [*self.sage.asked, *(["create customer"] * len(self.books.sent))]


def person_made(customer_id: str, **members: Any) -> Customer:
    """A customer that a person made in Sage."""
    contact = Contact(
        id=customer_id,
        print_as=members.pop("print_as", "Ada Byron"),
        email=members.pop("email", ""),
        phone=members.pop("phone", ""),
        address=members.pop("address", postal(HOME)),
    )
    return Customer(
        id=customer_id, name=members.pop("name", "Ada Byron"), contact=contact, **members
    )
