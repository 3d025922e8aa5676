"""A buyer with an account in a shop, a customer in Sage, and what carries between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from carts.accounts import Account, AccountAddress
from intacct.reading import Kept
from shared.changes.ports import Change
from shared.customers.links import CustomerLink
from shared.errands.accounts import AccountCarrier, AccountParts
from shared.errands.noticing import CustomerNews
from shared.errands.records import ErrandKind
from shared.tenants.models import Tenant
from tests.fakes import MemoryReviews
from tests.unit.customers.choosing_rig import Rig as Chooser
from tests.unit.customers.choosing_rig import tenant as company
from tests.unit.errands.memory import FakeAccounts, MemoryErrands

OWNED = {
    "customer": {
        "master": "cart",
        "in_sage": ["read", "link", "create", "update"],
        "in_carts": ["read", "link", "update"],
        "fields": {"email": "sage", "address": "sage", "term": "sage", "phone": "sage"},
    }
}
SHOWN = Account(
    first_name="Ada",
    last_name="Byron",
    company="",
    email="ada@example.com",
    phone="+14085550100",
    address=AccountAddress("1 Main St", "", "San Jose", "CA", "95110", "US"),
    term="",
)


def written_back(**members: Any) -> Tenant:
    return company({"writes_back": True, **members}, ownership=OWNED)


class Rig(Chooser):
    """Two stores' accounts beside a chooser whose buyer 4711 has an account in `shop`."""

    def __init__(self, tenant: Tenant | None = None) -> None:
        super().__init__(tenant or written_back())
        self.errands, self.reviews = MemoryErrands(), MemoryReviews()
        self.shops = {"shop": FakeAccounts(), "outlet": FakeAccounts()}
        self.shops["shop"].accounts["4711"] = SHOWN
        self.customer = self.choose().customer
        self.carrier = AccountCarrier(
            AccountParts(
                errands=self.errands,
                links=self.links,
                reads_of=lambda *_: self.sage,
                client_of=lambda _, store: self.shops.get(store.id),
                reviews=self.reviews,
                clock=self.clock,
            )
        )
        self.news = CustomerNews(self.links, self.errands, self.clock)

    @property
    def shop(self) -> FakeAccounts:
        return self.shops["shop"]

    @property
    def link(self) -> CustomerLink:
        (link,) = (one for one in self.links.all("acme") if one.customer == self.customer)
        return link

    def say(self, **members: Any) -> None:
        """A person changes the customer's contact in Sage, and the poller tells of it."""
        contact = self.sage.known()[self.customer].customer.contact
        assert contact is not None
        self.sage.change_by_hand(self.customer, contact=replace(contact, **members))
        self.tell()

    def tell(self, kind: Kept = Kept.CUSTOMER) -> None:
        change = Change(kind, "1", self.customer, "", "active", self.clock())
        self.news.changed(self.tenant, "", [change])

    def run(self) -> Counter[str]:
        return self.carrier.run(self.tenant, self.clock() + timedelta(minutes=4))

    def is_waiting(self) -> bool:
        later = self.clock() + timedelta(days=2)
        return bool(self.errands.due("acme", ErrandKind.CUSTOMER, now=later))
