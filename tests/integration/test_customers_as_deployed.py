"""Customers with the adapters that the functions build: REST writes, XML reads, on loopback."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.bootstrap import customer_watch
from shared.bootstrap.clock import now
from shared.bootstrap.customers import customer_chooser
from shared.bootstrap.ledger import ledger
from shared.bootstrap.tenants import tenants
from shared.customers.choosing import Chosen, Wanted
from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import Condition
from shared.ledger.driving import drive_one
from shared.tenants.models import Tenant
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import PostingRig, rig
from tests.integration.test_order_posting_with_sage import sage
from tests.unit.customers.orders import ADA, OFFICE, order

__all__ = ["rig", "sage", "simulator"]


@pytest.fixture
def acme(sage: Simulator) -> Tenant:
    """The tenant with a search and contacts, and with a protocol of its own for reads."""
    known = tenants().tenant("acme").model_dump()
    shop = {**known["stores"][0], "customers": {"match_by": ["email"], "contacts": "addresses"}}
    protocols = {"customers": "xml", "standings": "xml"}
    intacct = {**known["intacct"], "protocols": protocols}
    ledger.cache_clear()
    customer_watch.customer_resumer.cache_clear()
    del sage
    return Tenant.model_validate({**known, "stores": [shop], "intacct": intacct})


def choose(tenant: Tenant, bought: Any) -> Chosen:
    wanted = Wanted(tenant, tenant.stores[0], bought, "", now() + timedelta(seconds=90))
    return drive_one(customer_chooser().choose(wanted), clock=now)


def links(rig: PostingRig) -> DynamoDbLinks:
    return DynamoDbLinks(rig.client, "orders")


def transactions(sage: Simulator) -> int:
    entries = sage.get("log")["requests"]
    sage.delete("log")
    return sum(entry["transactions"] for entry in entries)


def test_a_buyer_is_looked_for_made_known_kept_up_to_date_and_looked_after(
    rig: PostingRig, sage: Simulator, acme: Tenant
) -> None:
    first = choose(acme, order(buyer=replace(ADA, id="0", email="zero@example.com")))
    transactions(sage)

    made = choose(acme, order(2, shipping=OFFICE))
    cost = transactions(sage)
    again = choose(acme, order(3, shipping=OFFICE))
    nothing = transactions(sage)
    choose(acme, order(4, minutes=9, buyer=replace(ADA, name="Ada King"), shipping=OFFICE))
    update = transactions(sage)

    assert first.is_new
    assert made.is_new
    assert again == Chosen(made.customer, is_updated=again.is_updated)
    assert (cost, nothing, update) == (4, 0, 3)
    stored = sage.company.books.by_id("customer", made.customer)
    assert stored is not None
    assert stored["name"] == "Ada King"
    sage.company.books.update("customer", stored["key"], {"status": "inactive"})

    report = customer_watch.customer_resumer().run(acme, now() + timedelta(minutes=1))

    # Over XML a process asks once how its user writes dates.
    assert transactions(sage) == 2
    assert report.seen.gone_bad == (made.customer,)
    assert {link.customer: link.condition for link in links(rig).all("acme")} == {
        first.customer: Condition.GOOD,
        made.customer: Condition.INACTIVE,
    }
